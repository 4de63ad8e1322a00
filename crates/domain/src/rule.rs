//! Automations: when something happened and a condition holds, do something.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::EventKind;
use crate::problem::Problem;
use crate::text::Text;

/// Rules set off by rules end here.
pub const MAX_DEPTH: u8 = 5;

/// The document of kind `rule`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDefinition {
    pub kind: String,
    pub key: String,
    #[serde(default)]
    pub schema: u32,
    #[serde(default)]
    pub title: Text,
    /// The events that set it off.
    pub on: Vec<EventKind>,
    /// The Condition the ticket must meet; absent for always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Value>,
    pub then: Vec<Act>,
    /// Smaller runs first.
    #[serde(default)]
    pub order: i64,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Fields to set, system and form fields alike.
    Set(BTreeMap<String, Value>),
    Notify(Notify),
    /// An internal note in the timeline.
    Note(Text),
}

/// Whom to tell, with which message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// `owner`, `requester`, `team`, a role's key, or a person's id.
    pub who: Vec<String>,
    /// Key of a message template.
    pub template: String,
}

impl RuleDefinition {
    /// What is wrong with the document, apart from its Condition.
    pub fn check(&self) -> Vec<Problem> {
        let malformed =
            |pointer: &str, reason: &str| Problem::new(pointer, "definition.malformed").with("reason", reason);
        let mut problems = Vec::new();
        if self.on.is_empty() {
            problems.push(malformed("/on", "name at least one event"));
        }
        if self.then.is_empty() {
            problems.push(malformed("/then", "name at least one act"));
        }
        problems
    }
}
