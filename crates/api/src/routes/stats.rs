//! Numbers.

use axum::Json;
use axum::extract::State;
use domain::problem::Problem;
use engine::stats;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, Query};
use crate::views::OverviewView;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_overview))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OverviewQuery {
    /// How far back, 1 to 366.
    #[param(minimum = 1, maximum = 366, default = 30)]
    days: Option<u32>,
}

/// The four charts of the start page.
#[utoipa::path(get, path = "/stats/overview", operation_id = "showOverview", tag = "operation", params(OverviewQuery),
    responses((status = 200, description = "Over the tickets the caller may see", body = OverviewView)))]
async fn show_overview(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<OverviewQuery>,
) -> Result<Json<OverviewView>, ApiError> {
    let days = query.days.unwrap_or(30);
    if !(1..=366).contains(&days) {
        let problem = Problem::new("?days", "request.invalid_value").with("reason", "1–366");
        return Err(ApiError::invalid(vec![problem]));
    }
    let overview = stats::overview(app.engine(), &caller.ctx, days).await?;
    Ok(Json(overview.into()))
}
