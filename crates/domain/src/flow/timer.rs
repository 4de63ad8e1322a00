//! When a timer is due: what the document says, and the rule that the driver turns into an instant.
//!
//! Texts: `PT8H` (after entering) · `due`, `due-PT1H`, `due+P1D` (around the node's deadline) ·
//! `form.visit_at`, `form.visit_at-P1D` (around a field) · `2026-02-13T09:30:00Z` · `R/PT1H`, `R6/P1D`
//! (again and again, without or with a limit).

use lang::Duration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::time::Timestamp;

/// A timer text, understood.
#[derive(Debug, Clone, PartialEq)]
pub struct TimerSpec {
    pub base: Base,
    /// A duration with its sign, `-PT1H`.
    pub shift: Option<String>,
    pub every: Option<String>,
    /// How often it fires at most; `None` is without end.
    pub times: Option<u32>,
}

/// What a timer counts from.
#[derive(Debug, Clone, PartialEq)]
pub enum Base {
    /// So long after entering the node.
    After(String),
    Due,
    Field(String),
    At(Timestamp),
}

impl TimerSpec {
    /// Reads a timer text; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let once = |base, shift| Self { base, shift, every: None, times: Some(1) };
        if let Some(cycle) = text.strip_prefix('R') {
            return parse_cycle(cycle);
        }
        if text.starts_with('P') {
            return is_duration(text).then(|| once(Base::After(text.to_owned()), None));
        }
        if let Ok(at) = text.parse() {
            return Some(once(Base::At(at), None));
        }
        let (base, shift) = match text.find(['-', '+']) {
            Some(at) => (&text[..at], Some(text[at..].to_owned())),
            None => (text, None),
        };
        if shift.as_ref().is_some_and(|shift| !is_duration(&shift[1..])) {
            return None;
        }
        match base {
            "due" => Some(once(Base::Due, shift)),
            _ => {
                let field = base.strip_prefix("form.").or_else(|| base.strip_prefix("ticket."))?;
                (!field.is_empty()).then(|| once(Base::Field(field.to_owned()), shift))
            }
        }
    }
}

fn parse_cycle(text: &str) -> Option<TimerSpec> {
    let mut parts = text.split('/');
    let count = parts.next()?;
    let times = if count.is_empty() { None } else { Some(count.parse().ok()?) };
    let (first, second) = (parts.next()?, parts.next());
    let (base, every) = match second {
        Some(every) => (Base::At(first.parse().ok()?), every),
        None => (Base::After(first.to_owned()), first),
    };
    let every = every.to_owned();
    let is_whole = parts.next().is_none() && is_duration(&every);
    is_whole.then_some(TimerSpec { base, shift: None, every: Some(every), times })
}

/// Whether a text is an ISO 8601 duration.
pub fn is_duration(text: &str) -> bool {
    Duration::parse(text).is_some()
}

/// How a timer's instant comes about, kept so that a changed calendar can be applied again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimerRule {
    pub since: Timestamp,
    /// A duration in the calendar's working time, or in plain time where there is no calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// Plain time added (`+PT1H`) or taken off (`-PT1H`) at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<String>,
    /// Added as often as `nth` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nth: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Adds a duration to an instant: in the named calendar, or in plain time.
pub type Add<'a> = dyn Fn(Timestamp, Duration, Option<&str>) -> Timestamp + 'a;

impl TimerRule {
    /// So long after an instant.
    pub fn after(since: Timestamp, after: &str, calendar: Option<&str>) -> Self {
        Self {
            since,
            after: Some(after.to_owned()),
            calendar: calendar.map(str::to_owned),
            shift: None,
            every: None,
            nth: 0,
        }
    }

    /// The instant at which it fires.
    pub fn due_at(&self, add: &Add<'_>) -> Timestamp {
        let calendar = self.calendar.as_deref();
        let mut at = self.since;
        if let Some(after) = self.after.as_deref().and_then(Duration::parse) {
            at = add(at, after, calendar);
        }
        if let Some(every) = self.every.as_deref().and_then(Duration::parse) {
            for _ in 0..self.nth {
                at = add(at, every, calendar);
            }
        }
        let Some((sign, shift)) = self.shift.as_deref().and_then(|shift| shift.split_at_checked(1)) else {
            return at;
        };
        match Duration::parse(shift) {
            Some(shift) if sign == "-" => at.plus_millis(-plain_millis(shift)),
            Some(shift) => at.plus_millis(plain_millis(shift)),
            None => at,
        }
    }
}

/// A duration with days of 24 hours and months of 30 days.
pub fn plain_millis(duration: Duration) -> i64 {
    (duration.months * 30 + duration.days) * 86_400_000 + duration.millis
}

/// Adds in plain time and ignores calendars: for tests and simulations.
pub fn add_plain(at: Timestamp, duration: Duration, _calendar: Option<&str>) -> Timestamp {
    at.plus_millis(plain_millis(duration))
}

/// An instant from a field: a date and time, or a date that counts from its first moment in UTC.
pub(super) fn instant_of(value: &Value) -> Option<Timestamp> {
    let text = value.as_str()?;
    let at = text.parse().or_else(|_| format!("{text}T00:00:00Z").parse());
    at.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timer_texts() {
        let cases = [
            ("PT8H", true),
            ("due", true),
            ("due-PT1H", true),
            ("due+P1D", true),
            ("form.visit_at-P1D", true),
            ("2026-02-13T09:30:00Z", true),
            ("R/PT1H", true),
            ("R6/P1D", true),
            ("R3/2026-02-13T09:30:00Z/P1D", true),
            ("", false),
            ("8 hours", false),
            ("due-1H", false),
            ("visit_at", false),
            ("R6", false),
            ("Rx/P1D", false),
            ("R/P1D/P1D", false),
            ("form.", false),
        ];
        for (text, expected) in cases {
            assert_eq!(TimerSpec::parse(text).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn a_rule_adds_shifts_and_repeats() {
        let start = Timestamp::from_millis(0);
        let mut rule = TimerRule::after(start, "PT8H", Some("work"));
        // A calendar in which everything takes twice as long.
        let slow = |at: Timestamp, duration, calendar: Option<&str>| {
            at.plus_millis(plain_millis(duration) * if calendar == Some("work") { 2 } else { 1 })
        };
        let hour = 3_600_000;
        assert_eq!(rule.due_at(&slow).millis(), 16 * hour);
        rule.shift = Some("-PT1H".to_owned());
        assert_eq!(rule.due_at(&slow).millis(), 15 * hour);
        rule.every = Some("PT2H".to_owned());
        rule.nth = 3;
        assert_eq!(rule.due_at(&add_plain).millis(), (8 + 6 - 1) * hour);
    }
}
