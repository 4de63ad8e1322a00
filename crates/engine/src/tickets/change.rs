//! Changes fields of a ticket: the one place where a ticket's row is rewritten.
//!
//! People, flows, rules and models all come through [`Work::ticket_change`], so that history, search, clocks and
//! rules never miss a change.

use domain::access::Action;
use domain::event::EventKind;
use domain::form::Form;
use domain::id::TicketId;
use domain::problem::Problem;
use domain::ticket::{Status, transition};
use serde_json::{Map, Value, json};
use store::TicketRow;

use super::{fields, references, row, sight};
use crate::answers::{About, Known};
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work, flows, rules, sla};

/// What a person wants changed, and which version they saw.
#[derive(Debug, Clone)]
pub struct ChangeTicket {
    pub ticket: TicketId,
    pub version: i64,
    /// Fields by id, system and form fields alike.
    pub fields: Map<String, Value>,
}

/// # Errors
/// `request.stale` when somebody was faster, `access.field`, or the form's problems.
#[tracing::instrument(name = "ticket.change", skip_all, fields(ticket.id = %command.ticket))]
pub async fn change(engine: &Engine, ctx: &Ctx, command: ChangeTicket) -> Result<TicketRow> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let mut ticket = sight::find(work, command.ticket, Action::TicketUpdate).await?;
                if ticket.version != command.version {
                    return Err(Error::Stale);
                }
                let form = work.engine.form_version(work.tx, &ticket.form, ticket.form_version).await?;
                let names = command.fields.keys().map(String::as_str);
                sight::refuse_unwritable(work.ctx.access(), &form.form, names, "/fields")?;
                if command.fields.contains_key("owner") || command.fields.contains_key("team") {
                    work.ctx.require(Action::TicketAssign)?;
                }
                if command.fields.contains_key("status") {
                    flows::refuse_while_running(work, &ticket).await?;
                }
                work.ticket_change(&mut ticket, command.fields).await.map_err(in_body)?;
                Ok(ticket)
            })
        })
        .await
}

/// The problems of a change where a request names its fields: under `/fields`.
pub(crate) fn in_body(error: Error) -> Error {
    let Error::Invalid(problems) = error else { return error };
    let bare = |problem: Problem| {
        let pointer = problem.pointer.strip_prefix("/data/").map(|rest| format!("/{rest}"));
        Problem { pointer: pointer.unwrap_or(problem.pointer.clone()), ..problem }
    };
    Error::Invalid(fields::under("/fields", problems.into_iter().map(bare).collect()))
}

impl Work<'_> {
    /// Validates, writes and records a change; returns whether anything changed.
    pub(crate) async fn ticket_change(&mut self, ticket: &mut TicketRow, fields: Map<String, Value>) -> Result<bool> {
        let form = self.engine.form_version(self.tx, &ticket.form, ticket.form_version).await?;
        let before = ticket.clone();
        let known = self.merge(&form.form, ticket, fields).await?;
        let changes = differences(&before, ticket);
        if changes.is_empty() {
            *ticket = before;
            return Ok(false);
        }
        transition(before.status, ticket.status)?;
        references::check(self, &form.form, ticket, &known).await?;
        references::claim_files(self, &form.form, ticket, &known).await?;
        stamp(&before, ticket, self.now());
        self.write_ticket(ticket, &form.form).await?;
        self.record(EventKind::TicketChanged, Some(ticket.id), None, json!({ "changes": changes }));
        sla::follow(self, ticket).await?;
        rules::run_changed(self, &before, ticket).await?;
        Ok(true)
    }

    /// Writes the row at the version it was read with, and its indexes.
    pub(crate) async fn write_ticket(&mut self, ticket: &mut TicketRow, form: &Form) -> Result<()> {
        ticket.updated_at = self.now();
        self.tx.ticket_update(ticket).await?;
        ticket.version += 1;
        super::index::write(self, form, ticket).await
    }

    async fn merge(&mut self, form: &Form, ticket: &mut TicketRow, changes: Map<String, Value>) -> Result<Known> {
        let (outside, own) = fields::separate(form, changes);
        let mut known = Known::default();
        if !own.is_empty() {
            let previous = row::flat(ticket);
            let mut input = fields::answers(form, ticket);
            input.extend(own);
            let input = Value::Object(input);
            known = self.knowledge(form, &input, Some(&previous), About::Ticket(ticket.id)).await?;
            let mut around = previous.as_object().cloned().unwrap_or_default();
            around.extend(outside.clone());
            let clean = form.validate_given(&input, Some(&previous), &known.given(around), &self.env());
            let clean = clean.map_err(Error::Invalid)?;
            let Value::Object(clean) = clean else { return Err(Error::invalid("", "request.wrong_type")) };
            fields::place(ticket, clean, "")?;
        }
        let problems: Vec<_> =
            outside.iter().filter_map(|(field, value)| row::set_system(ticket, field, value).err()).collect();
        if problems.is_empty() { Ok(known) } else { Err(Error::Invalid(problems)) }
    }
}

/// Keeps the times that follow from the status.
fn stamp(before: &TicketRow, ticket: &mut TicketRow, now: domain::time::Timestamp) {
    if before.status == ticket.status {
        return;
    }
    match ticket.status {
        Status::Solved => ticket.solved_at = Some(now),
        Status::Closed => {
            ticket.closed_at = Some(now);
            ticket.solved_at = ticket.solved_at.or(Some(now));
        }
        Status::New | Status::Open | Status::Waiting => {
            ticket.solved_at = None;
            ticket.closed_at = None;
        }
    }
}

/// `{field: {from, to}}` over every field that differs.
fn differences(before: &TicketRow, after: &TicketRow) -> Map<String, Value> {
    let (old, new) = (row::flat(before), row::flat(after));
    let names = old.as_object().into_iter().chain(new.as_object()).flat_map(Map::keys);
    let mut changes = Map::new();
    for name in names {
        let (from, to) = (old.get(name).unwrap_or(&Value::Null), new.get(name).unwrap_or(&Value::Null));
        if from != to && name != "updated_at" {
            changes.insert(name.clone(), json!({ "from": from, "to": to }));
        }
    }
    changes
}

/// Assigns a ticket, from a person, a rule or a dispatch.
pub(crate) fn assignment(owner: Option<domain::id::UserId>) -> Map<String, Value> {
    [("owner".to_owned(), json!(owner))].into_iter().collect()
}
