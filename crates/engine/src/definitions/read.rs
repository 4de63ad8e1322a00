//! Reading definitions: lists, drafts, versions, differences, checks.

use domain::access::Action;
use domain::definition::{Change, Kind, diff};
use domain::problem::{Problem, Severity};
use serde_json::Value;
use store::{DefinitionRow, DefinitionVersionRow};

use crate::configuration::{self, unknown};
use crate::error::Result;
use crate::{Ctx, Engine};

/// A definition without its documents.
pub type Summary = DefinitionRow;

/// A version without its document.
pub type VersionSummary = DefinitionVersionRow;

/// A definition with its draft and its active version's document.
pub struct Shown {
    pub row: DefinitionRow,
    pub draft: Option<Value>,
    pub active: Option<Value>,
}

/// What a check found.
pub struct Checked {
    pub problems: Vec<Problem>,
}

impl Checked {
    /// Nothing stands against publishing.
    pub fn passes(&self) -> bool {
        self.problems.iter().all(|problem| problem.severity == Severity::Warning)
    }
}

/// # Errors
/// `access.denied`.
pub async fn list(engine: &Engine, ctx: &Ctx, kind: Option<Kind>) -> Result<Vec<Summary>> {
    ctx.require(Action::DefinitionRead)?;
    engine.read(ctx, move |work| Box::pin(async move { Ok(work.tx.definition_list(kind).await?) })).await
}

/// # Errors
/// `access.denied`, `definition.unknown`.
pub async fn show(engine: &Engine, ctx: &Ctx, kind: Kind, key: String) -> Result<Shown> {
    ctx.require(Action::DefinitionRead)?;
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let row = work.tx.definition_by_key(kind, &key).await?.ok_or_else(|| unknown(kind, &key))?;
                let active = match row.active_version {
                    Some(number) => work.tx.definition_version(kind, &key, number).await?.map(|row| row.document),
                    None => None,
                };
                let draft = row.draft.clone();
                Ok(Shown { row, draft, active })
            })
        })
        .await
}

/// # Errors
/// `access.denied`, `definition.unknown`.
pub async fn versions(engine: &Engine, ctx: &Ctx, kind: Kind, key: String) -> Result<Vec<VersionSummary>> {
    ctx.require(Action::DefinitionRead)?;
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                work.tx.definition_by_key(kind, &key).await?.ok_or_else(|| unknown(kind, &key))?;
                Ok(work.tx.definition_version_list(kind, &key).await?)
            })
        })
        .await
}

/// # Errors
/// `access.denied`, `definition.unknown`.
pub async fn version(engine: &Engine, ctx: &Ctx, kind: Kind, key: String, number: i64) -> Result<DefinitionVersionRow> {
    ctx.require(Action::DefinitionRead)?;
    engine
        .read(ctx, move |work| {
            Box::pin(
                async move { work.tx.definition_version(kind, &key, number).await?.ok_or_else(|| unknown(kind, &key)) },
            )
        })
        .await
}

/// What leads from version `from` to version `to`; `None` stands for the draft.
///
/// # Errors
/// `access.denied`, `definition.unknown`.
pub async fn differences(
    engine: &Engine,
    ctx: &Ctx,
    kind: Kind,
    key: String,
    from: i64,
    to: Option<i64>,
) -> Result<Vec<Change>> {
    let old = version(engine, ctx, kind, key.clone(), from).await?.document;
    let new = match to {
        Some(number) => version(engine, ctx, kind, key, number).await?.document,
        None => show(engine, ctx, kind, key.clone()).await?.draft.ok_or_else(|| unknown(kind, &key))?,
    };
    Ok(diff(&old, &new))
}

/// Checks a document as publishing would, without keeping it.
///
/// # Errors
/// `access.denied`.
pub async fn check(engine: &Engine, ctx: &Ctx, kind: Kind, document: Value) -> Result<Checked> {
    ctx.require(Action::DefinitionRead)?;
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let problems = configuration::check_document(kind, &document, &work.configuration);
                Ok(Checked { problems })
            })
        })
        .await
}
