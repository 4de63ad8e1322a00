//! Publishing and rolling back: both make the next version, neither touches an old one.

use domain::access::Action;
use domain::definition::{Kind, diff, fingerprint};
use domain::event::EventKind;
use domain::problem::{Problem, Severity};
use serde_json::{Value, json};
use store::{DefinitionRow, DefinitionVersionRow};

use crate::configuration::{self, unknown};
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work};

/// Makes the next version from the draft.
///
/// # Errors
/// `definition.no_draft`, `request.stale`, or the problems that the check found.
#[tracing::instrument(name = "definition.publish", skip_all, fields(definition.key = %key))]
pub async fn publish(
    engine: &Engine,
    ctx: &Ctx,
    kind: Kind,
    key: String,
    revision: i64,
    note: String,
) -> Result<DefinitionVersionRow> {
    ctx.require(Action::DefinitionPublish)?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let row = work.tx.definition_by_key(kind, &key).await?.ok_or_else(|| unknown(kind, &key))?;
                if row.draft_revision != revision {
                    return Err(Error::Stale);
                }
                let draft = row.draft.clone().ok_or_else(|| Error::refused("definition.no_draft"))?;
                let version = work.version_add(row, draft, note, None).await?;
                work.tx.configuration_touch().await?;
                Ok(version)
            })
        })
        .await
}

/// Makes the next version with the content of an older one.
///
/// # Errors
/// `definition.unknown`, or problems when the older document no longer fits its surroundings.
#[tracing::instrument(name = "definition.roll_back", skip_all, fields(definition.key = %key))]
pub async fn roll_back(
    engine: &Engine,
    ctx: &Ctx,
    kind: Kind,
    key: String,
    to: i64,
    note: String,
) -> Result<DefinitionVersionRow> {
    ctx.require(Action::DefinitionPublish)?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let row = work.tx.definition_by_key(kind, &key).await?.ok_or_else(|| unknown(kind, &key))?;
                let old = work.tx.definition_version(kind, &key, to).await?.ok_or_else(|| {
                    let problem = Problem::new("/version", "form.not_an_option");
                    Error::Invalid(vec![problem.with("value", to)])
                })?;
                let version = work.version_add(row, old.document, note, Some(to)).await?;
                work.tx.configuration_touch().await?;
                Ok(version)
            })
        })
        .await
}

/// Publishes a document as it is: template packs and imports. The caller touches the configuration at the end.
pub(crate) async fn publish_document(
    work: &mut Work<'_>,
    kind: Kind,
    key: &str,
    document: Value,
    note: &str,
) -> Result<()> {
    let found = work.tx.definition_by_key(kind, key).await?;
    if let Some(number) = found.as_ref().and_then(|row| row.active_version) {
        let active = work.tx.definition_version(kind, key, number).await?;
        if active.is_some_and(|active| active.sha256 == fingerprint(&document)) {
            return Ok(());
        }
    }
    let row = match found {
        Some(row) => row,
        None => {
            let row = DefinitionRow {
                kind,
                key: key.to_owned(),
                title: document.get("title").cloned().unwrap_or(Value::Null),
                active_version: None,
                draft: None,
                draft_revision: 0,
                draft_base: None,
                draft_by: None,
                draft_at: None,
                archived: false,
                version: 1,
            };
            work.tx.definition_insert(&row).await?;
            row
        }
    };
    work.version_add(row, document, note.to_owned(), None).await?;
    // What comes next in the same transaction may refer to this one.
    work.configuration = work.engine.configuration_uncached(work.tx).await?;
    Ok(())
}

impl Work<'_> {
    async fn version_add(
        &mut self,
        mut row: DefinitionRow,
        document: Value,
        note: String,
        restored_from: Option<i64>,
    ) -> Result<DefinitionVersionRow> {
        let problems = configuration::check_document(row.kind, &document, &self.configuration);
        let (errors, warnings): (Vec<Problem>, Vec<Problem>) =
            problems.into_iter().partition(|problem| problem.severity == Severity::Error);
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let before = match row.active_version {
            Some(number) => self.tx.definition_version(row.kind, &row.key, number).await?.map(|row| row.document),
            None => None,
        };
        let version = DefinitionVersionRow {
            kind: row.kind,
            key: row.key.clone(),
            version: self.tx.definition_version_latest(row.kind, &row.key).await? + 1,
            sha256: fingerprint(&document),
            document,
            author: self.ctx.actor().clone(),
            note,
            report: json!({ "warnings": warnings }),
            restored_from,
            created_at: self.now(),
        };
        self.tx.definition_version_insert(&version).await?;
        row.title = version.document.get("title").cloned().unwrap_or(Value::Null);
        row.active_version = Some(version.version);
        row.draft = None;
        row.draft_revision += 1;
        row.draft_base = None;
        self.tx.definition_update(&row).await?;
        let kind =
            if restored_from.is_some() { EventKind::DefinitionRolledBack } else { EventKind::DefinitionPublished };
        let data = json!({
            "kind": version.kind,
            "key": version.key,
            "version": version.version,
            "note": version.note,
            "sha256": version.sha256,
            "restored_from": restored_from,
            "changes": before.map(|before| diff(&before, &version.document)).unwrap_or_default(),
        });
        let subject = format!("{}/{}", version.kind.as_str(), version.key);
        self.record(kind, None, Some(subject), data);
        Ok(version)
    }
}
