//! Nodes as documents: one flat object whose `type` says which members make sense.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use super::edge::Edge;
use super::event::{Boundary, Due, Each, StartTrigger, Trigger};
use super::people::{IfEmpty, IfSelf, Repeat, Who};
use crate::names::named_enum;
use crate::text::Text;
use crate::ticket::Status;

named_enum! {
    /// The twelve node types.
    pub enum NodeType {
    Start = "start",
    End = "end",
    Approve = "approve",
    Work = "work",
    Notify = "notify",
    Split = "split",
    Join = "join",
    Wait = "wait",
    Action = "action",
    Script = "script",
    Scope = "scope",
    Call = "call",
    }
}

named_enum! {
    /// How several people decide, or how several ways part and meet.
    pub enum Mode {
    Any = "any",
    All = "all",
    InTurn = "in_turn",
    Vote = "vote",
    /// Managers one after another.
    Chain = "chain",
    Xor = "xor",
    And = "and",
    Or = "or",
    Event = "event",
    }
}

named_enum! {
    /// What a node allows with a field, while the task is mine.
    pub enum FieldRight {
    Hidden = "hidden",
    Mask = "mask",
    Read = "read",
    Write = "write",
    Required = "required",
    }
}

/// One node of a flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: NodeType,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub name: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Value>,
    /// The ticket's status from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Words for where the ticket is.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub stage: Text,

    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub who: Vec<Who>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<Threshold>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub veto: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wait_all: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_empty: Option<IfEmpty>,
    /// For `if_empty: named`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Who>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_self: Option<IfSelf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedupe: Option<Repeat>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldRight>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<ActAllowed>>,
    #[serde(default, rename = "return", skip_serializing_if = "Option::is_none")]
    pub back: Option<ReturnRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdraw: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,

    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<Boundary>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,

    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// For a join: the split it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    #[serde(default, rename = "for", skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,

    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub call: Option<String>,
    #[serde(default, rename = "in", skip_serializing_if = "BTreeMap::is_empty")]
    pub input: BTreeMap<String, Value>,
    #[serde(default, rename = "out", skip_serializing_if = "BTreeMap::is_empty")]
    pub output: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// `always`, or `below:P` for results less sure than P.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,

    /// For a call: the flow's key, and its version where it must not follow the active one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,

    /// For a scope.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<Node>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<Edge>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<StartTrigger>,

    /// For an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub terminate: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// An end or a notify node may throw these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<String>,
}

/// An act that a node offers: `"reject"`, or `{"act":"reject","require":["comment"]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ActAllowed {
    Plain(String),
    With(Demanding),
}

/// An act with what must come along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demanding {
    pub act: String,
    #[serde(default)]
    pub require: Vec<Demand>,
}

named_enum! {
    /// What an act may have to carry.
    pub enum Demand {
    Comment = "comment",
    Signature = "signature",
    Attachment = "attachment",
    }
}

impl ActAllowed {
    pub fn act(&self) -> &str {
        match self {
            Self::Plain(act) => act,
            Self::With(demanding) => &demanding.act,
        }
    }

    pub fn require(&self) -> &[Demand] {
        match self {
            Self::Plain(_) => &[],
            Self::With(demanding) => &demanding.require,
        }
    }
}

/// Where a task may be sent back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnRule {
    /// Node ids, or `previous`; empty for every human node that was visited.
    #[serde(default)]
    pub to: Vec<String>,
    /// `resume` comes straight back afterwards, `rewalk` takes the whole way again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<Then>,
}

named_enum! {
    /// Where a token goes once it was redone after a return.
    pub enum Then {
    /// Straight back to where it was sent from.
    Resume = "resume",
    /// The whole way again.
    Rewalk = "rewalk",
    }
}

/// How often a failed action is tried again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    pub times: u32,
    pub wait: String,
    #[serde(default = "one")]
    pub factor: u32,
}

const fn one() -> u32 {
    1
}

/// How many must agree: `"67%"`, or a number of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    Count(u32),
    /// Hundredths of a per cent.
    Share(u32),
}

impl Threshold {
    /// Whether `approved` of `total` reach it.
    pub fn is_met(self, approved: usize, total: usize) -> bool {
        match self {
            Self::Count(needed) => approved >= needed as usize,
            Self::Share(share) => approved as u64 * 10_000 >= u64::from(share) * total as u64,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let Some(number) = text.strip_suffix('%') else {
            return text.parse().ok().map(Self::Count);
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let part = match part.len() {
            0 => 0,
            1 => part.parse::<u32>().ok()? * 10,
            2 => part.parse::<u32>().ok()?,
            _ => return None,
        };
        let share = whole.parse::<u32>().ok()?.checked_mul(100)? + part;
        (share <= 10_000).then_some(Self::Share(share))
    }
}

impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => serializer.serialize_u32(*count),
            Self::Share(share) if share % 100 == 0 => serializer.collect_str(&format_args!("{}%", share / 100)),
            Self::Share(share) => serializer.collect_str(&format_args!("{}.{:02}%", share / 100, share % 100)),
        }
    }
}

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let found = match &value {
            Value::Number(number) => number.as_u64().and_then(|count| u32::try_from(count).ok()).map(Self::Count),
            Value::String(text) => Self::parse(text),
            _ => None,
        };
        found.ok_or_else(|| de::Error::custom("`pass` is a number of people or a share such as \"67%\""))
    }
}
