//! Everything that happened to a ticket, oldest first.

use std::collections::BTreeMap;

use domain::access::Action;
use domain::event::EventKind;
use domain::id::{CommentId, TicketId};
use domain::ticket::Visibility;
use serde_json::Value;
use store::{CommentRow, EventRow, FileRow};

use super::sight;
use crate::error::Result;
use crate::{Ctx, Engine, Work};

/// One entry: the event, and the comment it stands for.
pub struct Moment {
    pub event: EventRow,
    pub comment: Option<CommentRow>,
    pub files: Vec<FileRow>,
}

pub struct TimelinePage {
    pub moments: Vec<Moment>,
    /// Sequence number to go on after; `None` at the end.
    pub next: Option<i64>,
}

/// # Errors
/// Not found when the caller may not read the ticket.
pub async fn timeline(engine: &Engine, ctx: &Ctx, ticket: TicketId, after: i64, limit: u32) -> Result<TimelinePage> {
    engine.read(ctx, move |work| Box::pin(async move { work.timeline(ticket, after, limit.clamp(1, 500)).await })).await
}

impl Work<'_> {
    async fn timeline(&mut self, id: TicketId, after: i64, limit: u32) -> Result<TimelinePage> {
        let ticket = sight::find(self, id, Action::TicketRead).await?;
        let form = self.engine.form_version(self.tx, &ticket.form, ticket.form_version).await?;
        let internal = self.ctx.access().can(Action::CommentInternal);
        let mut events = self.tx.event_list_for_ticket(id, after, limit + 1).await?;
        let next = (events.len() > limit as usize).then(|| events[limit as usize - 1].seq);
        events.truncate(limit as usize);
        let wanted: Vec<CommentId> =
            events.iter().filter_map(|event| event.data.get("comment")?.as_str()?.parse().ok()).collect();
        let comments = self.tx.comments_by_ids(&wanted).await?;
        let files =
            self.tx.files_by_ids(&comments.iter().flat_map(|row| row.files.clone()).collect::<Vec<_>>()).await?;
        let files: BTreeMap<_, _> = files.into_iter().map(|row| (row.id, row)).collect();
        let mut comments: BTreeMap<_, _> = comments.into_iter().map(|row| (row.id.to_string(), row)).collect();
        let mut moments = Vec::with_capacity(events.len());
        for mut event in events {
            let key = event.data.get("comment").and_then(Value::as_str).map(str::to_owned);
            let comment = key.and_then(|key| comments.remove(&key));
            let hidden = comment.as_ref().is_some_and(|row| row.visibility == Visibility::Internal) && !internal;
            if hidden || (!internal && is_backstage(event.kind)) {
                continue;
            }
            hide_fields(self.ctx.access(), &form.form, &mut event.data);
            if event.kind == EventKind::TicketChanged && changes_nothing(&event.data) {
                continue;
            }
            let ids = comment.iter().flat_map(|row| &row.files);
            let files = ids.filter_map(|id| files.get(id).cloned()).collect();
            moments.push(Moment { event, comment, files });
        }
        Ok(TimelinePage { moments, next })
    }
}

/// A change of fields that this reader may not see is nothing to tell: even that something changed would say much.
fn changes_nothing(data: &Value) -> bool {
    data.get("changes").and_then(Value::as_object).is_some_and(serde_json::Map::is_empty)
}

/// Whether only those who read internal notes may hear of the event.
pub(crate) fn is_internal(event: &EventRow) -> bool {
    let internal_note = event.data.get("visibility").and_then(Value::as_str) == Some(Visibility::Internal.as_str());
    is_backstage(event.kind) || (event.kind == EventKind::CommentAdded && internal_note)
}

/// What only those who read internal notes see: the machine's working, not the ticket's story.
const fn is_backstage(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::SuggestionMade
            | EventKind::SuggestionDecided
            | EventKind::DispatchRanked
            | EventKind::RuleApplied
            | EventKind::FlowIncident
            | EventKind::SlaEscalated
            | EventKind::SlaWarned
    )
}

/// Field values inside events obey the same rights as the ticket itself.
pub(crate) fn hide_fields(access: &domain::access::Access, form: &domain::form::Form, data: &mut Value) {
    for part in ["fields", "changes"] {
        if let Some(Value::Object(fields)) = data.get_mut(part) {
            sight::restrict(access, form, fields);
        }
    }
}
