//! Opens what every command works on: database, files, engine.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use connect::blobs::{self, S3Settings};
use domain::id::TenantId;
use domain::port::Blobs;
use engine::{Ctx, Engine};
use store::{Store, StoreConfig, StoreError, TenantRow};

use crate::clock;
use crate::config::{Config, FilesKind};

/// Opens the database and brings its schema up to date.
pub(crate) async fn engine(config: &Config) -> anyhow::Result<Engine> {
    std::fs::create_dir_all(&config.data.dir)
        .with_context(|| format!("could not create the data folder {}", config.data.dir.display()))?;
    let store = Store::open(store_config(config)).await.context("could not open the database")?;
    Ok(Engine::new(store, files(config)?))
}

/// Where the database is.
pub(crate) fn store_config(config: &Config) -> StoreConfig {
    let url = match config.database.is_postgres() {
        true => config.database.url.reveal().to_owned(),
        false => format!("sqlite:{}", database_file(&config.data.dir)),
    };
    StoreConfig { connections: config.database.connections, ..StoreConfig::new(url) }
}

fn database_file(folder: &Path) -> String {
    folder.join("gongdan.db").display().to_string()
}

fn files(config: &Config) -> anyhow::Result<Arc<dyn Blobs>> {
    let opened = match config.files.kind {
        FilesKind::Disk => blobs::disk(&config.data.dir.join("files"))?,
        FilesKind::S3 => {
            connect::tls::install();
            let s3 = &config.files.s3;
            blobs::s3(&S3Settings {
                bucket: s3.bucket.clone(),
                region: s3.region.clone(),
                endpoint: s3.endpoint.clone(),
                access_key: s3.access_key.clone(),
                secret_key: s3.secret_key.reveal().to_owned(),
            })?
        }
    };
    Ok(Arc::new(opened))
}

/// A tenant by its slug.
pub(crate) async fn tenant(engine: &Engine, slug: &str) -> anyhow::Result<TenantRow> {
    let found = engine.store().tenant_find(Some(slug)).await?;
    found.with_context(|| format!("there is no tenant `{slug}`"))
}

/// Every tenant.
pub(crate) async fn tenants(store: &Store) -> Result<Vec<TenantRow>, StoreError> {
    store.system_read(|tx| Box::pin(tx.tenant_list())).await
}

/// The program acting for itself, now.
pub(crate) fn system(tenant: TenantId) -> Ctx {
    Ctx::system(tenant, clock::now(), clock::seed())
}
