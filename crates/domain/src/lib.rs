//! The rules of gongdan: pure, synchronous, without a clock, randomness, SQL or HTTP.
//!
//! Start at [`ticket`] for the life of a ticket, at [`form`] for the documents that describe one,
//! at [`flow::step`] for what happens next, at [`sla`] for how long it may take.
//!
//! Invariants: nothing here awaits; `now` and ids arrive as arguments; a rule refuses by returning
//! an error that names what it refused, never by silently doing nothing.

pub mod access;
pub mod actor;
pub mod autonomy;
pub mod calendar;
pub mod definition;
pub mod dispatch;
pub mod event;
pub mod flow;
pub mod form;
pub mod id;
pub mod job;
pub mod masking;
pub mod message;
mod names;
pub mod notification;
pub mod port;
pub mod problem;
pub mod rule;
pub mod sla;
pub mod text;
pub mod ticket;
pub mod time;
pub mod view;
