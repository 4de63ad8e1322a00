//! The document of kind `sla`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::text::Text;
use crate::ticket::Status;

/// What is promised for the tickets that match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlaDefinition {
    pub kind: String,
    pub key: String,
    #[serde(default)]
    pub schema: u32,
    #[serde(default)]
    pub title: Text,
    /// The smallest order that matches wins; then the first key.
    #[serde(default)]
    pub order: i64,
    /// Ticket types it is for; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<String>,
    /// The Condition a ticket must meet; absent for always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Value>,
    pub targets: Vec<TargetDefinition>,
    #[serde(default)]
    pub reopen: Reopen,
}

/// What a reopened ticket's resolution clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reopen {
    /// A new cycle with the whole time.
    #[default]
    NewCycle,
    /// The old cycle goes on; the time between counts as paused.
    Continue,
}

/// One promise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetDefinition {
    pub kind: TargetKind,
    /// Absent for the name of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default)]
    pub title: Text,
    /// Key of the calendar whose time counts.
    pub calendar: String,
    #[serde(rename = "in")]
    pub within: Within,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pause: Vec<PauseDefinition>,
    /// For milestones: the Condition that meets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepDefinition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// From creation to the first response or public reply.
    FirstResponse,
    /// From each public reply to the next, until solved.
    Update,
    /// From creation to solved.
    Resolution,
    /// From creation until a Condition holds, such as the arrival on site.
    Milestone,
}

impl TargetKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstResponse => "first_response",
            Self::Update => "update",
            Self::Resolution => "resolution",
            Self::Milestone => "milestone",
        }
    }
}

/// A length for every priority, or one by priority: `{"4":"PT30M","else":"PT8H"}`.
/// A priority without a length has no such target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Within {
    All(String),
    ByPriority(BTreeMap<String, String>),
}

/// When a clock stands still.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseDefinition {
    Status(Status),
    /// While the ticket is on hold.
    Hold(bool),
    /// While a Condition over the ticket holds.
    When(Value),
}

/// What to do at a moment of the clock, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepDefinition {
    /// Absent for the text of `at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `80%` of the time, `due`, `-PT1H` before it, `+PT2H` after it; all in working time.
    pub at: String,
    /// As in rules: `owner`, `requester`, `team`, a role's key, or a person's id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<String>,
    /// Key of the message template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    #[serde(default)]
    pub raise_priority: bool,
    /// Fields to set, such as another owner or team.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, Value>,
}
