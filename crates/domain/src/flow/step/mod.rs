//! One step of an instance: something happened, so what follows?
//!
//! [`step`] applies the input, then moves every token until it waits. Everything the outside must do comes out
//! as an [`Effect`]; everything worth remembering as a [`LogEntry`]. A refusal leaves the state as it was.

mod act;
mod action;
mod back;
mod count;
mod effect;
mod end;
mod enter;
mod input;
mod join;
mod leave;
mod offer;
mod people;
mod run;
mod scope;
mod sign;
mod targets;
mod wait;

use lang::Env;
use serde_json::Value;

pub use action::action_call;
pub use effect::{Effect, LogEntry, LogKind, TaskChange, TaskSpec};
pub use input::{Act, Acting, Input, Message, Refusal, StepRefused, TaskWanted};
pub use offer::acts;
pub use run::task_spec;
pub use targets::return_targets;
pub use wait::{Subscription, subscriptions};

use super::compiled::Flow;
use super::state::InstanceState;
use crate::time::Timestamp;
use run::Run;

/// Entering nodes more often than this in one step is an endless loop.
pub const MAX_ENTRIES: u32 = 10_000;

/// What a step may know besides the instance.
#[derive(Debug, Clone, Copy)]
pub struct StepContext<'a> {
    pub now: Timestamp,
    /// The ticket: system and form fields in one flat object.
    pub row: &'a Value,
    pub env: &'a Env,
}

/// What a step comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Stepped {
    pub state: InstanceState,
    pub effects: Vec<Effect>,
    pub log: Vec<LogEntry>,
}

/// What follows when `input` happens to an instance.
///
/// The driver answers every [`Effect::ResolvePeople`] with [`Input::PeopleResolved`] before it commits.
///
/// # Errors
/// [`StepRefused`] when the input does not fit where the instance stands; nothing has changed then.
pub fn step(flow: &Flow, state: InstanceState, input: Input, ctx: &StepContext<'_>) -> Result<Stepped, StepRefused> {
    let mut run = Run::new(flow, state, ctx);
    run.apply(input)?;
    run.settle()?;
    Ok(run.finish())
}
