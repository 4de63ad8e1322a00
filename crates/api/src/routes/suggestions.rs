//! Deciding on what models propose.

use axum::Json;
use axum::extract::State;
use domain::id::SuggestionId;
use engine::ai::{self, DecideSuggestion, Decision};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, JsonBody};
use crate::views::DecidedView;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(decide_suggestion))
}

/// What to do with a proposal.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DecisionName {
    Accept,
    Correct,
    Reject,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionBody {
    decision: DecisionName,
    /// `correct`: the right value.
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
    /// The version that was read; refused when somebody decided meanwhile.
    version: Option<i64>,
}

/// Decide on a proposal of a model.
///
/// Every decision teaches the next model.
#[utoipa::path(post, path = "/suggestions/{id}/decision", operation_id = "decideSuggestion", tag = "suggestions",
    params(("id" = String, Path, description = "Id of the suggestion")),
    request_body = DecisionBody,
    responses((status = 200, description = "The suggestion after the decision", body = DecidedView)))]
async fn decide_suggestion(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<SuggestionId>,
    JsonBody(body): JsonBody<DecisionBody>,
) -> Result<Json<DecidedView>, ApiError> {
    let decision = match (body.decision, body.value) {
        (DecisionName::Accept, _) => Decision::Accept,
        (DecisionName::Reject, _) => Decision::Reject,
        (DecisionName::Correct, Some(value)) => Decision::Correct(value),
        (DecisionName::Correct, None) => return Err(ApiError::at("/value", "suggestion.value_required")),
    };
    let command = DecideSuggestion { suggestion: id, version: body.version, decision };
    let row = ai::decide(app.engine(), &caller.ctx, command).await?;
    Ok(Json(DecidedView { id: row.id.to_string(), state: row.state.as_str().to_owned(), version: row.version }))
}
