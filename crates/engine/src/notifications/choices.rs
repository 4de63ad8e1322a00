//! How the caller wants to be told.

use domain::access::Action;
use domain::id::TicketId;
use domain::notification::Choices;
use serde_json::json;

use crate::error::{Error, Result};
use crate::tickets::sight;
use crate::{Ctx, Engine};

/// # Errors
/// Only when they cannot be read.
pub async fn choices(engine: &Engine, ctx: &Ctx) -> Result<Choices> {
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let Some(user) = work.ctx.access().user else { return Ok(Choices::default()) };
                let kept = work.tx.message_choice(user).await?;
                Ok(kept.and_then(|document| serde_json::from_value(document).ok()).unwrap_or_default())
            })
        })
        .await
}

/// # Errors
/// What is wrong with them, each with its place.
pub async fn set_choices(engine: &Engine, ctx: &Ctx, choices: Choices) -> Result<()> {
    let problems = choices.check(&engine.channel_names());
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let user = work.ctx.access().user.ok_or_else(|| Error::refused("access.sign_in_required"))?;
                work.tx.message_choice_set(user, &json!(choices)).await?;
                Ok(())
            })
        })
        .await
}

/// Whether the caller does not want to hear of the ticket.
///
/// # Errors
/// Not found when the caller may not read the ticket.
pub async fn is_muted(engine: &Engine, ctx: &Ctx, ticket: TicketId) -> Result<bool> {
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                sight::find(work, ticket, Action::TicketRead).await?;
                let muted = work.tx.message_muted_by(ticket).await?;
                Ok(work.ctx.access().user.is_some_and(|user| muted.contains(&user)))
            })
        })
        .await
}

/// Stops or resumes messages about a ticket; work that is given to the caller still comes.
///
/// # Errors
/// Not found when the caller may not read the ticket.
pub async fn mute(engine: &Engine, ctx: &Ctx, ticket: TicketId, muted: bool) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                sight::find(work, ticket, Action::TicketRead).await?;
                let user = work.ctx.access().user.ok_or_else(|| Error::refused("access.sign_in_required"))?;
                work.tx.message_mute(ticket, user, muted).await?;
                Ok(())
            })
        })
        .await
}
