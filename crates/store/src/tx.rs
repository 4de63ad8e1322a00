//! A transaction: the only way to rows, bound to one tenant.
//!
//! A body gets `&mut Tx`, runs statements and returns. The store commits when it returns `Ok` and rolls back
//! otherwise. Once a statement failed nothing more runs and nothing is committed, on both engines alike: PostgreSQL
//! insists on that, and SQLite follows so that no code can depend on the difference.

use std::pin::Pin;

use domain::event::NewEvent;
use domain::id::{EventId, TenantId};

use crate::dialect::Dialect;
use crate::error::{Refusal, StoreError};
use crate::postgres::{PIPELINE, Queued, Session};
use crate::sqlite;
use crate::value::{FromValue, Row, ToValue, Value};

/// What a transaction body returns.
pub type Body<'t, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>>;

/// Whose rows a transaction sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    pub tenant: TenantId,
}

impl Scope {
    pub const fn tenant(tenant: TenantId) -> Self {
        Self { tenant }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
}

pub(crate) enum Link {
    Sqlite(Box<rusqlite::Connection>),
    Postgres(Box<Session>),
}

/// An open transaction.
pub struct Tx {
    link: Link,
    scope: Option<Scope>,
    mode: Mode,
    failed: bool,
    again: bool,
    statements: u64,
    /// Writes that travel with the next statement; always empty on SQLite.
    queued: Vec<Queued>,
    pub(crate) events: crate::event::Pending,
    pub(crate) jobs_added: bool,
    /// Somebody's inbox changed.
    pub(crate) notified: bool,
}

/// What a driver made of a statement.
pub(crate) struct Failure {
    pub(crate) error: StoreError,
    /// The whole transaction may succeed when it runs again.
    pub(crate) again: bool,
}

/// What the rest of the program hears about after a commit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    pub(crate) statements: u64,
    pub(crate) jobs_added: bool,
    pub(crate) last_event: Option<(TenantId, i64)>,
    /// Tenant of an inbox that changed.
    pub(crate) notified: Option<TenantId>,
}

/// Whether a text is one of a fixed set, worth keeping prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prepare {
    Keep,
    Once,
}

impl Tx {
    pub(crate) fn new(link: Link, scope: Option<Scope>, mode: Mode) -> Self {
        Self {
            link,
            scope,
            mode,
            failed: false,
            again: false,
            statements: 0,
            queued: Vec::new(),
            events: crate::event::Pending::default(),
            jobs_added: false,
            notified: false,
        }
    }

    /// The tenant whose rows this transaction sees; the nil id in a system transaction, which owns no rows.
    pub fn tenant(&self) -> TenantId {
        self.scope.map_or(TenantId::from_u128(0), |scope| scope.tenant)
    }

    /// Statements that ran so far.
    pub const fn statements(&self) -> u64 {
        self.statements
    }

