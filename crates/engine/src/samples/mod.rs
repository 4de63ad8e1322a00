//! Believable tickets of the past, made from a template's sample folder.
//!
//! A new tenant has no history, so its models would have nothing to learn from. [`Generator`] tells six months of
//! work: who reported what, from where and in which words, who handled it, how long that took, what they wrote.
//! The words live in the template (`sample/phrases.json`), not here; the same seed tells the same history.
//!
//! Start at [`Source::read`], then iterate over [`Generator::new`].

mod directory;
mod generator;
mod grammar;
mod handling;
mod phrases;
mod random;
mod schedule;
mod source;
mod ticket;

#[cfg(test)]
mod tests;

pub use directory::{Certificate, Engineer, Organisation, Person, Point, RoleGrant, SampleOrg, SampleTeam};
pub use generator::{Generator, Plan};
pub use source::{BadSample, Source};
pub use ticket::{LogEntry, SampleTicket, UsedPart};
