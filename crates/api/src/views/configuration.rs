//! Definitions, records.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{ActorView, LinkedTicket, TextView, Time};
use crate::error::ProblemItem;

/// A definition in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionRow {
    /// `form`, `flow`, `sla`, `calendar`, `rule`, `role`, `view`, `template` or `ai`.
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) title: TextView,
    /// Version in force; null before the first publishing.
    #[schema(required)]
    pub(crate) active_version: Option<i64>,
    pub(crate) has_draft: bool,
    #[schema(required)]
    pub(crate) draft_at: Option<Time>,
    #[schema(required)]
    pub(crate) draft_by: Option<ActorView>,
    /// What `If-Match` names when the draft changes or is published.
    pub(crate) version: i64,
}

/// A definition with its documents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionView {
    #[serde(flatten)]
    pub(crate) row: DefinitionRow,
    /// The document in force.
    #[schema(value_type = Object, required, nullable)]
    pub(crate) document: Option<Value>,
    #[schema(value_type = Object, required, nullable)]
    pub(crate) draft: Option<Value>,
}

/// A published version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DefinitionVersionView {
    pub(crate) version: i64,
    pub(crate) note: String,
    pub(crate) published_at: Time,
    pub(crate) published_by: ActorView,
    /// The older version it repeats, when it rolled back.
    #[schema(required)]
    pub(crate) restored_from: Option<i64>,
    pub(crate) sha256: String,
    #[schema(value_type = Object)]
    pub(crate) document: Value,
}

/// A difference between two versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeView {
    /// `added`, `removed`, `changed` or `moved`.
    pub(crate) change: String,
    /// Path by members and ids.
    #[schema(example = "/fields/title/max")]
    pub(crate) path: String,
    #[schema(value_type = Object, required, nullable)]
    pub(crate) from: Option<Value>,
    #[schema(value_type = Object, required, nullable)]
    pub(crate) to: Option<Value>,
    /// Only where things are drawn, not what they do.
    pub(crate) layout: bool,
}

/// What is wrong with a document that was only checked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckView {
    /// Nothing stands against publishing.
    pub(crate) passes: bool,
    pub(crate) problems: Vec<ProblemItem>,
}

/// A set of documents as files.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportView {
    /// Document by path, such as `forms/repair.json`.
    #[schema(value_type = Object)]
    pub(crate) files: Map<String, Value>,
}

/// What an import did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportView {
    /// Documents read; those that equal what is in force change nothing.
    pub(crate) documents: usize,
}

/// The published form document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FormView {
    pub(crate) key: String,
    pub(crate) version: i64,
    #[schema(value_type = Object)]
    pub(crate) document: Value,
    /// What the caller may do with each field: `none`, `masked`, `read` or `write`.
    #[schema(value_type = Object)]
    pub(crate) field_rights: Map<String, Value>,
}

/// An asset, a customer, a part, a place, an article.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordView {
    pub(crate) id: String,
    /// Key of its form.
    pub(crate) r#type: String,
    pub(crate) title: String,
    #[schema(required)]
    pub(crate) org: Option<String>,
    #[schema(value_type = Object)]
    pub(crate) data: Map<String, Value>,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
    pub(crate) version: i64,
}

/// A record with the tickets about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordPageView {
    #[serde(flatten)]
    pub(crate) record: RecordView,
    /// The newest tickets that name it, as far as the caller may see them.
    pub(crate) tickets: Vec<LinkedTicket>,
}
