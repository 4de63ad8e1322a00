//! Work that is due later: enqueued with the command that causes it, claimed with a lease, run at least once.
//!
//! A job that kills its process is found again by its expired lease: that was an attempt, and after the last one the
//! job is quarantined. Jobs of the same claim that were still waiting their turn lose nothing. The count of claims is
//! also the fencing token: a runner that lost its lease cannot finish the job.

mod claim;
mod operate;

use domain::id::{JobId, TenantId};
use domain::job::Job;
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, ToValue};

pub use claim::{ClaimedJob, JobEnd, backoff_ms};

/// Attempts before a job is given up.
pub const MAX_ATTEMPTS: i64 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    Ready,
    Running,
    Done,
    /// Failed for good.
    Dead,
    /// Lost its lease at the last attempt: it may have taken its process down.
    Quarantined,
}

impl JobState {
    pub const ALL: [Self; 5] = [Self::Ready, Self::Running, Self::Done, Self::Dead, Self::Quarantined];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Quarantined => "quarantined",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct JobRow {
    pub tenant_id: TenantId,
    pub id: JobId,
    pub kind: String,
    /// A `domain::job::Job` as JSON; an older program may not know it.
    pub payload: Value,
    pub state: JobState,
    pub run_at: Timestamp,
    pub attempts: i64,
    pub max_attempts: i64,
    pub lease_until: Option<Timestamp>,
    pub lease_owner: Option<String>,
    pub dedup_key: Option<String>,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

macro_rules! job_columns {
    () => {
        "tenant_id, id, kind, payload, state, run_at, attempts, max_attempts, lease_until, lease_owner, dedup_key, \
         last_error, created_at, finished_at"
    };
}
use job_columns;

statements! {
    ENQUEUE = "INSERT INTO job (tenant_id, id, kind, payload, state, run_at, attempts, max_attempts, dedup_key, created_at) \
               VALUES ($1, $2, $3, $4, 'ready', $5, 0, $6, $7, $8)";
    /// The earlier time wins: a job that runs too early re-reads the world and finds nothing to do.
    ENQUEUE_ONCE = "INSERT INTO job (tenant_id, id, kind, payload, state, run_at, attempts, max_attempts, dedup_key, \
                    created_at) VALUES ($1, $2, $3, $4, 'ready', $5, 0, $6, $7, $8) \
                    ON CONFLICT (tenant_id, dedup_key) WHERE state = 'ready' DO UPDATE SET run_at = CASE \
                    WHEN excluded.run_at < job.run_at THEN excluded.run_at ELSE job.run_at END";
    CANCEL_KEY = "UPDATE job SET state = 'done', finished_at = $3, last_error = 'cancelled' \
                  WHERE tenant_id = $1 AND dedup_key = $2 AND state = 'ready'";
}

/// Statements of all files here.
pub(crate) const ALL_STATEMENTS: &[&[(&str, &str)]] = &[STATEMENTS, claim::STATEMENTS, operate::STATEMENTS];

impl JobRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            tenant_id: row.take()?,
            id: row.take()?,
            kind: row.take()?,
            payload: row.take()?,
            state: row.take_word(JobState::parse)?,
            run_at: row.take()?,
            attempts: row.take()?,
            max_attempts: row.take()?,
            lease_until: row.take()?,
            lease_owner: row.take()?,
            dedup_key: row.take()?,
            last_error: row.take()?,
            created_at: row.take()?,
            finished_at: row.take()?,
        })
    }
}

impl Tx {
    /// Makes a job due at `at`. Where a waiting job has the same `dedup` key, that one stays and runs at the earlier
    /// of both times; a running one does not count, because it may have read the world before this change.
    pub async fn job_enqueue(
        &mut self,
        id: JobId,
        job: &Job,
        at: Timestamp,
        dedup: Option<String>,
    ) -> Result<(), StoreError> {
        let payload = serde_json::to_value(job).map_err(|error| StoreError::corrupt(error.to_string()))?;
        let sql = if dedup.is_some() { ENQUEUE_ONCE } else { ENQUEUE };
        let args: [&dyn ToValue; 7] = [&id, &job.kind(), &payload, &at, &MAX_ATTEMPTS, &dedup, &at];
        self.exec_later(sql, &args).await?;
        self.jobs_added = true;
        Ok(())
    }

    /// Takes back a waiting job.
    pub async fn job_cancel_by_key(&mut self, dedup: &str, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.exec(CANCEL_KEY, &[&dedup, &now]).await? > 0)
    }
}
