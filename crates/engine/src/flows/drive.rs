//! The loop around the pure step: input in, effects out, until nobody is asked for any more.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::actor::Actor;
use domain::event::EventKind;
use domain::flow::{Input, InstanceState, Life, Refusal, StepContext, StepRefused, step};
use domain::id::InstanceId;
use domain::problem::Problem;
use serde_json::{Map, json};
use store::{InstanceRow, TicketRow};

use super::effects;
use crate::configuration::FlowVersion;
use crate::error::{Error, Result};
use crate::tickets::row;
use crate::{Work, configuration};

/// One instance being driven within a transaction.
pub(crate) struct Drive {
    pub(crate) flow: Arc<FlowVersion>,
    pub(crate) instance: InstanceRow,
    /// Answers that the step still has to hear.
    pub(crate) answers: VecDeque<Input>,
}

/// Creates an instance and runs it until it waits.
pub(super) async fn begin(work: &mut Work<'_>, ticket: &mut TicketRow, key: &str, version: i64) -> Result<()> {
    let instance = InstanceRow {
        id: work.ctx.id(InstanceId::new),
        ticket_id: ticket.id,
        flow_key: key.to_owned(),
        flow_version: version,
        state: json!(InstanceState::default()),
        status: "running".to_owned(),
        started_at: work.now(),
        ended_at: None,
        version: 1,
    };
    work.tx.instance_insert(&instance).await?;
    let data = json!({"flow": key, "version": version});
    work.record(EventKind::FlowStarted, Some(ticket.id), Some(instance.id.to_string()), data);
    let by = ticket.requester_id.or_else(|| work.ctx.actor().user_id());
    let input = Input::Start { by, vars: Map::new(), picks: std::collections::BTreeMap::default(), at: None };
    run_input(work, ticket, instance, input).await
}

/// Gives the instance an input, carries out what follows, and writes where it then stands.
pub(crate) async fn run_input(
    work: &mut Work<'_>,
    ticket: &mut TicketRow,
    instance: InstanceRow,
    input: Input,
) -> Result<()> {
    let flow = work.engine.flow_version(work.tx, &instance.flow_key, instance.flow_version).await?;
    let mut state = read_state(&instance)?;
    let mut drive = Drive { flow, instance, answers: VecDeque::from([input]) };
    let mut log = Vec::new();
    while let Some(input) = drive.answers.pop_front() {
        let fields = row::flat(ticket);
        let env = work.env();
        let context = StepContext { now: work.now(), row: &fields, env: &env };
        let stepped = step(&drive.flow.flow, state, input, &context).map_err(refusal)?;
        state = stepped.state;
        log.extend(stepped.log);
        // What the flow causes is the flow's doing, on behalf of whoever set it off.
        let mut acting = work.acting(flow_actor(work, &drive.flow.flow.key));
        for effect in stepped.effects {
            effects::carry_out(&mut acting, ticket, &mut drive, effect).await?;
        }
    }
    save(work, ticket, &mut drive, &state).await?;
    if !log.is_empty() {
        let data = json!({"flow": drive.flow.flow.key, "log": log});
        let subject = drive.instance.id.to_string();
        work.record(EventKind::FlowMoved, Some(ticket.id), Some(subject), data);
    }
    Ok(())
}

async fn save(work: &mut Work<'_>, ticket: &mut TicketRow, drive: &mut Drive, state: &InstanceState) -> Result<()> {
    let instance = &mut drive.instance;
    instance.state = json!(state);
    instance.status = match state.life {
        Life::Running => "running",
        Life::Ended => "ended",
        Life::Cancelled => "cancelled",
    }
    .to_owned();
    if state.life != Life::Running {
        instance.ended_at = Some(work.now());
    }
    work.tx.instance_update(instance).await?;
    instance.version += 1;
    let stage = stage(&drive.flow, state);
    if ticket.stage != stage {
        ticket.stage = stage;
        work.tx.ticket_update(ticket).await?;
        ticket.version += 1;
    }
    Ok(())
}

/// The name of the step at which people work now; what a list shows beside the status.
fn stage(flow: &FlowVersion, state: &InstanceState) -> Option<String> {
    let at_work = state.open_tasks().map(|task| task.node.as_str()).next();
    let waiting = state.tokens.iter().map(|token| token.node.as_str()).next();
    let node = at_work.or(waiting)?;
    flow.flow.stage(node).map(|name| json!(name).to_string())
}

pub(crate) fn read_state(instance: &InstanceRow) -> Result<InstanceState> {
    serde_json::from_value(instance.state.clone()).map_err(|_| {
        let problem = Problem::new("", "flow.malformed");
        Error::Refused(problem.with("reason", format!("the state of {} cannot be read", instance.id)))
    })
}

fn flow_actor(work: &Work<'_>, key: &str) -> Actor {
    let mut actor = Actor::flow(key);
    actor.on_behalf_of = work.ctx.actor().user_id().map(|id| {
        let name = work.ctx.actor().name.clone();
        domain::actor::Person { id, name }
    });
    actor
}

/// A refused step in the words of a command.
pub(crate) fn refusal(refused: StepRefused) -> Error {
    if refused.code.as_str() == "task.not_yours" {
        return Error::refused("task.not_yours");
    }
    // What a person left out is pointed at where a request would name it.
    let pointer = match refused.code {
        Refusal::FieldRequired => format!("/fields/{}", refused.detail),
        Refusal::CommentRequired => "/comment".to_owned(),
        _ => String::new(),
    };
    Error::Refused(Problem { pointer, ..refused.into() })
}

/// Turns a calendar's key and a duration into an instant.
pub(crate) fn add_time(
    configuration: &configuration::Configuration,
) -> impl Fn(domain::time::Timestamp, lang::Duration, Option<&str>) -> domain::time::Timestamp + '_ {
    move |at, duration, key| match key.and_then(|key| configuration.calendars.get(key)) {
        Some(calendar) => {
            let days = duration.days + duration.months * 30;
            calendar.add(at, days * calendar.day_ms() + duration.millis)
        }
        None => at.plus_millis((duration.days + duration.months * 30) * 86_400_000 + duration.millis),
    }
}
