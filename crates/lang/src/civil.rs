//! Dates, instants and ISO durations as plain integers.
//!
//! A text counts as a date when its digits are in range (month 1–12, day 1–31); the calendar itself is not consulted,
//! because SQL must come to the same verdict without raising an error. Strict checks belong to the form.

const DAY_MS: i64 = 86_400_000;

/// A day as year, month and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CivilDate {
    pub year: i64,
    pub month: i64,
    pub day: i64,
}

impl CivilDate {
    /// The date `days` after 1970-01-01.
    pub fn from_days(days: i64) -> Self {
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_index = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_index + 2) / 5 + 1;
        let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { year, month, day }
    }

    /// Days since 1970-01-01; a day that the month lacks runs over into the next month.
    pub fn days(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let day_of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
    }

    /// Whether the calendar has this day.
    pub fn exists(self) -> bool {
        Self::from_days(self.days()) == self
    }

    /// The date as one sortable number, 2026-02-13 → 20260213.
    pub(crate) fn number(self) -> i64 {
        self.year * 10_000 + self.month * 100 + self.day
    }

    pub(crate) fn from_number(number: i64) -> Self {
        Self { year: number / 10_000, month: number / 100 % 100, day: number % 100 }
    }

    fn plus_months(self, months: i64) -> Self {
        let index = self.year * 12 + self.month - 1 + months;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        let mut moved = Self { year, month, day: self.day };
        while !moved.exists() {
            moved.day -= 1;
        }
        moved
    }
}

/// Reads `2026-02-13`.
pub fn parse_date(text: &str) -> Option<CivilDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let date = CivilDate { year: digits(&bytes[..4])?, month: digits(&bytes[5..7])?, day: digits(&bytes[8..])? };
    let in_range = date.year >= 1 && (1..=12).contains(&date.month) && (1..=31).contains(&date.day);
    in_range.then_some(date)
}

/// Writes `2026-02-13`.
pub fn format_date(date: CivilDate) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

/// Reads RFC 3339 with seconds and a zone, to UTC milliseconds; digits after the milliseconds are cut off.
pub fn parse_instant(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() < 20 || bytes[10] != b'T' || bytes[13] != b':' || bytes[16] != b':' || !text.is_char_boundary(10) {
        return None;
    }
    let date = parse_date(&text[..10])?;
    let (hour, minute, second) = (digits(&bytes[11..13])?, digits(&bytes[14..16])?, digits(&bytes[17..19])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (millis, zone) = fraction(&bytes[19..])?;
    let offset = zone_minutes(zone)?;
    Some(date.days() * DAY_MS + ((hour * 60 + minute - offset) * 60 + second) * 1_000 + millis)
}

/// Writes UTC milliseconds as `2026-02-13T09:30:00.000Z`.
pub fn format_instant(millis: i64) -> String {
    let date = CivilDate::from_days(millis.div_euclid(DAY_MS));
    let time = millis.rem_euclid(DAY_MS);
    let (hour, minute, second) = (time / 3_600_000, time / 60_000 % 60, time / 1_000 % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}.{:03}Z", format_date(date), time % 1_000)
}

/// The local day of an instant.
pub(crate) fn local_day(millis: i64, offset_minutes: i32) -> CivilDate {
    CivilDate::from_days((millis + i64::from(offset_minutes) * 60_000).div_euclid(DAY_MS))
}

/// The instant at which a local day starts.
pub(crate) fn day_start(date: CivilDate, offset_minutes: i32) -> i64 {
    date.days() * DAY_MS - i64::from(offset_minutes) * 60_000
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.', after)) = rest.split_first() else {
        return Some((0, rest));
    };
    let length = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let millis = (0..3).fold(0, |sum, at| {
        let digit = if at < length { i64::from(after[at] - b'0') } else { 0 };
        sum * 10 + digit
    });
    Some((millis, &after[length..]))
}

fn zone_minutes(zone: &[u8]) -> Option<i64> {
    let (sign, rest) = zone.split_first()?;
    match sign {
        b'Z' if rest.is_empty() => Some(0),
        b'+' | b'-' if rest.len() == 5 && rest[2] == b':' => {
            let (hours, minutes) = (digits(&rest[..2])?, digits(&rest[3..])?);
            let total = hours * 60 + minutes;
            let in_range = hours <= 23 && minutes <= 59;
            in_range.then_some(if *sign == b'-' { -total } else { total })
        }
        _ => None,
    }
}

/// An ISO 8601 duration: calendar months, days, and a part of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Duration {
    pub months: i64,
    pub days: i64,
    pub millis: i64,
}