    /// The engine, for the few texts that differ.
    pub const fn dialect(&self) -> Dialect {
        match self.link {
            Link::Sqlite(_) => Dialect::Sqlite,
            Link::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a fixed statement and answers how many rows it changed. `$1` is the tenant, `args` start at `$2`.
    ///
    /// # Errors
    /// What the engine said, as a [`StoreError`]; the transaction is then lost.
    pub async fn exec(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<u64, StoreError> {
        let values = self.scoped(args)?;
        self.change(sql, values).await
    }

    /// Runs a fixed query. `$1` is the tenant, `args` start at `$2`.
    ///
    /// # Errors
    /// As [`Tx::exec`].
    pub async fn query(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<Vec<Row>, StoreError> {
        let values = self.scoped(args)?;
        self.rows(sql, values, Prepare::Keep).await
    }

    /// Runs a fixed query that finds one row at most.
    ///
    /// # Errors
    /// As [`Tx::exec`].
    pub async fn query_opt(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, args).await?.into_iter().next())
    }

    /// Runs a fixed query for one value, such as a count.
    ///
    /// # Errors
    /// As [`Tx::exec`]; [`StoreError::NotFound`] without a row.
    pub async fn query_value<T: FromValue>(
        &mut self,
        sql: &'static str,
        args: &[&dyn ToValue],
    ) -> Result<T, StoreError> {
        let row = self.query_opt(sql, args).await?;
        row.ok_or(StoreError::NotFound)?.take()
    }

    /// Records a fact. It is written, numbered and chained right before the commit.
    pub fn event_append(&mut self, id: EventId, event: NewEvent) {
        self.events.add(id, event);
    }

    pub(crate) async fn query_as<T>(
        &mut self,
        sql: &'static str,
        args: &[&dyn ToValue],
        read: fn(Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.query(sql, args).await?;
        rows.into_iter().map(read).collect()
    }

    pub(crate) async fn query_opt_as<T>(
        &mut self,
        sql: &'static str,
        args: &[&dyn ToValue],
        read: fn(Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.query_opt(sql, args).await?.map(read).transpose()
    }

    /// A statement made for this call. All values are bound; `$1` is the tenant and comes with `values`.
    pub(crate) async fn query_once(&mut self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.require_tenant()?;
        self.rows(sql, values, Prepare::Once).await
    }

    /// A statement over all tenants.
    pub(crate) async fn system_exec(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<u64, StoreError> {
        let values = args.iter().map(|arg| arg.to_value()).collect();
        self.change(sql, values).await
    }

    /// A query over all tenants.
    pub(crate) async fn system_query(
        &mut self,
        sql: &'static str,
        args: &[&dyn ToValue],
    ) -> Result<Vec<Row>, StoreError> {
        let values = args.iter().map(|arg| arg.to_value()).collect();
        self.rows(sql, values, Prepare::Keep).await
    }

    /// Any query, for tests of the schema.
    #[doc(hidden)]
    pub async fn raw_query(&mut self, sql: &str) -> Result<Vec<Row>, StoreError> {
        self.rows(sql, Vec::new(), Prepare::Once).await
    }

    /// Any statement, for tests of the schema.
    #[doc(hidden)]
    pub async fn raw_exec(&mut self, sql: &str) -> Result<u64, StoreError> {
        self.change(sql, Vec::new()).await
    }

    /// Whether the engine understands a statement, for tests of the schema.
    #[doc(hidden)]
    pub async fn raw_prepare(&mut self, sql: &str) -> Result<(), StoreError> {
        let result = match &mut self.link {
            Link::Sqlite(conn) => sqlite::understand(conn, sql),
            Link::Postgres(session) => session.understand(sql).await,
        };
        result.map_err(|failure| self.fail(failure))
    }

    /// A write whose outcome nobody waits for: PostgreSQL gets it together with the next statement or the commit, and
    /// an error comes from there.
    pub(crate) async fn exec_later(&mut self, sql: &'static str, args: &[&dyn ToValue]) -> Result<(), StoreError> {
        let values = self.scoped(args)?;
        self.exec_all(vec![(sql, values)]).await
    }

    /// Several such writes, in order.
    pub(crate) async fn exec_all(&mut self, batch: Vec<Queued>) -> Result<(), StoreError> {
        self.check()?;
        self.check_write()?;
        self.statements += batch.len() as u64;
        if let Link::Sqlite(conn) = &mut self.link {
            let run = |(sql, values): &Queued| sqlite::change(conn, sql, values).map(drop);
            return batch.iter().try_for_each(run).map_err(|failure| self.fail(failure));
        }
        self.queued.extend(batch);
        if self.queued.len() >= PIPELINE { self.send_queued().await } else { Ok(()) }
    }

    async fn send_queued(&mut self) -> Result<(), StoreError> {
        let queued = std::mem::take(&mut self.queued);
        let Link::Postgres(session) = &mut self.link else { return Ok(()) };
        if queued.is_empty() {
            return Ok(());
        }
        session.change_all(&queued).await.map(drop).map_err(|failure| self.fail(failure))
    }

    /// Args behind the tenant.
    pub(crate) fn scoped(&self, args: &[&dyn ToValue]) -> Result<Vec<Value>, StoreError> {
        let mut values = Vec::with_capacity(args.len() + 1);
        values.push(self.require_tenant()?.to_value());
        values.extend(args.iter().map(|arg| arg.to_value()));
        Ok(values)
    }

    fn require_tenant(&self) -> Result<TenantId, StoreError> {
        self.scope.map(|scope| scope.tenant).ok_or(StoreError::Refused(Refusal::NoTenant))
    }

    pub(crate) fn enter(&mut self, tenant: TenantId) {
        self.scope = Some(Scope { tenant });
    }

    pub(crate) const fn is_again(&self) -> bool {
        self.again
    }

    pub(crate) fn effects(&self) -> Effects {
        Effects {
            statements: self.statements,
            jobs_added: self.jobs_added,
            last_event: self.scope.and_then(|scope| Some((scope.tenant, self.events.last()?))),
            notified: self.scope.filter(|_| self.notified).map(|scope| scope.tenant),
        }
    }

    pub(crate) fn into_link(self) -> Link {
        self.link
    }

    pub(crate) const fn link_mut(&mut self) -> &mut Link {
        &mut self.link
    }

    /// Writes what waits for the end. The commit comes right after, because the head of the chain is locked now.
    pub(crate) async fn finish(&mut self) -> Result<(), StoreError> {
        if self.mode == Mode::Write {
            self.check()?;
            self.event_flush().await?;
        }
        Ok(())
    }

    /// Ends a PostgreSQL transaction; what is still queued travels with the commit.
    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        let queued = std::mem::take(&mut self.queued);
        match &mut self.link {
            Link::Sqlite(_) => Ok(()),
            Link::Postgres(session) => session.commit(&queued).await.map_err(|failure| self.fail(failure)),
        }
    }

    async fn change(&mut self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        self.check()?;
        self.check_write()?;
        self.statements += 1;
        let before = std::mem::take(&mut self.queued);
        let result = match &mut self.link {
            Link::Sqlite(conn) => sqlite::change(conn, sql, &values),
            Link::Postgres(session) => session.change(&before, sql, &values).await,
        };
        result.map_err(|failure| self.fail(failure))
    }

    async fn rows(&mut self, sql: &str, values: Vec<Value>, prepare: Prepare) -> Result<Vec<Row>, StoreError> {
        self.check()?;
        self.statements += 1;
        let before = std::mem::take(&mut self.queued);
        let result = match &mut self.link {
            Link::Sqlite(conn) => sqlite::rows(conn, sql, &values),
            Link::Postgres(session) => session.rows(&before, sql, &values, prepare).await,
        };
        result.map_err(|failure| self.fail(failure))
    }

    const fn check(&self) -> Result<(), StoreError> {
        if self.failed { Err(StoreError::Refused(Refusal::Failed)) } else { Ok(()) }
    }

    fn check_write(&self) -> Result<(), StoreError> {
        match self.mode {
            Mode::Write => Ok(()),
            Mode::Read => Err(StoreError::Refused(Refusal::ReadOnly)),
        }
    }

    fn fail(&mut self, failure: Failure) -> StoreError {
        self.failed = true;
        self.again = failure.again;
        failure.error
    }
}
