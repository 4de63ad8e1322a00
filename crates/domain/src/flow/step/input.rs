//! What can happen to an instance, and why it may be refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::def::Then;
use super::super::state::Place;
use crate::id::UserId;
use crate::names::named_enum;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case")]
pub enum Input {
    Start {
        by: Option<UserId>,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        vars: Map<String, Value>,
        /// Whom the submitter named, per node.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        picks: BTreeMap<String, Vec<UserId>>,
        /// The start node, where there are several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// The answer to [`super::Effect::ResolvePeople`]: one list per resolver asked, in order.
    PeopleResolved {
        ask: u32,
        people: Vec<Vec<UserId>>,
    },
    TaskActed(TaskWanted),
    TimerFired {
        timer: u32,
    },
    Message(Message),
    ActionDone {
        token: u32,
        run: u32,
        result: Value,
    },
    ActionFailed {
        token: u32,
        run: u32,
        code: String,
        message: String,
    },
    /// The ticket's fields changed outside of the flow.
    DataChanged,
    SetVars {
        vars: Map<String, Value>,
    },
    /// One more repetition of a node that is being repeated.
    AddItem {
        by: Option<UserId>,
        node: String,
        item: Value,
    },
    /// An administrator moves the tokens at `from` to one token at `to`.
    AdminJump {
        by: Option<UserId>,
        from: Vec<String>,
        to: String,
        reason: String,
    },
    /// An administrator lets a token with an incident try its node again.
    Retry {
        by: Option<UserId>,
        token: u32,
        reason: String,
    },
    /// An administrator lets a token with an incident go on, with values in place of the missing result.
    Skip {
        by: Option<UserId>,
        token: u32,
        values: Map<String, Value>,
        reason: String,
    },
    Cancel {
        by: Option<UserId>,
        reason: String,
    },
}

/// A message or signal from outside.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Message {
    pub name: String,
    /// Must equal the value that the waiting node's `key` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// Only for tokens at this node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// A signal instead of a message.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signal: bool,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map<String, Value>,
}

/// Somebody acts on a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskWanted {
    pub task: u32,
    pub actor: Acting,
    pub act: Act,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Who acts, as far as a flow must know.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Acting {
    /// Absent for the program itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// The absent person whose part this is; the driver has checked the substitution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<UserId>,
    /// Groups of the person, for pools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// May arrange other people's tasks, decisions included, and is not bound by what a node offers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub admin: bool,
    /// May hand out other people's work. Decisions are out of reach: who could give an approval to themselves
    /// would not need anybody's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dispatcher: bool,
}

impl Acting {
    pub fn person(user: UserId) -> Self {
        Self { user: Some(user), ..Self::default() }
    }

    /// The person whose task it must be.
    pub fn part(&self) -> Option<UserId> {
        self.instead_of.or(self.user)
    }
}

/// What somebody does with a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    Approve,
    Reject,
    /// Done. Form fields are in the row already; `vars` are the flow's own.
    Complete {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<String>,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        vars: Map<String, Value>,
    },
    /// Sends it back, to the submitter unless said otherwise.
    Return {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        then: Option<Then>,
    },
    /// Gives it away.
    Transfer {
        to: UserId,
    },
    /// Asks for an opinion; it comes back.
    Delegate {
        to: UserId,
    },
    AddSign {
        who: Vec<UserId>,
        place: Place,
    },
    RemoveSign {
        who: UserId,
    },
    Cc {
        who: Vec<UserId>,
    },
    Claim,
    Release,
    /// Gives a task to somebody who then holds it: dispatching.
    Assign {
        to: UserId,
    },
    Withdraw,
    Urge,
    Hold {
        reason: String,
    },
    Unhold,
}

impl Act {
    /// The name that `actions` of a node and the log use.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Complete { .. } => "complete",
            Self::Return { .. } => "return",
            Self::Transfer { .. } => "transfer",
            Self::Delegate { .. } => "delegate",
            Self::AddSign { .. } => "add_sign",
            Self::RemoveSign { .. } => "remove_sign",
            Self::Cc { .. } => "cc",
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Assign { .. } => "assign",
            Self::Withdraw => "withdraw",
            Self::Urge => "urge",
            Self::Hold { .. } => "hold",
            Self::Unhold => "unhold",
        }
    }
}

named_enum! {
    /// Why a step was refused. Each is a code of [`crate::problem`] under `flow.` unless noted.
    pub enum Refusal {
    NotStarted = "flow.not_started",
    AlreadyStarted = "flow.already_started",
    NotRunning = "flow.not_running",
    UnknownNode = "flow.no_such_node",
    UnknownToken = "flow.no_such_token",
    UnknownTimer = "flow.no_such_timer",
    UnknownAsk = "flow.no_such_ask",
    UnknownTask = "flow.no_such_task",
    TaskClosed = "task.closed",
    NotYours = "task.not_yours",
    Held = "flow.task_held",
    NotHeld = "flow.task_not_held",
    Blocked = "flow.task_blocked",
    AlreadyHeld = "flow.task_taken",
    ActNotOffered = "flow.act_not_offered",
    CommentRequired = "flow.comment_required",
    FieldRequired = "flow.field_required",
    AlreadyThere = "flow.already_there",
    NotAdded = "flow.not_added",
    NoPeople = "flow.no_people",
    NoBranch = "flow.no_branch",
    BadReturn = "flow.bad_return",
    IntoBranch = "flow.into_branch",
    TooLateToWithdraw = "flow.too_late_to_withdraw",
    NotSubmitter = "flow.not_submitter",
    NobodyWaits = "flow.nobody_waits",
    NoIncident = "flow.no_incident",
    }
}

/// A step that cannot be done; the instance stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the flow refused: {} {detail}", code.as_str())]
pub struct StepRefused {
    pub code: Refusal,
    /// The node, field or person it is about; may be empty.
    pub detail: String,
}

impl StepRefused {
    pub(super) fn new(code: Refusal, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl From<StepRefused> for crate::problem::Problem {
    fn from(refused: StepRefused) -> Self {
        Self::new("", refused.code.as_str()).with("detail", refused.detail)
    }
}
