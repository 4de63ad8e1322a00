//! Running flows and the tasks they give to people.

use domain::id::{InstanceId, TaskId, TeamId, TicketId, UserId};
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::{StoreError, require_one};
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, ToValue};

/// One run of a flow for one ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceRow {
    pub id: InstanceId,
    pub ticket_id: TicketId,
    pub flow_key: String,
    pub flow_version: i64,
    /// `domain::flow::InstanceState` as JSON.
    pub state: Value,
    /// `running`, `ended` or `cancelled`.
    pub status: String,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub version: i64,
}

/// Whether a task still waits for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    Open,
    /// Somebody put it on hold.
    Held,
    /// It waits for those asked to sign before it.
    Blocked,
    Done,
    Cancelled,
}

impl TaskState {
    const ALL: [Self; 5] = [Self::Open, Self::Held, Self::Blocked, Self::Done, Self::Cancelled];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Held => "held",
            Self::Blocked => "blocked",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct TaskRow {
    pub id: TaskId,
    pub instance_id: InstanceId,
    pub ticket_id: TicketId,
    /// The task's number within its instance.
    pub local_no: i64,
    pub node: String,
    pub kind: String,
    /// A `Text` as JSON.
    pub name: Value,
    pub state: TaskState,
    pub assignee_id: Option<UserId>,
    pub team_id: Option<TeamId>,
    pub due_at: Option<Timestamp>,
    pub outcome: Option<String>,
    pub fields: Value,
    pub actions: Value,
    pub claimed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub done_at: Option<Timestamp>,
    /// Who did it: an id of a person, or a word for the program.
    pub done_by: Option<String>,
    pub comment: Option<String>,
    pub version: i64,
}

macro_rules! instance {
    () => {
        "id, ticket_id, flow_key, flow_version, state, status, started_at, ended_at, version"
    };
}

macro_rules! task {
    ($t:literal) => {
        concat!(
            $t,
            "id, ",
            $t,
            "instance_id, ",
            $t,
            "ticket_id, ",
            $t,
            "local_no, ",
            $t,
            "node, ",
            $t,
            "kind, ",
            $t,
            "name, ",
            $t,
            "state, ",
            $t,
            "assignee_id, ",
            $t,
            "team_id, ",
            $t,
            "due_at, ",
            $t,
            "outcome, ",
            $t,
            "fields, ",
            $t,
            "actions, ",
            $t,
            "claimed_at, ",
            $t,
            "created_at, ",
            $t,
            "done_at, ",
            $t,
            "done_by, ",
            $t,
            "comment, ",
            $t,
            "version"
        )
    };
}

statements! {
    INSTANCE_BY_ID = "SELECT ", instance!(), " FROM flow_instance WHERE tenant_id = $1 AND id = $2";
    INSTANCE_LIST = "SELECT ", instance!(), " FROM flow_instance WHERE tenant_id = $1 AND ticket_id = $2 \
                     ORDER BY started_at, id";
    INSTANCE_INSERT = "INSERT INTO flow_instance (tenant_id, ", instance!(), ") \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    INSTANCE_UPDATE = "UPDATE flow_instance SET flow_version = $3, state = $4, status = $5, ended_at = $6, \
                       version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $7";
    INSTANCE_RUNNING = "SELECT ", instance!(), " FROM flow_instance WHERE tenant_id = $1 AND ticket_id = $2 \
                        AND status = 'running' ORDER BY started_at DESC, id DESC LIMIT 1";
    INSTANCE_LATEST = "SELECT ", instance!(), " FROM flow_instance WHERE tenant_id = $1 AND ticket_id = $2 \
                       ORDER BY started_at DESC, id DESC LIMIT 1";
    INSTANCE_COUNT = "SELECT COUNT(*) FROM flow_instance WHERE tenant_id = $1 AND ticket_id = $2";
    CANDIDATES_OF = "SELECT c.task_id, c.user_id FROM task_candidate c JOIN task k ON k.tenant_id = c.tenant_id \
                     AND k.id = c.task_id WHERE c.tenant_id = $1 AND k.ticket_id = $2 \
                     AND k.state IN ('open', 'held') ORDER BY c.task_id, c.user_id";
    TASK_COMMENT = "UPDATE task SET comment = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2";
    TASK_BY_ID = "SELECT ", task!(""), " FROM task WHERE tenant_id = $1 AND id = $2";
    TASK_BY_NO = "SELECT ", task!(""), " FROM task WHERE tenant_id = $1 AND instance_id = $2 AND local_no = $3";
    TASK_LIST = "SELECT ", task!(""), " FROM task WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY created_at, local_no";
    TASK_OPEN = "SELECT ", task!(""), " FROM task WHERE tenant_id = $1 AND ticket_id = $2 AND state IN ('open', 'held') \
                 ORDER BY created_at, local_no";
    TASK_INSERT = "INSERT INTO task (tenant_id, ", task!(""), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
                   $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
    TASK_UPDATE = "UPDATE task SET state = $3, assignee_id = $4, team_id = $5, due_at = $6, outcome = $7, fields = $8, \
                   actions = $9, claimed_at = $10, done_at = $11, done_by = $12, comment = $13, version = version + 1 \
                   WHERE tenant_id = $1 AND id = $2 AND version = $14";
    CANDIDATES = "SELECT user_id FROM task_candidate WHERE tenant_id = $1 AND task_id = $2 ORDER BY user_id";
    CANDIDATES_DELETE = "DELETE FROM task_candidate WHERE tenant_id = $1 AND task_id = $2";
    CANDIDATE_INSERT = "INSERT INTO task_candidate (tenant_id, task_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    TASKS_OF = "SELECT ", task!("k."), " FROM task k WHERE k.tenant_id = $1 AND k.state = 'open' AND k.assignee_id = $2 \
                ORDER BY k.created_at, k.id LIMIT $3";
    POOL_OF = "SELECT ", task!("k."), " FROM task k WHERE k.tenant_id = $1 AND k.state = 'open' AND k.assignee_id IS NULL \
               AND (EXISTS (SELECT 1 FROM task_candidate c WHERE c.tenant_id = k.tenant_id AND c.task_id = k.id \
               AND c.user_id = $2) OR EXISTS (SELECT 1 FROM team_member m WHERE m.tenant_id = k.tenant_id \
               AND m.team_id = k.team_id AND m.user_id = $2)) ORDER BY k.created_at, k.id LIMIT $3";
    CONCERNED = "SELECT 1 FROM task k WHERE k.tenant_id = $1 AND k.ticket_id = $2 AND (k.assignee_id = $3 \
                 OR EXISTS (SELECT 1 FROM task_candidate c WHERE c.tenant_id = k.tenant_id AND c.task_id = k.id \
                 AND c.user_id = $3) OR (k.state = 'open' AND EXISTS (SELECT 1 FROM team_member m \
                 WHERE m.tenant_id = k.tenant_id AND m.team_id = k.team_id AND m.user_id = $3))) LIMIT 1";
    LOAD = "SELECT assignee_id, COUNT(*) FROM task WHERE tenant_id = $1 AND state = 'open' AND assignee_id IS NOT NULL \
            GROUP BY assignee_id";
}

impl InstanceRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            ticket_id: row.take()?,
            flow_key: row.take()?,
            flow_version: row.take()?,
            state: row.take()?,
            status: row.take()?,
            started_at: row.take()?,
            ended_at: row.take()?,
            version: row.take()?,
        })
    }
}

