//! Flows: the way of a ticket through people, decisions and actions.
//!
//! A document ([`def`]) is checked ([`check`]) and compiled ([`compile`]) into a [`Flow`]. The pure function
//! [`step`] takes a flow, the state of an instance and something that happened, and answers the next state with
//! the effects that the driver carries out: look up people, open and close tasks, arm timers, run actions.
//!
//! Invariants: `step` needs no clock, no I/O and no source of ids; the same inputs give the same state; a token is
//! never lost without a log entry; what cannot go on becomes an incident, never silence. See `docs/flows.md`.

mod check;
mod compile;
mod compiled;
pub mod def;
mod graph;
mod layout;
mod outline;
mod position;
mod preview;
mod render;
mod state;
mod step;
pub mod timer;

pub use check::{Allowed, CALLS, MAX_DEPTH, MAX_EDGES, MAX_NODES, check, check_allowing};
pub use compile::{compile, compile_allowing};
pub use compiled::{Flow, Way};
pub use def::FlowDefinition;
pub use layout::{Place as LayoutPlace, layout};
pub use position::{Mark, NodePosition, position};
pub use preview::{Preview, Stop, preview, run_tests};
pub use render::render;
pub use state::{
    Ask, Decision, EachRun, InstanceState, Life, Parked, Place, Pool, Purpose, ROOT, Resume, ScopeRun, Signed, Task,
    TaskKind, TaskState, Timer, TimerKind, Token, TokenState, Visit,
};
pub use step::{
    Act, Acting, Effect, Input, LogEntry, LogKind, MAX_ENTRIES, Message, Refusal, StepContext, StepRefused, Stepped,
    Subscription, TaskChange, TaskSpec, TaskWanted, action_call, acts, return_targets, step, subscriptions, task_spec,
};
