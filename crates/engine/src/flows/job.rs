//! Timers and actions: what comes back to a flow as a job.

use domain::flow::{Input, action_call};
use domain::id::InstanceId;
use serde_json::{Map, Value, json};
use store::TicketRow;

use super::drive::{read_state, run_input};
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work, ai};

/// A timer of an instance is due. A timer that is gone was cancelled: nothing to do.
///
/// # Errors
/// Only what trying again can help.
pub async fn fire_timer(engine: &Engine, ctx: &Ctx, instance: InstanceId, timer: u32) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let Some((row, mut ticket)) = live(work, instance).await? else { return Ok(()) };
                if !read_state(&row)?.timers.iter().any(|armed| armed.id == timer) {
                    return Ok(());
                }
                run_input(work, &mut ticket, row, Input::TimerFired { timer }).await
            })
        })
        .await
}

/// Runs an action that a flow asked for and tells the flow how it ended.
///
/// # Errors
/// Only what trying again can help; a failing action is an input to the flow.
pub async fn run_action(engine: &Engine, ctx: &Ctx, instance: InstanceId, token: u32, run: u32) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let Some((row, mut ticket)) = live(work, instance).await? else { return Ok(()) };
                let flow = work.engine.flow_version(work.tx, &row.flow_key, row.flow_version).await?;
                let state = read_state(&row)?;
                let fields = crate::tickets::row::flat(&ticket);
                let env = work.env();
                let context = domain::flow::StepContext { now: work.now(), row: &fields, env: &env };
                let Some((current, call, with)) = action_call(&flow.flow, &state, token, &context) else {
                    return Ok(());
                };
                if current != run {
                    return Ok(());
                }
                let input = match perform(work, &mut ticket, &call, with).await {
                    Ok(result) => Input::ActionDone { token, run, result },
                    Err(Error::Store(error)) => return Err(Error::Store(error)),
                    Err(Error::Stale) => return Err(Error::Stale),
                    Err(error) => Input::ActionFailed { token, run, code: code_of(&error), message: error.to_string() },
                };
                run_input(work, &mut ticket, row, input).await
            })
        })
        .await
}

/// The actions that flows can call.
async fn perform(work: &mut Work<'_>, ticket: &mut TicketRow, call: &str, with: Map<String, Value>) -> Result<Value> {
    match call {
        "ai:suggest" => ai::suggest_now(work, ticket).await,
        "record.update" | "record:update" => {
            work.ticket_change(ticket, with).await?;
            Ok(json!({}))
        }
        "record.create" | "record:create" => crate::records::create_for_ticket(work, ticket, with).await,
        _ => Err(Error::refused("flow.unknown_action")),
    }
}

async fn live(work: &mut Work<'_>, instance: InstanceId) -> Result<Option<(store::InstanceRow, TicketRow)>> {
    let Some(row) = work.tx.instance_by_id(instance).await? else { return Ok(None) };
    if row.status != "running" {
        return Ok(None);
    }
    let ticket = work.tx.ticket_by_id(row.ticket_id).await?.ok_or(Error::NotFound)?;
    Ok(Some((row, ticket)))
}

fn code_of(error: &Error) -> String {
    match error {
        Error::Refused(problem) => problem.code.clone(),
        Error::Invalid(problems) => problems.first().map(|problem| problem.code.clone()).unwrap_or_default(),
        Error::Denied(_) => "access.denied".to_owned(),
        _ => "failed".to_owned(),
    }
}
