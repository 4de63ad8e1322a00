//! One definition: draft, publish, roll back, versions, differences.

use axum::Json;
use axum::extract::State;
use domain::definition::{Change, ChangeKind, Kind};
use engine::definitions::{self, SaveDraft};
use engine::store::{self, DefinitionVersionRow};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IfMatch, JsonBody, Path, Query, VersionHeader, Versioned};
use crate::views::{ChangeView, DefinitionRow, DefinitionVersionView, DefinitionView, Page, TextView};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_definitions))
        .routes(routes!(show_definition))
        .routes(routes!(save_draft, discard_draft))
        .routes(routes!(publish_definition))
        .routes(routes!(roll_back_definition))
        .routes(routes!(list_versions))
        .routes(routes!(show_version))
        .routes(routes!(show_differences))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct KindQuery {
    /// `form`, `flow`, `sla`, `calendar`, `rule`, `role`, `view`, `template` or `ai`.
    pub(super) kind: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffQuery {
    /// Number of the older version.
    from: i64,
    /// Number of the newer version; the draft when left out.
    to: Option<i64>,
}

/// The document to keep as the draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftBody {
    #[schema(value_type = Object)]
    document: Value,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishBody {
    /// Why, for whoever reads the history.
    #[serde(default)]
    note: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollBackBody {
    /// Number of the version whose content comes back.
    version: i64,
    #[serde(default)]
    note: String,
}

type Address = Path<(String, String)>;

/// Definitions.
#[utoipa::path(get, path = "/definitions", operation_id = "listDefinitions", tag = "definitions", params(KindQuery),
    responses((status = 200, description = "All of a kind, or of every kind", body = Page<DefinitionRow>)))]
async fn list_definitions(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<KindQuery>,
) -> Result<Json<Page<DefinitionRow>>, ApiError> {
    let kind = query.kind.as_deref().map(parse_kind).transpose()?;
    let rows = definitions::list(app.engine(), &caller.ctx, kind).await?;
    Ok(Json(Page { items: rows.iter().map(DefinitionRow::from).collect(), next: None }))
}

/// A definition with its draft and the document in force.
#[utoipa::path(get, path = "/definitions/{kind}/{key}", operation_id = "showDefinition", tag = "definitions",
    params(("kind" = String, Path), ("key" = String, Path)),
    responses((status = 200, description = "The definition", body = DefinitionView)))]
async fn show_definition(
    State(app): State<App>,
    caller: Caller,
    Path((kind, key)): Address,
) -> Result<Versioned<DefinitionView>, ApiError> {
    let shown = definitions::show(app.engine(), &caller.ctx, parse_kind(&kind)?, key).await?;
    let row = DefinitionRow::from(&shown.row);
    let version = row.version;
    Ok(Versioned { version, body: DefinitionView { row, document: shown.active, draft: shown.draft } })
}

/// Keep a draft.
///
/// A draft may be wrong: nothing that somebody typed is lost. `If-Match: "0"` makes a new definition.
#[utoipa::path(put, path = "/definitions/{kind}/{key}/draft", operation_id = "saveDraft", tag = "definitions",
    params(("kind" = String, Path), ("key" = String, Path), VersionHeader),
    request_body = DraftBody,
    responses((status = 200, description = "The definition with the new draft", body = DefinitionRow)))]
async fn save_draft(
    State(app): State<App>,
    caller: Caller,
    Path((kind, key)): Address,
    IfMatch(revision): IfMatch,
    JsonBody(body): JsonBody<DraftBody>,
) -> Result<Versioned<DefinitionRow>, ApiError> {
    let command = SaveDraft { kind: parse_kind(&kind)?, key, document: body.document, revision };
    let row = definitions::save_draft(app.engine(), &caller.ctx, command).await?;
    Ok(Versioned { version: row.draft_revision, body: (&row).into() })
}

/// Throw the draft away.
#[utoipa::path(delete, path = "/definitions/{kind}/{key}/draft", operation_id = "discardDraft", tag = "definitions",
    params(("kind" = String, Path), ("key" = String, Path), VersionHeader),
    responses((status = 204, description = "The published version is untouched")))]
async fn discard_draft(
    State(app): State<App>,
    caller: Caller,
    Path((kind, key)): Address,
    IfMatch(revision): IfMatch,
) -> Result<axum::http::StatusCode, ApiError> {
    definitions::discard_draft(app.engine(), &caller.ctx, parse_kind(&kind)?, key, revision).await?;
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Publish the draft.
///
/// Checks it and makes the next version, which never changes again.
#[utoipa::path(post, path = "/definitions/{kind}/{key}/publish", operation_id = "publishDefinition", tag = "definitions",
    params(("kind" = String, Path), ("key" = String, Path), VersionHeader),
    request_body = PublishBody,
    responses((status = 201, description = "The new version", body = DefinitionVersionView)))]
