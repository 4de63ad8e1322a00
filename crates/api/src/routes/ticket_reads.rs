//! What there is to know about a ticket: its story, its flow, others like it, who could take it.

use axum::Json;
use axum::extract::State;
use domain::id::{TicketId, UserId};
use engine::{dispatch, flows, tickets};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, JsonBody, Query, limit};
use crate::views::{self, EventView, FlowView, Page, RankingView, SimilarView, TicketBrief};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show_timeline))
        .routes(routes!(show_flow))
        .routes(routes!(list_similar))
        .routes(routes!(rank_engineers, dispatch_ticket))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineQuery {
    /// Only what came after this sequence number.
    after: Option<i64>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 25)]
    limit: Option<u32>,
}

/// Everything that happened, oldest first.
#[utoipa::path(get, path = "/tickets/{id}/timeline", operation_id = "showTimeline", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket"), TimelineQuery),
    responses((status = 200, description = "One page; `next` is a sequence number", body = Page<EventView>)))]
async fn show_timeline(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<TicketId>,
    Query(query): Query<TimelineQuery>,
) -> Result<Json<Page<EventView>>, ApiError> {
    let (after, limit) = (query.after.unwrap_or_default(), limit(query.limit)?);
    let page = tickets::timeline(app.engine(), &caller.ctx, id, after, limit).await?;
    let items = page.moments.iter().map(EventView::from);
    Ok(Json(Page { items: items.collect(), next: page.next.map(|seq| seq.to_string()) }))
}

/// The ticket's flow as a picture, with where it is and was.
#[utoipa::path(get, path = "/tickets/{id}/flow", operation_id = "showFlow", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    responses(
        (status = 200, description = "Nodes and edges with their state", body = FlowView),
        (status = 404, description = "No flow drives it, or the ticket is not there")))]
async fn show_flow(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<TicketId>,
) -> Result<Json<FlowView>, ApiError> {
    let diagram = flows::diagram(app.engine(), &caller.ctx, id).await?;
    let diagram = diagram.ok_or_else(ApiError::not_found)?;
    Ok(Json(diagram.into()))
}

/// Tickets that say much the same.
#[utoipa::path(get, path = "/tickets/{id}/similar", operation_id = "listSimilar", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    responses((status = 200, description = "The most similar first", body = Page<SimilarView>)))]
async fn list_similar(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<TicketId>,
) -> Result<Json<Page<SimilarView>>, ApiError> {
    let found = tickets::similar(app.engine(), &caller.ctx, id, 5).await?;
    Ok(Json(Page { items: found.iter().map(views::similar).collect(), next: None }))
}

/// Who fits best.
///
/// Explains the winner and everybody who was left out.
#[utoipa::path(get, path = "/tickets/{id}/dispatch", operation_id = "rankEngineers", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    responses((status = 200, description = "The ranking with reasons", body = RankingView)))]
async fn rank_engineers(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<TicketId>,
) -> Result<Json<RankingView>, ApiError> {
    let ranking = dispatch::rank(app.engine(), &caller.ctx, id).await?;
    Ok(Json(views::ranking(&ranking)))
}

/// Whom to hand it to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DispatchBody {
    /// Id of a person.
    #[schema(value_type = String)]
    person: UserId,
}

/// Hand the ticket's pool task to an engineer.
#[utoipa::path(post, path = "/tickets/{id}/dispatch", operation_id = "dispatchTicket", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket")),
    request_body = DispatchBody,
    responses((status = 200, description = "The ticket after the act", body = TicketBrief)))]
async fn dispatch_ticket(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<TicketId>,
    JsonBody(body): JsonBody<DispatchBody>,
) -> Result<Json<TicketBrief>, ApiError> {
    let ticket = dispatch::apply(app.engine(), &caller.ctx, id, body.person).await?;
    Ok(Json((&ticket).into()))
}
