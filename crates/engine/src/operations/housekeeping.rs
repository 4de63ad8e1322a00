//! Throws away what has served its time: spent keys, old sessions, finished jobs, uploads that nobody used.

use domain::time::Timestamp;

use crate::error::Result;
use crate::{Ctx, Engine};

/// How often it is worth looking, ms.
pub const EVERY_MS: i64 = 3_600_000;

const DAY_MS: i64 = 86_400_000;
/// Failed sign-ins are looked at for a quarter of an hour; they are kept a day for whoever investigates.
const FAILURES_KEPT_MS: i64 = DAY_MS;
/// Messages that were read; the ticket's story keeps what happened.
const MESSAGES_KEPT_MS: i64 = 90 * DAY_MS;
const DONE_JOBS_KEPT_MS: i64 = 7 * DAY_MS;
const UPLOADS_KEPT_MS: i64 = DAY_MS;
const MOST_UPLOADS: u32 = 500;

/// Goes through all tenants once.
///
/// # Errors
/// Only when it cannot be read or written; the next round starts over.
pub async fn tidy_up(engine: &Engine, now: Timestamp, seed: u64) -> Result<()> {
    let tenants = engine.store().system_read(|tx| Box::pin(async move { tx.tenant_list().await })).await?;
    for tenant in tenants {
        let ctx = Ctx::system(tenant.id, now, seed);
        engine
            .tx(&ctx, move |work| {
                Box::pin(async move {
                    work.tx.idempotency_purge(now).await?;
                    work.tx.session_purge(now, now.plus_millis(-FAILURES_KEPT_MS)).await?;
                    work.tx.notification_purge(now.plus_millis(-MESSAGES_KEPT_MS)).await?;
                    work.tx.job_purge(now.plus_millis(-DONE_JOBS_KEPT_MS)).await?;
                    Ok(())
                })
            })
            .await?;
    }
    let orphans = engine.store().file_orphans(now.plus_millis(-UPLOADS_KEPT_MS), MOST_UPLOADS).await?;
    for (tenant, file, blob) in orphans {
        let ctx = Ctx::system(tenant, now, seed);
        // The row goes first: content without a row is found again, a row without content would be a broken link.
        engine.tx(&ctx, move |work| Box::pin(async move { Ok(work.tx.file_delete(file).await?) })).await?;
        if let Err(error) = engine.blobs().delete(&blob).await {
            tracing::warn!(%error, "An unused upload could not be deleted");
        }
    }
    Ok(())
}
