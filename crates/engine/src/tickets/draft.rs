//! What a person has begun to write under a ticket: kept on the server, held before it is sent, taken back in time.
//!
//! A held text is a draft with a time to leave. The job that sends it names the version it was made for, so taking the
//! text back, or changing it, is all it takes to stop it.

use domain::access::{Action, Denied};
use domain::actor::Actor;
use domain::id::{FileId, TicketId, UserId};
use domain::job::Job;
use domain::problem::Problem;
use domain::ticket::Visibility;
use store::{DraftRow, FileRow, UserState};

use super::comment::{MAX_BODY_CHARS, needed};
use super::{AddComment, sight};
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work, people};

/// A text as it is now.
#[derive(Debug, Clone)]
pub struct SaveDraft {
    pub ticket: TicketId,
    /// The version that was read; 0 when there was none.
    pub version: i64,
    pub visibility: Visibility,
    pub body: String,
    pub files: Vec<FileId>,
}

/// A draft with its files.
#[derive(Debug, Clone)]
pub struct ShownDraft {
    pub row: DraftRow,
    pub files: Vec<FileRow>,
}

/// How long a text may be held.
const HOLD_SECONDS: std::ops::RangeInclusive<u32> = 5..=30;

/// The caller's own draft, if there is one.
///
/// # Errors
/// Not found when the caller may not read the ticket.
pub async fn draft(engine: &Engine, ctx: &Ctx, ticket: TicketId) -> Result<Option<ShownDraft>> {
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                sight::find(work, ticket, Action::TicketRead).await?;
                let found = work.tx.draft_find(work.writer()?, ticket).await?;
                match found {
                    Some(row) => work.draft_shown(row).await.map(Some),
                    None => Ok(None),
                }
            })
        })
        .await
}

/// Keeps the text; an empty one is forgotten.
///
/// # Errors
/// `request.stale` when another page of the same person saved meanwhile, `draft.held`, `form.too_long` at `/body`.
#[tracing::instrument(name = "draft.save", skip_all, fields(ticket.id = %command.ticket))]
pub async fn draft_save(engine: &Engine, ctx: &Ctx, command: SaveDraft) -> Result<Option<ShownDraft>> {
    engine.tx(ctx, move |work| Box::pin(async move { work.reply_draft_save(command).await })).await
}

/// Throws the caller's draft away, held or not.
///
/// # Errors
/// Not found when the caller may not read the ticket.
pub async fn draft_discard(engine: &Engine, ctx: &Ctx, ticket: TicketId) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                sight::find(work, ticket, Action::TicketRead).await?;
                let user = work.writer()?;
                work.tx.draft_delete(user, ticket).await?;
                Ok(())
            })
        })
        .await
}

/// Sends the caller's draft after `seconds`, or at once when they are 0; then nothing is left of it.
///
/// # Errors
/// `draft.hold_range`, `request.stale`, `draft.not_held` without a draft, or what refuses the comment.
#[tracing::instrument(name = "draft.hold", skip_all, fields(ticket.id = %ticket))]
pub async fn draft_hold(
    engine: &Engine,
    ctx: &Ctx,
    ticket: TicketId,
    version: i64,
    seconds: u32,
) -> Result<Option<ShownDraft>> {
    if seconds != 0 && !HOLD_SECONDS.contains(&seconds) {
        let problem = Problem::new("/hold_seconds", "draft.hold_range");
        let problem = problem.with("min", *HOLD_SECONDS.start()).with("max", *HOLD_SECONDS.end());
        return Err(Error::Invalid(vec![problem]));
    }
    engine.tx(ctx, move |work| Box::pin(async move { work.draft_hold(ticket, version, seconds).await })).await
}

/// Takes a held text back: it is a draft again.
///
/// # Errors
/// `draft.not_held` when it has left already.
#[tracing::instrument(name = "draft.take_back", skip_all, fields(ticket.id = %ticket))]
pub async fn draft_take_back(engine: &Engine, ctx: &Ctx, ticket: TicketId) -> Result<ShownDraft> {
    engine.tx(ctx, move |work| Box::pin(async move { work.draft_take_back(ticket).await })).await
}

/// The job: sends what was held, in its writer's name and with the rights the writer has by now. A writer who lost
/// them keeps the text as a draft.
pub(crate) async fn send_held(engine: &Engine, ctx: &Ctx, ticket: TicketId, user: UserId, version: i64) -> Result<()> {
    let found = engine.read(ctx, move |work| Box::pin(async move { Ok(work.tx.user_by_id(user).await?) })).await?;
    let Some(writer) = found else { return Ok(()) };
    let access = people::access(engine, ctx, &writer).await?;
    let active = writer.state == UserState::Active;
    let own = ctx.in_name_of(Actor::person(writer.id, &writer.name), access);
    let sent = engine.tx(&own, move |work| {
        Box::pin(async move {
            let Some(row) = work.tx.draft_find(user, ticket).await? else { return Ok(()) };
            if row.version != version || row.send_at.is_none_or(|at| at > work.now()) {
                return Ok(());
            }
            if !active {
                return Err(Error::Denied(Denied(needed(row.visibility))));
            }
            work.draft_send(row).await
        })
    });
    match sent.await {
        Err(Error::Denied(_) | Error::NotFound | Error::Invalid(_) | Error::Refused(_)) => {
            engine.tx(ctx, move |work| Box::pin(async move { work.draft_release(user, ticket, version).await })).await
        }
        other => other,
    }
}