impl TaskRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            instance_id: row.take()?,
            ticket_id: row.take()?,
            local_no: row.take()?,
            node: row.take()?,
            kind: row.take()?,
            name: row.take()?,
            state: row.take_word(TaskState::parse)?,
            assignee_id: row.take()?,
            team_id: row.take()?,
            due_at: row.take()?,
            outcome: row.take()?,
            fields: row.take()?,
            actions: row.take()?,
            claimed_at: row.take()?,
            created_at: row.take()?,
            done_at: row.take()?,
            done_by: row.take()?,
            comment: row.take()?,
            version: row.take()?,
        })
    }
}

impl Tx {
    /// The instance that still moves a ticket, if any.
    pub async fn instance_running(&mut self, ticket: TicketId) -> Result<Option<InstanceRow>, StoreError> {
        self.query_opt_as(INSTANCE_RUNNING, &[&ticket], InstanceRow::read).await
    }

    pub async fn instance_latest(&mut self, ticket: TicketId) -> Result<Option<InstanceRow>, StoreError> {
        self.query_opt_as(INSTANCE_LATEST, &[&ticket], InstanceRow::read).await
    }

    /// How many flows drove the ticket or do.
    pub async fn instance_count(&mut self, ticket: TicketId) -> Result<i64, StoreError> {
        self.query_value(INSTANCE_COUNT, &[&ticket]).await
    }

    /// Who may take which open task of a ticket.
    pub async fn task_candidates_of(&mut self, ticket: TicketId) -> Result<Vec<(TaskId, UserId)>, StoreError> {
        self.query_as(CANDIDATES_OF, &[&ticket], |mut row| Ok((row.take()?, row.take()?))).await
    }

    /// Keeps what was said when a task was acted on.
    pub async fn task_comment_set(&mut self, task: TaskId, comment: &str) -> Result<(), StoreError> {
        self.exec(TASK_COMMENT, &[&task, &comment]).await?;
        Ok(())
    }

    pub async fn instance_by_id(&mut self, id: InstanceId) -> Result<Option<InstanceRow>, StoreError> {
        self.query_opt_as(INSTANCE_BY_ID, &[&id], InstanceRow::read).await
    }

