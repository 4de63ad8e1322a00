//! What an operator looks at: jobs, the audit chain.

mod housekeeping;

pub use housekeeping::{EVERY_MS, tidy_up};

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::access::Action;
use domain::event::EventKind;
use domain::id::{JobId, TicketId};
use domain::problem::Problem;
use serde_json::json;
use store::{EventFilter, EventRow, JobRow, JobState};

use crate::error::{Error, Result};
use crate::tickets::{is_internal, sight};
use crate::{Ctx, Engine};

pub struct JobPage {
    pub jobs: Vec<JobRow>,
    pub next: Option<String>,
}

/// What recomputing the chain came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub valid: bool,
    pub checked: i64,
    pub broken_at: Option<i64>,
    pub reason: Option<String>,
}

/// Events for a live stream.
pub struct FeedPage {
    pub events: Vec<EventRow>,
    /// Everything up to here was looked at.
    pub read_to: i64,
}

pub struct AuditPage {
    pub events: Vec<EventRow>,
    pub next: Option<i64>,
}

/// Jobs in a state (`ready`, `running`, `dead`, `quarantined`, `done`), newest first.
///
/// # Errors
/// `access.denied`.
pub async fn jobs(
    engine: &Engine,
    ctx: &Ctx,
    state: Option<String>,
    after: Option<String>,
    limit: u32,
) -> Result<JobPage> {
    ctx.require(Action::JobManage)?;
    let limit = limit.clamp(1, 200);
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let state = state.as_deref().unwrap_or("dead");
                let state = JobState::parse(state).ok_or_else(|| {
                    let problem = Problem::new("/state", "form.not_an_option").with("value", state);
                    Error::Invalid(vec![problem])
                })?;
                let after = after.map(|after| after.parse()).transpose();
                let after = after.map_err(|_| Error::invalid("/after", "request.bad_cursor"))?;
                let mut jobs = work.tx.job_list(state, after, limit + 1).await?;
                let more = jobs.len() > limit as usize;
                jobs.truncate(limit as usize);
                let next = jobs.last().filter(|_| more).map(|job| job.id.to_string());
                Ok(JobPage { jobs, next })
            })
        })
        .await
}

/// Puts a dead or quarantined job back into the queue, with its attempts forgotten.
///
/// # Errors
/// Not found when there is no such job or it is not dead.
pub async fn retry_job(engine: &Engine, ctx: &Ctx, job: JobId) -> Result<()> {
    ctx.require(Action::JobManage)?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                if !work.tx.job_retry(job, work.ctx.now()).await? {
                    return Err(Error::NotFound);
                }
                work.record(EventKind::JobRetried, None, Some(job.to_string()), json!({}));
                Ok(())
            })
        })
        .await
}

/// The tenant's events of every kind, oldest first after `after`.
///
/// # Errors
/// `access.denied`.
pub async fn audit(engine: &Engine, ctx: &Ctx, after: i64, limit: u32) -> Result<AuditPage> {
    ctx.require(Action::AuditRead)?;
    let limit = limit.clamp(1, 500);
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let mut events = work.tx.event_list(after, &EventFilter::default(), limit + 1).await?;
                let next = (events.len() > limit as usize).then(|| events[limit as usize - 1].seq);
                events.truncate(limit as usize);
                Ok(AuditPage { events, next })
            })
        })
        .await
}

/// Recomputes the whole chain; that somebody verified is itself on record.
///
/// # Errors
/// `access.denied`.
#[tracing::instrument(name = "audit.verify", skip_all)]
pub async fn verify_audit(engine: &Engine, ctx: &Ctx) -> Result<Verdict> {
    ctx.require(Action::AuditRead)?;
    let found = engine.store().audit_verify(ctx.tenant(), 0).await?;
    let verdict = Verdict {
        valid: found.first_bad.is_none(),
        checked: found.checked,
        broken_at: found.first_bad.as_ref().map(|bad| bad.seq),
        reason: found.first_bad.as_ref().map(|bad| bad.why.to_owned()),
    };
    let data = json!({"checked": verdict.checked, "broken_at": verdict.broken_at});
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                work.record(EventKind::AuditVerified, None, None, data);
                Ok(())
            })
        })
        .await?;
    Ok(verdict)
}

/// The newest event's number, to follow from there.
///
/// # Errors
/// Only when it cannot be read.
pub async fn last_event(engine: &Engine, ctx: &Ctx) -> Result<i64> {
    engine.read(ctx, move |work| Box::pin(async move { Ok(work.tx.event_head().await?.seq) })).await
}

/// Events after `after` that the caller may see, about tickets they may read. The values stay behind: a page that
/// hears of a change asks for the ticket and gets what its reader may see.
///
/// # Errors
/// Only when they cannot be read.
pub async fn feed(engine: &Engine, ctx: &Ctx, after: i64, limit: u32) -> Result<FeedPage> {
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let mut events = work.tx.event_list(after, &EventFilter::default(), limit.clamp(1, 500)).await?;
                let read_to = events.last().map_or(after, |event| event.seq);
                let mut visible: BTreeMap<TicketId, bool> = BTreeMap::new();
                for event in &events {
                    let Some(ticket) = event.ticket_id else { continue };
                    if let Entry::Vacant(place) = visible.entry(ticket) {
                        place.insert(sight::find(work, ticket, Action::TicketRead).await.is_ok());
                    }
                }
                let seen = |event: &EventRow| event.ticket_id.is_some_and(|ticket| visible.get(&ticket) == Some(&true));
                let internal = work.ctx.access().can(Action::CommentInternal);
                events.retain(|event| seen(event) && (internal || !is_internal(event)));
                for event in &mut events {
                    event.data = json!({});
                }
                Ok(FeedPage { events, read_to })
            })
        })
        .await
}
