//! What the caller has begun to write under a ticket, and the moment before it is sent.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::{FileId, TicketId};
use domain::ticket::Visibility;
use engine::tickets::{self, SaveDraft, ShownDraft};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, JsonBody};
use crate::views::{FileView, Time};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show_draft, save_draft, discard_draft))
        .routes(routes!(hold_draft))
        .routes(routes!(take_back_draft))
}

/// A text that was not sent yet.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplyDraftView {
    /// `public` or `internal`.
    visibility: String,
    body: String,
    files: Vec<FileView>,
    /// When it leaves by itself; null while it is a draft.
    #[schema(required)]
    send_at: Option<Time>,
    updated_at: Time,
    version: i64,
}

/// The caller's draft, or null.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplyDraftAnswer {
    #[schema(required)]
    draft: Option<ReplyDraftView>,
}

/// The text as it is now.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplyDraftBody {
    /// The version that was read; 0 when there was none.
    version: i64,
    #[schema(value_type = String)]
    visibility: Visibility,
    body: String,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    files: Vec<FileId>,
}

/// When to send it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplyHoldBody {
    version: i64,
    /// 5 to 30, or 0 to send at once.
    hold_seconds: u32,
}

fn answer(shown: Option<ShownDraft>) -> Json<ReplyDraftAnswer> {
    let draft = shown.map(|shown| ReplyDraftView {
        visibility: shown.row.visibility.as_str().to_owned(),
        body: shown.row.body,
        files: shown.files.iter().map(FileView::from).collect(),
        send_at: shown.row.send_at.map(Into::into),
        updated_at: shown.row.updated_at.into(),
        version: shown.row.version,
    });
    Json(ReplyDraftAnswer { draft })
}

/// Read the caller's draft.
#[utoipa::path(get, path = "/tickets/{id}/draft", operation_id = "showReplyDraft", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    responses((status = 200, description = "The draft, if there is one", body = ReplyDraftAnswer)))]
async fn show_draft(
    State(app): State<App>,
    caller: Caller,
    IdPath(ticket): IdPath<TicketId>,
) -> Result<Json<ReplyDraftAnswer>, ApiError> {
    Ok(answer(tickets::draft(app.engine(), &caller.ctx, ticket).await?))
}

/// Keep the text.
///
/// An empty text without files forgets the draft.
#[utoipa::path(put, path = "/tickets/{id}/draft", operation_id = "saveReplyDraft", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    request_body = ReplyDraftBody,
    responses(
        (status = 200, description = "The draft as it was kept", body = ReplyDraftAnswer),
        (status = 412, description = "Another page of the same person saved meanwhile")))]
async fn save_draft(
    State(app): State<App>,
    caller: Caller,
    IdPath(ticket): IdPath<TicketId>,
    JsonBody(body): JsonBody<ReplyDraftBody>,
) -> Result<Json<ReplyDraftAnswer>, ApiError> {
    let ReplyDraftBody { version, visibility, body, files } = body;
    let command = SaveDraft { ticket, version, visibility, body, files };
    Ok(answer(tickets::draft_save(app.engine(), &caller.ctx, command).await?))
}

/// Throw the draft away.
#[utoipa::path(delete, path = "/tickets/{id}/draft", operation_id = "discardReplyDraft", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    responses((status = 204, description = "There is none any more")))]
async fn discard_draft(
    State(app): State<App>,
    caller: Caller,
    IdPath(ticket): IdPath<TicketId>,
) -> Result<StatusCode, ApiError> {
    tickets::draft_discard(app.engine(), &caller.ctx, ticket).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send the draft, after a moment in which it can be taken back.
#[utoipa::path(post, path = "/tickets/{id}/draft/send", operation_id = "sendReplyDraft", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    request_body = ReplyHoldBody,
    responses((status = 200, description = "The held text; null when it was sent at once", body = ReplyDraftAnswer)))]
async fn hold_draft(
    State(app): State<App>,
    caller: Caller,
    IdPath(ticket): IdPath<TicketId>,
    JsonBody(body): JsonBody<ReplyHoldBody>,
) -> Result<Json<ReplyDraftAnswer>, ApiError> {
    let held = tickets::draft_hold(app.engine(), &caller.ctx, ticket, body.version, body.hold_seconds).await?;
    Ok(answer(held))
}

/// Take a held text back.
#[utoipa::path(post, path = "/tickets/{id}/draft/undo", operation_id = "takeBackReplyDraft", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    responses((status = 200, description = "A draft again", body = ReplyDraftAnswer)))]
async fn take_back_draft(
    State(app): State<App>,
    caller: Caller,
    IdPath(ticket): IdPath<TicketId>,
) -> Result<Json<ReplyDraftAnswer>, ApiError> {
    Ok(answer(Some(tickets::draft_take_back(app.engine(), &caller.ctx, ticket).await?)))
}
