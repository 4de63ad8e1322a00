//! PostgreSQL: a pool of connections, transactions of our own, and another try where that is safe.

mod session;
mod value;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, PoolConfig, PoolError, RecyclingMethod, Runtime, Timeouts};
use futures_util::FutureExt;
use tokio_postgres::NoTls;

use crate::body::panicked;
use crate::config::StoreConfig;
use crate::error::{Refusal, StoreError};
use crate::signal::Signals;
use crate::tx::{Body, Link, Mode, Scope, Tx};

pub(crate) use session::{PIPELINE, Queued, Session, failure};

/// Deadlocks and lost connections end a transaction through no fault of its body.
const TRIES: u32 = 5;

pub(crate) struct Postgres {
    pool: Pool,
    signals: Arc<Signals>,
}

impl Postgres {
    pub(crate) async fn start(
        mut place: tokio_postgres::Config,
        config: &StoreConfig,
        signals: &Arc<Signals>,
    ) -> Result<Self, StoreError> {
        let options = place.get_options().unwrap_or_default().to_owned();
        let patience = config.patience.as_millis();
        place.options(format!(
            "{options} -c synchronous_commit=on -c default_transaction_isolation=read\\ committed \
             -c lock_timeout={patience} -c idle_in_transaction_session_timeout=60000 -c jit=off"
        ));
        place.application_name("gongdan");
        place.connect_timeout(config.patience);
        let recycling_method = RecyclingMethod::Fast;
        let manager = Manager::from_config(place, NoTls, ManagerConfig { recycling_method });
        let mut pool_config = PoolConfig::new(config.connections.max(1));
        pool_config.timeouts =
            Timeouts { wait: Some(config.patience), create: Some(config.patience), recycle: Some(config.patience) };
        let pool = Pool::builder(manager).config(pool_config).runtime(Runtime::Tokio1).build();
        let pool = pool.map_err(StoreError::unavailable)?;
        let postgres = Self { pool, signals: Arc::clone(signals) };
        postgres.require_version().await?;
        Ok(postgres)
    }

    pub(crate) async fn run<T, E, F>(&self, mode: Mode, scope: Option<Scope>, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, E> + Clone + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let mut tries = 1;
        loop {
            let mut tx = Tx::new(Link::Postgres(Box::new(self.session(mode).await?)), scope, mode);
            let result = self.attempt(&mut tx, mode, body.clone()).await;
            match result {
                Err(error) if tx.is_again() && tries < TRIES => {
                    drop(tx);
                    tracing::debug!(attempt = tries, "A transaction runs again");
                    drop(error);
                    tokio::time::sleep(Duration::from_millis(u64::from(tries * tries))).await;
                    tries += 1;
                }
                result => return result,
            }
        }
    }

    async fn attempt<T, E, F>(&self, tx: &mut Tx, mode: Mode, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, E>,
        E: From<StoreError>,
    {
        let result = match AssertUnwindSafe(body(tx)).catch_unwind().await {
            Ok(Ok(value)) => tx.finish().await.map(|()| value).map_err(E::from),
            Ok(Err(error)) => Err(error),
            Err(panic) => Err(E::from(panicked(panic))),
        };
        let effects = tx.effects();
        let result = match (result, mode) {
            (Ok(value), Mode::Write) => tx.commit().await.map(|()| value).map_err(E::from),
            (result, _) => result,
        };
        let Link::Postgres(session) = tx.link_mut() else { return result };
        match (&result, mode) {
            (_, Mode::Read) => {
                session.end_read();
                self.signals.read(effects);
            }
            (Ok(_), Mode::Write) => self.signals.committed(effects),
            (Err(_), Mode::Write) => {
                session.roll_back().await;
                self.signals.rolled_back(effects);
            }
        }
        result
    }

    async fn session(&self, mode: Mode) -> Result<Session, StoreError> {
        match self.pool.get().await {
            Ok(client) => Ok(Session::new(client, mode)),
            Err(PoolError::Backend(error)) => Err(failure(error).error),
            Err(error) => Err(StoreError::unavailable(error)),
        }
    }

    async fn require_version(&self) -> Result<(), StoreError> {
        let client = self.pool.get().await.map_err(StoreError::unavailable)?;
        let row = client.query_one("SELECT current_setting('server_version_num')", &[]).await;
        let found: String = row.map_err(|error| failure(error).error)?.get(0);
        if found.parse::<u32>().unwrap_or(0) < 150_000 {
            return Err(StoreError::Refused(Refusal::PostgresTooOld { found }));
        }
        Ok(())
    }

    /// A connection of its own, outside any transaction, for schema steps.
    pub(crate) async fn client(&self) -> Result<deadpool_postgres::Object, StoreError> {
        self.pool.get().await.map_err(StoreError::unavailable)
    }

    pub(crate) fn close(&self) {
        self.pool.close();
    }
}
