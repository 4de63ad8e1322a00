//! The ticket's history, reduced to what clocks listen to.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::policy::PolicyId;
use crate::ticket::Status;
use crate::time::Timestamp;

/// Something that happened to a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub at: Timestamp,
    #[serde(flatten)]
    pub kind: FactKind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum FactKind {
    /// `fields`: the flat row as it was then; `policy`: the policy that matched, if any.
    Created {
        status: Status,
        priority: u8,
        #[serde(default)]
        policy: Option<PolicyId>,
        #[serde(default)]
        fields: Map<String, Value>,
    },
    StatusChanged {
        to: Status,
    },
    PriorityChanged {
        to: u8,
    },
    /// New values by field; `status` and `priority` among them count as their own facts.
    FieldChanged {
        fields: Map<String, Value>,
    },
    /// Another policy, or another version of it, holds from here on, or none.
    PolicyChanged {
        to: Option<PolicyId>,
    },
    /// Staff took it up.
    FirstResponse,
    /// Staff wrote what the requester can read.
    PublicReply,
    Hold {
        #[serde(default)]
        reason: Option<String>,
    },
    Unhold,
    /// The same as the change of status.
    Solved,
    /// The same as the change of status to open.
    Reopened,
    /// The same as the change of status.
    Closed,
    /// Nothing is promised any more: withdrawn, merged, a duplicate.
    Withdrawn,
}

impl Fact {
    pub const fn new(at: Timestamp, kind: FactKind) -> Self {
        Self { at, kind }
    }
}