async fn publish_definition(
    State(app): State<App>,
    caller: Caller,
    Path((kind, key)): Address,
    IfMatch(revision): IfMatch,
    JsonBody(body): JsonBody<PublishBody>,
) -> Result<(axum::http::StatusCode, Json<DefinitionVersionView>), ApiError> {
    let kind = parse_kind(&kind)?;
    let row = definitions::publish(app.engine(), &caller.ctx, kind, key, revision, body.note).await?;
    Ok((axum::http::StatusCode::CREATED, Json((&row).into())))
}

/// Roll back.
///
/// Publishes the content of an older version as the next one; the versions in between stay.
#[utoipa::path(post, path = "/definitions/{kind}/{key}/rollback", operation_id = "rollBackDefinition", tag = "definitions",
    params(("kind" = String, Path), ("key" = String, Path)),
    request_body = RollBackBody,
    responses((status = 201, description = "The new version", body = DefinitionVersionView)))]
async fn roll_back_definition(
    State(app): State<App>,
    caller: Caller,
    Path((kind, key)): Address,
    JsonBody(body): JsonBody<RollBackBody>,
) -> Result<(axum::http::StatusCode, Json<DefinitionVersionView>), ApiError> {
    let kind = parse_kind(&kind)?;
    let row = definitions::roll_back(app.engine(), &caller.ctx, kind, key, body.version, body.note).await?;
    Ok((axum::http::StatusCode::CREATED, Json((&row).into())))
}

/// Versions, newest first.
#[utoipa::path(get, path = "/definitions/{kind}/{key}/versions", operation_id = "listVersions", tag = "definitions",
    params(("kind" = String, Path), ("key" = String, Path)),
    responses((status = 200, description = "Every published version", body = Page<DefinitionVersionView>)))]
async fn list_versions(
    State(app): State<App>,
    caller: Caller,
    Path((kind, key)): Address,
) -> Result<Json<Page<DefinitionVersionView>>, ApiError> {
    let rows = definitions::versions(app.engine(), &caller.ctx, parse_kind(&kind)?, key).await?;
    Ok(Json(Page { items: rows.iter().map(DefinitionVersionView::from).collect(), next: None }))
}

/// One version.
#[utoipa::path(get, path = "/definitions/{kind}/{key}/versions/{version}", operation_id = "showVersion", tag = "definitions",
    params(("kind" = String, Path), ("key" = String, Path), ("version" = i64, Path)),
    responses((status = 200, description = "The version", body = DefinitionVersionView)))]
async fn show_version(
    State(app): State<App>,
    caller: Caller,
    Path((kind, key, version)): Path<(String, String, String)>,
) -> Result<Json<DefinitionVersionView>, ApiError> {
    let number = version.parse().map_err(|_| ApiError::not_found())?;
    let row = definitions::version(app.engine(), &caller.ctx, parse_kind(&kind)?, key, number).await?;
    Ok(Json((&row).into()))
}

/// What differs between two versions, or a version and the draft.
#[utoipa::path(get, path = "/definitions/{kind}/{key}/diff", operation_id = "showDifferences", tag = "definitions",
    params(("kind" = String, Path), ("key" = String, Path), DiffQuery),
    responses((status = 200, description = "Differences in document order", body = Page<ChangeView>)))]
async fn show_differences(
    State(app): State<App>,
    caller: Caller,
    Path((kind, key)): Address,
    Query(query): Query<DiffQuery>,
) -> Result<Json<Page<ChangeView>>, ApiError> {
    let kind = parse_kind(&kind)?;
    let changes = definitions::differences(app.engine(), &caller.ctx, kind, key, query.from, query.to).await?;
    Ok(Json(Page { items: changes.into_iter().map(ChangeView::from).collect(), next: None }))
}

/// An unknown kind is a place where nothing is.
pub(super) fn parse_kind(text: &str) -> Result<Kind, ApiError> {
    Kind::parse(text).ok_or_else(ApiError::not_found)
}

impl From<&store::DefinitionRow> for DefinitionRow {
    fn from(row: &store::DefinitionRow) -> Self {
        Self {
            kind: row.kind.as_str().to_owned(),
            key: row.key.clone(),
            title: TextView::from_value(&row.title),
            active_version: row.active_version,
            has_draft: row.draft.is_some(),
            draft_at: row.draft_at.map(Into::into),
            draft_by: row.draft_by.as_ref().map(Into::into),
            version: row.draft_revision,
        }
    }
}

impl From<&DefinitionVersionRow> for DefinitionVersionView {
    fn from(row: &DefinitionVersionRow) -> Self {
        Self {
            version: row.version,
            note: row.note.clone(),
            published_at: row.created_at.into(),
            published_by: (&row.author).into(),
            restored_from: row.restored_from,
            sha256: row.sha256.clone(),
            document: row.document.clone(),
        }
    }
}

impl From<Change> for ChangeView {
    fn from(change: Change) -> Self {
        let kind = match change.change {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Changed => "changed",
            ChangeKind::Moved => "moved",
        };
        Self { change: kind.to_owned(), path: change.path, from: change.from, to: change.to, layout: change.layout }
    }
}
