//! One ticket with everything its page needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::{Action, Level};
use domain::id::TicketId;
use domain::sla::Clock;
use store::{LinkRow, SuggestionRow, TicketRow};

use super::{Names, act, sight};
use crate::configuration::{Configuration, FormVersion};
use crate::error::{Error, Result};
use crate::flows::OpenTask;
use crate::{Ctx, Engine, Work, flows, sla};

/// A ticket by id or by the number people know.
#[derive(Debug, Clone)]
pub enum TicketKey {
    Id(TicketId),
    Number(String),
}

pub struct ShownTicket {
    pub ticket: TicketRow,
    pub form: Arc<FormVersion>,
    pub configuration: Arc<Configuration>,
    pub names: Names,
    pub field_rights: BTreeMap<String, Level>,
    pub clocks: Vec<Clock>,
    /// Whether a flow drives it or did; its diagram is another question.
    pub has_flow: bool,
    pub tasks: Vec<OpenTask>,
    pub acts: Vec<&'static str>,
    pub suggestions: Vec<SuggestionRow>,
    pub links: Vec<ShownLink>,
}

/// A linked ticket that the caller may see.
pub struct ShownLink {
    /// `parent`, `child`, `duplicate`, `duplicated_by` or `related`, seen from this ticket.
    pub kind: &'static str,
    pub ticket: TicketRow,
}

/// # Errors
/// Not found when it does not exist or the caller may not read it.
#[tracing::instrument(name = "ticket.show", skip_all)]
pub async fn show(engine: &Engine, ctx: &Ctx, key: TicketKey) -> Result<ShownTicket> {
    engine.read(ctx, move |work| Box::pin(async move { work.ticket_show(key).await })).await
}

impl Work<'_> {
    pub(crate) async fn ticket_id(&mut self, key: TicketKey) -> Result<TicketId> {
        match key {
            TicketKey::Id(id) => Ok(id),
            TicketKey::Number(number) => self.tx.ticket_id_by_number(&number).await?.ok_or(Error::NotFound),
        }
    }

    async fn ticket_show(&mut self, key: TicketKey) -> Result<ShownTicket> {
        let id = self.ticket_id(key).await?;
        let mut ticket = sight::find(self, id, Action::TicketRead).await?;
        let form = self.engine.form_version(self.tx, &ticket.form, ticket.form_version).await?;
        let clocks = sla::clocks(self, id).await?;
        let has_flow = self.tx.instance_count(id).await? > 0;
        let tasks = flows::open_tasks(self, &ticket).await?;
        let acts = act::possible(self, &ticket).await?;
        let access = self.ctx.access().clone();
        let mut suggestions = match access.can(Action::SuggestionDecide) {
            true => self.tx.suggestion_list(id).await?,
            false => Vec::new(),
        };
        suggestions.retain(|row| sight::sees(&access, &form.form, &row.field));
        let clocks = if sight::sees(&access, &form.form, "due_at") { clocks } else { Vec::new() };
        let links = self.links(id).await?;
        let people = tasks.iter().flat_map(OpenTask::people);
        let people: Vec<_> = people.chain(suggestions.iter().filter_map(|row| row.decided_by)).collect();
        let names = Names::of(self, std::slice::from_ref(&ticket), people).await?;
        let field_rights = sight::field_rights(self.ctx.access(), &form.form);
        sight::filtered(self.ctx.access(), &form.form, &mut ticket);
        Ok(ShownTicket {
            configuration: Arc::clone(&self.configuration),
            ticket,
            form,
            names,
            field_rights,
            clocks,
            has_flow,
            tasks,
            acts,
            suggestions,
            links,
        })
    }

    async fn links(&mut self, id: TicketId) -> Result<Vec<ShownLink>> {
        let rows = self.tx.ticket_link_list(id).await?;
        let mut links = Vec::with_capacity(rows.len());
        for row in rows {
            let other = if row.from_id == id { row.to_id } else { row.from_id };
            match sight::find(self, other, Action::TicketRead).await {
                Ok(ticket) => links.push(ShownLink { kind: seen_from(id, &row), ticket }),
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(links)
    }
}

fn seen_from(id: TicketId, row: &LinkRow) -> &'static str {
    use domain::ticket::LinkKind::{Duplicate, Parent, Related};
    match (row.kind, row.from_id == id) {
        (Parent, true) => "child",
        (Parent, false) => "parent",
        (Duplicate, true) => "duplicate",
        (Duplicate, false) => "duplicated_by",
        (Related, _) => "related",
    }
}
