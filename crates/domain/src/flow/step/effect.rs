//! What the outside must do after a step, and what the log says about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::def::{ActAllowed, FieldRight, Who};
use super::super::state::{Pool, TaskKind};
use super::super::timer::TimerRule;
use crate::id::UserId;
use crate::names::named_enum;
use crate::text::Text;
use crate::ticket::Status;

/// Something the driver carries out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Find these people now and answer with [`super::Input::PeopleResolved`] under the same number.
    ResolvePeople {
        ask: u32,
        token: u32,
        node: String,
        who: Vec<Who>,
    },
    OpenTask {
        task: u32,
        spec: Box<TaskSpec>,
    },
    UpdateTask {
        task: u32,
        change: TaskChange,
    },
    CloseTask {
        task: u32,
        /// The act that closed it, or `cancelled`.
        outcome: String,
        by: Option<UserId>,
    },
    ArmTimer {
        timer: u32,
        token: u32,
        node: String,
        rule: TimerRule,
    },
    CancelTimer {
        timer: u32,
    },
    /// Tell people, in their own time.
    Notify {
        node: String,
        who: Vec<Who>,
        people: Vec<UserId>,
        template: Option<String>,
        task: Option<u32>,
    },
    /// Run it once per `run`; answer with `ActionDone` or `ActionFailed`.
    RunAction {
        token: u32,
        node: String,
        run: u32,
        attempt: u32,
        call: String,
        with: Map<String, Value>,
    },
    /// Nobody waits for this run any more.
    StopAction {
        token: u32,
        run: u32,
        call: String,
    },
    /// Write these fields of the ticket.
    WriteRecord {
        node: String,
        fields: Map<String, Value>,
    },
    SetStatus {
        node: String,
        status: Status,
    },
    Incident {
        token: u32,
        node: String,
        code: String,
        note: String,
    },
    Urged {
        task: u32,
        by: Option<UserId>,
        people: Vec<UserId>,
    },
    ThrowMessage {
        node: String,
        name: String,
        signal: bool,
    },
    Ended {
        result: Option<String>,
        cancelled: bool,
    },
}

/// A task as it opens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskSpec {
    pub node: String,
    pub kind: TaskKind,
    pub name: Text,
    pub people: Vec<UserId>,
    pub pools: Vec<Pool>,
    pub holder: Option<UserId>,
    pub due: Option<TimerRule>,
    pub fields: BTreeMap<String, FieldRight>,
    /// The acts offered; absent for all that fit the kind.
    pub actions: Option<Vec<ActAllowed>>,
    /// Outcomes that `complete` may name.
    pub outcomes: Vec<String>,
    /// Who added this signer.
    pub signed_by: Option<UserId>,
}

/// What changed about an open task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum TaskChange {
    People {
        people: Vec<UserId>,
        holder: Option<UserId>,
    },
    Held {
        reason: String,
    },
    Resumed,
    /// It waits for somebody asked to sign before it.
    Blocked,
    Unblocked,
}

named_enum! {
    /// What a log entry is about. Append-only.
    pub enum LogKind {
    Started = "started",
    Entered = "entered",
    Left = "left",
    Joined = "joined",
    Skipped = "skipped",
    Acted = "acted",
    Kept = "kept",
    TimerFired = "timer_fired",
    TimerMissing = "timer_missing",
    Reminded = "reminded",
    Reassigned = "reassigned",
    Message = "message",
    ActionDone = "action_done",
    ActionFailed = "action_failed",
    Unconfirmed = "unconfirmed",
    Boundary = "boundary",
    Escalated = "escalated",
    Removed = "removed",
    Returned = "returned",
    Resumed = "resumed",
    Jumped = "jumped",
    Incident = "incident",
    Ended = "ended",
    Cancelled = "cancelled",
    }
}

/// One line of an instance's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    pub event: LogKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// The absent person in whose place `by` acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<UserId>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub detail: Value,
}
