//! How much a model may do by itself: off, silent, suggest, or apply above a threshold, per class.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::problem::Problem;
use crate::text::Text;

/// The document of kind `ai`: what the models do for one ticket type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AiDefinition {
    pub kind: String,
    pub key: String,
    #[serde(default)]
    pub schema: u32,
    #[serde(default)]
    pub title: Text,
    /// The ticket type it is for.
    pub form: String,
    /// Fields whose text the models read, the title first.
    #[serde(default)]
    pub text: Vec<String>,
    /// Per field to predict: how far the model may go.
    #[serde(default)]
    pub targets: BTreeMap<String, Policy>,
    /// Words that stand for a class until history says better: `{target: {class: [words]}}`.
    #[serde(default)]
    pub keywords: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Facts to find in the text, as the extractor's own policy; `ai::extract` defines it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub extract: Value,
    /// Found entity type → field that it fills.
    #[serde(default)]
    pub fill: BTreeMap<String, String>,
    /// How engineers are chosen; `domain::dispatch` defines it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub dispatch: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing is computed.
    Off,
    /// Computed and kept for measuring, shown to nobody.
    Silent,
    /// Shown; a person decides.
    #[default]
    Suggest,
    /// Applied when the confidence reaches the threshold, else shown.
    Automatic,
}

/// The policy of one target, with exceptions per class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    #[serde(default)]
    pub mode: Mode,
    /// Confidence from which `automatic` applies.
    #[serde(default = "default_threshold")]
    pub threshold: f64,
    #[serde(default)]
    pub classes: BTreeMap<String, ClassPolicy>,
}

/// What differs for one class.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassPolicy {
    #[serde(default)]
    pub mode: Option<Mode>,
    #[serde(default)]
    pub threshold: Option<f64>,
}

const fn default_threshold() -> f64 {
    0.95
}

/// What happens to one prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Drop,
    Keep,
    Show,
    Apply,
}

impl Policy {
    /// What to do with `class` at `confidence`; a ticket unlike anything known is never handled alone.
    pub fn verdict(&self, class: &str, confidence: f64, unknown: bool) -> Verdict {
        let own = self.classes.get(class);
        let mode = own.and_then(|class| class.mode).unwrap_or(self.mode);
        let threshold = own.and_then(|class| class.threshold).unwrap_or(self.threshold);
        match mode {
            Mode::Off => Verdict::Drop,
            Mode::Silent => Verdict::Keep,
            Mode::Automatic if !unknown && confidence >= threshold => Verdict::Apply,
            Mode::Suggest | Mode::Automatic => Verdict::Show,
        }
    }
}

impl AiDefinition {
    /// Thresholds outside 0 to 1.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut check = |pointer: String, threshold: f64| {
            if !(0.0..=1.0).contains(&threshold) {
                let problem = Problem::new(pointer, "definition.malformed");
                problems.push(problem.with("reason", "a threshold lies between 0 and 1"));
            }
        };
        for (target, policy) in &self.targets {
            check(format!("/targets/{target}/threshold"), policy.threshold);
            for (class, own) in &policy.classes {
                if let Some(threshold) = own.threshold {
                    check(format!("/targets/{target}/classes/{class}/threshold"), threshold);
                }
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_overrides_the_target() {
        let policy: Policy = serde_json::from_value(serde_json::json!({
            "mode": "suggest",
            "classes": {"net": {"mode": "automatic", "threshold": 0.9}, "leak": {"mode": "off"}}
        }))
        .expect("valid");
        for (class, confidence, unknown, expected) in [
            ("net", 0.91, false, Verdict::Apply),
            ("net", 0.91, true, Verdict::Show),
            ("net", 0.89, false, Verdict::Show),
            ("printer", 0.99, false, Verdict::Show),
            ("leak", 0.99, false, Verdict::Drop),
        ] {
            assert_eq!(policy.verdict(class, confidence, unknown), expected, "{class} {confidence}");
        }
    }
}
