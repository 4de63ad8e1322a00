//! Finds times in Chinese and English and resolves them against the present: 明早, 下周三下午三点, in 2 hours.
//!
//! A hand-written reader and not patterns, because the value matters more than the place: the same words mean another
//! day tomorrow. Every attempt looks at a bounded stretch, so the whole is linear in the text.

mod chinese;
mod clock;
mod cursor;
mod english;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};

use clock::{Clock, DayPart};
use cursor::Cursor;

/// The present, in the zone of the person who wrote the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970 in UTC.
    pub now_ms: i64,
    /// How far the local clock is ahead of UTC.
    pub offset_minutes: i32,
}

/// A time found in a normalised text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoundTime {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// `2026-02-13` or `2026-02-13T14:00:00+08:00`.
    pub(crate) value: String,
    pub(crate) confidence: f64,
}

/// What a reader saw before it was resolved.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    date: Option<Date>,
    part: Option<DayPart>,
    clock: Option<Clock>,
    /// Already exact, as in "two hours ago".
    instant: Option<DateTime>,
    /// The words leave no room for another reading.
    firm: bool,
    end: usize,
}

/// The local time at a moment.
fn local(moment: &Moment) -> DateTime {
    let shifted = moment.now_ms.saturating_add(i64::from(moment.offset_minutes) * 60_000);
    let instant = jiff::Timestamp::from_millisecond(shifted).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.to_zoned(jiff::tz::TimeZone::UTC).datetime()
}

/// All times of a normalised text, left to right.
pub(crate) fn find(chars: &[char], moment: &Moment) -> Vec<FoundTime> {
    let now = local(moment);
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let cursor = Cursor::new(chars, at);
        let seen =
            if cursor.may_start() { chinese::read(cursor, now).or_else(|| english::read(cursor, now)) } else { None };
        let resolved = seen.and_then(|seen| resolve(&seen, now, moment.offset_minutes));
        match (seen, resolved) {
            (Some(seen), Some((value, confidence))) => {
                found.push(FoundTime { start: at, end: seen.end, value, confidence });
                at = seen.end;
            }
            _ => at += 1,
        }
    }
    found
}

fn resolve(seen: &Seen, now: DateTime, offset_minutes: i32) -> Option<(String, f64)> {
    if let Some(instant) = seen.instant {
        return Some((with_offset(instant, offset_minutes), 0.9));
    }
    let date = seen.date.unwrap_or(now.date());
    let (time, sure) = match (seen.clock, seen.part) {
        (Some(clock), part) => clock.resolve(part)?,
        (None, Some(part)) => (part.usual_time(), 0.7),
        (None, None) => {
            seen.date?;
            return Some((date.to_string(), if seen.firm { 0.95 } else { 0.8 }));
        }
    };
    let confidence = match (seen.date.is_some(), seen.clock.is_some()) {
        (true, true) => sure,
        (true, false) => 0.7,
        (false, true) => sure.min(0.7),
        (false, false) => 0.5,
    };
    Some((with_offset(date.to_datetime(time), offset_minutes), confidence))
}

fn with_offset(local: DateTime, offset_minutes: i32) -> String {
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
    let local = local.with().subsec_nanosecond(0).build().unwrap_or(local);
    format!("{local}{sign}{hours:02}:{minutes:02}")
}

/// A day and month without a year mean the nearest one.
fn nearest_year(now: DateTime, month: u32, day: u32) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    (-1..=1)
        .filter_map(|shift| Date::new(now.year() + shift, month, day).ok())
        .min_by_key(|date| days_between(now.date(), *date).abs())
}

fn date_of(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

fn shift_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(days.days()).ok()
}

/// The day of a week counted from this one; Monday is 1. Week 0 is the present week.
fn weekday_in_week(now: DateTime, week: i64, weekday: i64) -> Option<Date> {
    let today = i64::from(now.weekday().to_monday_one_offset());
    shift_days(now.date(), week * 7 + weekday - today)
}

/// The next such day, today included.
fn coming_weekday(now: DateTime, weekday: i64) -> Option<Date> {
    let today = i64::from(now.weekday().to_monday_one_offset());
    shift_days(now.date(), (weekday - today).rem_euclid(7))
}

fn shift_seconds(now: DateTime, seconds: i64) -> Option<DateTime> {
    now.checked_add(seconds.seconds()).ok()
}

fn time_of(hour: u32, minute: u32) -> Option<Time> {
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()
}
