//! Adding and measuring working time, window by window.

use jiff::civil::Date;

use super::plan::{Calendar, DayPlan};
use crate::time::Timestamp;

/// What a question beyond the end of time is answered with.
pub const FOREVER: Timestamp = Timestamp::from_millis(253_402_207_200_000);

/// Days that one question may walk; a target of 40 000 days is a typing error, not a promise.
const MAX_DAYS: u32 = 40_000;

/// An open stretch and the date it belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) date: Date,
}

impl Calendar {
    /// The earliest instant at which `working_ms` of working time have passed since `start`.
    #[must_use]
    pub fn add(&self, start: Timestamp, working_ms: i64) -> Timestamp {
        if working_ms <= 0 {
            return start;
        }
        if self.always {
            return start.plus_millis(working_ms).min(FOREVER);
        }
        let mut left = working_ms;
        for open in self.open_from(start) {
            let length = open.to.millis_since(open.from);
            if left <= length {
                return open.from.plus_millis(left);
            }
            left -= length;
        }
        FOREVER
    }

    /// Milliseconds of working time from `from` to `to`; zero when `to` is not later.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> i64 {
        if self.always {
            return to.millis_since(from).max(0);
        }
        let stretches = self.open_from(from).take_while(|open| open.from < to);
        stretches.map(|open| open.to.min(to).millis_since(open.from)).sum()
    }

    /// Whether `at` is working time.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.next_open(at) == at
    }

    /// The earliest working instant that is not before `at`.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Timestamp {
        if self.always {
            return at;
        }
        self.open_from(at).next().map_or(FOREVER, |open| open.from)
    }

    /// The earliest instant not before `at` that is not working time; `None` when there is none for three years.
    pub fn next_close(&self, at: Timestamp) -> Option<Timestamp> {
        if self.always {
            return None;
        }
        let mut end = at;
        for open in self.open_from(at) {
            if open.from > end {
                return Some(end);
            }
            end = open.to;
            if end.millis_since(at) > 3 * 366 * 86_400_000 {
                return None;
            }
        }
        Some(end)
    }

    /// Open stretches after `start`, in order and without overlap; the first may begin at `start`.
    pub(super) fn open_from(&self, start: Timestamp) -> OpenFrom<'_> {
        // A window may have started yesterday.
        let date = self.local_date(start);
        let date = date.yesterday().unwrap_or(date);
        OpenFrom { calendar: self, date, plan: self.plan(date), index: 0, floor: start, days: 0 }
    }
}

pub(super) struct OpenFrom<'a> {
    calendar: &'a Calendar,
    date: Date,
    plan: DayPlan<'a>,
    index: usize,
    /// Nothing before this is given out again.
    floor: Timestamp,
    days: u32,
}

impl Iterator for OpenFrom<'_> {
    type Item = Open;

    fn next(&mut self) -> Option<Open> {
        loop {
            if let Some(window) = self.plan.windows.get(self.index) {
                self.index += 1;
                let to = self.calendar.instant(self.date, window.end);
                if to <= self.floor {
                    continue;
                }
                let from = self.calendar.instant(self.date, window.start).max(self.floor);
                if from < to {
                    self.floor = to;
                    return Some(Open { from, to, date: self.date });
                }
                continue;
            }
            self.days += 1;
            if self.days > MAX_DAYS {
                return None;
            }
            self.date = self.date.tomorrow().ok()?;
            self.plan = self.calendar.plan(self.date);
            self.index = 0;
        }
    }
}
