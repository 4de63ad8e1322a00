//! The life of a claim: take, renew, end, or lose.

use domain::id::{JobId, TenantId};
use domain::time::Timestamp;
use serde_json::Value;

use super::{JobRow, JobState, job_columns};
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::statement::statements;
use crate::store::Store;
use crate::tx::{Scope, Tx};
use crate::value::ToValue;

/// A job with a lease on it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedJob {
    pub tenant_id: TenantId,
    pub id: JobId,
    pub kind: String,
    pub payload: Value,
    /// This attempt's number, from 1. It fences runners that lost their lease.
    pub attempt: i64,
    pub max_attempts: i64,
    pub run_at: Timestamp,
    pub lease_until: Timestamp,
    pub owner: String,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobEnd {
    Done,
    /// Try again after a pause that grows with each attempt; `random` spreads the tries.
    Retry {
        error: String,
        random: u64,
    },
    Dead {
        error: String,
    },
}

statements! {
    /// System: runners work for all tenants.
    EXPIRED_SQLITE = "SELECT ", job_columns!(), " FROM job WHERE state = 'running' AND lease_until <= $1 \
                      ORDER BY lease_until, lease_owner, run_at, id LIMIT $2";
    EXPIRED_POSTGRES = "SELECT ", job_columns!(), " FROM job WHERE state = 'running' AND lease_until <= $1 \
                        ORDER BY lease_until, lease_owner, run_at, id LIMIT $2 FOR UPDATE SKIP LOCKED";
    CLAIM_SQLITE = "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $2, lease_owner = $3 \
                    WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM job WHERE state = 'ready' AND run_at <= $1 \
                    ORDER BY run_at, id LIMIT $4) RETURNING ", job_columns!();
    CLAIM_POSTGRES = "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $2, lease_owner = $3 \
                      WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM job WHERE state = 'ready' AND run_at <= $1 \
                      ORDER BY run_at, id LIMIT $4 FOR UPDATE SKIP LOCKED) RETURNING ", job_columns!();
    /// System: when the next one is due, whoever's it is.
    NEXT = "SELECT MIN(run_at) FROM job WHERE state = 'ready'";
    RENEW = "UPDATE job SET lease_until = $5 WHERE tenant_id = $1 AND id = $2 AND state = 'running' \
             AND lease_owner = $3 AND attempts = $4";
    FINISH = "UPDATE job SET state = $5, finished_at = $6, last_error = $7, lease_until = NULL, lease_owner = NULL \
              WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND lease_owner = $3 AND attempts = $4";
    /// Unless a job with the same key waits already: then that one does the work.
    RETRY = "UPDATE job SET state = 'ready', run_at = $5, last_error = $6, lease_until = NULL, lease_owner = NULL \
             WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND lease_owner = $3 AND attempts = $4 \
             AND NOT EXISTS (SELECT 1 FROM job other WHERE other.tenant_id = job.tenant_id \
             AND other.dedup_key = job.dedup_key AND other.state = 'ready')";
    /// One more attempt for the one that the claim cost; `attempts` itself only grows, because it is the fence.
    GIVE_BACK = "UPDATE job SET state = 'ready', max_attempts = max_attempts + 1, lease_until = NULL, lease_owner = NULL \
                 WHERE tenant_id = $1 AND id = $2 AND state = 'running' AND lease_owner = $3 AND attempts = $4 \
                 AND NOT EXISTS (SELECT 1 FROM job other WHERE other.tenant_id = job.tenant_id \
                 AND other.dedup_key = job.dedup_key AND other.state = 'ready')";
}

/// Expired leases looked at in one claim.
const REAP: i64 = 100;
const BACKOFF_FIRST_MS: i64 = 2_000;
const BACKOFF_MAX_MS: i64 = 3_600_000;

/// The pause after attempt number `attempt`: doubling from two seconds to an hour, spread over its upper half.
pub fn backoff_ms(attempt: i64, random: u64) -> i64 {
    let doublings = u32::try_from(attempt.clamp(1, 20) - 1).unwrap_or(0);
    let full = BACKOFF_FIRST_MS.saturating_mul(1 << doublings).min(BACKOFF_MAX_MS);
    let half = full / 2;
    half + i64::try_from(random % (half.unsigned_abs() + 1)).unwrap_or(0)
}

impl ClaimedJob {
    fn of(row: JobRow, owner: &str) -> Self {
        Self {
            tenant_id: row.tenant_id,
            id: row.id,
            kind: row.kind,
            payload: row.payload,
            attempt: row.attempts,
            max_attempts: row.max_attempts,
            run_at: row.run_at,
            lease_until: row.lease_until.unwrap_or_default(),
            owner: owner.to_owned(),
        }
    }
}

