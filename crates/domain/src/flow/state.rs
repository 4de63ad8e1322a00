//! Where an instance of a flow stands: tokens, open tasks, timers, variables. Stored as JSON with the ticket.
//!
//! Nodes and edges are named by their ids, so that a state outlives a new version of its flow.
//! All numbers come from one counter and are never used twice within an instance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::def::Pick;
use super::timer::TimerRule;
use crate::id::UserId;
use crate::time::Timestamp;

/// Number of the scope that is the flow itself.
pub const ROOT: u32 = 0;

/// The whole state of one instance.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct InstanceState {
    pub life: Life,
    /// The first step is over: from here on faults become incidents instead of refusing the start.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub settled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitter: Option<UserId>,
    /// The next free number.
    pub next: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<Token>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<ScopeRun>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timers: Vec<Timer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asks: Vec<Ask>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map<String, Value>,
    /// Whom the submitter named, per node.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub picks: BTreeMap<String, Vec<UserId>>,
    /// Every node that was entered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub visits: BTreeMap<String, Visit>,
    /// Decisions that others than the submitter took since the last submission.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub decided: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_one(number: &u32) -> bool {
    *number == 1
}

const fn one() -> u32 {
    1
}

/// Whether an instance still moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    #[default]
    Running,
    Ended,
    Cancelled,
}

/// One place where the instance is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Token {
    pub id: u32,
    pub node: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub scope: u32,
    pub state: TokenState,
    pub entered_at: Timestamp,
    /// The edge it came by; absent after a start or a jump.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// Number of its item, for a repetition of a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    /// The last human node on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// It was sent back here, so that a start asks the submitter again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redo: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<Box<Resume>>,
    /// What an action found, until somebody confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
    /// Boundary conditions that have come true during this visit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fired: Vec<usize>,
}

/// What a token waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum TokenState {
    /// On its way in; never between steps.
    Entering,
    /// People are being looked up.
    Asking,
    Tasks,
    Joining,
    /// A message, timer or condition, for the node or for those after an event split.
    Waiting,
    Acting {
        /// Tells this run of the action from any other of the instance.
        run: u32,
        attempt: u32,
    },
    /// Tokens run in a scope below it.
    Inside,
    Incident {
        code: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
}

/// A run of a scope node, or of a node's repetitions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScopeRun {
    pub id: u32,
    /// The token that waits for it.
    pub host: u32,
    pub node: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<EachRun>,
}

/// How far a repetition is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EachRun {
    pub items: Vec<Value>,
    /// Items begun.
    pub begun: u32,
    pub done: u32,
}

/// Somebody's open work, or a decision that is still counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub id: u32,
    pub token: u32,
    pub node: String,
    pub kind: TaskKind,
    pub state: TaskState,
    pub opened_at: Timestamp,
    /// Each of them may act.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<UserId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<Pool>,
    /// The one who holds it; then nobody else may act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<UserId>,
    /// It comes back to this person after the holder's opinion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegated_by: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// A group whose members may take a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    pub group: String,
    #[serde(default)]
    pub pick: Pick,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    Approve,
    Work,
    /// The submitter's turn again, after a return or a withdrawal.
    Resubmit,
    /// Confirm what an action found.
    Confirm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    Open,
    Held,
    /// Waits for those asked to sign before it.
    Blocked,
    /// Its turn has not come.
    Queued,
    Decided,
}

/// Somebody was added by somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    pub by: UserId,
    pub place: Place,
    /// The task it stands before, beside or after.
    pub task: u32,
}

/// Where an added signer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Before,
    With,
    After,
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub yes: bool,
    /// Absent when a rule decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// A timer that the driver has armed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    pub id: u32,
    pub token: u32,
    pub kind: TimerKind,
    pub rule: TimerRule,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum TimerKind {
    /// A trigger of a wait node: the token's own, or one after its event split.
    Wait {
        node: String,
        index: usize,
    },
    Boundary {
        index: usize,
    },
    /// The next attempt of an action.
    Retry,
}

/// A question about people that the driver has not answered yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    pub id: u32,
    pub token: u32,
    pub purpose: Purpose,
    /// Per resolver the people known at once; `None` where the driver was asked.
    pub lists: Vec<Option<Vec<UserId>>>,
}

/// What the answer is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Purpose {
    /// Those who shall act; `level` counts how often it was asked one higher.
    Assign { level: u8 },
    /// The stand-ins of `if_empty: named`.
    Named,
    /// The last resort.
    Admin,
    /// The superior who replaces the submitter at `at`.
    AboveSelf { people: Vec<UserId>, at: usize },
    /// A deadline passes the open tasks on.
    Reassign,
}

/// What is remembered of a node.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Visit {
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub times: u32,
    /// Who agreed or did it, the last time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// Where a token goes after it was sent back with `resume`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    pub node: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// Parallel tokens that went along.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parked: Vec<Parked>,
    /// Who had agreed at `node`; they are not asked again while the data stays as it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreed: Vec<UserId>,
    /// Print of the data at that time.
    pub print: u64,
    /// It has come back, so `agreed` counts now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub arriving: bool,
    /// The way back of `node` itself, when it had been sent back too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outer: Option<Box<Resume>>,
}

/// A token set aside by a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    pub node: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joining: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreed: Vec<UserId>,
}

impl InstanceState {
    pub fn token(&self, id: u32) -> Option<&Token> {
        self.tokens.iter().find(|token| token.id == id)
    }

    pub fn task(&self, id: u32) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }

    pub fn scope(&self, id: u32) -> Option<&ScopeRun> {
        self.scopes.iter().find(|scope| scope.id == id)
    }

    /// Tasks that somebody can act on now.
    pub fn open_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.is_open())
    }

    /// Questions that the driver must answer before it commits.
    pub fn is_asking(&self) -> bool {
        !self.asks.is_empty()
    }

    pub fn is_running(&self) -> bool {
        self.life == Life::Running
    }

    /// Scope runs from the token's own up to, but without, the root.
    pub(super) fn scopes_above(&self, token: &Token) -> Vec<&ScopeRun> {
        let mut found = Vec::new();
        let mut id = token.scope;
        while let Some(scope) = self.scope(id) {
            found.push(scope);
            id = self.token(scope.host).map_or(ROOT, |host| host.scope);
        }
        found
    }
}

impl Task {
    /// Somebody can act on it, if only to take it off hold.
    pub fn is_open(&self) -> bool {
        matches!(self.state, TaskState::Open | TaskState::Held)
    }
}
