//! Tenants: made on first use, each with somebody who may do everything.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use domain::id::TenantId;
use domain::problem::Problem;
use engine::people::{self, NewPerson};
use engine::templates::Pack;
use engine::{Ctx, Engine};
use serde_json::json;
use store::{StoreError, TenantRow};

use crate::clock;
use crate::commands::open;

/// Login of the person who runs a tenant.
pub(crate) const ADMIN: &str = "admin";

/// The tenant with this slug, made if there is none.
pub(crate) async fn ensure(engine: &Engine, slug: &str, name: &str) -> anyhow::Result<TenantId> {
    if let Some(found) = engine.store().tenant_find(Some(slug)).await? {
        return Ok(found.id);
    }
    let row = TenantRow {
        id: id(),
        slug: slug.to_owned(),
        name: name.to_owned(),
        settings: json!({}),
        revision: 1,
        created_at: clock::now(),
        version: 1,
    };
    let id = row.id;
    let made: Result<(), StoreError> =
        engine.store().system_tx(move |tx| Box::pin(async move { tx.tenant_insert(&row).await })).await;
    made.context("could not make the tenant")?;
    Ok(id)
}

fn id() -> TenantId {
    let millis = u64::try_from(clock::now().millis()).unwrap_or_default();
    TenantId::new(&mut domain::id::SeededIds::new(millis, clock::seed()))
}

/// Adds the administrator, unless somebody has the login already.
pub(crate) async fn ensure_admin(engine: &Engine, ctx: &Ctx) -> anyhow::Result<()> {
    let person = NewPerson {
        login: ADMIN.to_owned(),
        name: "管理员".to_owned(),
        email: None,
        phone: None,
        org: None,
        roles: json!([{"role": "admin", "org": null}]),
        profile: json!({}),
    };
    match people::create_person(engine, ctx, person).await {
        Ok(_) => Ok(()),
        // The only thing that can be wrong with these values is that they are taken.
        Err(engine::Error::Invalid(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Reads a pack from a folder.
pub(crate) fn read_pack(folder: &Path) -> anyhow::Result<Pack> {
    let mut files = BTreeMap::new();
    collect(folder, folder, &mut files).with_context(|| format!("could not read {}", folder.display()))?;
    Pack::read(&files).map_err(|problems| anyhow::anyhow!("{}", explain(&problems)))
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(inside) = path.strip_prefix(root) {
            files.insert(inside.to_string_lossy().replace('\\', "/"), std::fs::read(&path)?);
        }
    }
    Ok(())
}

/// A refusal for the terminal: every problem on its line.
pub(crate) fn explained(error: engine::Error) -> anyhow::Error {
    match error {
        engine::Error::Invalid(problems) => anyhow::anyhow!("{}", explain(&problems)),
        engine::Error::Refused(problem) => anyhow::anyhow!("{}", explain(&[problem])),
        other => other.into(),
    }
}

fn explain(problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        let entry = domain::problem::find(&problem.code);
        let mut text = entry.map_or(problem.code.as_str(), |entry| entry.en).to_owned();
        for (name, value) in &problem.params {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text = text.replace(&format!("{{{name}}}"), &shown);
        }
        format!("{}: {text}", problem.pointer)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A tenant that must exist.
pub(crate) async fn context(engine: &Engine, slug: &str) -> anyhow::Result<Ctx> {
    match engine.store().tenant_find(Some(slug)).await? {
        Some(tenant) => Ok(open::system(tenant.id)),
        None => bail!("there is no tenant `{slug}`"),
    }
}
