//! What an operator sees and does with jobs.

use domain::id::JobId;
use domain::time::Timestamp;

use super::{JobRow, JobState, job_columns};
use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;

statements! {
    BY_ID = "SELECT ", job_columns!(), " FROM job WHERE tenant_id = $1 AND id = $2";
    LIST = "SELECT ", job_columns!(), " FROM job WHERE tenant_id = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4";
    COUNT = "SELECT state, COUNT(*) FROM job WHERE tenant_id = $1 GROUP BY state";
    RETRY = "UPDATE job SET state = 'ready', run_at = $3, attempts = 0, finished_at = NULL \
             WHERE tenant_id = $1 AND id = $2 AND state IN ('dead', 'quarantined') \
             AND NOT EXISTS (SELECT 1 FROM job other WHERE other.tenant_id = job.tenant_id \
             AND other.dedup_key = job.dedup_key AND other.state = 'ready')";
    CANCEL = "UPDATE job SET state = 'done', finished_at = $3, last_error = 'cancelled' \
              WHERE tenant_id = $1 AND id = $2 AND state IN ('ready', 'dead', 'quarantined')";
    PURGE = "DELETE FROM job WHERE tenant_id = $1 AND state = 'done' AND finished_at < $2";
}

impl Tx {
    pub async fn job_by_id(&mut self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        self.query_opt_as(BY_ID, &[&id], JobRow::read).await
    }

    /// Jobs in a state, by id, after `after`.
    pub async fn job_list(
        &mut self,
        state: JobState,
        after: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<JobRow>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        self.query_as(LIST, &[&state.as_str(), &after, &i64::from(limit)], JobRow::read).await
    }

    pub async fn job_count(&mut self) -> Result<Vec<(JobState, i64)>, StoreError> {
        self.query_as(COUNT, &[], |mut row| Ok((row.take_word(JobState::parse)?, row.take()?))).await
    }

    /// Gives a dead or quarantined job its attempts back; false for any other.
    pub async fn job_retry(&mut self, id: JobId, now: Timestamp) -> Result<bool, StoreError> {
        let changed = self.exec(RETRY, &[&id, &now]).await? > 0;
        self.jobs_added |= changed;
        Ok(changed)
    }

    /// Takes a job out that is not running; false for any other.
    pub async fn job_cancel(&mut self, id: JobId, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.exec(CANCEL, &[&id, &now]).await? > 0)
    }

    /// Removes jobs that were done before `before`.
    pub async fn job_purge(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.exec(PURGE, &[&before]).await
    }
}
