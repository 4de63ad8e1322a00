//! What people do with a ticket itself.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::{FileId, TicketId, UserId};
use domain::ticket::{LinkKind, Status, Visibility};
use engine::tickets::{self, AddComment, LinkTicket, TicketAct, TicketKey};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, JsonBody};
use crate::views::{CommentView, TicketBrief};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(act_on_ticket)).routes(routes!(add_comment))
}

/// An act on a ticket.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum TicketActBody {
    /// Take the report back.
    Withdraw { reason: Option<String> },
    /// Ask to hurry.
    Urge { message: Option<String> },
    /// Hand it to a person; null for nobody.
    Assign {
        #[schema(value_type = Option<String>)]
        owner: Option<UserId>,
    },
    /// Only where no flow drives the ticket.
    SetStatus {
        #[schema(value_type = String)]
        status: Status,
    },
    /// It is solved.
    Confirm { comment: Option<String> },
    /// It is not solved after all.
    Reopen { reason: String },
    /// 1 to 5.
    Rate { score: u8, comment: Option<String> },
    Link {
        #[schema(value_type = String)]
        to: TicketId,
        #[schema(value_type = String)]
        kind: LinkKind,
    },
    Unlink {
        #[schema(value_type = String)]
        to: TicketId,
        #[schema(value_type = String)]
        kind: LinkKind,
    },
}

/// A reply or a note.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentBody {
    body: String,
    /// `public` reaches the requester, `internal` only those who may read internal notes.
    #[schema(value_type = String)]
    visibility: Visibility,
    /// Ids of uploaded files.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    files: Vec<FileId>,
}

/// Act on a ticket.
#[utoipa::path(post, path = "/tickets/{id}/acts", operation_id = "actOnTicket", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    request_body = TicketActBody,
    responses((status = 200, description = "The ticket after the act", body = TicketBrief)))]
async fn act_on_ticket(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<TicketId>,
    JsonBody(body): JsonBody<TicketActBody>,
) -> Result<Json<TicketBrief>, ApiError> {
    let (engine, ctx) = (app.engine(), &caller.ctx);
    let act = match body {
        TicketActBody::Withdraw { reason } => TicketAct::Withdraw { reason },
        TicketActBody::Urge { message } => TicketAct::Urge { message },
        TicketActBody::Assign { owner } => TicketAct::Assign { owner },
        TicketActBody::SetStatus { status } => TicketAct::SetStatus { status },
        TicketActBody::Confirm { comment } => TicketAct::Confirm { comment },
        TicketActBody::Reopen { reason } => TicketAct::Reopen { reason },
        TicketActBody::Rate { score, comment } => TicketAct::Rate { score, comment },
        TicketActBody::Link { to, kind } => {
            tickets::link(engine, ctx, LinkTicket { from: id, to, kind }).await?;
            return brief(&app, &caller, id).await;
        }
        TicketActBody::Unlink { to, kind } => {
            tickets::unlink(engine, ctx, LinkTicket { from: id, to, kind }).await?;
            return brief(&app, &caller, id).await;
        }
    };
    let ticket = tickets::act(engine, ctx, id, act).await?;
    Ok(Json((&ticket).into()))
}

async fn brief(app: &App, caller: &Caller, id: TicketId) -> Result<Json<TicketBrief>, ApiError> {
    let shown = tickets::show(app.engine(), &caller.ctx, TicketKey::Id(id)).await?;
    Ok(Json((&shown.ticket).into()))
}

/// Reply or take a note.
#[utoipa::path(post, path = "/tickets/{id}/comments", operation_id = "addComment", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    request_body = CommentBody,
    responses((status = 201, description = "The comment", body = CommentView)))]
async fn add_comment(
    State(app): State<App>,
    caller: Caller,
    IdPath(ticket): IdPath<TicketId>,
    JsonBody(body): JsonBody<CommentBody>,
) -> Result<(StatusCode, Json<CommentView>), ApiError> {
    let command = AddComment { ticket, visibility: body.visibility, body: body.body, files: body.files };
    let row = tickets::comment(app.engine(), &caller.ctx, command).await?;
    Ok((StatusCode::CREATED, Json(crate::views::comment(&row, &[]))))
}
