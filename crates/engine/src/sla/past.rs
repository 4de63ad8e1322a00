//! Clocks of imported tickets: judged like all others, but without a word to anybody.

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::event::{EventKind, NewEvent};
use domain::id::TicketId;
use domain::sla::{self, StepId};
use serde_json::json;
use store::{ClockRow, TicketRow};

use super::{Clocks, facts, summarise, to_row};
use crate::Work;
use crate::error::Result;
use crate::tickets::row;

/// Matches a ticket, as it `began`, with the policy that is published now, and replays its story; what was broken on
/// the way becomes part of the story. A ticket that ended at a time nobody knows has no clocks, and its story says so.
pub(crate) fn of_the_past(
    work: &Work<'_>,
    ticket: &mut TicketRow,
    began: &TicketRow,
    story: &mut Vec<NewEvent>,
) -> Clocks {
    let fact = |kind: EventKind, at, data| NewEvent {
        kind,
        at,
        actor: Actor::system(),
        ticket: Some(began.id),
        subject: None,
        data,
    };
    let mut env = work.env();
    env.now_ms = began.created_at.millis();
    let chosen = sla::choose(&work.configuration.sla, &row::flat(began), &env).filter(|_| began.status.is_active());
    let data = match chosen {
        Some(policy) => json!({"policy": policy.id.key, "version": policy.id.version}),
        None if began.status.is_active() => json!({"policy": null, "version": null, "reason": "no_match"}),
        None => json!({"policy": null, "version": null, "reason": "end_unknown"}),
    };
    story.insert(1, fact(EventKind::SlaStarted, began.created_at, data));
    let policies = work.configuration.sla.clone();
    let clocks = Clocks { found: sla::replay(&policies, &facts::of_story(story), &env), policies };
    for clock in clocks.at(work.now()) {
        if let Some(at) = clock.breached_at {
            let id = StepId { target: clock.target.clone(), cycle: clock.cycle, step: StepId::DUE.to_owned() };
            let data = json!({"target": clock.target, "cycle": clock.cycle, "step": StepId::DUE, "at": at});
            let breached = fact(EventKind::SlaBreached, at, data);
            story.push(NewEvent { subject: Some(id.to_string()), ..breached });
        }
    }
    story[2..].sort_by_key(|event| event.at);
    summarise(work, ticket, &clocks);
    clocks
}

/// Writes the rows of new clocks. Steps that lie before the import count as taken; the next one is waited for.
pub(crate) async fn save_past(work: &mut Work<'_>, ticket: TicketId, clocks: &Clocks) -> Result<()> {
    let now = clocks.at(work.now());
    let rows: Vec<ClockRow> = now.iter().map(|clock| to_row(ticket, clock)).collect();
    work.tx.sla_clock_put_all(&rows).await?;
    let mut passed = BTreeSet::new();
    for clock in &clocks.found {
        for step in sla::steps_due(clock, work.now(), &BTreeSet::new()) {
            let (policy, cycle) = (&clock.policy.key, i64::from(step.id.cycle));
            work.tx.sla_step_fire(ticket, policy, &step.id.target, cycle, &step.id.step, work.ctx.now()).await?;
            passed.insert(step.id.clone());
        }
    }
    super::wait(work, ticket, clocks, &passed).await
}