impl Tx {
    /// Frees jobs whose lease ended, then leases up to `limit` due jobs to `owner`, oldest first. For system
    /// transactions.
    ///
    /// A runner works through its claim in that order, one by one. So of the jobs that one claim left behind, the
    /// first may have taken the process down and has used an attempt; the others never began and are due at once.
    pub async fn job_claim(
        &mut self,
        now: Timestamp,
        owner: &str,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ClaimedJob>, StoreError> {
        let (expired, claim) = match self.dialect() {
            Dialect::Sqlite => (EXPIRED_SQLITE, CLAIM_SQLITE),
            Dialect::Postgres => (EXPIRED_POSTGRES, CLAIM_POSTGRES),
        };
        let mut batch = None;
        for row in self.system_query(expired, &[&now, &REAP]).await? {
            let row = JobRow::read(row)?;
            let of = Some((row.lease_owner.clone(), row.lease_until));
            let owner = row.lease_owner.clone().unwrap_or_default();
            let job = ClaimedJob::of(row, &owner);
            if batch == of && self.job_give_back(&job).await? {
                continue;
            }
            batch = of;
            // The id is as good as a random number for spreading the tries.
            let random = (job.id.as_u128() & u128::from(u64::MAX)) as u64;
            let end = JobEnd::Retry { error: "the lease ran out".to_owned(), random };
            self.job_end(&job, end, now, JobState::Quarantined).await?;
        }
        let args: [&dyn ToValue; 4] = [&now, &lease_until, &owner, &i64::from(limit)];
        let rows = self.system_query(claim, &args).await?;
        let mut jobs = Vec::with_capacity(rows.len());
        for row in rows {
            jobs.push(ClaimedJob::of(JobRow::read(row)?, owner));
        }
        jobs.sort_by_key(|job| (job.run_at, job.id));
        Ok(jobs)
    }

    /// Makes a claimed job that never began due again. False when a newer job with its key took over.
    async fn job_give_back(&mut self, job: &ClaimedJob) -> Result<bool, StoreError> {
        let args: [&dyn ToValue; 4] = [&job.tenant_id, &job.id, &job.owner, &job.attempt];
        Ok(self.system_exec(GIVE_BACK, &args).await? > 0)
    }

    /// When the next waiting job is due. For system transactions.
    pub async fn job_next_run_at(&mut self) -> Result<Option<Timestamp>, StoreError> {
        match self.system_query(NEXT, &[]).await?.into_iter().next() {
            Some(mut row) => row.take(),
            None => Ok(None),
        }
    }

    /// Ends an attempt inside the transaction of its effects. False, and nothing done, when the lease is lost: the
    /// caller then rolls its effects back.
    pub async fn job_finish(&mut self, job: &ClaimedJob, end: JobEnd, now: Timestamp) -> Result<bool, StoreError> {
        self.job_end(job, end, now, JobState::Dead).await
    }

    /// Extends a lease; false when it is lost.
    pub async fn job_renew(&mut self, job: &ClaimedJob, until: Timestamp) -> Result<bool, StoreError> {
        let args: [&dyn ToValue; 5] = [&job.tenant_id, &job.id, &job.owner, &job.attempt, &until];
        Ok(self.system_exec(RENEW, &args).await? > 0)
    }

    async fn job_end(
        &mut self,
        job: &ClaimedJob,
        end: JobEnd,
        now: Timestamp,
        given_up: JobState,
    ) -> Result<bool, StoreError> {
        let (state, error) = match end {
            JobEnd::Done => (JobState::Done, None),
            JobEnd::Dead { error } => (JobState::Dead, Some(error)),
            JobEnd::Retry { error, .. } if job.attempt >= job.max_attempts => (given_up, Some(error)),
            JobEnd::Retry { error, random } => {
                let at = now.plus_millis(backoff_ms(job.attempt, random));
                let args: [&dyn ToValue; 6] = [&job.tenant_id, &job.id, &job.owner, &job.attempt, &at, &error];
                if self.system_exec(RETRY, &args).await? > 0 {
                    self.jobs_added = true;
                    return Ok(true);
                }
                // A newer job with the same key took over, or the lease is lost; the next statement tells.
                (JobState::Done, Some(error))
            }
        };
        let args: [&dyn ToValue; 7] =
            [&job.tenant_id, &job.id, &job.owner, &job.attempt, &state.as_str(), &now, &error];
        Ok(self.system_exec(FINISH, &args).await? > 0)
    }
}

impl Store {
    /// [`Tx::job_claim`] in a transaction of its own.
    pub async fn job_claim(
        &self,
        now: Timestamp,
        owner: &str,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ClaimedJob>, StoreError> {
        let owner = owner.to_owned();
        self.system_tx(move |tx| Box::pin(async move { tx.job_claim(now, &owner, lease_until, limit).await })).await
    }

    /// [`Tx::job_finish`] in a transaction of its own, for jobs whose effects are elsewhere.
    pub async fn job_finish(&self, job: &ClaimedJob, end: JobEnd, now: Timestamp) -> Result<bool, StoreError> {
        let job = job.clone();
        let scope = Scope::tenant(job.tenant_id);
        self.tx(scope, move |tx| Box::pin(async move { tx.job_finish(&job, end, now).await })).await
    }

    /// [`Tx::job_renew`] in a transaction of its own.
    pub async fn job_renew(&self, job: &ClaimedJob, until: Timestamp) -> Result<bool, StoreError> {
        let job = job.clone();
        let scope = Scope::tenant(job.tenant_id);
        self.tx(scope, move |tx| Box::pin(async move { tx.job_renew(&job, until).await })).await
    }

    /// When the next waiting job of any tenant is due.
    pub async fn job_next_run_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.system_read(|tx| Box::pin(async move { tx.job_next_run_at().await })).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_are_spread_over_their_upper_half() {
        for (attempt, full) in [(1, 2_000), (2, 4_000), (5, 32_000), (11, 2_048_000), (12, 3_600_000), (99, 3_600_000)]
        {
            assert_eq!(backoff_ms(attempt, 0), full / 2);
            for random in [1, 7, u64::MAX, 0x9e37_79b9_7f4a_7c15] {
                let pause = backoff_ms(attempt, random);
                assert!(pause >= full / 2 && pause <= full, "{attempt}: {pause}");
            }
        }
    }
}
