//! Installs a pack: its definitions in one transaction, its sample organisation and records in another.

use domain::access::Action;
use domain::event::EventKind;
use serde_json::json;

use super::Pack;
use super::sample::Sampler;
use crate::definitions::publish_document;
use crate::error::{Error, Result};
use crate::samples::Organisation;
use crate::{Ctx, Engine};

/// What an installation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Installed {
    pub definitions: usize,
    pub people: usize,
    pub records: usize,
}

/// Publishes the pack's definitions. Installing again publishes only what differs.
///
/// # Errors
/// `access.denied`, or the problems of the first document that does not check.
#[tracing::instrument(name = "template.install", skip_all, fields(template = %pack.manifest.key))]
pub async fn install(engine: &Engine, ctx: &Ctx, pack: &Pack) -> Result<Installed> {
    ctx.require(Action::DefinitionPublish)?;
    let pack = pack.clone();
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let note = format!("template {}", pack.manifest.key);
                let definitions = pack.documents.len();
                for (kind, key, document) in pack.documents {
                    publish_document(work, kind, &key, document, &note).await.map_err(|error| named(error, &key))?;
                }
                let data = json!({"template": pack.manifest.key, "version": pack.manifest.version});
                work.record(EventKind::TemplateInstalled, None, Some(pack.manifest.key.clone()), data);
                work.tx.configuration_touch().await?;
                Ok(Installed { definitions, ..Installed::default() })
            })
        })
        .await
}

/// Adds the pack's sample units, teams, people and records; what is already there stays as it is.
///
/// # Errors
/// `access.denied`, or a sample that does not fit the pack's forms.
#[tracing::instrument(name = "template.sample", skip_all, fields(template = %pack.manifest.key))]
pub async fn install_sample(engine: &Engine, ctx: &Ctx, pack: &Pack) -> Result<Installed> {
    ctx.require(Action::PersonManage)?;
    let organisation = pack.sample.get("organisation").cloned().ok_or(Error::NotFound)?;
    let organisation: Organisation = serde_json::from_value(organisation).map_err(|error| {
        let problem = domain::problem::Problem::new("/sample/organisation", "definition.malformed");
        Error::Invalid(vec![problem.with("reason", error.to_string())])
    })?;
    let first = (pack.clone(), organisation.clone());
    // Two transactions: records name units, and the configuration that knows the units comes with the second.
    let people = engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let (_, organisation) = first;
                let people = Sampler::new(work, &organisation).await?.organisation().await?;
                work.tx.configuration_touch().await?;
                Ok(people)
            })
        })
        .await?;
    let pack = pack.clone();
    let records = engine
        .tx(ctx, move |work| {
            Box::pin(async move { Sampler::new(work, &organisation).await?.records(&pack.sample).await })
        })
        .await?;
    Ok(Installed { definitions: 0, people, records })
}

/// Puts the document's key in front of its problems.
fn named(error: Error, key: &str) -> Error {
    match error {
        Error::Invalid(problems) => Error::Invalid(crate::tickets::fields::under(&format!("/{key}"), problems)),
        other => other,
    }
}
