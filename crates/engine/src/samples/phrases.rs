//! `sample/phrases.json`: the words and the habits of the people who report and repair.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The whole file. Texts are patterns of [`super::grammar`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrases {
    pub(super) title: Vec<String>,
    pub(super) description: Vec<String>,
    /// Lists of patterns, named in patterns as `{name}`.
    pub(super) slots: BTreeMap<String, Vec<String>>,
    /// Right and wrong spelling.
    pub(super) typos: Vec<(String, String)>,
    /// Reports by weekday from Monday, as shares of an ordinary day.
    pub(super) weekday: [f64; 7],
    /// Reports by hour of the day.
    pub(super) hours: Vec<f64>,
    /// Words that show how urgent it is, by urgency.
    pub(super) urgency: BTreeMap<String, Vec<String>>,
    /// What is written in handling logs, by kind of entry.
    pub(super) log: BTreeMap<String, Vec<String>>,
    pub(super) ratings: BTreeMap<String, Vec<String>>,
    /// How people name a place, by its code.
    pub(super) places: BTreeMap<String, PlaceWords>,
    pub(super) categories: Vec<Category>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceWords {
    pub(super) says: Vec<String>,
    pub(super) spots: Vec<String>,
}

/// One class of trouble.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Category {
    pub(super) key: String,
    /// Shares that the desk filed under another category by mistake, and that nobody corrected.
    #[serde(default)]
    pub(super) mistaken_for: BTreeMap<String, f64>,
    /// How often, against the other categories.
    pub(super) weight: f64,
    pub(super) team: String,
    /// Weights of the priorities 1 to 4.
    pub(super) priority: [f64; 4],
    /// Weights of the places.
    pub(super) places: BTreeMap<String, f64>,
    /// Kinds of devices it happens to, and how often a device is named.
    pub(super) asset_kinds: Vec<String>,
    pub(super) asset_share: f64,
    pub(super) hours: Hours,
    /// How often work or production stands still.
    pub(super) stops_work: f64,
    pub(super) fault: Vec<String>,
    pub(super) detail: Vec<String>,
    pub(super) diagnosis: Vec<String>,
    pub(super) action: Vec<String>,
    /// Closing words of a repair that may not hold.
    pub(super) doubt: Vec<String>,
    /// Weights of the causes.
    pub(super) cause: BTreeMap<String, f64>,
    /// Codes of the parts it takes.
    pub(super) parts: Vec<String>,
    /// Factor on the first three days of a month.
    #[serde(default = "one")]
    pub(super) month_start: f64,
    /// Factors by month, 1 to 12.
    #[serde(default)]
    pub(super) months: BTreeMap<String, f64>,
}

/// Hours of work: half of the cases stay below the median.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hours {
    pub(super) median: f64,
    pub(super) spread: f64,
}

const fn one() -> f64 {
    1.0
}
