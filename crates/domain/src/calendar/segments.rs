//! A stretch of time cut into working and other time, each piece with its cause.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::plan::Calendar;
use crate::text::Text;
use crate::time::Timestamp;

/// Why a piece of time counts or does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Cause {
    /// The hours of an ordinary day.
    Hours,
    /// An official make-up working day.
    MakeupDay { name: Text },
    /// A working day of the calendar's own.
    SpecialDay { name: Text },
    /// Before, between or after the windows of a working day.
    OutsideHours,
    /// A weekday that has no windows.
    RestDay,
    /// A public holiday; open when the calendar has holiday hours.
    Holiday { name: Text },
    /// A day off of the calendar's own.
    DayOff { name: Text },
}

/// A piece of time; `to` is not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub from: Timestamp,
    pub to: Timestamp,
    pub open: bool,
    #[serde(flatten)]
    pub cause: Cause,
}

impl Calendar {
    /// Everything from `from` to `to`, without gaps; neighbours differ in cause.
    pub fn segments(&self, from: Timestamp, to: Timestamp) -> Vec<Segment> {
        let mut pieces = Pieces { found: Vec::new(), cursor: from };
        for open in self.open_from(from).take_while(|open| open.from < to) {
            self.closed(&mut pieces, open.from);
            pieces.push(open.to.min(to), true, self.plan(open.date).open_cause());
        }
        self.closed(&mut pieces, to);
        pieces.found
    }

    /// Fills the closed time up to `until`, day by day.
    fn closed(&self, pieces: &mut Pieces, until: Timestamp) {
        if pieces.cursor >= until {
            return;
        }
        let mut date = self.local_date(pieces.cursor);
        while pieces.cursor < until {
            let next = date.tomorrow().unwrap_or(Date::MAX);
            let midnight = if next > date { self.instant(next, 0) } else { until };
            pieces.push(midnight.min(until), false, self.plan(date).closed_cause());
            date = next;
        }
    }
}

struct Pieces {
    found: Vec<Segment>,
    cursor: Timestamp,
}

impl Pieces {
    fn push(&mut self, to: Timestamp, open: bool, cause: Cause) {
        if to <= self.cursor {
            return;
        }
        match self.found.last_mut() {
            Some(last) if last.open == open && last.cause == cause => last.to = to,
            _ => self.found.push(Segment { from: self.cursor, to, open, cause }),
        }
        self.cursor = to;
    }
}
