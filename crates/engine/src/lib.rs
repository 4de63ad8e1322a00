//! Use cases: commands, queries and jobs. The only place that opens a transaction.
//!
//! A command takes [`Engine`], [`Ctx`] and what it is about, runs in one transaction, and leaves state, events and
//! jobs behind or nothing at all. Inside a transaction everything goes through [`Work`].
//!
//! Start at [`tickets`]; [`configuration`] explains where definitions come from, [`jobs`] what runs later.

pub mod ai;
mod answers;
pub mod configuration;
mod ctx;
pub mod definitions;
pub mod dispatch;
mod error;
pub mod files;
pub mod flows;
pub mod idempotency;
pub mod imports;
pub mod jobs;
pub mod notifications;
pub mod operations;
pub mod people;
pub mod records;
pub mod rules;
pub mod samples;
pub mod sla;
pub mod stats;
pub mod templates;
pub mod tenants;
pub mod tickets;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::definition::Kind;
use domain::id::TenantId;
use domain::port::{Blobs, Channel};
use moka::sync::Cache;
use store::{Scope, Store, StoreError};

pub use ctx::Ctx;
pub use error::{Error, Result};
pub use store;
pub use work::Work;

use configuration::{Configuration, FlowVersion, FormVersion};

/// The program's inside; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    store: Store,
    blobs: Arc<dyn Blobs>,
    channels: Arc<BTreeMap<String, Arc<dyn Channel>>>,
    configurations: Cache<TenantId, Arc<Configuration>>,
    forms: Cache<(TenantId, Kind, String, i64), Arc<FormVersion>>,
    flows: Cache<(TenantId, Kind, String, i64), Arc<FlowVersion>>,
    models: ai::ModelCache,
    extractors: ai::ExtractorCache,
    /// Password hashing takes 19 MiB a call: two at a time are enough.
    hashing: Arc<tokio::sync::Semaphore>,
}

impl Engine {
    pub fn new(store: Store, blobs: Arc<dyn Blobs>) -> Self {
        Self {
            store,
            blobs,
            channels: Arc::default(),
            configurations: Cache::new(1_000),
            forms: Cache::new(2_000),
            flows: Cache::new(2_000),
            models: ai::ModelCache::default(),
            extractors: ai::ExtractorCache::default(),
            hashing: Arc::new(tokio::sync::Semaphore::new(2)),
        }
    }

    /// The same with ways to reach people outside the page.
    #[must_use]
    pub fn with_channels(mut self, channels: impl IntoIterator<Item = Arc<dyn Channel>>) -> Self {
        self.channels = Arc::new(channels.into_iter().map(|channel| (channel.name().to_owned(), channel)).collect());
        self
    }

    /// Names of the ways to reach people outside the page.
    pub fn channel_names(&self) -> Vec<&str> {
        self.channels.keys().map(String::as_str).collect()
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// What the store says when it does not.
    pub async fn ping(&self) -> Result<()> {
        self.store.tenant_find(None).await?;
        Ok(())
    }

    pub fn blobs(&self) -> &dyn Blobs {
        &*self.blobs
    }

    /// Runs a command's body in one transaction of the caller's tenant.
    pub(crate) async fn tx<T, F>(&self, ctx: &Ctx, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Work<'_>) -> store::Body<'t, T, Error> + Clone + Send + 'static,
    {
        let (engine, ctx) = (self.clone(), ctx.clone());
        let scope = Scope::tenant(ctx.tenant());
        let run = self.store.tx(scope, move |tx| {
            Box::pin(async move {
                let mut work = Work::begin(engine, ctx, tx).await?;
                work.claim_key().await?;
                let done = body(&mut work).await?;
                notifications::follow(&mut work).await?;
                Ok(done)
            })
        });
        run.await
    }

    /// Runs a query's body on a snapshot.
    pub(crate) async fn read<T, F>(&self, ctx: &Ctx, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Work<'_>) -> store::Body<'t, T, Error> + Clone + Send + 'static,
    {
        let (engine, ctx) = (self.clone(), ctx.clone());
        let scope = Scope::tenant(ctx.tenant());
        let run = self.store.read(scope, move |tx| {
            Box::pin(async move {
                let mut work = Work::begin(engine, ctx, tx).await?;
                body(&mut work).await
            })
        });
        run.await
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Stale => Self::Stale,
            other => Self::Store(other),
        }
    }
}
