//! What happens around nodes: triggers, boundary events, deadlines, repetition over a list.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::people::Who;
use crate::names::named_enum;

named_enum! {
    /// What starts a flow.
    pub enum TriggerKind {
    Submit = "submit",
    Record = "record",
    Schedule = "schedule",
    Message = "message",
    Signal = "signal",
    Timer = "timer",
    Condition = "condition",
    Error = "error",
    Escalation = "escalation",
    Manual = "manual",
    }
}

/// How a flow, or a scope that waits beside its siblings, begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartTrigger {
    pub on: TriggerKind,
    /// Name of the message, signal, record kind, error or schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
    /// For a scope: whether it ends its siblings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupt: Option<bool>,
    /// Until when the submitter may take it back: `decision` (the default) or `until:NODE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdraw: Option<String>,
}

/// One thing a `wait` node waits for; exactly one of its members is given.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// A duration, a date, a field, or a repetition: see [`crate::flow::timer`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<String>,
    /// Calendar in whose working time the duration counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Path of the value that a message's correlation must equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
    /// Name of the outcome, for edges with `on`.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

named_enum! {
    /// What a boundary event does by itself, without an edge.
    pub enum BoundaryAct {
    Remind = "remind",
    Reassign = "reassign",
    Approve = "approve",
    Reject = "reject",
    }
}

/// Something that may happen while a token is at a node.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boundary {
    /// Edges may start here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// Code of an error; `*` catches every error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
    /// Whether the host ends. Yes by default, except for an event that only does something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupt: Option<bool>,
    #[serde(default, rename = "do", skip_serializing_if = "Option::is_none")]
    pub act: Option<BoundaryAct>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub who: Vec<Who>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// How often it happens at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// Time between repetitions; an hour where only `max` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Value>,
}

/// Until when a node's work should be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// An ISO 8601 duration from entering the node.
    #[serde(rename = "in")]
    pub after: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
}

named_enum! {
    /// Whether the repetitions of a node run together.
    pub enum EachMode {
    AllAtOnce = "all-at-once",
    InTurn = "in-turn",
    }
}

/// Repeats a node for every item of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// A number, a list, or the path of one.
    pub over: Value,
    #[serde(default = "all_at_once")]
    pub mode: EachMode,
    /// A Condition over `total`, `done`, `active`, `share` (per cent done) and the row that ends it early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Value>,
}

const fn all_at_once() -> EachMode {
    EachMode::AllAtOnce
}

impl Trigger {
    /// What it waits for, and the outcome's name unless another is given.
    pub fn kind(&self) -> &'static str {
        if self.timer.is_some() {
            "timer"
        } else if self.message.is_some() {
            "message"
        } else if self.signal.is_some() {
            "signal"
        } else {
            "condition"
        }
    }

    /// Name of the outcome when this is what happened.
    pub fn outcome(&self) -> &str {
        self.outcome.as_deref().unwrap_or_else(|| self.kind())
    }
}
