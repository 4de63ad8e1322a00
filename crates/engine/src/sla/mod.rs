//! Keeps a ticket's clocks: a replay of its events, cached in rows for lists, looked at again by a job.

mod facts;
mod fire;

pub use fire::fire;

use std::collections::BTreeSet;

use domain::event::EventKind;
use domain::id::TicketId;
use domain::job::Job;
use domain::sla::{self, Clock, State, StepId};
use serde_json::json;
use store::{ClockRow, TicketRow};

use crate::Work;
use crate::error::Result;
use crate::tickets::{ShownClock, row};

/// A ticket's history is short; one that is longer is not replayed further.
const MAX_EVENTS: u32 = 10_000;

/// Chooses the policy of a new ticket and sets its due time; to be called before the row is written, and followed by
/// [`save`].
pub(crate) fn plan(work: &mut Work<'_>, ticket: &mut TicketRow) -> Vec<Clock> {
    choose(work, ticket, None);
    let facts = facts::pending(work, ticket.id);
    let env = work.env();
    let clocks = sla::replay(&work.configuration.sla, &facts, &env);
    summarise(work, ticket, &clocks);
    clocks
}

/// Brings clocks and due time into line with what just happened.
pub(crate) async fn follow(work: &mut Work<'_>, ticket: &mut TicketRow) -> Result<()> {
    let mut history = facts::all(work, ticket.id).await?;
    let current = facts::policy(&history);
    if choose(work, ticket, current.as_deref()) {
        history = facts::all(work, ticket.id).await?;
    }
    let env = work.env();
    let clocks = sla::replay(&work.configuration.sla, &history, &env);
    let before = (ticket.due_at, ticket.sla_state.clone());
    summarise(work, ticket, &clocks);
    if before != (ticket.due_at, ticket.sla_state.clone()) {
        work.tx.ticket_update(ticket).await?;
        ticket.version += 1;
    }
    save(work, ticket.id, &clocks).await
}

/// Writes the clocks' rows and sees to it that somebody looks again when the next step comes.
pub(crate) async fn save(work: &mut Work<'_>, ticket: TicketId, clocks: &[Clock]) -> Result<()> {
    let version = |clock: &Clock| work.configuration.sla_versions.get(&clock.policy).copied().unwrap_or(1);
    let row_of = |clock: &Clock| {
        let now = sla::evaluate(&work.configuration.sla, clock, work.ctx.now());
        to_row(ticket, &now, version(clock))
    };
    let rows: Vec<ClockRow> = clocks.iter().map(row_of).collect();
    work.tx.sla_clock_replace(ticket, &rows).await?;
    let fired = fired(work, ticket).await?;
    let next = clocks.iter().filter_map(|clock| sla::next_wakeup(clock, &fired)).min_by_key(|(at, _)| *at);
    if let Some((at, _)) = next {
        let at = at.max(work.now());
        work.enqueue(&Job::SlaTimer { ticket }, at, Some(format!("sla:{ticket}:{}", at.millis()))).await?;
    }
    Ok(())
}

/// The clocks as of now, with their ledgers.
pub(crate) async fn clocks(work: &mut Work<'_>, ticket: &TicketRow) -> Result<Vec<ShownClock>> {
    let clocks = replayed(work, ticket.id).await?;
    Ok(clocks.into_iter().map(|clock| ShownClock { policy: clock.policy.clone(), clock }).collect())
}

pub(crate) async fn replayed(work: &mut Work<'_>, ticket: TicketId) -> Result<Vec<Clock>> {
    let history = facts::all(work, ticket).await?;
    let env = work.env();
    let policies = &work.configuration.sla;
    let clocks = sla::replay(policies, &history, &env);
    Ok(clocks.iter().map(|clock| sla::evaluate(policies, clock, work.ctx.now())).collect())
}

async fn fired(work: &mut Work<'_>, ticket: TicketId) -> Result<BTreeSet<StepId>> {
    let taken = work.tx.sla_step_list(ticket).await?;
    let id = |(_, target, cycle, step, _)| StepId { target, cycle: u32::try_from(cycle).unwrap_or(1), step };
    Ok(taken.into_iter().map(id).collect())
}

/// Records which policy holds from now on; answers whether that is another one than `current`.
fn choose(work: &mut Work<'_>, ticket: &TicketRow, current: Option<&str>) -> bool {
    let env = work.env();
    let chosen = sla::choose(&work.configuration.sla, &row::flat(ticket), &env).map(|policy| policy.key.clone());
    if chosen.as_deref() == current {
        return false;
    }
    let version = chosen.as_ref().and_then(|key| work.configuration.sla_versions.get(key)).copied();
    let data = json!({"policy": chosen, "version": version});
    work.record(EventKind::SlaStarted, Some(ticket.id), None, data);
    true
}

/// What lists show: the nearest due time of the resolution and the worst state of all clocks.
fn summarise(work: &Work<'_>, ticket: &mut TicketRow, clocks: &[Clock]) {
    let policies = &work.configuration.sla;
    let now: Vec<Clock> = clocks.iter().map(|clock| sla::evaluate(policies, clock, work.ctx.now())).collect();
    ticket.due_at = sla::ticket_due(&now);
    let order = [State::Breached, State::Running, State::Paused, State::Met];
    let worst = order.into_iter().find(|state| now.iter().any(|clock| clock.state == *state));
    ticket.sla_state = worst.map(|state| json!(state).as_str().unwrap_or_default().to_owned());
}

fn to_row(ticket: TicketId, clock: &Clock, version: i64) -> ClockRow {
    ClockRow {
        ticket_id: ticket,
        policy: clock.policy.clone(),
        policy_version: version,
        target: clock.target.clone(),
        cycle: i64::from(clock.cycle),
        kind: clock.kind.as_str().to_owned(),
        state: json!(clock.state).as_str().unwrap_or_default().to_owned(),
        started_at: clock.started_at,
        due_at: clock.due_at,
        met_at: clock.met_at,
        breached_at: clock.breached_at,
        // The ledger is a replay away; keeping it would only be a second truth.
        clock: json!({"elapsed_ms": clock.elapsed_ms, "remaining_ms": clock.remaining_ms}),
    }
}
