//! Forms as reporters need them: which there are, and one of them with the caller's rights on its fields.

use std::collections::BTreeMap;

use domain::access::{Action, Level};
use domain::text::Text;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::tickets::sight;
use crate::{Ctx, Engine};

/// A kind of ticket that may be reported.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketType {
    pub key: String,
    pub title: Text,
    pub version: i64,
    pub prefix: String,
}

/// A published form and what the caller may do with its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownForm {
    pub key: String,
    pub version: i64,
    pub document: Value,
    pub field_rights: BTreeMap<String, Level>,
}

/// The ticket types in force, by key.
///
/// # Errors
/// `access.denied` for a caller who may neither report nor read tickets.
pub async fn ticket_types(engine: &Engine, ctx: &Ctx) -> Result<Vec<TicketType>> {
    if !ctx.access().can(Action::TicketCreate) {
        ctx.require(Action::TicketRead)?;
    }
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let forms = work.configuration.forms.values().filter_map(|form| {
                    let definition = form.compiled.definition();
                    let section = definition.ticket.as_ref()?;
                    Some(TicketType {
                        key: form.key.clone(),
                        title: definition.title.clone(),
                        version: form.version,
                        prefix: section.prefix.clone().unwrap_or_default(),
                    })
                });
                Ok(forms.collect())
            })
        })
        .await
}

/// A published form, in force or of an older version.
///
/// # Errors
/// Not found.
pub async fn form(engine: &Engine, ctx: &Ctx, key: String, version: Option<i64>) -> Result<ShownForm> {
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let active = work.configuration.forms.get(&key).map(|form| form.version);
                let version = version.or(active).ok_or(Error::NotFound)?;
                let form = work.engine.form_version(work.tx, &key, version).await?;
                Ok(ShownForm {
                    key,
                    version: form.version,
                    document: form.document.clone(),
                    field_rights: sight::field_rights(work.ctx.access(), &form.form),
                })
            })
        })
        .await
}
