//! Adds a public reply or an internal note.

use domain::access::Action;
use domain::event::EventKind;
use domain::id::{CommentId, FileId, TicketId};
use domain::ticket::Visibility;
use serde_json::json;
use store::CommentRow;

use super::sight;
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work, sla};

#[derive(Debug, Clone)]
pub struct AddComment {
    pub ticket: TicketId,
    pub visibility: Visibility,
    pub body: String,
    pub files: Vec<FileId>,
}

/// Longer replies belong into a file.
pub(super) const MAX_BODY_CHARS: usize = 20_000;

/// # Errors
/// `form.required` or `form.too_long` at `/body`; an internal note needs its own right.
#[tracing::instrument(name = "ticket.comment", skip_all, fields(ticket.id = %command.ticket))]
pub async fn comment(engine: &Engine, ctx: &Ctx, command: AddComment) -> Result<CommentRow> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                sight::find(work, command.ticket, needed(command.visibility)).await?;
                work.comment_add(command).await
            })
        })
        .await
}

/// The right to write for these readers.
pub(super) const fn needed(visibility: Visibility) -> Action {
    match visibility {
        Visibility::Public => Action::CommentPublic,
        Visibility::Internal => Action::CommentInternal,
    }
}

impl Work<'_> {
    /// Writes the comment; the first public reply by somebody other than the requester is the first response.
    pub(crate) async fn comment_add(&mut self, command: AddComment) -> Result<CommentRow> {
        let body = command.body.trim();
        if body.is_empty() && command.files.is_empty() {
            return Err(Error::invalid("/body", "form.required"));
        }
        if body.chars().count() > MAX_BODY_CHARS {
            let problem = domain::problem::Problem::new("/body", "form.too_long");
            return Err(Error::Invalid(vec![problem.with("max", MAX_BODY_CHARS)]));
        }
        let mut ticket = self.tx.ticket_by_id(command.ticket).await?.ok_or(Error::NotFound)?;
        let row = CommentRow {
            id: self.ctx.id(CommentId::new),
            ticket_id: ticket.id,
            author: self.ctx.actor().clone(),
            visibility: command.visibility,
            body: body.to_owned(),
            files: command.files.clone(),
            created_at: self.now(),
        };
        self.tx.comment_insert(&row).await?;
        self.tx.file_claim(&command.files, ticket.id, self.ctx.actor().user_id()).await?;
        let files = self.tx.files_by_ids(&command.files).await?;
        let belongs = |id: &FileId| files.iter().any(|row| row.id == *id && row.ticket_id == Some(ticket.id));
        if let Some(index) = command.files.iter().position(|id| !belongs(id)) {
            return Err(Error::invalid(format!("/files/{index}"), "form.bad_reference"));
        }
        let author = self.ctx.actor().user_id();
        let by_requester = author.is_some() && author == ticket.requester_id;
        let data = json!({
            "comment": row.id,
            "visibility": command.visibility,
            "files": command.files,
            "by_requester": by_requester,
        });
        self.record(EventKind::CommentAdded, Some(ticket.id), Some(row.id.to_string()), data);
        if command.visibility == Visibility::Public && !by_requester {
            ticket.first_response_at = ticket.first_response_at.or(Some(self.now()));
        }
        ticket.updated_at = self.now();
        self.tx.ticket_update(&ticket).await?;
        ticket.version += 1;
        sla::follow(self, &mut ticket).await?;
        Ok(row)
    }
}
