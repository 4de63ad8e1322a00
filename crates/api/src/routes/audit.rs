//! The log of everything, and its proof.

use axum::Json;
use axum::extract::State;
use engine::operations;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, Query, limit};
use crate::views::{AuditVerdict, EventView, Page};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_audit)).routes(routes!(verify_audit))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Only what came after this sequence number.
    after: Option<i64>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 25)]
    limit: Option<u32>,
}

/// Every event of the tenant, oldest first.
#[utoipa::path(get, path = "/audit", operation_id = "listAudit", tag = "operation", params(AuditQuery),
    responses((status = 200, description = "One page; `next` is a sequence number", body = Page<EventView>)))]
async fn list_audit(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<EventView>>, ApiError> {
    let (after, limit) = (query.after.unwrap_or_default(), limit(query.limit)?);
    let page = operations::audit(app.engine(), &caller.ctx, after, limit).await?;
    let next = page.next.map(|seq| seq.to_string());
    Ok(Json(Page { items: page.events.iter().map(EventView::from).collect(), next }))
}

/// Recompute the chain of events.
#[utoipa::path(post, path = "/audit/verify", operation_id = "verifyAudit", tag = "operation",
    responses((status = 200, description = "Whether every event is as it was written", body = AuditVerdict)))]
async fn verify_audit(State(app): State<App>, caller: Caller) -> Result<Json<AuditVerdict>, ApiError> {
    let verdict = operations::verify_audit(app.engine(), &caller.ctx).await?;
    Ok(Json(verdict.into()))
}
