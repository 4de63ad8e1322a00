//! Saying that one is at a ticket, and hearing who else is.

use axum::Json;
use axum::extract::State;
use domain::id::TicketId;
use engine::tickets;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, JsonBody};
use crate::presence::{Doing, Moved, Present};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(announce_presence))
}

/// What the page does.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PresenceBody {
    /// Any text that stays the same while the page is open.
    page: String,
    /// `viewing`, `replying`, `noting` or `away`.
    #[schema(value_type = String)]
    doing: Doing,
}

/// Who else is at a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PresenceView {
    pub(crate) ticket: String,
    pub(crate) people: Vec<PresentView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PresentView {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `viewing`, `replying` or `noting`.
    pub(crate) doing: String,
}

impl PresenceView {
    pub(crate) fn new(ticket: TicketId, people: Vec<Present>) -> Self {
        let people = people.into_iter().map(|each| PresentView {
            id: each.user.to_string(),
            name: each.name,
            doing: match each.doing {
                Doing::Replying => "replying",
                Doing::Noting => "noting",
                Doing::Viewing | Doing::Away => "viewing",
            }
            .to_owned(),
        });
        Self { ticket: ticket.to_string(), people: people.collect() }
    }
}

/// Say that you are here.
///
/// To be repeated every three seconds; after six of silence the page counts as closed. Changes reach the stream as
/// `presence`. For those who may read internal notes.
#[utoipa::path(post, path = "/tickets/{id}/presence", operation_id = "announcePresence", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    request_body = PresenceBody,
    responses((status = 200, description = "Who else is here", body = PresenceView)))]
async fn announce_presence(
    State(app): State<App>,
    caller: Caller,
    IdPath(ticket): IdPath<TicketId>,
    JsonBody(body): JsonBody<PresenceBody>,
) -> Result<Json<PresenceView>, ApiError> {
    tickets::may_watch(app.engine(), &caller.ctx, ticket).await?;
    let Some(user) = caller.ctx.access().user else { return Ok(Json(PresenceView::new(ticket, Vec::new()))) };
    let page: String = body.page.chars().take(64).collect();
    let room = Moved { tenant: caller.ctx.tenant(), ticket };
    let person = Present { user, name: caller.ctx.actor().name.clone(), doing: body.doing };
    let people = app.presence().beat(room, &page, person, app.now());
    Ok(Json(PresenceView::new(ticket, people)))
}
