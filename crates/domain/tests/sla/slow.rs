//! Working time decided minute by minute. Shares nothing with the crate but the documents and the zone offsets.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::documents;

/// 2023-12-01 to 2027-12-01, in minutes since 1970.
pub(crate) const FIRST: i64 = 28_356_480;
const LAST: i64 = 30_460_320;
const DAY: i64 = 1_440;

const OFF: &str = "\
    2024-01-01 2024-01-01 2024-02-10 2024-02-17 2024-04-04 2024-04-06 2024-05-01 2024-05-05 2024-06-10 2024-06-10 \
    2024-09-15 2024-09-17 2024-10-01 2024-10-07 2025-01-01 2025-01-01 2025-01-28 2025-02-04 2025-04-04 2025-04-06 \
    2025-05-01 2025-05-05 2025-05-31 2025-06-02 2025-10-01 2025-10-08 2026-01-01 2026-01-03 2026-02-15 2026-02-23 \
    2026-04-04 2026-04-06 2026-05-01 2026-05-05 2026-06-19 2026-06-21 2026-09-25 2026-09-27 2026-10-01 2026-10-07";
const MAKEUP: &str = "\
    2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12 2025-01-26 2025-02-08 \
    2025-04-27 2025-09-28 2025-10-11 2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10";

/// Every calendar of the comparisons, worked out once.
pub(crate) fn all() -> &'static [(Value, Minutes)] {
    static ALL: LazyLock<Vec<(Value, Minutes)>> = LazyLock::new(|| {
        documents::all()
            .into_iter()
            .map(|document| {
                let minutes = Minutes::of(&document);
                (document, minutes)
            })
            .collect()
    });
    &ALL
}

/// Whether each minute is working time.
pub(crate) struct Minutes {
    open: Vec<bool>,
}

impl Minutes {
    fn of(calendar: &Value) -> Self {
        let zone = TimeZone::get(text(&calendar["zone"])).expect("a zone");
        let announced = Announced {
            off: OFF.split_whitespace().map(day_number).collect(),
            makeup: MAKEUP.split_whitespace().map(day_number).collect(),
        };
        let (mut day, mut today, mut yesterday) = (i64::MIN, Vec::new(), Vec::new());
        let mut open = Vec::with_capacity((LAST - FIRST) as usize);
        let mut offset = 0;
        let mut reached = i64::MIN;
        for minute in FIRST..LAST {
            if minute % 15 == 0 {
                let instant = Timestamp::from_second(minute * 60).expect("an instant");
                offset = i64::from(zone.to_offset(instant).seconds()) / 60;
            }
            // The clock on the wall, except that it never goes back.
            reached = reached.max(minute + offset);
            let clock = reached.rem_euclid(DAY);
            if reached.div_euclid(DAY) != day {
                day = reached.div_euclid(DAY);
                today = windows_of(calendar, &announced, day);
                yesterday = windows_of(calendar, &announced, day - 1);
            }
            let mut working = false;
            for (start, end) in &today {
                working |= *start <= clock && clock < *end;
            }
            for (_, end) in &yesterday {
                working |= clock + DAY < *end;
            }
            open.push(working);
        }
        Self { open }
    }

    pub(crate) fn is_open(&self, minute: i64) -> bool {
        self.open[(minute - FIRST) as usize]
    }

    pub(crate) fn add(&self, start: i64, working: i64) -> i64 {
        let (mut now, mut left) = (start, working);
        while left > 0 {
            if self.is_open(now) {
                left -= 1;
            }
            now += 1;
        }
        now
    }

    pub(crate) fn between(&self, from: i64, to: i64) -> i64 {
        let mut found = 0;
        for minute in from..to {
            if self.is_open(minute) {
                found += 1;
            }
        }
        found
    }
}

struct Announced {
    /// First and last day, in turn.
    off: Vec<i64>,
    makeup: Vec<i64>,
}

/// The windows that start on a day, in minutes after its midnight.
fn windows_of(calendar: &Value, announced: &Announced, day: i64) -> Vec<(i64, i64)> {
    for own in calendar["days"].as_array().into_iter().flatten() {
        let first = day_number(text(&own["date"]));
        let last = own["to"].as_str().map_or(first, day_number);
        if first <= day && day <= last {
            return match &own["work"] {
                Value::String(weekday) => parse(&calendar["week"][weekday.as_str()]),
                windows => parse(windows),
            };
        }
    }
    let mut rules = calendar.clone();
    for period in calendar["periods"].as_array().into_iter().flatten() {
        let after = period["valid_from"].as_str().is_none_or(|from| day_number(from) <= day);
        let before = period["valid_to"].as_str().is_none_or(|to| day <= day_number(to));
        if after && before {
            for name in ["week", "holidays", "makeup", "makeup_as", "holiday_hours"] {
                if !period[name].is_null() {
                    rules[name] = period[name].clone();
                }
            }
        }
    }
    if rules["holidays"] == "cn" {
        if announced.off.chunks(2).any(|stretch| stretch[0] <= day && day <= stretch[1]) {
            return parse(&rules["holiday_hours"]);
        }
        if announced.makeup.contains(&day) && rules["makeup"] != "ignore" {
            return of_weekday(&rules["week"], rules["makeup_as"].as_str().unwrap_or("mon"));
        }
    }
    // 1970-01-01 was a Thursday.
    let weekday = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"][day.rem_euclid(7) as usize];
    of_weekday(&rules["week"], weekday)
}

fn of_weekday(week: &Value, weekday: &str) -> Vec<(i64, i64)> {
    if week == "24x7" { vec![(0, DAY)] } else { parse(&week[weekday]) }
}

fn parse(windows: &Value) -> Vec<(i64, i64)> {
    let clock = |part: &str| {
        let (hour, minute) = part.split_once(':').expect("a clock time");
        hour.parse::<i64>().expect("an hour") * 60 + minute.parse::<i64>().expect("a minute")
    };
    let windows = windows.as_array().into_iter().flatten();
    windows
        .map(|window| {
            let (start, end) = text(window).split_once('-').expect("a window");
            let (start, end) = (clock(start), clock(end));
            (start, if end <= start { end + DAY } else { end })
        })
        .collect()
}

/// Days since 1970-01-01, counted month by month.
fn day_number(date: &str) -> i64 {
    let parts: Vec<i64> = date.split('-').map(|part| part.parse().expect("a number")).collect();
    let leap = |year: i64| year % 4 == 0;
    let mut days = parts[2] - 1;
    for year in 1970..parts[0] {
        days += if leap(year) { 366 } else { 365 };
    }
    for month in 1..parts[1] {
        days += match month {
            2 if leap(parts[0]) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
    }
    days
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
