//! Reads a calendar document into a [`Calendar`], or says everything that is wrong with it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::document::{CalendarDefinition, DayDefinition, DayWork, Makeup, PeriodDefinition, Preset, Week, Weekday};
use super::holidays::{Holidays, builtin};
use super::plan::{Calendar, MINUTES_A_DAY, OwnDay, Rule, Window};
use crate::problem::Problem;

/// Own days that one document may have, stretches counted by day.
const MAX_OWN_DAYS: usize = 4_000;
const WHOLE_DAY: Window = Window { start: 0, end: MINUTES_A_DAY };

impl CalendarDefinition {
    /// Everything that is wrong with the document.
    pub fn check(&self) -> Vec<Problem> {
        Calendar::compile(self).err().unwrap_or_default()
    }
}

impl Calendar {
    /// The calendar that the document describes.
    ///
    /// # Errors
    /// Everything that is wrong with the document, with the place of each fault.
    pub fn compile(definition: &CalendarDefinition) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let zone = TimeZone::get(&definition.zone);
        if zone.is_err() {
            problems.push(Problem::new("/zone", "calendar.unknown_zone").with("zone", definition.zone.as_str()));
        }
        let base = base_rule(definition, &mut problems);
        let periods = periods(definition, &base, &mut problems);
        let days = own_days(definition, &base, &mut problems);
        let day_ms = day_length(definition, &base, &mut problems);
        let (Ok(zone), true) = (zone, problems.is_empty()) else {
            return Err(problems);
        };
        let always = periods.is_empty() && days.is_empty() && base.is_always();
        Ok(Self { zone, base, periods, days, day_ms, always })
    }
}

fn base_rule(definition: &CalendarDefinition, problems: &mut Vec<Problem>) -> Rule {
    let week = week("/week", &definition.week, problems);
    Rule {
        makeup: makeup(definition.makeup, definition.makeup_as, &week),
        holidays: holidays("/holidays", definition.holidays.as_deref(), problems),
        holiday_hours: windows("/holiday_hours", &definition.holiday_hours, problems),
        week,
    }
}

fn periods(definition: &CalendarDefinition, base: &Rule, problems: &mut Vec<Problem>) -> Vec<(Date, Date, Rule)> {
    let mut found = Vec::new();
    for (index, period) in definition.periods.iter().enumerate() {
        let pointer = format!("/periods/{index}");
        let from = bound(&format!("{pointer}/valid_from"), period.valid_from.as_deref(), Date::MIN, problems);
        let to = bound(&format!("{pointer}/valid_to"), period.valid_to.as_deref(), Date::MAX, problems);
        let rule = period_rule(&pointer, definition, period, base, problems);
        let (Some(from), Some(to)) = (from, to) else {
            continue;
        };
        if from > to || (period.valid_from.is_none() && period.valid_to.is_none()) {
            problems.push(Problem::new(pointer, "calendar.bad_period"));
            continue;
        }
        found.push((from, to, rule, index));
    }
    found.sort_by_key(|(from, ..)| *from);
    for pair in found.windows(2) {
        let [(_, earlier_end, ..), (later_start, _, _, index)] = pair else {
            continue;
        };
        if earlier_end >= later_start {
            problems.push(Problem::new(format!("/periods/{index}"), "calendar.periods_overlap"));
        }
    }
    found.into_iter().map(|(from, to, rule, _)| (from, to, rule)).collect()
}

/// The base rule with what the period names put in its place.
fn period_rule(
    pointer: &str,
    definition: &CalendarDefinition,
    period: &PeriodDefinition,
    base: &Rule,
    problems: &mut Vec<Problem>,
) -> Rule {
    let week = match &period.week {
        Some(own) => week(&format!("{pointer}/week"), own, problems),
        None => base.week.clone(),
    };
    let policy = period.makeup.unwrap_or(definition.makeup);
    Rule {
        makeup: makeup(policy, period.makeup_as.unwrap_or(definition.makeup_as), &week),
        holidays: match &period.holidays {
            Some(code) => holidays(&format!("{pointer}/holidays"), Some(code), problems),
            None => base.holidays,
        },
        holiday_hours: match &period.holiday_hours {
            Some(own) => windows(&format!("{pointer}/holiday_hours"), own, problems),
            None => base.holiday_hours.clone(),
        },
        week,
    }
}

fn own_days(definition: &CalendarDefinition, base: &Rule, problems: &mut Vec<Problem>) -> BTreeMap<Date, OwnDay> {
    let mut found = BTreeMap::new();
    for (index, day) in definition.days.iter().enumerate() {
        let pointer = format!("/days/{index}");
        let first = bound(&format!("{pointer}/date"), Some(&day.date), Date::MIN, problems);
        let last = bound(&format!("{pointer}/to"), day.to.as_deref().or(Some(&day.date)), Date::MAX, problems);
        let windows = own_windows(&pointer, day, base, problems);
        let (Some(mut date), Some(last), Some(windows)) = (first, last, windows) else {
            continue;
        };
        if date > last {
            problems.push(Problem::new(pointer, "calendar.bad_period"));
            continue;
        }
        loop {
            let own = OwnDay { name: day.name.clone(), windows: windows.clone() };
            if found.insert(date, own).is_some() {
                problems.push(Problem::new(&pointer, "calendar.day_twice").with("date", date.to_string()));
            }
            match date.tomorrow() {
                Ok(next) if next <= last && found.len() <= MAX_OWN_DAYS => date = next,
                _ => break,
            }
        }
        if found.len() > MAX_OWN_DAYS {
            problems.push(Problem::new(pointer, "calendar.too_many_days").with("max", MAX_OWN_DAYS));
            break;
        }
    }
    found
}

