//! Carries messages to people who do not look at the page.

use std::sync::Arc;

use domain::id::UserId;
use domain::job::Job;
use domain::notification::sentence;
use domain::port::{ChannelError, Line, Outgoing, Recipient};
use store::{DeliveryRow, UserState};

use super::tell::may_read;
use crate::error::{Error, Result};
use crate::{Ctx, Engine};

/// Lines in one message at most; the rest follows in the next.
const AT_ONCE: u32 = 200;

/// Sends a person what is due by `channel`, as one message. What was read in the inbox meanwhile stays behind, and so
/// does what is about a ticket that the person may no longer read.
///
/// # Errors
/// `server.unavailable` when the channel may answer later.
pub async fn deliver(engine: &Engine, ctx: &Ctx, user: UserId, channel: &str) -> Result<()> {
    let Some(way) = engine.channels.get(channel).map(Arc::clone) else { return Ok(()) };
    let name = channel.to_owned();
    let (person, due, wanted) = engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let person = work.tx.user_by_id(user).await?.ok_or(Error::NotFound)?;
                let due = work.tx.message_delivery_due(user, &name, work.ctx.now(), AT_ONCE).await?;
                let mut wanted = Vec::new();
                for row in due.iter().filter(|row| row.read_at.is_none()) {
                    let readable = match row.ticket_id {
                        Some(ticket) => may_read(work, ticket, user, row.kind == "comment.internal").await?,
                        None => true,
                    };
                    if readable {
                        wanted.push(row.clone());
                    }
                }
                Ok((person, due, wanted))
            })
        })
        .await?;
    if let Some(first) = wanted.first().filter(|_| person.state == UserState::Active) {
        let message = Outgoing {
            key: format!("{}.{}", first.notification, wanted.len()),
            to: Recipient { user, name: person.name, email: person.email, phone: person.phone },
            lines: wanted.iter().map(line).collect(),
        };
        match way.send(&message).await {
            Ok(()) => {}
            Err(ChannelError::Refused(reason)) => {
                tracing::warn!(user = %user, channel, reason, "A channel refused a message for good");
            }
            Err(ChannelError::Unavailable(reason)) => {
                tracing::warn!(user = %user, channel, reason, "A channel does not answer");
                return Err(Error::refused("server.unavailable"));
            }
        }
    }
    let name = channel.to_owned();
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let more = due.len() == AT_ONCE as usize;
                for row in due {
                    work.tx.message_delivery_sent(row.notification, &name, work.ctx.now()).await?;
                }
                if more {
                    work.enqueue(&Job::Deliver { user, channel: name }, work.now(), None).await?;
                }
                Ok(())
            })
        })
        .await
}

fn line(row: &DeliveryRow) -> Line {
    let text = |name: &str| row.data[name].as_str().unwrap_or_default();
    let own = row.data["zh"]["title"].as_str().filter(|title| !title.is_empty());
    let actor = row.data["actor"]["name"].as_str().unwrap_or_default();
    let told = own.map_or_else(|| sentence(&row.kind, "zh", text("number"), text("title"), actor), str::to_owned);
    let entry = row.entry.map(|id| format!("#{id}")).unwrap_or_default();
    let path = match row.ticket_id {
        Some(_) => format!("/tickets/{}{entry}", text("number")),
        None => "/inbox".to_owned(),
    };
    Line { text: told, path, at: row.created_at }
}
