//! Tells people what others did to their tickets.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::access::{Access, Action};
use domain::actor::{Actor, ActorKind};
use domain::event::EventKind;
use domain::id::{CommentId, TicketId, UserId};
use domain::job::Job;
use domain::ticket::{Status, Visibility};
use serde_json::{Value, json};
use store::{EventRow, TicketRow, UserState};

use super::{Told, put};
use crate::error::Result;
use crate::tickets::sight;
use crate::{Ctx, Engine, Work};

/// More than this much at once is an import or a repair of data, not news.
const MAX_EVENTS: u32 = 200;

/// Sees to it that what this transaction recorded is told. Runs at the end of every command.
pub(crate) async fn follow(work: &mut Work<'_>) -> Result<()> {
    let pending: Vec<_> = work.tx.events_pending().collect();
    let born: BTreeSet<TicketId> = pending
        .iter()
        .filter(|event| event.kind == EventKind::TicketCreated)
        .filter_map(|event| event.ticket)
        .collect();
    let news: BTreeSet<TicketId> = pending
        .iter()
        .filter(|event| event.actor.kind != ActorKind::Import && is_news(event.kind, &event.data))
        .filter_map(|event| event.ticket.filter(|ticket| !born.contains(ticket)))
        .collect();
    if news.is_empty() {
        return Ok(());
    }
    // No key: a job that is about to run may have read the log before this command commits.
    let event_seq = work.tx.event_head().await?.seq;
    for ticket in news {
        work.enqueue(&Job::Notify { ticket, event_seq }, work.now(), None).await?;
    }
    Ok(())
}

fn is_news(kind: EventKind, data: &Value) -> bool {
    match kind {
        EventKind::CommentAdded | EventKind::TicketRated => true,
        EventKind::TicketChanged => data["changes"].get("owner").or(data["changes"].get("status")).is_some(),
        _ => false,
    }
}

/// Reads the ticket's events after `event_seq` and tells those whom they concern and who may read them.
///
/// # Errors
/// Only what trying again can help.
pub async fn tell(engine: &Engine, ctx: &Ctx, ticket: TicketId, event_seq: i64) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let Some(row) = work.tx.ticket_by_id(ticket).await? else { return Ok(()) };
                let events = work.tx.event_list_for_ticket(ticket, event_seq, MAX_EVENTS).await?;
                let news = events.iter().filter(|event| is_news(event.kind, &event.data));
                for event in news {
                    tell_one(work, &row, event).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn tell_one(work: &mut Work<'_>, ticket: &TicketRow, event: &EventRow) -> Result<()> {
    let Some((kind, people, extra)) = audience(work, ticket, event).await? else { return Ok(()) };
    let mut readers = Vec::new();
    for user in people {
        // One command tells a person of a ticket once: a task that was opened is not told again as an assignment.
        if Some(user) == event.actor.user_id() || work.tx.notification_told_at(user, event.at, ticket.id).await? {
            continue;
        }
        if may_read(work, ticket.id, user, kind == "comment.internal").await? {
            readers.push(user);
        }
    }
    let mut data = json!({"number": ticket.number, "title": ticket.title});
    if let (Some(data), Value::Object(extra)) = (data.as_object_mut(), extra) {
        data.extend(extra);
    }
    let told =
        Told { kind: kind.to_owned(), data, actor: event.actor.clone(), at: event.at, entry: Some(event.id), ticket };
    put(work, told, &readers).await
}

/// What an event is called in an inbox, and who should hear of it if they may.
async fn audience(
    work: &mut Work<'_>,
    ticket: &TicketRow,
    event: &EventRow,
) -> Result<Option<(&'static str, BTreeSet<UserId>, Value)>> {
    let mut people = BTreeSet::new();
    let found = match event.kind {
        EventKind::CommentAdded => {
            let id: Option<CommentId> = event.data["comment"].as_str().and_then(|id| id.parse().ok());
            let internal = event.data["visibility"] == json!(Visibility::Internal);
            people.extend(ticket.owner_id);
            people.extend(work.tx.task_list_open(ticket.id).await?.into_iter().filter_map(|task| task.assignee_id));
            if internal {
                // Whoever wrote a note is part of the talk.
                let notes = work.tx.comment_list(ticket.id).await?;
                let notes = notes.into_iter().filter(|note| note.visibility == Visibility::Internal);
                people.extend(notes.filter_map(|note| note.author.user_id()));
            } else {
                people.extend(ticket.requester_id);
            }
            (if internal { "comment.internal" } else { "comment.public" }, json!({ "comment": id }))
        }
        EventKind::TicketRated => {
            people.extend(ticket.owner_id);
            ("ticket.rated", json!({"score": event.data["score"]}))
        }
        EventKind::TicketChanged => {
            let changes = &event.data["changes"];
            let status = |side: &str| changes["status"][side].as_str().and_then(Status::parse);
            match (status("from"), status("to")) {
                (_, Some(Status::Solved)) => {
                    people.extend(ticket.requester_id);
                    ("ticket.solved", json!({}))
                }
                (_, Some(Status::Closed)) => {
                    people.extend(ticket.requester_id);
                    people.extend(ticket.owner_id);
                    ("ticket.closed", json!({}))
                }
                (Some(Status::Solved | Status::Closed), Some(_)) => {
                    people.extend(ticket.owner_id);
                    ("ticket.reopened", json!({}))
                }
                _ => {
                    let owner: Option<UserId> = changes["owner"]["to"].as_str().and_then(|id| id.parse().ok());
                    people.extend(owner);
                    ("ticket.assigned", json!({}))
                }
            }
        }
        _ => return Ok(None),
    };
    Ok(Some((found.0, people, found.1)))
}

/// Whether a person is active and may read the ticket, and its internal notes where one is told.
pub(super) async fn may_read(work: &mut Work<'_>, ticket: TicketId, user: UserId, internal: bool) -> Result<bool> {
    let Some(person) = work.tx.user_by_id(user).await?.filter(|row| row.state == UserState::Active) else {
        return Ok(false);
    };
    let access = Access {
        user: Some(user),
        org: person.org_id,
        teams: work.tx.team_ids_of(user).await?,
        grants: work.configuration.grants(&person.roles),
        ceiling: None,
        unlimited: false,
    };
    if internal && !access.can(Action::CommentInternal) {
        return Ok(false);
    }
    let ctx = Ctx::new(work.ctx.tenant(), Actor::person(user, &person.name), access, work.now(), 0);
    let configuration = Arc::clone(&work.configuration);
    let mut reader = Work { engine: work.engine.clone(), ctx, configuration, tx: work.tx, depth: work.depth };
    match sight::find(&mut reader, ticket, Action::TicketRead).await {
        Ok(_) => Ok(true),
        Err(crate::Error::NotFound | crate::Error::Denied(_)) => Ok(false),
        Err(other) => Err(other),
    }
}
