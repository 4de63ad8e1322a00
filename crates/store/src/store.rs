//! The door to the database.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::config::{Place, StoreConfig};
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::migrate;
use crate::postgres::Postgres;
use crate::signal::{EventSignal, Signals, StoreStats};
use crate::sqlite::Sqlite;
use crate::tx::{Body, Mode, Scope, Tx};

/// A database with its schema up to date. Clones share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    signals: Arc<Signals>,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens the database, creates or upgrades its schema.
    ///
    /// # Errors
    /// A wrong address, an engine that is too old, a schema that is newer than this program, or no answer.
    pub async fn open(config: StoreConfig) -> Result<Self, StoreError> {
        let signals = Arc::new(Signals::new());
        let engine = match config.place()? {
            Place::Sqlite(path) => {
                let opened = Arc::clone(&signals);
                let start = move || {
                    migrate::sqlite(&path, &config)?;
                    Sqlite::start(&path, &config, &opened)
                };
                let started = tokio::task::spawn_blocking(start).await.map_err(StoreError::unavailable)?;
                Engine::Sqlite(started?)
            }
            Place::Postgres(place) => {
                let postgres = Postgres::start(*place, &config, &signals).await?;
                migrate::postgres(&postgres).await?;
                Engine::Postgres(postgres)
            }
        };
        Ok(Self { inner: Arc::new(Inner { engine, signals }) })
    }

    /// Runs `body` as one transaction of a tenant: all of it becomes durable before this returns `Ok`, or nothing does.
    ///
    /// On PostgreSQL a clone of the body runs again after a deadlock or a lost connection, so a body has no effects
    /// besides its statements. On SQLite it runs on the writer's thread and must wait for nothing but the `Tx`.
    ///
    /// # Errors
    /// The body's own, or the store's through `From`.
    pub async fn tx<T, E, F>(&self, scope: Scope, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, E> + Clone + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(Mode::Write, Some(scope), body).await
    }

    /// Runs `body` over one snapshot of a tenant's rows. It cannot write.
    ///
    /// # Errors
    /// As [`Store::tx`].
    pub async fn read<T, E, F>(&self, scope: Scope, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, E> + Clone + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(Mode::Read, Some(scope), body).await
    }

    /// A transaction outside any tenant, for the few acts that come before one is known: claiming jobs, signing in,
    /// creating tenants. Statements of tenants' nouns refuse to run in it.
    ///
    /// # Errors
    /// As [`Store::tx`].
    pub async fn system_tx<T, E, F>(&self, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, E> + Clone + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(Mode::Write, None, body).await
    }

    /// The reading twin of [`Store::system_tx`].
    ///
    /// # Errors
    /// As [`Store::tx`].
    pub async fn system_read<T, E, F>(&self, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, E> + Clone + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(Mode::Read, None, body).await
    }

    pub fn dialect(&self) -> Dialect {
        match &self.inner.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Ready once a commit of this process, from now on, enqueued a job.
    pub fn job_signal(&self) -> impl Future<Output = ()> + Send + Unpin + use<> {
        let mut generation = self.inner.signals.jobs();
        Box::pin(async move {
            // An error means that the store is gone: waking up once more does no harm.
            let _ = generation.changed().await;
        })
    }

    /// Tells how far each tenant's events are committed by this process. Who falls behind reads the log instead.
    pub fn event_signal(&self) -> broadcast::Receiver<EventSignal> {
        self.inner.signals.events()
    }

    pub fn stats(&self) -> StoreStats {
        self.inner.signals.stats()
    }

    /// Finishes what is queued and closes the database. Later calls answer [`StoreError::Unavailable`].
    pub async fn close(&self) {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close(),
        }
    }

    async fn run<T, E, F>(&self, mode: Mode, scope: Option<Scope>, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, E> + Clone + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.inner.engine {
            Engine::Sqlite(sqlite) => sqlite.run(mode, scope, body).await,
            Engine::Postgres(postgres) => postgres.run(mode, scope, body).await,
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("dialect", &self.dialect()).finish_non_exhaustive()
    }
}
