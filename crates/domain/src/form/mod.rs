//! Forms: what is asked, what an answer may be, what follows from the answers.
//!
//! A document ([`FormDefinition`]) is checked ([`check`]) and compiled ([`compile`]) into a [`Form`]. A form judges
//! answers ([`Form::validate`]): the result is clean data in canonical shape, or every problem at once. Ticket types
//! and record types are forms with a `ticket` or `record` section.
//!
//! Canonical data: numbers are decimal texts with exactly the field's decimals, dates `2026-02-13`, instants UTC with
//! milliseconds, texts in NFC; empty fields are absent. SQL relies on this shape (see `lang::json_column`).

mod check;
mod clean;
mod compile;
mod contact;
mod document;
mod field;
mod rules;
mod serial;
#[cfg(test)]
mod tests;
mod validate;

pub use check::check;
pub use clean::readable;
pub use compile::{Form, Rule, compile};
pub use document::{
    Bound, Choices, FieldDefinition, FieldOption, FieldType, FormDefinition, ListSection, RecordSection,
    RuleDefinition, Section, TicketSection,
};
pub use field::Field;
pub use rules::State;
pub use serial::{number as serial_number, series as serial_series};
pub use validate::{FileFacts, Given, RecordFacts};
