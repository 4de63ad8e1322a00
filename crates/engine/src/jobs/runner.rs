//! The loop that claims due jobs and runs them.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use domain::time::Timestamp;
use futures_util::FutureExt as _;
use store::{ClaimedJob, JobEnd};
use tracing::{error, info, warn};

use super::registry;
use crate::error::{Error, Result};
use crate::{Ctx, Engine, operations};

/// How the runner works.
#[derive(Debug, Clone)]
pub struct RunnerSettings {
    /// Name of this runner in leases.
    pub owner: String,
    /// Jobs claimed at once.
    pub batch: u32,
    /// A job that takes longer loses its lease and counts as an attempt.
    pub lease_ms: i64,
    /// How long to wait for a signal before looking anyway.
    pub sweep: Duration,
}

impl Default for RunnerSettings {
    fn default() -> Self {
        Self { owner: "runner".into(), batch: 16, lease_ms: 60_000, sweep: Duration::from_secs(1) }
    }
}

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ticked {
    pub done: u32,
    pub retried: u32,
    pub dead: u32,
}

impl Ticked {
    pub const fn total(self) -> u32 {
        self.done + self.retried + self.dead
    }
}

/// The time and a number nobody can guess.
pub(super) type Source = std::sync::Arc<dyn Fn() -> (Timestamp, u64) + Send + Sync>;

/// Runs until `stop` is ready; a job that has begun is finished first.
pub async fn run(
    engine: Engine,
    settings: RunnerSettings,
    source: Source,
    stop: Pin<Box<dyn Future<Output = ()> + Send>>,
) {
    let mut stop = stop;
    let mut tidied: Option<Timestamp> = None;
    loop {
        let woken = engine.store().job_signal();
        let (now, seed) = source();
        if tidied.is_none_or(|last| now.millis_since(last) >= operations::EVERY_MS) {
            tidied = Some(now);
            if let Err(found) = operations::tidy_up(&engine, now, seed).await {
                error!(error = %found, "Could not tidy up");
            }
        }
        match tick(&engine, &settings, now, seed).await {
            Ok(ticked) if ticked.total() > 0 => continue,
            Ok(_) => {}
            Err(found) => error!(error = %found, "Could not claim jobs"),
        }
        tokio::select! {
            () = &mut stop => return,
            () = woken => {}
            () = tokio::time::sleep(settings.sweep) => {}
        }
    }
}

/// One round: reclaims expired leases, claims what is due at `now`, runs it.
///
/// # Errors
/// Only when the claim itself fails; a failing job is recorded on its row.
pub async fn tick(engine: &Engine, settings: &RunnerSettings, now: Timestamp, seed: u64) -> Result<Ticked> {
    let lease_until = now.plus_millis(settings.lease_ms);
    let claimed = engine.store().job_claim(now, &settings.owner, lease_until, settings.batch).await?;
    let mut ticked = Ticked::default();
    for (index, job) in (0u64..).zip(claimed) {
        let ctx = Ctx::system(job.tenant_id, now, seed.wrapping_add(index.wrapping_mul(0x9e37_79b9)));
        let end = one(engine, &ctx, &job, seed).await;
        match end {
            JobEnd::Done => ticked.done += 1,
            JobEnd::Retry { .. } => ticked.retried += 1,
            JobEnd::Dead { .. } => ticked.dead += 1,
        }
        if !engine.store().job_finish(&job, end, now).await? {
            warn!(job.id = %job.id, "Another runner took this job over");
        }
    }
    Ok(ticked)
}

async fn one(engine: &Engine, ctx: &Ctx, job: &ClaimedJob, seed: u64) -> JobEnd {
    let payload = match serde_json::from_value(job.payload.clone()) {
        Ok(payload) => payload,
        Err(found) => return JobEnd::Dead { error: format!("unknown payload: {found}") },
    };
    let span = tracing::info_span!("job", job.id = %job.id, job.kind = %job.kind, tenant.id = %job.tenant_id);
    let run = tracing::Instrument::instrument(registry::run(engine, ctx, payload), span);
    let ended = AssertUnwindSafe(run).catch_unwind().await;
    let Ok(ended) = ended else {
        error!(job.id = %job.id, "A job panicked");
        return JobEnd::Retry { error: "panicked".to_owned(), random: seed };
    };
    match ended {
        Ok(()) => {
            info!(job.id = %job.id, job.kind = %job.kind, "Finished a job");
            JobEnd::Done
        }
        // What it was about is gone: nothing is left to do.
        Err(Error::NotFound) => JobEnd::Done,
        Err(found) if is_passing(&found) => {
            warn!(job.id = %job.id, error = %found, "A job will be tried again");
            JobEnd::Retry { error: found.to_string(), random: seed }
        }
        Err(found) => {
            error!(job.id = %job.id, error = %found, "A job failed for good");
            JobEnd::Dead { error: found.to_string() }
        }
    }
}

/// Trying again can help.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::Store(_) | Error::Stale => true,
        Error::Refused(problem) => problem.code == "server.unavailable",
        Error::NotFound | Error::Denied(_) | Error::Invalid(_) => false,
    }
}
