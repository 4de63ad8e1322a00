//! What clients see: one struct per answer, apart from the engine's own types, so that a change inside is never
//! a change of the contract by accident.

mod basic;
mod configuration;
mod from_operation;
mod from_ticket;
mod message;
mod operation;
mod people;
mod ticket;
mod timeline;

pub(crate) use basic::{Page, TextView, Time};
pub(crate) use configuration::*;
pub(crate) use from_operation::*;
pub(crate) use from_ticket::*;
pub(crate) use message::*;
pub(crate) use operation::*;
pub(crate) use people::*;
pub(crate) use ticket::*;
pub(crate) use timeline::*;
