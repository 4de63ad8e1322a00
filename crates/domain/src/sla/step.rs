//! Escalation: what is planned for a clock, and what of it is due.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::document::StepDefinition;
use crate::time::Timestamp;

/// Names a step of one cycle of one target for ever: `resolution/1/80%`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId {
    pub target: String,
    pub cycle: u32,
    pub step: String,
}

/// A text that does not name a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a step such as resolution/1/80%")]
pub struct BadStepId(pub String);

impl StepId {
    /// The step that every target has, at its due time.
    pub const DUE: &'static str = "due";

    pub fn is_due(&self) -> bool {
        self.step == Self::DUE
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.target, self.cycle, self.step)
    }
}

impl FromStr for StepId {
    type Err = BadStepId;

    fn from_str(text: &str) -> Result<Self, BadStepId> {
        let mut parts = text.splitn(3, '/');
        let parsed = parts.next().zip(parts.next()).zip(parts.next());
        let Some(((target, cycle), step)) = parsed else {
            return Err(BadStepId(text.chars().take(60).collect()));
        };
        let cycle = cycle.parse().map_err(|_| BadStepId(text.chars().take(60).collect()))?;
        Ok(Self { target: target.to_owned(), cycle, step: step.to_owned() })
    }
}

impl Serialize for StepId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StepId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A step with the instant at which it comes, as far as that is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedStep {
    pub id: StepId,
    /// Working time of the clock at which it comes.
    pub threshold_ms: i64,
    /// `None` while the clock stands still, and when the clock ended before it.
    pub at: Option<Timestamp>,
    /// What to do; `None` for a due time at which nothing is to be done but to record it.
    pub action: Option<StepDefinition>,
}

/// The next step that has not fired and when; also a past one that was missed.
pub fn next_wakeup(clock: &Clock, fired: &BTreeSet<StepId>) -> Option<(Timestamp, StepId)> {
    waiting(clock, fired).into_iter().next().map(|(at, step)| (at, step.id.clone()))
}

/// What is to be done at `now`, in the order of time. Remember the ids: a step fires once.
/// A clock that has ended has nothing due, even if a step was missed.
pub fn steps_due<'a>(clock: &'a Clock, now: Timestamp, fired: &BTreeSet<StepId>) -> Vec<&'a PlannedStep> {
    let due = waiting(clock, fired).into_iter().take_while(|(at, _)| *at <= now);
    due.map(|(_, step)| step).collect()
}

fn waiting<'a>(clock: &'a Clock, fired: &BTreeSet<StepId>) -> Vec<(Timestamp, &'a PlannedStep)> {
    if !clock.is_open() {
        return Vec::new();
    }
    let steps = clock.steps.iter().filter(|step| !fired.contains(&step.id));
    let mut found: Vec<_> = steps.filter_map(|step| step.at.map(|at| (at, step))).collect();
    found.sort_by_key(|(at, step)| (*at, step.threshold_ms));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_id_is_one_text() {
        let id: StepId = "resolution/2/+PT2H".parse().expect("an id");
        assert_eq!((id.target.as_str(), id.cycle, id.step.as_str()), ("resolution", 2, "+PT2H"));
        assert_eq!(id.to_string(), "resolution/2/+PT2H");
        for bad in ["", "resolution", "resolution/x/due", "resolution/1"] {
            assert!(bad.parse::<StepId>().is_err(), "{bad}");
        }
    }
}
