//! `gongdan template`: list, install, export packs.

use std::path::Path;

use anyhow::Context;
use engine::{definitions, templates};

use crate::cli::TemplateCommand;
use crate::commands::open;
use crate::config::Config;
use crate::output;
use crate::tenants;

pub(crate) async fn run(config: Config, command: TemplateCommand) -> anyhow::Result<()> {
    match command {
        TemplateCommand::List { folder } => list(&folder),
        TemplateCommand::Install { pack, tenant, sample } => install(config, &pack, &tenant, sample).await,
        TemplateCommand::Export { folder, tenant } => export(config, &folder, &tenant).await,
    }
}

fn list(folder: &Path) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?;
    let mut folders: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    for folder in folders.iter().filter(|path| path.join("template.json").is_file()) {
        let pack = tenants::read_pack(folder)?;
        let title = pack.manifest.title.get("en");
        output::line(&format!("{}\t{title}\t{} documents", pack.manifest.key, pack.documents.len()));
    }
    Ok(())
}

async fn install(config: Config, folder: &Path, tenant: &str, sample: bool) -> anyhow::Result<()> {
    let pack = tenants::read_pack(folder)?;
    let engine = open::engine(&config).await?;
    let ctx = open::system(tenants::ensure(&engine, tenant, tenant).await?);
    let installed = templates::install(&engine, &ctx, &pack).await.map_err(tenants::explained)?;
    output::line(&format!("{}: {} definitions", pack.manifest.key, installed.definitions));
    if sample {
        let added = templates::install_sample(&engine, &ctx, &pack).await.map_err(tenants::explained)?;
        output::line(&format!("{}: {} people, {} records", pack.manifest.key, added.people, added.records));
    }
    tenants::ensure_admin(&engine, &ctx).await?;
    engine.store().close().await;
    Ok(())
}

async fn export(config: Config, folder: &Path, tenant: &str) -> anyhow::Result<()> {
    let engine = open::engine(&config).await?;
    let ctx = tenants::context(&engine, tenant).await?;
    let files = definitions::export(&engine, &ctx, None).await?;
    for (path, text) in &files {
        let target = folder.join(path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&target, text).with_context(|| format!("could not write {}", target.display()))?;
    }
    output::line(&format!("{} files in {}", files.len(), folder.display()));
    engine.store().close().await;
    Ok(())
}