fn own_windows(pointer: &str, day: &DayDefinition, base: &Rule, problems: &mut Vec<Problem>) -> Option<Vec<Window>> {
    let found = match (&day.work, day.off) {
        (None, true) => return Some(Vec::new()),
        (Some(DayWork::Windows(texts)), false) => windows(&format!("{pointer}/work"), texts, problems),
        (Some(DayWork::Like(weekday)), false) => base.week[weekday.index()].clone(),
        _ => Vec::new(),
    };
    if found.is_empty() {
        problems.push(Problem::new(pointer, "calendar.off_or_work"));
        return None;
    }
    Some(found)
}

fn day_length(definition: &CalendarDefinition, base: &Rule, problems: &mut Vec<Problem>) -> i64 {
    let Some(text) = &definition.day else {
        let like = &base.week[definition.makeup_as.index()];
        let day = if like.is_empty() { base.week.iter().find(|day| !day.is_empty()) } else { Some(like) };
        let windows = day.map(Vec::as_slice).unwrap_or_default();
        return windows.iter().map(|window| i64::from(window.end - window.start) * 60_000).sum();
    };
    match lang::Duration::parse(text) {
        Some(length) if length.months == 0 && length.days == 0 && (1..=86_400_000).contains(&length.millis) => {
            length.millis
        }
        _ => {
            problems.push(Problem::new("/day", "calendar.bad_day_length").with("value", text.as_str()));
            0
        }
    }
}

fn week(pointer: &str, week: &Week, problems: &mut Vec<Problem>) -> [Vec<Window>; 7] {
    let found = match week {
        Week::Preset(Preset::Always) => Weekday::ALL.map(|_| vec![WHOLE_DAY]),
        Week::Days(days) => {
            Weekday::ALL.map(|day| windows(&format!("{pointer}/{}", day.name()), days.get(day), problems))
        }
    };
    // A date after the last own day follows a week, so an open week is what keeps every question finite.
    if found.iter().all(Vec::is_empty) {
        problems.push(Problem::new(pointer, "calendar.never_open"));
    }
    for day in Weekday::ALL {
        let next = Weekday::ALL[(day.index() + 1) % 7];
        let spill = found[day.index()].last().map_or(0, |window| window.end.saturating_sub(MINUTES_A_DAY));
        if found[next.index()].first().is_some_and(|window| window.start < spill) {
            problems.push(Problem::new(format!("{pointer}/{}/0", next.name()), "calendar.windows_overlap"));
        }
    }
    found
}

fn makeup(policy: Makeup, like: Weekday, week: &[Vec<Window>; 7]) -> Option<Vec<Window>> {
    match policy {
        Makeup::Work => Some(week[like.index()].clone()),
        Makeup::Ignore => None,
    }
}

fn holidays(pointer: &str, code: Option<&str>, problems: &mut Vec<Problem>) -> Option<&'static Holidays> {
    let code = code.filter(|code| *code != "none")?;
    let found = builtin(code);
    if found.is_none() {
        problems.push(Problem::new(pointer, "calendar.unknown_holidays").with("code", code));
    }
    found
}

fn bound(pointer: &str, text: Option<&str>, open: Date, problems: &mut Vec<Problem>) -> Option<Date> {
    let Some(text) = text else { return Some(open) };
    // The library would also take longer forms; the document has one.
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    if date.is_none() {
        problems.push(Problem::new(pointer, "calendar.bad_date").with("value", text));
    }
    date
}

/// Sorted by start.
fn windows(pointer: &str, texts: &[String], problems: &mut Vec<Problem>) -> Vec<Window> {
    let mut found = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match window(text) {
            Some(window) => found.push((window, index)),
            None => {
                let problem = Problem::new(format!("{pointer}/{index}"), "calendar.bad_window");
                problems.push(problem.with("value", text.as_str()));
            }
        }
    }
    found.sort_unstable();
    for pair in found.windows(2) {
        let [(earlier, _), (later, index)] = pair else {
            continue;
        };
        if later.start < earlier.end {
            problems.push(Problem::new(format!("{pointer}/{index}"), "calendar.windows_overlap"));
        }
    }
    found.into_iter().map(|(window, _)| window).collect()
}

/// `09:00-12:00`; `22:00-06:00` ends on the next day; `00:00-24:00` is the whole day.
fn window(text: &str) -> Option<Window> {
    let (start, end) = text.split_once('-')?;
    let (start, end) = (clock(start)?, clock(end)?);
    if start == end || start >= MINUTES_A_DAY {
        return None;
    }
    let end = if end < start { end + MINUTES_A_DAY } else { end };
    Some(Window { start, end })
}

fn clock(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    let [tens, ones, b':', minute_tens, minute_ones] = bytes else {
        return None;
    };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    let hour = digit(tens)? * 10 + digit(ones)?;
    let minute = digit(minute_tens)? * 10 + digit(minute_ones)?;
    let total = hour * 60 + minute;
    (minute < 60 && total <= MINUTES_A_DAY).then_some(total)
}

impl Rule {
    fn is_always(&self) -> bool {
        self.holidays.is_none() && self.week.iter().all(|day| day.as_slice() == [WHOLE_DAY])
    }
}
