//! Keeps a ticket's clocks: a replay of its events, cached in rows for lists, looked at again by a job.

mod facts;
mod fire;
mod past;

pub use fire::fire;
pub(crate) use past::{of_the_past, save_past};

use std::collections::BTreeSet;

use domain::event::EventKind;
use domain::id::TicketId;
use domain::job::Job;
use domain::sla::{self, Clock, Fact, Policies, PolicyId, State, StepId};
use domain::time::Timestamp;
use serde_json::json;
use store::{ClockRow, TicketRow};

use crate::Work;
use crate::error::Result;
use crate::tickets::row;

/// A ticket's history is short; one that is longer is not replayed further.
const MAX_EVENTS: u32 = 10_000;

/// Matches a new ticket with a policy and sets its due time; to be called before the row is written, and followed by
/// [`save`].
pub(crate) fn plan(work: &mut Work<'_>, ticket: &mut TicketRow) -> Clocks {
    let chosen = chosen(work, ticket);
    if chosen.is_some() {
        record(work, ticket.id, chosen.as_ref());
    }
    let facts = facts::pending(work, ticket.id);
    // What was chosen just now is active.
    let policies = work.configuration.sla.clone();
    let clocks = Clocks { found: sla::replay(&policies, &facts, &work.env()), policies };
    summarise(work, ticket, &clocks);
    clocks
}

/// Brings clocks and due time into line with what just happened.
///
/// A ticket keeps the version it was matched with, whatever is published later. It is matched again, with what is
/// published by then, when its priority, its category or a field changes that the `when` of a policy names.
pub(crate) async fn follow(work: &mut Work<'_>, ticket: &mut TicketRow) -> Result<()> {
    let mut history = facts::all(work, ticket.id).await?;
    let current = facts::policy(&history);
    if asks_again(work, ticket.id) {
        let chosen = chosen(work, ticket);
        if chosen != current {
            record(work, ticket.id, chosen.as_ref());
            history = facts::all(work, ticket.id).await?;
        }
    }
    let clocks = replay(work, &history).await?;
    let before = (ticket.due_at, ticket.sla_state.clone());
    summarise(work, ticket, &clocks);
    if before != (ticket.due_at, ticket.sla_state.clone()) {
        work.tx.ticket_update(ticket).await?;
        ticket.version += 1;
    }
    save(work, ticket.id, &clocks).await
}

/// Writes the clocks' rows and sees to it that somebody looks again when the next step comes.
pub(crate) async fn save(work: &mut Work<'_>, ticket: TicketId, clocks: &Clocks) -> Result<()> {
    let now = clocks.at(work.now());
    let rows: Vec<ClockRow> = now.iter().map(|clock| to_row(ticket, clock)).collect();
    work.tx.sla_clock_replace(ticket, &rows).await?;
    let fired = fired(work, ticket).await?;
    wait(work, ticket, clocks, &fired).await
}

/// Has the clocks looked at when the next step comes that has not been taken.
async fn wait(work: &mut Work<'_>, ticket: TicketId, clocks: &Clocks, fired: &BTreeSet<StepId>) -> Result<()> {
    let next = clocks.found.iter().filter_map(|clock| sla::next_wakeup(clock, fired)).min_by_key(|(at, _)| *at);
    if let Some((at, _)) = next {
        let at = at.max(work.now());
        work.enqueue(&Job::SlaTimer { ticket }, at, Some(format!("sla:{ticket}:{}", at.millis()))).await?;
    }
    Ok(())
}

/// A ticket's clocks as of the last thing that happened to it, with the policies that judge them.
pub(crate) struct Clocks {
    found: Vec<Clock>,
    policies: Policies,
}

impl Clocks {
    fn at(&self, now: Timestamp) -> Vec<Clock> {
        self.found.iter().map(|clock| sla::evaluate(&self.policies, clock, now)).collect()
    }
}

/// The clocks as of now, with their ledgers.
pub(crate) async fn clocks(work: &mut Work<'_>, ticket: TicketId) -> Result<Vec<Clock>> {
    let history = facts::all(work, ticket).await?;
    Ok(replay(work, &history).await?.at(work.now()))
}

async fn replay(work: &mut Work<'_>, history: &[Fact]) -> Result<Clocks> {
    let mut policies = Policies::new();
    for id in facts::policies(history) {
        if let Some(policy) = work.engine.sla_version(work.tx, &work.configuration, id).await? {
            policies.insert(id.clone(), policy);
        }
    }
    Ok(Clocks { found: sla::replay(&policies, history, &work.env()), policies })
}

async fn fired(work: &mut Work<'_>, ticket: TicketId) -> Result<BTreeSet<StepId>> {
    let taken = work.tx.sla_step_list(ticket).await?;
    let id = |(_, target, cycle, step, _)| StepId { target, cycle: u32::try_from(cycle).unwrap_or(1), step };
    Ok(taken.into_iter().map(id).collect())
}

/// Whether this transaction changed something that decides which policy a ticket has.
fn asks_again(work: &Work<'_>, ticket: TicketId) -> bool {
    let facts = facts::pending(work, ticket);
    let changed = facts::changed(&facts);
    let named = |field: &String| changed.contains(field.as_str());
    changed.contains("priority")
        || changed.contains("category")
        || work.configuration.sla.values().any(|policy| policy.decisive().iter().any(named))
}

/// The policy that is published for a ticket as it is.
fn chosen(work: &Work<'_>, ticket: &TicketRow) -> Option<PolicyId> {
    sla::choose(&work.configuration.sla, &row::flat(ticket), &work.env()).map(|policy| policy.id.clone())
}

/// Names the policy that holds from now on, so that a replay knows it without asking again.
fn record(work: &mut Work<'_>, ticket: TicketId, policy: Option<&PolicyId>) {
    let data = json!({"policy": policy.map(|id| &id.key), "version": policy.map(|id| id.version)});
    work.record(EventKind::SlaStarted, Some(ticket), None, data);
}

/// What lists show: the nearest due time of the resolution and the worst state of all clocks.
fn summarise(work: &Work<'_>, ticket: &mut TicketRow, clocks: &Clocks) {
    let now = clocks.at(work.now());
    ticket.due_at = sla::ticket_due(&now);
    let order = [State::Breached, State::Running, State::Paused, State::Met];
    let worst = order.into_iter().find(|state| now.iter().any(|clock| clock.state == *state));
    ticket.sla_state = worst.map(|state| json!(state).as_str().unwrap_or_default().to_owned());
}

fn to_row(ticket: TicketId, clock: &Clock) -> ClockRow {
    ClockRow {
        ticket_id: ticket,
        policy: clock.policy.key.clone(),
        policy_version: clock.policy.version,
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
