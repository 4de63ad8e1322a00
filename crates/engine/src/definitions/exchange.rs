//! Definitions as files: what git keeps and another installation reads.

use std::collections::BTreeMap;

use domain::access::Action;
use domain::definition::Kind;
use serde_json::{Value, json};

use super::publish_document;
use crate::error::Result;
use crate::templates::Pack;
use crate::{Ctx, Engine};

/// Every active document as `folder/key.json` → pretty text, beside a `template.json`, so that an export can be
/// installed like any pack.
///
/// # Errors
/// `access.denied`.
pub async fn export(engine: &Engine, ctx: &Ctx, kind: Option<Kind>) -> Result<BTreeMap<String, String>> {
    ctx.require(Action::DefinitionRead)?;
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let mut files = BTreeMap::new();
                for row in work.tx.definition_list_active().await? {
                    if kind.is_none_or(|kind| kind == row.kind) {
                        let path = format!("{}/{}.json", Pack::folder(row.kind), row.key);
                        files.insert(path, pretty(&row.document));
                    }
                }
                let manifest = json!({"key": "export", "title": {"zh": "导出的配置", "en": "Exported configuration"}, "version": 1});
                files.insert("template.json".to_owned(), pretty(&manifest));
                Ok(files)
            })
        })
        .await
}

/// Publishes every document of a pack that differs from what is active; all or nothing.
///
/// # Errors
/// `access.denied`, or the problems of the first document that does not check.
pub async fn import(engine: &Engine, ctx: &Ctx, pack: Pack, note: String) -> Result<usize> {
    ctx.require(Action::DefinitionPublish)?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let count = pack.documents.len();
                for (kind, key, document) in pack.documents {
                    publish_document(work, kind, &key, document, &note).await?;
                }
                work.tx.configuration_touch().await?;
                Ok(count)
            })
        })
        .await
}

fn pretty(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}
