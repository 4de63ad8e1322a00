//! Working time: which instants count, and why the others do not.
//!
//! A [`CalendarDefinition`] is the document that an administrator edits; [`Calendar::compile`] checks it and
//! makes the [`Calendar`] that answers [`Calendar::add`], [`Calendar::between`] and [`Calendar::segments`].
//!
//! A window belongs to the day on which it starts. It opens at the first instant whose local clock has reached
//! its start and closes at the first instant whose local clock has reached its end; so a window that lies in the
//! hour that a summer-time change skips is empty, and one around the hour that repeats is an hour longer.

mod check;
mod document;
mod holidays;
mod measure;
mod plan;
mod segments;

pub use document::{
    CalendarDefinition, DayDefinition, DayWork, Makeup, PeriodDefinition, Preset, Week, WeekDays, Weekday,
};
pub use holidays::{Holidays, builtin};
pub use measure::FOREVER;
pub use plan::Calendar;
pub use segments::{Cause, Segment};
