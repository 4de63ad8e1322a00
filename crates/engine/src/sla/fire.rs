//! A clock may have something due: record it once, and do what the policy says.

use domain::actor::Actor;
use domain::event::EventKind;
use domain::id::TicketId;
use domain::sla::{self, PlannedStep};
use serde_json::{Map, Value, json};
use store::TicketRow;

use super::fired;
use crate::error::Result;
use crate::notifications::{self, Audience};
use crate::{Ctx, Engine, Work};

/// # Errors
/// Only what trying again can help.
pub async fn fire(engine: &Engine, ctx: &Ctx, ticket: TicketId) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let Some(mut row) = work.tx.ticket_by_id(ticket).await? else { return Ok(()) };
                let clocks = super::clocks(work, ticket).await?;
                let done = fired(work, ticket).await?;
                let now = work.now();
                for clock in &clocks {
                    for step in sla::steps_due(clock, now, &done) {
                        fire_step(work, &mut row, &clock.policy.key, step).await?;
                    }
                }
                super::follow(work, &mut row).await
            })
        })
        .await
}

async fn fire_step(work: &mut Work<'_>, ticket: &mut TicketRow, policy: &str, step: &PlannedStep) -> Result<()> {
    // The unique row is what makes a step fire once, however often the job runs.
    let (target, cycle, name) = (&step.id.target, i64::from(step.id.cycle), &step.id.step);
    if !work.tx.sla_step_fire(ticket.id, policy, target, cycle, name, work.ctx.now()).await? {
        return Ok(());
    }
    let kind = if step.id.is_due() { EventKind::SlaBreached } else { EventKind::SlaWarned };
    let data = json!({"target": step.id.target, "cycle": step.id.cycle, "step": step.id.step, "at": step.at});
    work.record(kind, Some(ticket.id), Some(step.id.to_string()), data);
    let Some(action) = &step.action else { return Ok(()) };
    let mut acting = work.acting(Actor::rule("sla"));
    let people = notifications::resolve(&mut acting, ticket, &action.notify).await?;
    let kind = if step.id.is_due() { "sla.breached" } else { "sla.warned" };
    let audience = action.template.as_deref().map_or(Audience::Kind(kind), Audience::Template);
    notifications::send(&mut acting, ticket, audience, &people).await?;
    let mut fields: Map<String, Value> = action.set.clone().into_iter().collect();
    if action.raise_priority && ticket.priority < domain::ticket::Priority::URGENT.level() {
        fields.insert("priority".to_owned(), (ticket.priority + 1).into());
    }
    crate::rules::resolve_team(&acting, &mut fields);
    if !fields.is_empty() {
        acting.ticket_change(ticket, fields).await?;
    }
    let data = json!({"step": step.id.to_string(), "notified": people, "set": action.set});
    acting.record(EventKind::SlaEscalated, Some(ticket.id), Some(step.id.to_string()), data);
    Ok(())
}
