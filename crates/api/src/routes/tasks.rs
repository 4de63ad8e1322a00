//! What people do with a task of a flow.

use axum::Json;
use axum::extract::State;
use domain::flow::def::Then;
use domain::flow::{Act, Place};
use domain::id::{TaskId, UserId};
use domain::problem::Problem;
use engine::flows::{self, ActOnTask};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, JsonBody};
use crate::views::TicketBrief;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(act_on_task))
}

/// The acts.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaskActName {
    Claim,
    Release,
    Assign,
    Approve,
    Reject,
    Complete,
    Return,
    Transfer,
    Delegate,
    AddSign,
    RemoveSign,
    Cc,
    Urge,
    Hold,
    Unhold,
}

/// An act on a task.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskActBody {
    act: TaskActName,
    /// Shown in the timeline.
    comment: Option<String>,
    /// Fields that the act fills in; the node decides which may be written.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// `transfer`, `assign`, `delegate`, `remove_sign`: id of a person. `return`: id of a node, the submitter when left out.
    to: Option<String>,
    /// `add_sign`, `cc`: ids of people.
    #[schema(value_type = Option<Vec<String>>)]
    who: Option<Vec<UserId>>,
    /// `add_sign`: `before`, `with` or `after`.
    #[schema(value_type = Option<String>)]
    place: Option<Place>,
    /// `return`: `resume` comes straight back here, `rewalk` walks the whole way again.
    #[schema(value_type = Option<String>)]
    then: Option<Then>,
    /// `complete`: one of the task's outcomes.
    outcome: Option<String>,
    /// `hold`: why.
    reason: Option<String>,
}

/// Act on a task.
#[utoipa::path(post, path = "/tasks/{id}/acts", operation_id = "actOnTask", tag = "tasks",
    params(("id" = String, Path, description = "Id of the task")),
    request_body = TaskActBody,
    responses((status = 200, description = "The ticket after the act", body = TicketBrief)))]
async fn act_on_task(
    State(app): State<App>,
    caller: Caller,
    IdPath(task): IdPath<TaskId>,
    JsonBody(body): JsonBody<TaskActBody>,
) -> Result<Json<TicketBrief>, ApiError> {
    let act = act(&body)?;
    let command = ActOnTask { task, act, comment: body.comment, fields: body.fields };
    let ticket = flows::act(app.engine(), &caller.ctx, command).await?;
    Ok(Json((&ticket).into()))
}

fn act(body: &TaskActBody) -> Result<Act, ApiError> {
    Ok(match body.act {
        TaskActName::Claim => Act::Claim,
        TaskActName::Release => Act::Release,
        TaskActName::Approve => Act::Approve,
        TaskActName::Reject => Act::Reject,
        TaskActName::Urge => Act::Urge,
        TaskActName::Unhold => Act::Unhold,
        TaskActName::Assign => Act::Assign { to: person(body)? },
        TaskActName::Transfer => Act::Transfer { to: person(body)? },
        TaskActName::Delegate => Act::Delegate { to: person(body)? },
        TaskActName::RemoveSign => Act::RemoveSign { who: person(body)? },
        TaskActName::Cc => Act::Cc { who: people(body)? },
        TaskActName::AddSign => {
            let place = body.place.ok_or_else(|| missing("place"))?;
            Act::AddSign { who: people(body)?, place }
        }
        TaskActName::Return => Act::Return { to: body.to.clone(), then: body.then },
        TaskActName::Complete => Act::Complete { outcome: body.outcome.clone(), vars: Map::new() },
        TaskActName::Hold => {
            let reason = body.reason.clone().filter(|reason| !reason.trim().is_empty());
            Act::Hold { reason: reason.ok_or_else(|| missing("reason"))? }
        }
    })
}

fn person(body: &TaskActBody) -> Result<UserId, ApiError> {
    let to = body.to.as_ref().ok_or_else(|| missing("to"))?;
    to.parse().map_err(|_| ApiError::at("/to", "ticket.unknown_person"))
}

fn people(body: &TaskActBody) -> Result<Vec<UserId>, ApiError> {
    body.who.clone().filter(|who| !who.is_empty()).ok_or_else(|| missing("who"))
}

fn missing(field: &str) -> ApiError {
    let problem = Problem::new(format!("/{field}"), "request.missing_field");
    ApiError::invalid(vec![problem.with("field", field)])
}
