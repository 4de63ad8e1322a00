//! English dates: today, next Monday at 10:30, March 5th, in 2 hours, 3pm tomorrow.

use jiff::civil::{Date, DateTime};

use super::clock::{Clock, DayPart};
use super::cursor::Cursor;
use super::{Seen, coming_weekday, date_of, nearest_year, shift_days, shift_seconds, weekday_in_week};

const WEEKDAYS: [(&str, i64); 7] =
    [("monday", 1), ("tuesday", 2), ("wednesday", 3), ("thursday", 4), ("friday", 5), ("saturday", 6), ("sunday", 7)];

const SHORT_WEEKDAYS: [(&str, i64); 9] =
    [("mon", 1), ("tue", 2), ("tues", 2), ("wed", 3), ("thu", 4), ("thurs", 4), ("fri", 5), ("sat", 6), ("sun", 7)];

const MONTHS: [(&str, u32); 24] = [
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("sept", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
];

const UNITS: [(&str, i64); 14] = [
    ("minutes", 60),
    ("minute", 60),
    ("mins", 60),
    ("min", 60),
    ("hours", 3_600),
    ("hour", 3_600),
    ("hrs", 3_600),
    ("hr", 3_600),
    ("h", 3_600),
    ("days", 86_400),
    ("day", 86_400),
    ("weeks", 604_800),
    ("week", 604_800),
    ("wk", 604_800),
];

pub(super) fn read(start: Cursor<'_>, now: DateTime) -> Option<Seen> {
    if let Some(seen) = relative(start, now) {
        return Some(seen);
    }
    let mut cursor = start;
    let mut seen = Seen::default();
    if let Some((date, part)) = date(&mut cursor, now) {
        seen = Seen { date: Some(date), part, firm: true, end: cursor.at, ..Seen::default() };
        let mut ahead = cursor;
        skip_joints(&mut ahead);
        if let Some(part) = DayPart::english(&mut ahead) {
            seen.part = Some(part);
            seen.end = ahead.at;
            cursor = ahead;
        }
        let mut ahead = cursor;
        skip_joints(&mut ahead);
        if let Some(clock) = Clock::english(&mut ahead) {
            seen.clock = Some(clock);
            seen.end = ahead.at;
        }
        return Some(seen);
    }
    seen.clock = Some(Clock::english(&mut cursor)?);
    seen.end = cursor.at;
    let mut ahead = cursor;
    skip_joints(&mut ahead);
    if let Some((date, part)) = date(&mut ahead, now) {
        seen.date = Some(date);
        seen.part = part;
        seen.end = ahead.at;
    }
    Some(seen)
}

fn skip_joints(cursor: &mut Cursor<'_>) {
    cursor.skip_spaces();
    for joint in [",", "at", "on", "in the", "around", "by"] {
        let mut ahead = *cursor;
        let word = joint == "," && ahead.eat(joint) || ahead.eat_word(joint);
        if word {
            *cursor = ahead;
            cursor.skip_spaces();
        }
    }
}

/// in 2 hours, 30 minutes ago, two days ago, an hour later.
fn relative(mut cursor: Cursor<'_>, now: DateTime) -> Option<Seen> {
    let ahead_word = cursor.eat_word("in");
    cursor.skip_spaces();
    let half = cursor.eat_word("half");
    cursor.skip_spaces();
    let amount = i64::from(cursor.english_number()?);
    cursor.skip_spaces();
    let unit = cursor.eat_any_word(&UNITS)?;
    let direction = if ahead_word {
        1
    } else {
        cursor.skip_spaces();
        cursor.eat_any(&[("ago", -1), ("later", 1), ("from now", 1)])?
    };
    let seconds = if half { amount * unit / 2 } else { amount * unit };
    let moved = shift_seconds(now, direction * seconds)?;
    let end = cursor.at;
    if unit >= 86_400 {
        return Some(Seen { date: Some(moved.date()), firm: true, end, ..Seen::default() });
    }
    Some(Seen { instant: Some(moved), end, ..Seen::default() })
}

fn date(cursor: &mut Cursor<'_>, now: DateTime) -> Option<(Date, Option<DayPart>)> {
    let start = *cursor;
    type Reader = fn(&mut Cursor<'_>, DateTime) -> Option<(Date, Option<DayPart>)>;
    let readers: [Reader; 5] = [named_day, week_day, iso, month_first, day_first];
    for reader in readers {
        if let Some(found) = reader(cursor, now) {
            return Some(found);
        }
        *cursor = start;
    }
    None
}

fn named_day(cursor: &mut Cursor<'_>, now: DateTime) -> Option<(Date, Option<DayPart>)> {
    const DAYS: [(&str, (i64, Option<DayPart>)); 10] = [
        ("the day after tomorrow", (2, None)),
        ("the day before yesterday", (-2, None)),
        ("this morning", (0, Some(DayPart::Morning))),
        ("this afternoon", (0, Some(DayPart::Afternoon))),
        ("this evening", (0, Some(DayPart::Evening))),
        ("last night", (-1, Some(DayPart::Evening))),
        ("tonight", (0, Some(DayPart::Evening))),
        ("today", (0, None)),
        ("tomorrow", (1, None)),
        ("yesterday", (-1, None)),
    ];
    let (days, part) = cursor.eat_any_word(&DAYS)?;
    shift_days(now.date(), days).map(|date| (date, part))
}

fn week_day(cursor: &mut Cursor<'_>, now: DateTime) -> Option<(Date, Option<DayPart>)> {
    let week = cursor.eat_any_word(&[("next", 1), ("last", -1), ("this", 0), ("on", 2)]);
    cursor.skip_spaces();
    let weekday = match week {
        // "sat" and "sun" are words of their own; only a leading "next" or "on" makes them days.
        Some(_) => cursor.eat_any_word(&WEEKDAYS).or_else(|| cursor.eat_any_word(&SHORT_WEEKDAYS))?,
        None => cursor.eat_any_word(&WEEKDAYS)?,
    };
    let date = match week {
        Some(week @ (-1..=1)) => weekday_in_week(now, week, weekday)?,
        _ => coming_weekday(now, weekday)?,
    };
    Some((date, None))
}

/// 2026-02-13, also with a "T" before the time, and 2/13/2026.
fn iso(cursor: &mut Cursor<'_>, _now: DateTime) -> Option<(Date, Option<DayPart>)> {
    let month = cursor.digits(1, 2)?;
    if !cursor.eat("/") {
        return None;
    }
    let day = cursor.digits(1, 2)?;
    if !cursor.eat("/") {
        return None;
    }
    let year = cursor.digits(4, 4)?;
    let date = date_of(year, month, day).or_else(|| date_of(year, day, month))?;
    Some((date, None))
}

/// March 5, Mar. 5th, March 5 2026.
fn month_first(cursor: &mut Cursor<'_>, now: DateTime) -> Option<(Date, Option<DayPart>)> {
    let month = cursor.eat_any_word(&MONTHS)?;
    cursor.eat(".");
    cursor.skip_spaces();
    let day = day_number(cursor)?;
    with_year(cursor, now, month, day)
}

/// 5 March, 5th of March 2026.
fn day_first(cursor: &mut Cursor<'_>, now: DateTime) -> Option<(Date, Option<DayPart>)> {
    let day = day_number(cursor)?;
    cursor.skip_spaces();
    if cursor.eat_word("of") {
        cursor.skip_spaces();
    }
    let month = cursor.eat_any_word(&MONTHS)?;
    with_year(cursor, now, month, day)
}

fn day_number(cursor: &mut Cursor<'_>) -> Option<u32> {
    let day = cursor.digits(1, 2)?;
    cursor.eat_any_word(&[("st", ()), ("nd", ()), ("rd", ()), ("th", ())]);
    Some(day)
}

fn with_year(cursor: &mut Cursor<'_>, now: DateTime, month: u32, day: u32) -> Option<(Date, Option<DayPart>)> {
    let mut ahead = *cursor;
    ahead.eat(",");
    ahead.skip_spaces();
    if let Some(year) = ahead.digits(4, 4).filter(|year| (1990..=2100).contains(year)) {
        *cursor = ahead;
        return Some((date_of(year, month, day)?, None));
    }
    Some((nearest_year(now, month, day)?, None))
}
