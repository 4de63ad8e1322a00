//! Drives flows: gives the pure step its inputs and carries out what it asks for, in the caller's transaction.
//!
//! [`drive`] is the loop. People are looked up in `resolve`, effects carried out in `effects`; timers and actions
//! come back as jobs. An instance pins the version of its flow.

mod act;
mod drive;
mod effects;
mod job;
mod resolve;
mod show;

pub use act::{ActOnTask, act};
pub use job::{fire_timer, run_action};
pub use show::{Diagram, DiagramEdge, DiagramNode, OpenTask, diagram};

pub(crate) use drive::run_input;
pub(crate) use show::open_tasks;

use domain::flow::{Act, Acting, Input, Life, Message, TaskWanted};
use serde_json::Value;
use store::{InstanceRow, TicketRow};

use crate::Work;
use crate::configuration::unknown;
use crate::error::{Error, Result};

/// Starts the flow that the ticket's form names, if any.
///
/// # Errors
/// `definition.unknown` when the form names one that is not published: without it nobody would hear of the ticket.
pub(crate) async fn start(work: &mut Work<'_>, ticket: &mut TicketRow) -> Result<()> {
    let Some(form) = work.configuration.forms.get(&ticket.form).cloned() else { return Ok(()) };
    let Some(key) = form.compiled.definition().ticket.as_ref().and_then(|section| section.flow.clone()) else {
        return Ok(());
    };
    let flow = work.configuration.flows.get(&key).cloned();
    let flow = flow.ok_or_else(|| unknown(domain::definition::Kind::Flow, &key))?;
    drive::begin(work, ticket, &flow.key, flow.version).await
}

/// Starts the flow anew for a ticket that was reopened after its flow had ended; a flow that still waits goes on
/// from where it was sent back.
pub(crate) async fn reopen(work: &mut Work<'_>, ticket: &mut TicketRow, reason: &str) -> Result<()> {
    const DECLINED: &str = "customer_declined";
    if deliver(work, ticket, DECLINED, &Value::Null).await? {
        return Ok(());
    }
    if let Some(instance) = running(work, ticket).await? {
        let input = Input::Cancel { by: work.ctx.actor().user_id(), reason: reason.to_owned() };
        run_input(work, ticket, instance, input).await?;
        work.set_status(ticket, domain::ticket::Status::Open).await?;
    }
    start(work, ticket).await
}

/// The ticket's instance that still moves.
pub(crate) async fn running(work: &mut Work<'_>, ticket: &TicketRow) -> Result<Option<InstanceRow>> {
    Ok(work.tx.instance_running(ticket.id).await?)
}

pub(crate) async fn is_running(work: &mut Work<'_>, ticket: &TicketRow) -> Result<bool> {
    Ok(running(work, ticket).await?.is_some())
}

/// # Errors
/// `ticket.flow_decides` while a flow drives the ticket: its status follows from the flow.
pub(crate) async fn refuse_while_running(work: &mut Work<'_>, ticket: &TicketRow) -> Result<()> {
    if is_running(work, ticket).await? { Err(Error::refused("ticket.flow_decides")) } else { Ok(()) }
}

/// Whether the ticket's flow waits for this message now.
pub(crate) async fn waits_for(work: &mut Work<'_>, ticket: &TicketRow, message: &str) -> Result<bool> {
    let Some(instance) = running(work, ticket).await? else { return Ok(false) };
    let flow = work.engine.flow_version(work.tx, &instance.flow_key, instance.flow_version).await?;
    let state = drive::read_state(&instance)?;
    Ok(domain::flow::subscriptions(&flow.flow, &state).iter().any(|wait| wait.name == message && !wait.signal))
}

/// Delivers a message; answers whether anybody waited for it.
pub(crate) async fn deliver(work: &mut Work<'_>, ticket: &mut TicketRow, name: &str, _vars: &Value) -> Result<bool> {
    if !waits_for(work, ticket, name).await? {
        return Ok(false);
    }
    let Some(instance) = running(work, ticket).await? else { return Ok(false) };
    let message = Message { name: name.to_owned(), ..Message::default() };
    run_input(work, ticket, instance, Input::Message(message)).await?;
    Ok(true)
}

/// The submitter takes the report back: the instance is cancelled and the ticket closed.
pub(crate) async fn withdraw(work: &mut Work<'_>, ticket: &mut TicketRow, reason: Option<&str>) -> Result<()> {
    let Some(instance) = running(work, ticket).await? else {
        return Err(Error::refused("ticket.closed"));
    };
    if !can_withdraw(work, ticket).await? {
        return Err(Error::refused("flow.too_late_to_withdraw"));
    }
    let reason = reason.unwrap_or_default().to_owned();
    run_input(work, ticket, instance, Input::Cancel { by: work.ctx.actor().user_id(), reason }).await
}

/// Nobody but the submitter has decided anything since the submission.
pub(crate) async fn can_withdraw(work: &mut Work<'_>, ticket: &TicketRow) -> Result<bool> {
    let Some(instance) = running(work, ticket).await? else { return Ok(false) };
    let state = drive::read_state(&instance)?;
    Ok(state.life == Life::Running && state.decided == 0)
}

/// Urges whoever holds the open tasks.
pub(crate) async fn urge(work: &mut Work<'_>, ticket: &mut TicketRow) -> Result<()> {
    let Some(instance) = running(work, ticket).await? else {
        return Err(Error::refused("ticket.closed"));
    };
    let state = drive::read_state(&instance)?;
    let tasks: Vec<u32> = state.open_tasks().map(|task| task.id).collect();
    let actor = Acting { user: work.ctx.actor().user_id(), admin: true, ..Acting::default() };
    for task in tasks {
        let Some(instance) = running(work, ticket).await? else { break };
        let wanted = TaskWanted { task, actor: actor.clone(), act: Act::Urge, comment: None };
        run_input(work, ticket, instance, Input::TaskActed(wanted)).await?;
    }
    Ok(())
}
