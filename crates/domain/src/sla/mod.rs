//! How long a ticket may take: policies, clocks, and what happened to every minute.
//!
//! A [`Policy`] says what must happen by when. [`replay`] turns the ticket's history, reduced to [`Fact`]s, into
//! [`Clock`]s; nothing is counted up anywhere else, so a clock cannot drift and a changed calendar only needs
//! another replay. A ticket is judged by the version of the policy it was matched with, see [`PolicyId`]. [`evaluate`] carries a clock on to now. Each clock has a ledger that accounts for all of
//! its time, and planned steps: [`next_wakeup`] says when to look again, [`steps_due`] what to do then.
//!
//! Facts of an instant come before the instant itself: an answer at the very due time is in time.

mod clock;
mod document;
mod fact;
mod moment;
mod policy;
mod replay;
mod step;

pub use clock::{Clock, Entry, EntryKind, PauseCause, State, Why, evaluate, ticket_due};
pub use document::{PauseDefinition, Reopen, SlaDefinition, StepDefinition, TargetDefinition, TargetKind, Within};
pub use fact::{Fact, FactKind};
pub use moment::{Length, Moment};
pub use policy::{Calendars, Policies, Policy, PolicyId, choose};
pub use replay::replay;
pub use step::{BadStepId, PlannedStep, StepId, next_wakeup, steps_due};
