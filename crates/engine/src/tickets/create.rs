//! Takes a report in: a new ticket with its number, flow, clocks, events and jobs, in one transaction.

use std::sync::Arc;

use domain::access::Action;
use domain::event::EventKind;
use domain::form::Form;
use domain::id::TicketId;
use domain::job::Job;
use domain::ticket::{Priority, Status};
use serde_json::{Map, Value, json};
use store::TicketRow;

use super::{fields, references, row, sight};
use crate::answers::{About, Known};
use crate::configuration::Published;
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work, flows, rules, sla};

/// A report.
#[derive(Debug, Clone)]
pub struct CreateTicket {
    /// The ticket type: key of a published form.
    pub form: String,
    /// Answers by field id; system fields that the form shows are among them.
    pub data: Map<String, Value>,
    /// Where it came from: `web`, `api`, `flow`, `import` …
    pub source: String,
}

/// # Errors
/// `ticket.no_such_type`, `access.denied`, or the form's problems under `/data`.
#[tracing::instrument(name = "ticket.create", skip_all, fields(ticket.form = %command.form))]
pub async fn create(engine: &Engine, ctx: &Ctx, command: CreateTicket) -> Result<TicketRow> {
    engine.tx(ctx, move |work| Box::pin(async move { work.ticket_create(command).await })).await
}

impl Work<'_> {
    /// The command inside a transaction that is already open.
    pub(crate) async fn ticket_create(&mut self, command: CreateTicket) -> Result<TicketRow> {
        self.ctx.require(Action::TicketCreate)?;
        let form = Arc::clone(self.configuration.ticket_type(&command.form)?);
        let mut ticket = self.blank(&form, &command.source);
        let (data, known) = self.validated(&form, &ticket, command.data).await?;
        fields::place(&mut ticket, data, "/data")?;
        if ticket.title.is_empty() {
            return Err(Error::invalid("/data/title", "form.required"));
        }
        references::check(self, &form.compiled, &ticket, &known).await?;
        ticket.number = self.next_number(&form.compiled).await?;

        self.record(EventKind::TicketCreated, Some(ticket.id), None, created(&ticket));
        // The clocks come first, so that the row is written once with its due time.
        let clocks = sla::plan(self, &mut ticket);
        self.tx.ticket_insert(&ticket).await?;
        super::index::write(self, &form.compiled, &ticket).await?;
        references::claim_files(self, &form.compiled, &ticket, &known).await?;
        sla::save(self, ticket.id, &clocks).await?;
        flows::start(self, &mut ticket).await?;
        rules::run(self, &mut ticket, EventKind::TicketCreated).await?;
        if self.configuration.ai_for(&ticket.form).is_some() {
            let job = Job::Suggest { ticket: ticket.id };
            self.enqueue(&job, self.now(), Some(format!("suggest:{}", ticket.id))).await?;
        }
        Ok(ticket)
    }

    async fn validated(
        &mut self,
        form: &Published<Form>,
        blank: &TicketRow,
        mut data: Map<String, Value>,
    ) -> Result<(Map<String, Value>, Known)> {
        sight::refuse_unwritable(self.ctx.access(), &form.compiled, data.keys().map(String::as_str), "/data")?;
        if let Some(user) = self.ctx.actor().user_id() {
            data.entry("requester").or_insert_with(|| user.to_string().into());
        }
        let (outside, own) = fields::separate(&form.compiled, data);
        let own = Value::Object(own);
        let known = self.knowledge(&form.compiled, &own, None, About::New).await?;
        let mut around = row::flat(blank).as_object().cloned().unwrap_or_default();
        around.extend(outside.clone());
        let clean = form.compiled.validate_given(&own, None, &known.given(around), &self.env());
        let clean = clean.map_err(|problems| Error::Invalid(fields::under("/data", problems)))?;
        let Value::Object(mut clean) = clean else { return Err(Error::invalid("/data", "request.wrong_type")) };
        clean.extend(outside);
        Ok((clean, known))
    }

    fn blank(&self, form: &Published<Form>, source: &str) -> TicketRow {
        let now = self.now();
        TicketRow {
            id: self.ctx.id(TicketId::new),
            number: String::new(),
            form: form.key.clone(),
            form_version: form.version,
            title: String::new(),
            status: Status::New,
            stage: None,
            priority: Priority::NORMAL.level(),
            category: None,
            owner_id: None,
            team_id: None,
            requester_id: None,
            org_id: self.ctx.access().org,
            place_id: None,
            asset_id: None,
            data: Value::Null,
            tags: Vec::new(),
            due_at: None,
            sla_state: None,
            created_at: now,
            updated_at: now,
            first_response_at: None,
            solved_at: None,
            closed_at: None,
            rating: None,
            source: source.to_owned(),
            version: 1,
        }
    }

    pub(crate) async fn next_number(&mut self, form: &Form) -> Result<String> {
        let section = form.definition().ticket.as_ref();
        let prefix = section.and_then(|section| section.prefix.as_deref()).unwrap_or("T");
        let number = self.tx.counter_next(&format!("ticket:{prefix}")).await?;
        Ok(format!("{prefix}-{number:05}"))
    }
}

fn created(ticket: &TicketRow) -> Value {
    json!({ "number": ticket.number, "fields": row::flat(ticket), "source": ticket.source })
}