impl Work<'_> {
    /// Drafts belong to people; a program without an owner has none.
    fn writer(&self) -> Result<UserId> {
        self.ctx.access().user.ok_or(Error::Denied(Denied(Action::CommentPublic)))
    }

    async fn draft_shown(&mut self, row: DraftRow) -> Result<ShownDraft> {
        let files = self.tx.files_by_ids(&row.files).await?;
        // A file of somebody else's, named by its id, must not show its name here.
        let files = files.into_iter().filter(|file| file.created_by == Some(row.user_id)).collect();
        Ok(ShownDraft { row, files })
    }

    async fn reply_draft_save(&mut self, command: SaveDraft) -> Result<Option<ShownDraft>> {
        sight::find(self, command.ticket, Action::TicketRead).await?;
        self.ctx.require(needed(command.visibility))?;
        if command.body.chars().count() > MAX_BODY_CHARS {
            let problem = Problem::new("/body", "form.too_long").with("max", MAX_BODY_CHARS);
            return Err(Error::Invalid(vec![problem]));
        }
        let user = self.writer()?;
        let found = self.tx.draft_find(user, command.ticket).await?;
        if found.as_ref().is_some_and(|row| row.send_at.is_some()) {
            return Err(Error::refused("draft.held"));
        }
        if found.as_ref().map_or(0, |row| row.version) != command.version {
            return Err(Error::Stale);
        }
        if command.body.trim().is_empty() && command.files.is_empty() {
            self.tx.draft_delete(user, command.ticket).await?;
            return Ok(None);
        }
        let mut row = DraftRow {
            user_id: user,
            ticket_id: command.ticket,
            visibility: command.visibility,
            body: command.body,
            files: command.files,
            send_at: None,
            updated_at: self.now(),
            version: command.version,
        };
        if found.is_some() {
            self.tx.draft_update(&row).await?;
            row.version += 1;
        } else {
            // Numbers never come twice, so that a job made for a text that is gone cannot fit a later one.
            row.version = self.now().millis();
            self.tx.draft_insert(&row).await?;
        }
        self.draft_shown(row).await.map(Some)
    }

    async fn draft_hold(&mut self, ticket: TicketId, version: i64, seconds: u32) -> Result<Option<ShownDraft>> {
        sight::find(self, ticket, Action::TicketRead).await?;
        let user = self.writer()?;
        let found = self.tx.draft_find(user, ticket).await?;
        let mut row = found.ok_or_else(|| Error::refused("draft.not_held"))?;
        if row.version != version {
            return Err(Error::Stale);
        }
        self.ctx.require(needed(row.visibility))?;
        if row.body.trim().is_empty() && row.files.is_empty() {
            return Err(Error::invalid("/body", "form.required"));
        }
        if seconds == 0 {
            self.draft_send(row).await?;
            return Ok(None);
        }
        let at = self.now().plus_millis(i64::from(seconds) * 1_000);
        row.send_at = Some(at);
        self.tx.draft_update(&row).await?;
        row.version += 1;
        let job = Job::SendDraft { ticket, user, version: row.version };
        self.enqueue(&job, at, None).await?;
        self.draft_shown(row).await.map(Some)
    }

    async fn draft_take_back(&mut self, ticket: TicketId) -> Result<ShownDraft> {
        sight::find(self, ticket, Action::TicketRead).await?;
        let user = self.writer()?;
        let found = self.tx.draft_find(user, ticket).await?.filter(|row| row.send_at.is_some());
        let mut row = found.ok_or_else(|| Error::refused("draft.not_held"))?;
        row.send_at = None;
        row.updated_at = self.now();
        self.tx.draft_update(&row).await?;
        row.version += 1;
        self.draft_shown(row).await
    }

    async fn draft_send(&mut self, row: DraftRow) -> Result<()> {
        sight::find(self, row.ticket_id, Action::TicketRead).await?;
        self.ctx.require(needed(row.visibility))?;
        self.tx.draft_delete(row.user_id, row.ticket_id).await?;
        let DraftRow { ticket_id: ticket, visibility, body, files, .. } = row;
        self.comment_add(AddComment { ticket, visibility, body, files }).await.map(drop)
    }

    async fn draft_release(&mut self, user: UserId, ticket: TicketId, version: i64) -> Result<()> {
        let Some(mut row) = self.tx.draft_find(user, ticket).await? else { return Ok(()) };
        if row.version == version && row.send_at.take().is_some() {
            self.tx.draft_update(&row).await?;
        }
        Ok(())
    }
}
