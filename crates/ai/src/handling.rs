//! How long a kind of work takes: typical hours and an 80 % band for an engineer and a category.
//!
//! Hours of work are skewed, so everything is counted in logarithms. Few cases say little, so each engineer's mean is
//! drawn towards what category and engineer say apart, and those towards the mean of all, the more the fewer the cases.

use std::collections::BTreeMap;

/// A finished piece of work.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub engineer: String,
    pub category: String,
    pub hours: f64,
}

/// What was learned; small enough to keep as a document.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct HandlingTimes {
    overall: Spread,
    categories: BTreeMap<String, Spread>,
    engineers: BTreeMap<String, Spread>,
    /// By category, then engineer.
    pairs: BTreeMap<String, BTreeMap<String, Spread>>,
}

/// A drawn mean of logarithms with the spread of single cases around it.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
struct Spread {
    cases: u32,
    mean: f64,
    /// Variance of single cases.
    variance: f64,
}

/// Expected hours.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Estimate {
    /// Half of such cases take less.
    pub hours: f64,
    /// One case in ten takes less.
    pub low: f64,
    /// One case in ten takes more.
    pub high: f64,
    /// How many cases of exactly this engineer and category stand behind it.
    pub cases: u32,
}

/// Standard deviations from the middle to the edge of an 80 % band.
const BAND: f64 = 1.2816;
/// Shorter is a slip of the clock, and its logarithm would weigh too much.
const SHORTEST_HOURS: f64 = 0.02;
const LONGEST_HOURS: f64 = 24.0 * 365.0 * 5.0;
/// Spread of single cases before there are any: a factor of about three each way.
const PRIOR_VARIANCE: f64 = 1.2;
const PRIOR_CASES: f64 = 4.0;
/// How many cases weigh as much as what is known from elsewhere, at least and at most.
const LEAST_PULL: f64 = 1.0;
const MOST_PULL: f64 = 50.0;

#[derive(Default, Clone, Copy)]
struct Sums {
    count: f64,
    sum: f64,
    squares: f64,
}

impl HandlingTimes {
    /// Learns from finished work; cases without a sensible duration are left out.
    pub fn learn(cases: &[Case]) -> Self {
        let logs: Vec<(&Case, f64)> = cases
            .iter()
            .filter(|case| case.hours.is_finite() && case.hours > 0.0 && case.hours <= LONGEST_HOURS)
            .map(|case| (case, case.hours.max(SHORTEST_HOURS).ln()))
            .collect();
        let overall = Sums::of(logs.iter().map(|(_, log)| *log));
        let mean = overall.mean(0.0);
        let start =
            Spread { cases: overall.count as u32, mean, variance: overall.variance_about(mean, PRIOR_VARIANCE) };
        let by_category = grouped(logs.iter().map(|(case, log)| (case.category.as_str(), *log)));
        let categories = drawn(&by_category, |_| mean, start.variance);
        // An engineer who gets the long jobs is not slow: measure against the category.
        let category_mean = |category: &str| categories.get(category).map_or(mean, |spread| spread.mean);
        let by_engineer =
            grouped(logs.iter().map(|(case, log)| (case.engineer.as_str(), log - category_mean(&case.category))));
        let engineers = drawn(&by_engineer, |_| 0.0, start.variance);
        let mut by_pair: BTreeMap<&str, Vec<(&str, f64)>> = BTreeMap::new();
        for (case, log) in &logs {
            by_pair.entry(&case.category).or_default().push((&case.engineer, *log));
        }
        let pairs = by_pair
            .into_iter()
            .map(|(category, rows)| {
                let variance = categories.get(category).map_or(start.variance, |spread| spread.variance);
                let expected = |engineer: &str| {
                    category_mean(category) + engineers.get(engineer).map_or(0.0, |spread| spread.mean)
                };
                (category.to_owned(), drawn(&grouped(rows.into_iter()), expected, variance))
            })
            .collect();
        Self { overall: start, categories, engineers, pairs }
    }

    /// What to expect when this engineer handles this category; `None` before the first case of anything.
    pub fn estimate(&self, engineer: Option<&str>, category: &str) -> Option<Estimate> {
        if self.overall.cases == 0 {
            return None;
        }
        let base = self.categories.get(category).unwrap_or(&self.overall);
        let Some(engineer) = engineer else {
            return Some(band(base.mean, base.variance, base.cases));
        };
        if let Some(pair) = self.pairs.get(category).and_then(|pairs| pairs.get(engineer)) {
            return Some(band(pair.mean, pair.variance, pair.cases));
        }
        let pace = self.engineers.get(engineer).map_or(0.0, |spread| spread.mean);
        Some(band(base.mean + pace, base.variance, 0))
    }
}

fn band(mean: f64, variance: f64, cases: u32) -> Estimate {
    let reach = BAND * variance.sqrt();
    Estimate { hours: mean.exp(), low: (mean - reach).exp(), high: (mean + reach).exp(), cases }
}

fn grouped<'a>(rows: impl Iterator<Item = (&'a str, f64)>) -> BTreeMap<&'a str, Sums> {
    let mut groups: BTreeMap<&str, Sums> = BTreeMap::new();
    for (name, log) in rows {
        groups.entry(name).or_default().add(log);
    }
    groups
}

