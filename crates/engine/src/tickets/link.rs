//! Links two tickets, and takes a link back.

use domain::access::Action;
use domain::event::EventKind;
use domain::id::TicketId;
use domain::ticket::LinkKind;
use serde_json::json;

use super::sight;
use crate::error::{Error, Result};
use crate::{Ctx, Engine};

#[derive(Debug, Clone, Copy)]
pub struct LinkTicket {
    pub from: TicketId,
    pub to: TicketId,
    pub kind: LinkKind,
}

/// # Errors
/// `ticket.link_self`; both tickets must be visible to the caller.
pub async fn link(engine: &Engine, ctx: &Ctx, command: LinkTicket) -> Result<()> {
    set(engine, ctx, command, true).await
}

/// # Errors
/// As [`link`]; taking back a link that is not there changes nothing.
pub async fn unlink(engine: &Engine, ctx: &Ctx, command: LinkTicket) -> Result<()> {
    set(engine, ctx, command, false).await
}

async fn set(engine: &Engine, ctx: &Ctx, command: LinkTicket, linked: bool) -> Result<()> {
    if command.from == command.to {
        return Err(Error::invalid("/to", "ticket.link_self"));
    }
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                sight::find(work, command.from, Action::TicketLink).await?;
                sight::find(work, command.to, Action::TicketRead).await?;
                let changed = if linked {
                    work.tx.ticket_link_insert(command.from, command.to, command.kind, work.ctx.now()).await?
                } else {
                    work.tx.ticket_link_delete(command.from, command.to, command.kind).await?
                };
                if changed {
                    let kind = if linked { EventKind::TicketLinked } else { EventKind::TicketUnlinked };
                    for (ticket, other, direction) in
                        [(command.from, command.to, "out"), (command.to, command.from, "in")]
                    {
                        let data = json!({"kind": command.kind, "other": other, "direction": direction});
                        work.record(kind, Some(ticket), Some(other.to_string()), data);
                    }
                }
                Ok(())
            })
        })
        .await
}
