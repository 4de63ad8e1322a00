//! Lengths of working time, and moments of a clock.

use crate::calendar::Calendar;

/// A length in days and milliseconds of working time. How long a day is, the calendar says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    pub days: i64,
    pub millis: i64,
}

impl Length {
    /// Reads `PT4H`, `PT1H30M`, `P2D`, `P1DT4H`. Weeks, months and years are not lengths of work.
    pub fn parse(text: &str) -> Option<Self> {
        let duration = lang::Duration::parse(text)?;
        let (days, millis) = (duration.days, duration.millis);
        let whole = duration.months == 0 && !text.contains('W');
        (whole && days <= 3_660 && millis <= 3_660 * 86_400_000 && days + millis > 0).then_some(Self { days, millis })
    }

    /// Milliseconds of working time.
    pub const fn millis(self, calendar: &Calendar) -> i64 {
        self.days * calendar.day_ms() + self.millis
    }
}

/// A moment of a clock, in terms of its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Percent(i64),
    Before(Length),
    After(Length),
    Due,
}

impl Moment {
    /// Reads `80%`, `due`, `-PT1H`, `+PT2H`, `due-PT1H`, `due+PT2H`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(number) = text.strip_suffix('%') {
            let plain = number.len() <= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
            let percent = number.parse().ok().filter(|percent| (1..=1_000).contains(percent));
            return percent.filter(|_| plain).map(Self::Percent);
        }
        let shift = text.strip_prefix("due").unwrap_or(text);
        match shift.as_bytes().first() {
            None if !text.is_empty() => Some(Self::Due),
            Some(b'-') => Length::parse(&shift[1..]).map(Self::Before),
            Some(b'+') => Length::parse(&shift[1..]).map(Self::After),
            _ => None,
        }
    }

    /// The working time after which it comes; `None` when that would be before the start.
    pub(super) fn threshold(self, target_ms: i64, calendar: &Calendar) -> Option<i64> {
        let threshold = match self {
            Self::Percent(percent) => target_ms.saturating_mul(percent) / 100,
            Self::Before(length) => target_ms - length.millis(calendar),
            Self::After(length) => target_ms.saturating_add(length.millis(calendar)),
            Self::Due => target_ms,
        };
        (threshold > 0).then_some(threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_moments_have_few_forms() {
        let hour = Length { days: 0, millis: 3_600_000 };
        for (text, expected) in [
            ("80%", Some(Moment::Percent(80))),
            ("150%", Some(Moment::Percent(150))),
            ("due", Some(Moment::Due)),
            ("-PT1H", Some(Moment::Before(hour))),
            ("due-PT1H", Some(Moment::Before(hour))),
            ("+PT1H", Some(Moment::After(hour))),
            ("due+P2D", Some(Moment::After(Length { days: 2, millis: 0 }))),
            ("", None),
            ("%", None),
            ("0%", None),
            ("1001%", None),
            ("+8%", None),
            ("PT1H", None),
            ("-P1W", None),
            ("+P1M", None),
            ("-PT0S", None),
            ("duePT1H", None),
        ] {
            assert_eq!(Moment::parse(text), expected, "{text}");
        }
    }
}
