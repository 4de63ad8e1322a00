//! The built-in models.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::ModelId;
use engine::ai;
use engine::store::{ModelRow, ModelState};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, JsonBody};
use crate::views::{ModelView, Page};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_models)).routes(routes!(retrain_model)).routes(routes!(promote_model))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetrainBody {
    /// What the model answers, such as `repair.category`; every target when left out.
    target: Option<String>,
}

/// Models, the ones in use first.
#[utoipa::path(get, path = "/models", operation_id = "listModels", tag = "operation",
    responses((status = 200, description = "All trained models", body = Page<ModelView>)))]
async fn list_models(State(app): State<App>, caller: Caller) -> Result<Json<Page<ModelView>>, ApiError> {
    let rows = ai::models(app.engine(), &caller.ctx).await?;
    Ok(Json(Page { items: rows.iter().map(ModelView::from).collect(), next: None }))
}

/// Train anew.
///
/// Runs as a job; the new model is used once somebody promotes it.
#[utoipa::path(post, path = "/models/retrain", operation_id = "retrainModel", tag = "operation",
    request_body = RetrainBody,
    responses((status = 202, description = "The job is waiting")))]
async fn retrain_model(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<RetrainBody>,
) -> Result<StatusCode, ApiError> {
    ai::request_retrain(app.engine(), &caller.ctx, body.target).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Use a model from now on.
///
/// Promoting an older one is the way back.
#[utoipa::path(post, path = "/models/{id}/promote", operation_id = "promoteModel", tag = "operation",
    params(("id" = String, Path, description = "Id of the model")),
    responses((status = 200, description = "The model, now in use", body = ModelView)))]
async fn promote_model(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<ModelId>,
) -> Result<Json<ModelView>, ApiError> {
    let row = ai::promote(app.engine(), &caller.ctx, id).await?;
    Ok(Json((&row).into()))
}

impl From<&ModelRow> for ModelView {
    fn from(row: &ModelRow) -> Self {
        Self {
            id: row.id.to_string(),
            target: row.target.clone(),
            version: row.number,
            active: row.state == ModelState::Active,
            trained_at: row.created_at.into(),
            examples: row.trained_on.get("examples").and_then(serde_json::Value::as_i64).unwrap_or_default(),
            metrics: row.metrics.clone(),
        }
    }
}
