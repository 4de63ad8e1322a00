//! Calendars and service levels, against a second, slow implementation and by tables.

mod calendar;
mod documents;
mod golden;
mod random;
mod slow;
