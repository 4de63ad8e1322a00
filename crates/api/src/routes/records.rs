//! Records: assets, customers, parts, places, articles.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use domain::id::RecordId;
use domain::problem::Problem;
use engine::records::{self, ChangeRecord, Choice, CreateRecord, ListRecords};
use engine::store::RecordRow;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, IfMatch, JsonBody, Query, VersionHeader, Versioned, limit};
use crate::views::{Page, RecordPageView, RecordView};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_records, create_record)).routes(routes!(show_record, change_record))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordQuery {
    /// Key of a record form.
    #[param(example = "asset")]
    r#type: String,
    /// Part of a title or key.
    q: Option<String>,
    /// Only records that may be chosen at this reference field: `FORM.FIELD`, or `FORM.TABLE.COLUMN`.
    #[param(example = "repair.asset")]
    field: Option<String>,
    /// The answers so far that the field's filter names, as JSON.
    #[param(example = json!({"place": "rec_01"}))]
    answers: Option<String>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 25)]
    limit: Option<u32>,
    /// `next` of the page before.
    after: Option<String>,
}

/// A new record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateRecordBody {
    /// Key of a record form.
    r#type: String,
    #[schema(value_type = Object)]
    data: Map<String, Value>,
}

/// New values.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeRecordBody {
    /// By field id; null empties a field.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// True takes it out of lists, false brings it back.
    archived: Option<bool>,
}

/// List records of a type.
#[utoipa::path(get, path = "/records", operation_id = "listRecords", tag = "records", params(RecordQuery),
    responses((status = 200, description = "One page", body = Page<RecordView>)))]
async fn list_records(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<RecordQuery>,
) -> Result<Json<Page<RecordView>>, ApiError> {
    let choice = choice(query.field.as_deref(), query.answers.as_deref())?;
    let (form, words, after, limit) = (query.r#type, query.q, query.after, limit(query.limit)?);
    let page = records::list(app.engine(), &caller.ctx, ListRecords { form, words, choice, after, limit }).await?;
    Ok(Json(Page { items: page.records.iter().map(RecordView::from).collect(), next: page.next }))
}

fn choice(field: Option<&str>, answers: Option<&str>) -> Result<Option<Choice>, ApiError> {
    let invalid = |name: &str, reason: String| {
        let problem = Problem::new(format!("/{name}"), "request.invalid_value");
        ApiError::invalid(vec![problem.with("reason", reason)])
    };
    let Some(field) = field else { return Ok(None) };
    let named = field.split_once('.').ok_or_else(|| invalid("field", "FORM.FIELD is needed".into()))?;
    let answers = answers.map_or(Ok(Map::new()), serde_json::from_str);
    let answers = answers.map_err(|error| invalid("answers", error.to_string()))?;
    Ok(Some(Choice { form: named.0.to_owned(), field: named.1.to_owned(), answers }))
}

/// Make a record.
#[utoipa::path(post, path = "/records", operation_id = "createRecord", tag = "records",
    request_body = CreateRecordBody,
    responses((status = 201, description = "The new record", body = RecordView)))]
async fn create_record(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<CreateRecordBody>,
) -> Result<impl IntoResponse, ApiError> {
    let command = CreateRecord { form: body.r#type, data: body.data };
    let row = records::create(app.engine(), &caller.ctx, command).await?;
    let location = format!("/api/v1/records/{}", row.id);
    let body = Versioned { version: row.version, body: RecordView::from(&row) };
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body))
}

/// Show a record.
#[utoipa::path(get, path = "/records/{id}", operation_id = "showRecord", tag = "records",
    params(("id" = String, Path, description = "Id of the record")),
    responses((status = 200, description = "The record and tickets about it", body = RecordPageView)))]
async fn show_record(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<RecordId>,
) -> Result<Versioned<RecordPageView>, ApiError> {
    let shown = records::show(app.engine(), &caller.ctx, id).await?;
    let body =
        RecordPageView { record: (&shown.record).into(), tickets: shown.tickets.iter().map(Into::into).collect() };
    Ok(Versioned { version: shown.record.version, body })
}

/// Change a record.
#[utoipa::path(patch, path = "/records/{id}", operation_id = "changeRecord", tag = "records",
    params(("id" = String, Path, description = "Id of the record"), VersionHeader),
    request_body = ChangeRecordBody,
    responses((status = 200, description = "The changed record", body = RecordView)))]
async fn change_record(
    State(app): State<App>,
    caller: Caller,
    IdPath(record): IdPath<RecordId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<ChangeRecordBody>,
) -> Result<Versioned<RecordView>, ApiError> {
    let command = ChangeRecord { record, version, data: body.fields, archived: body.archived };
    let row = records::change(app.engine(), &caller.ctx, command).await?;
    Ok(Versioned { version: row.version, body: (&row).into() })
}

impl From<&RecordRow> for RecordView {
    fn from(row: &RecordRow) -> Self {
        let data = row.data.as_object().cloned().unwrap_or_default();
        Self {
            id: row.id.to_string(),
            r#type: row.form.clone(),
            title: row.title.clone(),
            org: row.org_id.map(|id| id.to_string()),
            data,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
            version: row.version,
        }
    }
}
