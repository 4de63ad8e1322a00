//! The in-app inbox: who is told about what.
//!
//! Nobody is told of their own acts. Channels beyond the inbox read the same rows.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{NotificationId, UserId};
use domain::message;
use serde_json::{Value, json};
use store::{NotificationRow, TicketRow};

use crate::error::Result;
use crate::{Ctx, Engine, Work};

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

/// Puts a message into the inboxes of `people`.
pub(crate) async fn send(work: &mut Work<'_>, ticket: &TicketRow, what: Audience<'_>, people: &[UserId]) -> Result<()> {
    let actor = work.ctx.actor().user_id();
    let (kind, data) = match what {
        Audience::Kind(kind) => (kind.to_owned(), json!({"number": ticket.number, "title": ticket.title})),
        Audience::Template(key) => (format!("template.{key}"), rendered(work, ticket, key)),
    };
    for user in people.iter().filter(|user| Some(**user) != actor) {
        let row = NotificationRow {
            id: work.ctx.id(NotificationId::new),
            user_id: *user,
            ticket_id: Some(ticket.id),
            kind: kind.clone(),
            data: data.clone(),
            created_at: work.now(),
            read_at: None,
        };
        work.tx.notification_insert(&row).await?;
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

/// The caller's inbox, newest first.
///
/// # Errors
/// Only when it cannot be read.
pub async fn list(engine: &Engine, ctx: &Ctx, limit: u32) -> Result<Vec<NotificationRow>> {
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let Some(user) = work.ctx.access().user else { return Ok(Vec::new()) };
                Ok(work.tx.notification_list(user, limit.clamp(1, 200)).await?)
            })
        })
        .await
}

/// Marks everything in the caller's inbox as read.
///
/// # Errors
/// Only when it cannot be written.
pub async fn read_all(engine: &Engine, ctx: &Ctx) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                if let Some(user) = work.ctx.access().user {
                    work.tx.notification_read_all(user, work.ctx.now()).await?;
                }
                Ok(())
            })
        })
        .await
}
