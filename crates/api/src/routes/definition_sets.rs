//! Many definitions at once: what may be reported, published forms, checks, export and import.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use engine::definitions;
use engine::templates::{self, Pack};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::definitions::{KindQuery, parse_kind};
use crate::app::App;
use crate::error::{ApiError, ProblemItem};
use crate::extract::{Caller, JsonBody, Path, Query};
use crate::views::{CheckView, ExportView, FormView, ImportView, Page, TicketTypeView, level};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_ticket_types))
        .routes(routes!(show_form))
        .routes(routes!(check_definition))
        .routes(routes!(export_definitions))
        .routes(routes!(import_definitions))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VersionQuery {
    /// The version in force when left out.
    version: Option<i64>,
}

/// A document to check.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckBody {
    /// `form`, `flow`, `sla`, `calendar`, `rule`, `role`, `view`, `template` or `ai`.
    kind: String,
    #[schema(value_type = Object)]
    document: Value,
}

/// Documents as files.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportBody {
    /// Document by path, such as `forms/repair.json`.
    #[schema(value_type = Object)]
    files: Map<String, Value>,
    #[serde(default)]
    note: String,
}

/// What may be reported here.
#[utoipa::path(get, path = "/ticket-types", operation_id = "listTicketTypes", tag = "definitions",
    responses((status = 200, description = "Ticket types with their forms", body = Page<TicketTypeView>)))]
async fn list_ticket_types(State(app): State<App>, caller: Caller) -> Result<Json<Page<TicketTypeView>>, ApiError> {
    let types = definitions::ticket_types(app.engine(), &caller.ctx).await?;
    let items = types.into_iter().map(|found| TicketTypeView {
        key: found.key,
        title: found.title.into(),
        version: found.version,
        prefix: found.prefix,
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// A published form, ready to render.
#[utoipa::path(get, path = "/forms/{key}", operation_id = "showForm", tag = "definitions",
    params(("key" = String, Path), VersionQuery),
    responses((status = 200, description = "The document and what the caller may do with its fields", body = FormView)))]
async fn show_form(
    State(app): State<App>,
    caller: Caller,
    Path(key): Path<String>,
    Query(query): Query<VersionQuery>,
) -> Result<Json<FormView>, ApiError> {
    let form = definitions::form(app.engine(), &caller.ctx, key, query.version).await?;
    let rights = form.field_rights.into_iter().map(|(field, right)| (field, level(right).into()));
    Ok(Json(FormView { key: form.key, version: form.version, document: form.document, field_rights: rights.collect() }))
}

/// Check a document without keeping it.
#[utoipa::path(post, path = "/definitions/check", operation_id = "checkDefinition", tag = "definitions",
    request_body = CheckBody,
    responses((status = 200, description = "What is wrong with it", body = CheckView)))]
async fn check_definition(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<CheckBody>,
) -> Result<Json<CheckView>, ApiError> {
    let checked = definitions::check(app.engine(), &caller.ctx, parse_kind(&body.kind)?, body.document).await?;
    let language = caller.ctx.language();
    let problems = checked.problems.iter().map(|problem| ProblemItem::new(problem, language));
    Ok(Json(CheckView { passes: checked.passes(), problems: problems.collect() }))
}

/// Everything in force, as files.
#[utoipa::path(get, path = "/definitions/export", operation_id = "exportDefinitions", tag = "definitions",
    params(KindQuery),
    responses((status = 200, description = "Documents by path", body = ExportView)))]
async fn export_definitions(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<KindQuery>,
) -> Result<Json<ExportView>, ApiError> {
    let kind = query.kind.as_deref().map(parse_kind).transpose()?;
    let files = definitions::export(app.engine(), &caller.ctx, kind).await?;
    let files = files.into_iter().map(|(path, text)| (path, serde_json::from_str(&text).unwrap_or_default()));
    Ok(Json(ExportView { files: files.collect() }))
}

/// Publish a set of documents, all or none.
#[utoipa::path(post, path = "/definitions/import", operation_id = "importDefinitions", tag = "definitions",
    request_body = ImportBody,
    responses((status = 200, description = "What was read", body = ImportView)))]
async fn import_definitions(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<ImportBody>,
) -> Result<Json<ImportView>, ApiError> {
    let mut files: BTreeMap<String, Vec<u8>> =
        body.files.into_iter().map(|(path, document)| (path, document.to_string().into_bytes())).collect();
    templates::complete(&mut files).map_err(ApiError::invalid)?;
    let pack = Pack::read(&files).map_err(ApiError::invalid)?;
    let documents = definitions::import(app.engine(), &caller.ctx, pack, body.note).await?;
    Ok(Json(ImportView { documents }))
}
