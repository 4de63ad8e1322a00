//! Writes a ticket of the past, with a history that says no more than the file does.
//!
//! The history is made of the same events as any other: created, answered, solved, closed, each at its own time. So
//! its clocks are a replay like all clocks, and statistics count what was kept and what was broken. Nobody is told
//! of what was late before the import.

use domain::actor::Actor;
use domain::event::{EventKind, NewEvent};
use domain::id::{CommentId, EventId, UserId};
use domain::ticket::{Status, Visibility};
use domain::time::Timestamp;
use serde_json::{Map, Value, json};
use store::{CommentRow, ImportRow, TicketRow};

use super::run::Lookup;
use crate::error::Result;
use crate::tickets::{index, row};
use crate::{Work, sla};

/// A ticket that a row became, with the log that came along.
pub(super) struct Made {
    pub(super) ticket: TicketRow,
    pub(super) log: Vec<Said>,
}

/// One entry of the log.
pub(super) struct Said {
    pub(super) at: Timestamp,
    pub(super) author: Actor,
    pub(super) visibility: Visibility,
    pub(super) body: String,
}

impl Work<'_> {
    /// No flow and no jobs but the clocks' own: the past is over, and what is still open is dealt with by hand.
    pub(super) async fn import_ticket(&mut self, lookup: &Lookup, record: &ImportRow, made: Made) -> Result<()> {
        let Made { mut ticket, log } = made;
        let serials = self.take_serials(&lookup.form.compiled).await?;
        if let Value::Object(data) = &mut ticket.data {
            data.extend(serials.into_iter().map(|(field, number)| (field, Value::String(number))));
        }
        ticket.number = self.next_number(&lookup.form.compiled).await?;
        let importer =
            Actor { name: record.source.as_str().unwrap_or_default().into(), ..Actor::import(&record.id.to_string()) };
        let mut story = vec![created(&ticket, lookup, record, &importer)];
        let mut comments = Vec::with_capacity(log.len());
        for said in log {
            let comment = self.comment_of(&ticket, said);
            let by_requester = is_requester(&comment.author, ticket.requester_id);
            if comment.visibility == Visibility::Public && !by_requester {
                let first = ticket.first_response_at.is_none_or(|at| comment.created_at < at);
                ticket.first_response_at = if first { Some(comment.created_at) } else { ticket.first_response_at };
            }
            story.push(commented(&comment, by_requester));
            comments.push(comment);
        }
        story.extend(ended(&ticket, &importer));
        story.sort_by_key(|event| (event.kind != EventKind::TicketCreated, event.at));
        let began = began(&ticket);
        let clocks = sla::of_the_past(self, &mut ticket, &began, &mut story);

        self.tx.ticket_insert(&ticket).await?;
        index::write(self, &lookup.form.compiled, &ticket).await?;
        for comment in &comments {
            self.tx.comment_insert(comment).await?;
        }
        for event in story {
            let id = self.ctx.at(event.at).id(EventId::new);
            self.tx.event_append(id, event);
        }
        sla::save_past(self, ticket.id, &clocks).await
    }

    fn comment_of(&self, ticket: &TicketRow, said: Said) -> CommentRow {
        CommentRow {
            id: self.ctx.at(said.at).id(CommentId::new),
            ticket_id: ticket.id,
            author: said.author,
            visibility: said.visibility,
            body: said.body,
            files: Vec::new(),
            created_at: said.at,
        }
    }
}

/// The ticket as it was when it came in. Of its other fields only the last values are known.
fn began(ticket: &TicketRow) -> TicketRow {
    let mut began = ticket.clone();
    if end_of(ticket).is_some() {
        began.status = Status::New;
        began.solved_at = None;
        began.closed_at = None;
    }
    began
}

/// Who reported it is who the first entry names; the import, when the file does not say.
fn created(ticket: &TicketRow, lookup: &Lookup, record: &ImportRow, importer: &Actor) -> NewEvent {
    let reporter = ticket.requester_id.and_then(|id| Some(Actor::person(id, lookup.name_of(id)?)));
    let data = json!({
        "number": ticket.number, "fields": row::flat(&began(ticket)), "source": "import", "import": record.id,
    });
    let actor = reporter.unwrap_or_else(|| importer.clone());
    event(ticket, EventKind::TicketCreated, ticket.created_at, actor, data)
}

fn commented(comment: &CommentRow, by_requester: bool) -> NewEvent {
    NewEvent {
        kind: EventKind::CommentAdded,
        at: comment.created_at,
        actor: comment.author.clone(),
        ticket: Some(comment.ticket_id),
        subject: Some(comment.id.to_string()),
        data: json!({
            "comment": comment.id, "visibility": comment.visibility, "files": [], "by_requester": by_requester,
        }),
    }
}

/// When it was solved and, if that came later, closed.
fn ended(ticket: &TicketRow, importer: &Actor) -> Vec<NewEvent> {
    let Some((solved_at, closed_at)) = end_of(ticket) else { return Vec::new() };
    let change = |at: Timestamp, from: Status, to: Status, stamp: &str| {
        let mut changes = Map::new();
        changes.insert("status".to_owned(), json!({"from": from.as_str(), "to": to.as_str()}));
        changes.insert(stamp.to_owned(), json!({"from": null, "to": at.to_string()}));
        event(ticket, EventKind::TicketChanged, at, importer.clone(), json!({ "changes": changes }))
    };
    let mut events = Vec::new();
    if closed_at != Some(solved_at) {
        events.push(change(solved_at, Status::New, Status::Solved, "solved_at"));
    }
    if let Some(closed_at) = closed_at {
        let from = if closed_at == solved_at { Status::New } else { Status::Solved };
        events.push(change(closed_at, from, Status::Closed, "closed_at"));
    }
    events
}

/// When it was solved and closed, as far as the file tells; `None` when it is still open or nobody knows.
fn end_of(ticket: &TicketRow) -> Option<(Timestamp, Option<Timestamp>)> {
    if ticket.status.is_active() {
        return None;
    }
    let known = ticket.solved_at.or(ticket.closed_at)?;
    let solved_at = known.max(ticket.created_at);
    let closed_at = ticket.closed_at.unwrap_or(solved_at).max(solved_at);
    Some((solved_at, (ticket.status == Status::Closed).then_some(closed_at)))
}

fn event(ticket: &TicketRow, kind: EventKind, at: Timestamp, actor: Actor, data: Value) -> NewEvent {
    NewEvent { kind, at, actor, ticket: Some(ticket.id), subject: None, data }
}

fn is_requester(author: &Actor, requester: Option<UserId>) -> bool {
    requester.is_some() && author.user_id() == requester
}
