//! How much each reason weighs, and how far a choice may go by itself.

use serde::{Deserialize, Serialize};

use super::rank::Ranking;
use crate::autonomy::{Mode, Verdict};
use crate::problem::Problem;

/// The `dispatch` part of an `ai` document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DispatchPolicy {
    pub mode: Mode,
    /// Score from which `automatic` assigns.
    pub threshold: f64,
    /// How far the best must lead the second for `automatic`.
    pub lead: f64,
    pub weights: Weights,
}

/// What counts how much; only the proportions matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    /// Learned handling time.
    pub speed: f64,
    pub distance: f64,
    pub load: f64,
    /// Recent assignments.
    pub fairness: f64,
    /// Neither too little skill nor, unless it is urgent, too much.
    pub fit: f64,
    /// Whom the customer asked for.
    pub preference: f64,
    /// How soon the work can start.
    pub wait: f64,
    /// How many times more a very important customer's preference counts.
    pub vip_factor: f64,
    /// At this distance the value is one half.
    pub half_km: f64,
    /// After this wait the value is one half.
    pub half_wait_hours: f64,
    /// How far ahead working time is looked for when the job has no window.
    pub horizon_hours: u32,
}

impl Default for DispatchPolicy {
    fn default() -> Self {
        Self { mode: Mode::Suggest, threshold: 0.7, lead: 0.02, weights: Weights::default() }
    }
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            speed: 0.30,
            distance: 0.15,
            load: 0.20,
            fairness: 0.10,
            fit: 0.10,
            preference: 0.05,
            wait: 0.10,
            vip_factor: 3.0,
            half_km: 5.0,
            half_wait_hours: 4.0,
            horizon_hours: 168,
        }
    }
}

impl DispatchPolicy {
    /// Numbers out of range; `pointer` is where this part lies in its document.
    pub fn check(&self, pointer: &str) -> Vec<Problem> {
        let weights = &self.weights;
        let mut problems = Vec::new();
        let mut check = |path: &str, sound: bool| {
            if !sound {
                let problem = Problem::new(format!("{pointer}/{path}"), "dispatch.bad_weight");
                problems.push(problem.with("name", path));
            }
        };
        check("threshold", (0.0..=1.0).contains(&self.threshold));
        check("lead", (0.0..=1.0).contains(&self.lead));
        for (name, weight) in weights.named() {
            check(&format!("weights/{name}"), (0.0..=1_000.0).contains(&weight));
        }
        check("weights", weights.named().iter().any(|(_, weight)| *weight > 0.0));
        check("weights/vip_factor", (1.0..=1_000.0).contains(&weights.vip_factor));
        check("weights/half_km", (0.001..=20_000.0).contains(&weights.half_km));
        check("weights/half_wait_hours", (0.001..=10_000.0).contains(&weights.half_wait_hours));
        check("weights/horizon_hours", (1..=8_784).contains(&weights.horizon_hours));
        problems
    }

    /// What to do with a ranking. When nobody fits, that is shown and never acted on.
    pub fn verdict(&self, ranking: &Ranking) -> Verdict {
        let scores = ranking.candidates.iter().map(|candidate| candidate.score);
        let mut scores = scores.chain(std::iter::repeat(0.0));
        let (best, second) = (scores.next().unwrap_or(0.0), scores.next().unwrap_or(0.0));
        let leads = ranking.candidates.len() == 1 || best - second >= self.lead;
        match self.mode {
            Mode::Off => Verdict::Drop,
            Mode::Silent => Verdict::Keep,
            Mode::Automatic if ranking.best.is_some() && best >= self.threshold && leads => Verdict::Apply,
            Mode::Suggest | Mode::Automatic => Verdict::Show,
        }
    }
}

impl Weights {
    pub(super) fn named(&self) -> [(&'static str, f64); 7] {
        [
            ("speed", self.speed),
            ("distance", self.distance),
            ("load", self.load),
            ("fairness", self.fairness),
            ("fit", self.fit),
            ("preference", self.preference),
            ("wait", self.wait),
        ]
    }
}
