//! Calendars and service levels, against a second, slow implementation and by tables.

mod calendar;
mod documents;
mod golden;
mod histories;
mod policies;
mod random;
mod service;
mod simulate;
mod slow;
mod timing;
