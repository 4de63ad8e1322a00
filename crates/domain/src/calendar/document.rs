//! The document of kind `calendar`.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// What an administrator writes about working time. Windows are `"HH:MM-HH:MM"`, dates `"YYYY-MM-DD"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarDefinition {
    pub kind: String,
    pub key: String,
    #[serde(default)]
    pub schema: u32,
    #[serde(default)]
    pub title: Text,
    /// IANA name, such as `Asia/Shanghai`.
    pub zone: String,
    pub week: Week,
    /// Built-in public holidays by country, `cn`; absent or `none` for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holidays: Option<String>,
    /// Whether the official make-up days are worked.
    #[serde(default)]
    pub makeup: Makeup,
    /// The weekday whose windows a make-up day has.
    #[serde(default)]
    pub makeup_as: Weekday,
    /// Windows worked on public holidays; empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holiday_hours: Vec<String>,
    /// What `P1D` counts as in targets; absent for the length of the `makeup_as` day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// Own days off and own working days; they win over everything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<DayDefinition>,
    /// Stretches of dates with other rules; what a stretch does not name stays as above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<PeriodDefinition>,
}

/// The windows of an ordinary week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Week {
    Preset(Preset),
    Days(Box<WeekDays>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preset {
    /// Every minute of every day.
    #[serde(rename = "24x7")]
    Always,
}

/// Windows by weekday; a weekday without windows is a rest day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WeekDays {
    pub mon: Vec<String>,
    pub tue: Vec<String>,
    pub wed: Vec<String>,
    pub thu: Vec<String>,
    pub fri: Vec<String>,
    pub sat: Vec<String>,
    pub sun: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    #[default]
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Makeup {
    #[default]
    Work,
    /// A make-up day is what its weekday is.
    Ignore,
}

/// One own day, or a stretch of them: either `off` or `work`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayDefinition {
    pub date: String,
    /// The last day of a stretch; absent for one day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(default)]
    pub name: Text,
    #[serde(default)]
    pub off: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<DayWork>,
}

/// What is worked on an own day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum DayWork {
    /// As on that weekday.
    Like(Weekday),
    Windows(Vec<String>),
}

/// Other rules from a date, to a date, or between two; both dates count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodDefinition {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week: Option<Week>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holidays: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makeup: Option<Makeup>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makeup_as: Option<Weekday>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holiday_hours: Option<Vec<String>>,
}

impl Weekday {
    pub(super) const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// 0 for Monday to 6 for Sunday.
    pub(super) const fn index(self) -> usize {
        self as usize
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }
}

impl WeekDays {
    pub(super) fn get(&self, day: Weekday) -> &[String] {
        match day {
            Weekday::Mon => &self.mon,
            Weekday::Tue => &self.tue,
            Weekday::Wed => &self.wed,
            Weekday::Thu => &self.thu,
            Weekday::Fri => &self.fri,
            Weekday::Sat => &self.sat,
            Weekday::Sun => &self.sun,
        }
    }
}
