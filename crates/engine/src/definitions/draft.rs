//! The draft of a definition: saved often, by one person or several, published by intent.

use domain::access::Action;
use domain::actor::Actor;
use domain::definition::{Kind, MAX_DOCUMENT_BYTES, is_key};
use domain::event::EventKind;
use domain::problem::Problem;
use serde_json::{Value, json};
use store::DefinitionRow;

use crate::configuration::unknown;
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work};

/// A draft to keep. `revision` is the one that was read; 0 makes a new definition or a first draft.
#[derive(Debug, Clone)]
pub struct SaveDraft {
    pub kind: Kind,
    pub key: String,
    pub document: Value,
    pub revision: i64,
}

/// Keeps a draft, valid or not: nothing that somebody typed is lost. Publishing checks.
///
/// # Errors
/// `definition.bad_key`, `definition.kind_mismatch`, `request.stale` when somebody saved meanwhile.
#[tracing::instrument(name = "definition.draft", skip_all, fields(definition.key = %command.key))]
pub async fn save_draft(engine: &Engine, ctx: &Ctx, command: SaveDraft) -> Result<DefinitionRow> {
    ctx.require(Action::DefinitionEdit)?;
    judge(&command)?;
    engine.tx(ctx, move |work| Box::pin(async move { work.draft_save(command).await })).await
}

/// Throws the draft away; the published version stays.
///
/// # Errors
/// `definition.unknown`, `request.stale`.
pub async fn discard_draft(engine: &Engine, ctx: &Ctx, kind: Kind, key: String, revision: i64) -> Result<()> {
    ctx.require(Action::DefinitionEdit)?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let mut row = work.tx.definition_by_key(kind, &key).await?.ok_or_else(|| unknown(kind, &key))?;
                if row.draft_revision != revision {
                    return Err(Error::Stale);
                }
                row.draft = None;
                row.draft_revision += 1;
                work.tx.definition_update(&row).await?;
                Ok(())
            })
        })
        .await
}

fn judge(command: &SaveDraft) -> Result<()> {
    if !is_key(&command.key) {
        return Err(Error::invalid("/key", "definition.bad_key"));
    }
    let own = |name: &str| command.document.get(name).and_then(Value::as_str);
    if own("kind") != Some(command.kind.as_str()) || own("key") != Some(&command.key) {
        return Err(Error::invalid("/document", "definition.kind_mismatch"));
    }
    if command.document.to_string().len() > MAX_DOCUMENT_BYTES {
        let problem = Problem::new("/document", "request.too_large").with("limit", MAX_DOCUMENT_BYTES);
        return Err(Error::Invalid(vec![problem]));
    }
    Ok(())
}

impl Work<'_> {
    async fn draft_save(&mut self, command: SaveDraft) -> Result<DefinitionRow> {
        let (kind, key) = (command.kind, command.key.as_str());
        let title = command.document.get("title").cloned().unwrap_or(Value::Null);
        let found = self.tx.definition_by_key(kind, key).await?;
        let is_new = found.is_none();
        let mut row = found.unwrap_or_else(|| DefinitionRow {
            kind,
            key: key.to_owned(),
            title: title.clone(),
            active_version: None,
            draft: None,
            draft_revision: 0,
            draft_base: None,
            draft_by: None,
            draft_at: None,
            archived: false,
            version: 1,
        });
        if row.draft_revision != command.revision {
            return Err(Error::Stale);
        }
        if row.draft.is_none() {
            row.draft_base = row.active_version;
        }
        row.draft = Some(command.document);
        row.draft_revision += 1;
        row.draft_by = Some(self.ctx.actor().clone());
        row.draft_at = Some(self.now());
        if row.active_version.is_none() {
            row.title = title;
        }
        if is_new {
            self.tx.definition_insert(&row).await?;
        } else {
            self.tx.definition_update(&row).await?;
            row.version += 1;
        }
        // Autosave comes every two seconds: one fact per draft and person says enough.
        if row.draft_revision == 1 || row.draft_by.as_ref().map(|by: &Actor| &by.id) != Some(&self.ctx.actor().id) {
            let data = json!({"kind": kind, "key": key, "base": row.draft_base});
            self.record(EventKind::DefinitionDrafted, None, Some(format!("{}/{key}", kind.as_str())), data);
        }
        Ok(row)
    }
}