impl Duration {
    /// Reads `P7D`, `P1Y2M`, `P2W`, `PT8H30M`, `P1DT12H`; at most 9 digits a part.
    pub fn parse(text: &str) -> Option<Self> {
        let mut duration = Self::default();
        let (date, time) = match text.strip_prefix('P')?.split_once('T') {
            Some((_, "")) => return None,
            Some((date, time)) => (date, time),
            None => (text.strip_prefix('P')?, ""),
        };
        if date.is_empty() && time.is_empty() {
            return None;
        }
        for (amount, unit) in parts(date, "YMWD")? {
            match unit {
                'Y' => duration.months += amount * 12,
                'M' => duration.months += amount,
                'W' => duration.days += amount * 7,
                _ => duration.days += amount,
            }
        }
        for (amount, unit) in parts(time, "HMS")? {
            let factor = if unit == 'H' {
                3_600_000
            } else if unit == 'M' {
                60_000
            } else {
                1_000
            };
            duration.millis += amount * factor;
        }
        (duration.months <= 12_000 && duration.days <= 366_000).then_some(duration)
    }

    /// `date` moved by this duration, forwards (`sign` 1) or backwards (−1): months first, then days.
    pub(crate) fn shift_date(self, date: CivilDate, sign: i64) -> CivilDate {
        let moved = CivilDate::from_days(date.plus_months(sign * self.months).days() + sign * self.days);
        let (first, last) = (CivilDate { year: 1, month: 1, day: 1 }, CivilDate { year: 9999, month: 12, day: 31 });
        moved.clamp(first, last)
    }

    /// An instant moved by this duration; months and days keep the local time of day.
    pub(crate) fn shift_instant(self, millis: i64, offset_minutes: i32, sign: i64) -> i64 {
        let local = millis + i64::from(offset_minutes) * 60_000;
        let date = self.shift_date(CivilDate::from_days(local.div_euclid(DAY_MS)), sign);
        day_start(date, offset_minutes) + local.rem_euclid(DAY_MS) + sign * self.millis
    }
}

fn parts(text: &str, units: &str) -> Option<Vec<(i64, char)>> {
    let mut found = Vec::new();
    let mut allowed = units;
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        let unit = rest[length..].chars().next()?;
        let at = allowed.find(unit)?;
        if !(1..=9).contains(&length) {
            return None;
        }
        allowed = &allowed[at + 1..];
        found.push((rest[..length].parse().ok()?, unit));
        rest = &rest[length + 1..];
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        for days in (-719_000..2_900_000).step_by(97) {
            let date = CivilDate::from_days(days);
            assert_eq!(date.days(), days);
            assert_eq!(parse_date(&format_date(date)), Some(date));
            assert_eq!(CivilDate::from_number(date.number()), date);
        }
    }

    #[test]
    fn instants_are_read_with_every_zone_and_written_in_utc() {
        let cases = [
            ("2026-02-13T17:30:00+08:00", Some("2026-02-13T09:30:00.000Z")),
            ("2026-02-13T09:30:00.5Z", Some("2026-02-13T09:30:00.500Z")),
            ("2026-02-13T09:30:00.123999Z", Some("2026-02-13T09:30:00.123Z")),
            ("2026-02-12T23:30:00-05:30", Some("2026-02-13T05:00:00.000Z")),
            ("2026-02-13 09:30:00Z", None),
            ("2026-02-13T09:30Z", None),
            ("2026-02-13T24:00:00Z", None),
            ("2026-02-13T09:30:00", None),
            ("2026-02-13T09:30:00+0800", None),
            ("二〇二六年二月十三日上午九时三十分", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_instant(text).map(format_instant).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn durations_move_dates_and_clamp_to_the_month() {
        let date = |text: &str| parse_date(text).expect("date");
        let cases = [
            ("2026-03-31", "P1M", -1, "2026-02-28"),
            ("2024-01-31", "P1M", 1, "2024-02-29"),
            ("2026-02-13", "P7D", -1, "2026-02-06"),
            ("2026-02-13", "P2W", 1, "2026-02-27"),
            ("2026-02-13", "P1Y2M3D", 1, "2027-04-16"),
        ];
        for (start, duration, sign, expected) in cases {
            let duration = Duration::parse(duration).expect("duration");
            assert_eq!(duration.shift_date(date(start), sign), date(expected), "{start}");
        }
        for bad in ["", "P", "PT", "P1", "7D", "P1D1M", "P-1D", "P1.5D", "PT1D", "P1DT", "P9999999999D", "p1d"] {
            assert_eq!(Duration::parse(bad), None, "{bad}");
        }
        let start = parse_instant("2026-03-31T16:30:00Z").expect("instant");
        let moved = Duration::parse("P1MT1H").expect("duration").shift_instant(start, 480, -1);
        assert_eq!(format_instant(moved), "2026-02-28T15:30:00.000Z");
    }
}
