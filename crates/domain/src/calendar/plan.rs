//! The compiled calendar: what is worked on one date.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::holidays::Holidays;
use super::segments::Cause;
use crate::text::Text;
use crate::time::Timestamp;

pub(super) const MINUTES_A_DAY: u16 = 24 * 60;

/// Working time, ready to be asked.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub(super) zone: TimeZone,
    pub(super) base: Rule,
    /// First date, last date and rule; sorted, without overlap.
    pub(super) periods: Vec<(Date, Date, Rule)>,
    pub(super) days: BTreeMap<Date, OwnDay>,
    /// What a day in a target counts as.
    pub(super) day_ms: i64,
    /// Nothing ever closes it.
    pub(super) always: bool,
}

/// What holds on the dates of one stretch.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) week: [Vec<Window>; 7],
    pub(super) holidays: Option<&'static Holidays>,
    /// Windows of an official make-up day; `None` when such days are ignored.
    pub(super) makeup: Option<Vec<Window>>,
    pub(super) holiday_hours: Vec<Window>,
}

/// Minutes after midnight; an end after 24:00 lies on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Window {
    pub(super) start: u16,
    pub(super) end: u16,
}

#[derive(Debug, Clone)]
pub(super) struct OwnDay {
    pub(super) name: Text,
    pub(super) windows: Vec<Window>,
}

/// One date: its windows, what to call them, and what to call the rest.
pub(super) struct DayPlan<'a> {
    pub(super) windows: &'a [Window],
    kind: DayKind<'a>,
}

enum DayKind<'a> {
    Week,
    Own(&'a Text),
    Holiday(&'a Text),
    Makeup(&'a Text),
}

impl Calendar {
    /// The last date whose public holidays are known; `None` when the calendar uses none.
    /// Later dates follow the week alone, so a due time after it may still move.
    pub fn data_until(&self) -> Option<Date> {
        let rules = self.periods.iter().map(|(_, _, rule)| rule).chain([&self.base]);
        rules.filter_map(|rule| rule.holidays).map(|holidays| holidays.last).min()
    }

    /// Whether `at` lies after [`Calendar::data_until`].
    pub fn is_beyond_data(&self, at: Timestamp) -> bool {
        self.data_until().is_some_and(|last| self.local_date(at) > last)
    }

    /// The working time that one day of a target stands for.
    pub const fn day_ms(&self) -> i64 {
        self.day_ms
    }

    pub(super) fn local_date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at.to_jiff()).date()
    }

    /// The first instant whose local clock has reached `minutes` after midnight of `date`.
    pub(super) fn instant(&self, date: Date, minutes: u16) -> Timestamp {
        let (date, minutes) = match minutes.checked_sub(MINUTES_A_DAY) {
            Some(rest) => (date.tomorrow().unwrap_or(Date::MAX), rest),
            None => (date, minutes),
        };
        // `minutes` is below 1440 here, so both parts fit.
        let clock = date.at((minutes / 60) as i8, (minutes % 60) as i8, 0, 0);
        let ambiguous = self.zone.to_ambiguous_timestamp(clock);
        let (offset, skipped) = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => (offset, false),
            AmbiguousOffset::Fold { before, .. } => (before, false),
            AmbiguousOffset::Gap { before, .. } => (before, true),
        };
        let Ok(found) = offset.to_timestamp(clock) else {
            return super::FOREVER;
        };
        let found = Timestamp::from(found);
        if !skipped {
            return found;
        }
        let changes = self.zone.preceding(found.plus_millis(1).to_jiff());
        changes.map(|change| Timestamp::from(change.timestamp())).next().unwrap_or(found)
    }

    pub(super) fn plan(&self, date: Date) -> DayPlan<'_> {
        if let Some(own) = self.days.get(&date) {
            return DayPlan { windows: &own.windows, kind: DayKind::Own(&own.name) };
        }
        let rule = self.rule(date);
        let ordinary = &rule.week[date.weekday().to_monday_zero_offset() as usize];
        let announced = rule.holidays.and_then(|holidays| holidays.get(date));
        match (announced, &rule.makeup) {
            (Some(day), _) if day.off => DayPlan { windows: &rule.holiday_hours, kind: DayKind::Holiday(&day.name) },
            (Some(day), Some(makeup)) => DayPlan { windows: makeup, kind: DayKind::Makeup(&day.name) },
            (Some(_), None) | (None, _) => DayPlan { windows: ordinary, kind: DayKind::Week },
        }
    }

    fn rule(&self, date: Date) -> &Rule {
        let after = self.periods.partition_point(|(first, _, _)| *first <= date);
        match after.checked_sub(1).and_then(|index| self.periods.get(index)) {
            Some((_, last, rule)) if date <= *last => rule,
            _ => &self.base,
        }
    }
}

impl DayPlan<'_> {
    pub(super) fn open_cause(&self) -> Cause {
        match self.kind {
            DayKind::Week => Cause::Hours,
            DayKind::Own(name) => Cause::SpecialDay { name: name.clone() },
            DayKind::Holiday(name) => Cause::Holiday { name: name.clone() },
            DayKind::Makeup(name) => Cause::MakeupDay { name: name.clone() },
        }
    }

    pub(super) fn closed_cause(&self) -> Cause {
        match self.kind {
            DayKind::Holiday(name) => Cause::Holiday { name: name.clone() },
            DayKind::Own(name) if self.windows.is_empty() => Cause::DayOff { name: name.clone() },
            DayKind::Week if self.windows.is_empty() => Cause::RestDay,
            DayKind::Week | DayKind::Own(_) | DayKind::Makeup(_) => Cause::OutsideHours,
        }
    }
}
