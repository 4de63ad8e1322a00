//! The caller's own inbox.

use std::collections::BTreeMap;

use domain::access::Action;
use domain::id::{CommentId, NotificationId, TicketId};
use domain::notification::Topic;
use domain::problem::Problem;
use domain::ticket::Visibility;
use domain::time::Timestamp;
use store::{CommentRow, InboxHead, InboxQuery, NotificationRow};

use crate::error::{Error, Result};
use crate::tickets::sight;
use crate::{Ctx, Engine};

/// A message as its reader may see it now.
pub struct Message {
    pub row: NotificationRow,
    /// Its ticket may still be read; otherwise its title and number were removed.
    pub visible: bool,
    /// The beginning of the comment it tells of.
    pub excerpt: Option<String>,
}

pub struct InboxPage {
    pub messages: Vec<Message>,
    pub next: Option<String>,
}

const EXCERPT_CHARS: usize = 160;

/// The caller's inbox, newest first; with `unread` only what was not read, with `topic` only that.
///
/// # Errors
/// `form.not_an_option` for an unknown topic, `request.bad_cursor`.
pub async fn list(
    engine: &Engine,
    ctx: &Ctx,
    unread: bool,
    topic: Option<String>,
    after: Option<String>,
    limit: u32,
) -> Result<InboxPage> {
    if let Some(name) = topic.as_deref().filter(|name| Topic::parse(name).is_none()) {
        return Err(Error::Invalid(vec![Problem::new("?topic", "form.not_an_option").with("value", name)]));
    }
    let after = after.map(|cursor| parse_cursor(&cursor).ok_or_else(|| Error::invalid("?after", "request.bad_cursor")));
    let (after, limit) = (after.transpose()?, limit.clamp(1, 200));
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let Some(user) = work.ctx.access().user else {
                    return Ok(InboxPage { messages: Vec::new(), next: None });
                };
                let query = InboxQuery { unread, topic, after, limit: limit + 1 };
                let mut rows = work.tx.notification_list(user, &query).await?;
                let more = rows.len() > limit as usize;
                rows.truncate(limit as usize);
                let next = rows.last().filter(|_| more).map(|row| format!("{}.{}", row.created_at.millis(), row.id));
                let comment = |row: &NotificationRow| row.data["comment"].as_str().and_then(|id| id.parse().ok());
                let ids: Vec<CommentId> = rows.iter().filter_map(comment).collect();
                let comments = work.tx.comments_by_ids(&ids).await?;
                let comments: BTreeMap<_, _> = comments.into_iter().map(|row| (row.id, row)).collect();
                // A page is about few tickets, each looked at once.
                let mut seen: BTreeMap<TicketId, bool> = BTreeMap::new();
                let mut messages = Vec::with_capacity(rows.len());
                for mut row in rows {
                    let visible = match row.ticket_id {
                        None => true,
                        Some(ticket) => match seen.get(&ticket) {
                            Some(known) => *known,
                            None => {
                                let found = sight::find(work, ticket, Action::TicketRead).await;
                                if let Err(error @ Error::Store(_)) = found {
                                    return Err(error);
                                }
                                seen.insert(ticket, found.is_ok());
                                found.is_ok()
                            }
                        },
                    };
                    let internal = work.ctx.access().can(Action::CommentInternal);
                    let shown = |row: &&CommentRow| row.visibility == Visibility::Public || internal;
                    let said = comment(&row).and_then(|id| comments.get(&id)).filter(shown).filter(|_| visible);
                    let excerpt = said.map(|row| row.body.chars().take(EXCERPT_CHARS).collect());
                    if !visible {
                        row.data = serde_json::json!({});
                    }
                    messages.push(Message { row, visible, excerpt });
                }
                Ok(InboxPage { messages, next })
            })
        })
        .await
}

fn parse_cursor(text: &str) -> Option<(Timestamp, NotificationId)> {
    let (millis, id) = text.split_once('.')?;
    Some((Timestamp::from_millis(millis.parse().ok()?), id.parse().ok()?))
}

/// What the bell shows.
///
/// # Errors
/// Only when it cannot be read.
pub async fn head(engine: &Engine, ctx: &Ctx) -> Result<InboxHead> {
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let Some(user) = work.ctx.access().user else { return Ok(InboxHead::default()) };
                Ok(work.tx.notification_head(user, work.ctx.now()).await?)
            })
        })
        .await
}

/// Marks these messages of the caller as read; what is not theirs is passed over.
///
/// # Errors
/// Only when it cannot be written.
pub async fn read(engine: &Engine, ctx: &Ctx, ids: Vec<NotificationId>) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let Some(user) = work.ctx.access().user else { return Ok(()) };
                for id in ids {
                    work.tx.notification_read(id, user, work.ctx.now()).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Takes it back.
///
/// # Errors
/// Only when it cannot be written.
pub async fn unread(engine: &Engine, ctx: &Ctx, ids: Vec<NotificationId>) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let Some(user) = work.ctx.access().user else { return Ok(()) };
                for id in ids {
                    work.tx.notification_unread(id, user).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Marks everything that has rung as read.
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

/// Marks what was told about a ticket as read, because the caller looks at it.
///
/// # Errors
/// Only when it cannot be written.
pub async fn read_ticket(engine: &Engine, ctx: &Ctx, ticket: TicketId) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                if let Some(user) = work.ctx.access().user {
                    work.tx.notification_read_ticket(user, ticket, work.ctx.now()).await?;
                }
                Ok(())
            })
        })
        .await
}