/// Draws every group's mean towards what was expected of it, as far as the groups turn out to be alike.
fn drawn(groups: &BTreeMap<&str, Sums>, expected: impl Fn(&str) -> f64, variance: f64) -> BTreeMap<String, Spread> {
    let pull = pull_of(groups, &expected, variance);
    groups
        .iter()
        .map(|(name, sums)| {
            let prior = expected(name);
            let mean = (sums.sum + pull * prior) / (sums.count + pull);
            let spread = Spread { cases: sums.count as u32, mean, variance: sums.variance_about(mean, variance) };
            ((*name).to_owned(), spread)
        })
        .collect()
}

/// Variance of single cases over variance between groups: how many cases the expectation is worth.
fn pull_of(groups: &BTreeMap<&str, Sums>, expected: impl Fn(&str) -> f64, variance: f64) -> f64 {
    let (mut between, mut weights) = (0.0, 0.0);
    for (name, sums) in groups {
        let gap = sums.mean(0.0) - expected(name);
        between += sums.count * (gap * gap - variance / sums.count);
        weights += sums.count;
    }
    let between = if weights > 0.0 { (between / weights).max(0.0) } else { 0.0 };
    if between > 0.0 { (variance / between).clamp(LEAST_PULL, MOST_PULL) } else { MOST_PULL }
}

impl Sums {
    fn of(logs: impl Iterator<Item = f64>) -> Self {
        let mut sums = Self::default();
        logs.for_each(|log| sums.add(log));
        sums
    }

    fn add(&mut self, log: f64) {
        self.count += 1.0;
        self.sum += log;
        self.squares += log * log;
    }

    fn mean(&self, otherwise: f64) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { otherwise }
    }

    /// Variance about a mean, drawn towards a prior.
    fn variance_about(&self, mean: f64, prior: f64) -> f64 {
        let sum = self.squares - 2.0 * mean * self.sum + self.count * mean * mean;
        (sum.max(0.0) + PRIOR_CASES * prior) / (self.count + PRIOR_CASES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(engineer: &str, category: &str, hours: f64) -> Case {
        Case { engineer: engineer.to_owned(), category: category.to_owned(), hours }
    }

    /// Quick and slow engineers on short and long work; the noise is fixed and even.
    fn history() -> Vec<Case> {
        let mut cases = Vec::new();
        for (category, base) in [("灯", 1.0), ("空调", 4.0)] {
            for (engineer, pace) in [("快", 0.5), ("慢", 2.0)] {
                for step in 0..40 {
                    let noise = (f64::from(step) - 19.5) / 20.0;
                    cases.push(case(engineer, category, base * pace * noise.exp()));
                }
            }
        }
        cases
    }

    #[test]
    fn estimates_follow_engineer_and_category() {
        let times = HandlingTimes::learn(&history());
        let hours = |engineer, category| times.estimate(engineer, category).expect("known").hours;
        assert!((hours(Some("快"), "灯") - 0.5).abs() < 0.1);
        assert!((hours(Some("慢"), "空调") - 8.0).abs() < 1.2);
        assert!((hours(None, "空调") - 4.0).abs() < 0.4);
        assert!((hours(Some("新人"), "灯") - 1.0).abs() < 0.2, "a newcomer is average");
        assert!(hours(Some("快"), "新类") < hours(Some("慢"), "新类"), "pace carries over to a new category");
    }

    #[test]
    fn a_single_case_hardly_moves_an_estimate() {
        let mut cases = history();
        cases.push(case("新人", "灯", 60.0));
        let times = HandlingTimes::learn(&cases);
        let estimate = times.estimate(Some("新人"), "灯").expect("known");
        assert!(estimate.hours < 8.0 && estimate.hours > 1.0, "{estimate:?}");
        assert_eq!(estimate.cases, 1);
    }

    #[test]
    fn four_in_five_cases_fall_into_the_band() {
        let cases = history();
        let times = HandlingTimes::learn(&cases);
        let inside = |case: &&Case| {
            let band = times.estimate(Some(&case.engineer), &case.category).expect("known");
            band.low <= case.hours && case.hours <= band.high
        };
        let share = cases.iter().filter(inside).count() as f64 / cases.len() as f64;
        assert!((0.7..=0.95).contains(&share), "{share}");
    }

    #[test]
    fn nonsense_is_left_out_and_nothing_is_known_at_first() {
        let nonsense = [case("a", "b", f64::NAN), case("a", "b", -1.0), case("a", "b", 0.0), case("a", "b", 1e9)];
        assert_eq!(HandlingTimes::learn(&nonsense).estimate(Some("a"), "b"), None);
        let times = HandlingTimes::learn(&history());
        let text = serde_json::to_string(&times).expect("serialises");
        let back: HandlingTimes = serde_json::from_str(&text).expect("parses");
        let (one, two) = (times.estimate(Some("快"), "灯"), back.estimate(Some("快"), "灯"));
        assert!((one.expect("known").hours - two.expect("known").hours).abs() < 1e-9);
    }
}
