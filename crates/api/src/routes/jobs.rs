//! Background work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::JobId;
use engine::operations;
use engine::store::JobRow;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, Query, limit};
use crate::views::{JobView, Page};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_jobs)).routes(routes!(retry_job))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobQuery {
    /// `ready`, `running`, `done`, `dead` or `quarantined`; `dead` when left out.
    state: Option<String>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 25)]
    limit: Option<u32>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Jobs, in the order in which they were made.
#[utoipa::path(get, path = "/jobs", operation_id = "listJobs", tag = "operation", params(JobQuery),
    responses((status = 200, description = "One page", body = Page<JobView>)))]
async fn list_jobs(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<JobQuery>,
) -> Result<Json<Page<JobView>>, ApiError> {
    let limit = limit(query.limit)?;
    let page = operations::jobs(app.engine(), &caller.ctx, query.state, query.after, limit).await?;
    Ok(Json(Page { items: page.jobs.iter().map(JobView::from).collect(), next: page.next }))
}

/// Run a job that was given up once more.
#[utoipa::path(post, path = "/jobs/{id}/retry", operation_id = "retryJob", tag = "operation",
    params(("id" = String, Path, description = "Id of the job")),
    responses((status = 204, description = "It is due again")))]
async fn retry_job(State(app): State<App>, caller: Caller, IdPath(id): IdPath<JobId>) -> Result<StatusCode, ApiError> {
    operations::retry_job(app.engine(), &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<&JobRow> for JobView {
    fn from(row: &JobRow) -> Self {
        Self {
            id: row.id.to_string(),
            kind: row.kind.clone(),
            state: row.state.as_str().to_owned(),
            attempts: row.attempts,
            due_at: row.run_at.into(),
            created_at: row.created_at.into(),
            error: row.last_error.clone(),
            payload: row.payload.clone(),
        }
    }
}
