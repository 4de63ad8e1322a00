//! The message centre: who is told about what, and how each person wants it.
//!
//! Flows, rules and clocks call [`send`] in the transaction of what they tell. What people do to a ticket by hand is
//! told by a job, [`tell`], because it must look up who may read it. Nobody is told of their own acts; one entry of the
//! log tells a person one thing once. [`deliver`] carries the same rows to channels beyond the inbox.

mod choices;
mod deliver;
mod inbox;
mod tell;

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::Actor;
use domain::id::{EventId, NotificationId, UserId};
use domain::job::Job;
use domain::message;
use domain::notification::{Choices, Topic, home_zone};
use domain::time::Timestamp;
use serde_json::{Value, json};
use store::{NotificationRow, TicketRow};

use crate::Work;
use crate::error::Result;

pub use choices::{choices, is_muted, mute, set_choices};
pub use deliver::deliver;
pub use inbox::{InboxPage, Message, head, list, read, read_all, read_ticket, unread};
pub(crate) use tell::follow;
pub use tell::tell;

/// What a notification says.
#[derive(Debug, Clone, Copy)]
pub enum Audience<'a> {
    /// A message template by key.
    Template(&'a str),
    /// One of the program's own kinds: `task.assigned`, `sla.breached`; the page has the words.
    Kind(&'a str),
}

/// The people behind words such as `owner`, `requester`, `team`, a role's key or a person's id.
pub(crate) async fn resolve(work: &mut Work<'_>, ticket: &TicketRow, who: &[String]) -> Result<Vec<UserId>> {
    let mut people = BTreeSet::new();
    for word in who {
        match word.as_str() {
            "owner" => people.extend(ticket.owner_id),
            "requester" => people.extend(ticket.requester_id),
            "team" => {
                if let Some(team) = ticket.team_id {
                    people.extend(work.tx.team_member_ids(team).await?);
                }
            }
            other => match other.parse::<UserId>() {
                Ok(id) => {
                    people.insert(id);
                }
                Err(_) => people.extend(work.tx.user_ids_by_role(other).await?),
            },
        }
    }
    Ok(people.into_iter().collect())
}

/// Puts a message into the inboxes of `people`. It leads to what this transaction recorded last about the ticket.
pub(crate) async fn send(work: &mut Work<'_>, ticket: &TicketRow, what: Audience<'_>, people: &[UserId]) -> Result<()> {
    let (kind, data) = match what {
        Audience::Kind(kind) => (kind.to_owned(), json!({"number": ticket.number, "title": ticket.title})),
        Audience::Template(key) => (format!("template.{key}"), rendered(work, ticket, key)),
    };
    let entry = work.tx.event_pending_last(ticket.id);
    let told = Told { kind, data, actor: work.ctx.actor().clone(), at: work.now(), entry, ticket };
    put(work, told, people).await
}

/// A message before it has a reader.
struct Told<'a> {
    kind: String,
    data: Value,
    actor: Actor,
    at: Timestamp,
    entry: Option<EventId>,
    ticket: &'a TicketRow,
}

async fn put(work: &mut Work<'_>, told: Told<'_>, people: &[UserId]) -> Result<()> {
    let actor = told.actor.user_id();
    let mut people: BTreeSet<UserId> = people.iter().copied().filter(|user| Some(*user) != actor).collect();
    let topic = Topic::of(&told.kind);
    if !people.is_empty() && !topic.passes_mute() {
        let muted = work.tx.message_muted_by(told.ticket.id).await?;
        people.retain(|user| !muted.contains(user));
    }
    if people.is_empty() {
        return Ok(());
    }
    let people: Vec<UserId> = people.into_iter().collect();
    let chosen = work.tx.message_choices(&people).await?;
    let mut data = told.data;
    data["actor"] = json!(told.actor);
    let calendars = work.configuration.calendars.clone();
    let calendar = calendars.get("work").or_else(|| calendars.values().next());
    for user in people {
        let choices: Choices =
            chosen.get(&user).and_then(|document| serde_json::from_value(document.clone()).ok()).unwrap_or_default();
        let choice = choices.topic(topic);
        if !choice.in_app && choice.channels.is_empty() {
            continue;
        }
        let rings_at = choices.rings_at(topic, told.at, &home_zone(), calendar.map(|calendar| &**calendar));
        let row = NotificationRow {
            id: work.ctx.id(NotificationId::new),
            user_id: user,
            ticket_id: Some(told.ticket.id),
            kind: told.kind.clone(),
            data: data.clone(),
            created_at: told.at,
            read_at: None,
            topic: topic.as_str().to_owned(),
            entry: told.entry,
            rings_at: choice.in_app.then_some(rings_at),
        };
        if !work.tx.notification_insert(&row).await? {
            continue;
        }
        for channel in choice.channels {
            if !work.engine.channels.contains_key(&channel) {
                continue;
            }
            work.tx.message_delivery_insert(row.id, &channel, user, rings_at).await?;
            // Everything that is due at the same moment goes out as one.
            let key = format!("deliver:{user}:{channel}:{}", rings_at.millis());
            work.enqueue(&Job::Deliver { user, channel }, rings_at, Some(key)).await?;
        }
    }
    Ok(())
}

fn rendered(work: &Work<'_>, ticket: &TicketRow, key: &str) -> Value {
    let mut data = json!({"number": ticket.number, "title": ticket.title});
    let Some(template) = work.configuration.messages.get(key) else { return data };
    let org = ticket.org_id.and_then(|id| work.configuration.org_name(id)).unwrap_or_default();
    let values: BTreeMap<&str, String> = [
        ("number", ticket.number.clone()),
        ("title", ticket.title.clone()),
        ("type", ticket.form.clone()),
        ("status", ticket.status.as_str().to_owned()),
        ("priority", ticket.priority.to_string()),
        ("category", ticket.category.clone().unwrap_or_default()),
        ("org", org.to_owned()),
        ("actor", work.ctx.actor().name.clone()),
        ("due_at", ticket.due_at.map(|at| at.to_string()).unwrap_or_default()),
    ]
    .into();
    for language in ["zh", "en"] {
        let definition = &template.compiled;
        data[language] = json!({
            "title": message::render(definition.title.get(language), &values),
            "body": message::render(definition.body.get(language), &values),
        });
    }
    data
}