    /// Oldest first; the last one is the flow that counts.
    pub async fn instance_list(&mut self, ticket: TicketId) -> Result<Vec<InstanceRow>, StoreError> {
        self.query_as(INSTANCE_LIST, &[&ticket], InstanceRow::read).await
    }

    pub async fn instance_insert(&mut self, row: &InstanceRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 9] = [
            &row.id,
            &row.ticket_id,
            &row.flow_key,
            &row.flow_version,
            &row.state,
            &row.status,
            &row.started_at,
            &row.ended_at,
            &row.version,
        ];
        self.exec_later(INSTANCE_INSERT, &args).await
    }

    pub async fn instance_update(&mut self, row: &InstanceRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 6] =
            [&row.id, &row.flow_version, &row.state, &row.status, &row.ended_at, &row.version];
        require_one(self.exec(INSTANCE_UPDATE, &args).await?)
    }

    pub async fn task_by_id(&mut self, id: TaskId) -> Result<Option<TaskRow>, StoreError> {
        self.query_opt_as(TASK_BY_ID, &[&id], TaskRow::read).await
    }

    pub async fn task_by_no(&mut self, instance: InstanceId, local_no: i64) -> Result<Option<TaskRow>, StoreError> {
        self.query_opt_as(TASK_BY_NO, &[&instance, &local_no], TaskRow::read).await
    }

    /// All tasks of a ticket, oldest first.
    pub async fn task_list(&mut self, ticket: TicketId) -> Result<Vec<TaskRow>, StoreError> {
        self.query_as(TASK_LIST, &[&ticket], TaskRow::read).await
    }

    pub async fn task_list_open(&mut self, ticket: TicketId) -> Result<Vec<TaskRow>, StoreError> {
        self.query_as(TASK_OPEN, &[&ticket], TaskRow::read).await
    }

    /// Open tasks of a person, oldest first.
    pub async fn task_list_assigned(&mut self, user: UserId, limit: u32) -> Result<Vec<TaskRow>, StoreError> {
        self.query_as(TASKS_OF, &[&user, &i64::from(limit)], TaskRow::read).await
    }

    /// Open tasks that a person may claim, oldest first.
    pub async fn task_list_claimable(&mut self, user: UserId, limit: u32) -> Result<Vec<TaskRow>, StoreError> {
        self.query_as(POOL_OF, &[&user, &i64::from(limit)], TaskRow::read).await
    }

    /// Whether a person has, had or may claim a task of the ticket.
    pub async fn task_is_concerned(&mut self, ticket: TicketId, user: UserId) -> Result<bool, StoreError> {
        Ok(self.query_opt(CONCERNED, &[&ticket, &user]).await?.is_some())
    }

    /// Open tasks per person.
    pub async fn task_load(&mut self) -> Result<Vec<(UserId, i64)>, StoreError> {
        self.query_as(LOAD, &[], |mut row| Ok((row.take()?, row.take()?))).await
    }

    pub async fn task_insert(&mut self, row: &TaskRow, candidates: &[UserId]) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 20] = [
            &row.id,
            &row.instance_id,
            &row.ticket_id,
            &row.local_no,
            &row.node,
            &row.kind,
            &row.name,
            &row.state.as_str(),
            &row.assignee_id,
            &row.team_id,
            &row.due_at,
            &row.outcome,
            &row.fields,
            &row.actions,
            &row.claimed_at,
            &row.created_at,
            &row.done_at,
            &row.done_by,
            &row.comment,
            &row.version,
        ];
        let mut batch = vec![(TASK_INSERT, self.scoped(&args)?)];
        for user in candidates {
            batch.push((CANDIDATE_INSERT, self.scoped(&[&row.id, user])?));
        }
        self.exec_all(batch).await
    }

    pub async fn task_update(&mut self, row: &TaskRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 13] = [
            &row.id,
            &row.state.as_str(),
            &row.assignee_id,
            &row.team_id,
            &row.due_at,
            &row.outcome,
            &row.fields,
            &row.actions,
            &row.claimed_at,
            &row.done_at,
            &row.done_by,
            &row.comment,
            &row.version,
        ];
        require_one(self.exec(TASK_UPDATE, &args).await?)
    }

    pub async fn task_candidate_ids(&mut self, task: TaskId) -> Result<Vec<UserId>, StoreError> {
        self.query_as(CANDIDATES, &[&task], |mut row| row.take()).await
    }

    pub async fn task_candidates_replace(&mut self, task: TaskId, users: &[UserId]) -> Result<(), StoreError> {
        let mut batch = vec![(CANDIDATES_DELETE, self.scoped(&[&task])?)];
        for user in users {
            batch.push((CANDIDATE_INSERT, self.scoped(&[&task, user])?));
        }
        self.exec_all(batch).await
    }
}
