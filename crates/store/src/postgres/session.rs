//! One transaction on one connection.

use deadpool_postgres::Object;
use futures_util::FutureExt;
use futures_util::future::{join, try_join_all};
use tokio_postgres::Statement;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use super::value::row;
use crate::error::{Constraint, Refusal, StoreError};
use crate::tx::{Failure, Mode, Prepare};
use crate::value::{Row, Value};

/// Statements in one pipeline; beyond this the futures library no longer polls in order.
const PIPELINE: usize = 24;

/// A connection with a transaction. Dropped before its end it is thrown away, never returned to the pool.
pub(crate) struct Session {
    client: Option<Object>,
    begin: &'static str,
    begun: bool,
    ended: bool,
}

impl Session {
    pub(super) const fn new(client: Object, mode: Mode) -> Self {
        let begin = match mode {
            Mode::Write => "BEGIN",
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Self { client: Some(client), begin, begun: false, ended: false }
    }

    pub(crate) async fn change(&mut self, sql: &str, values: &[Value]) -> Result<u64, Failure> {
        let begin = self.begin();
        let client = self.client()?;
        let run = async {
            let statement = client.prepare_cached(sql).await?;
            client.execute(&statement, &params(values)).await
        };
        begin_with(client, begin, run).await
    }

    /// Sends all statements before the first answer is back.
    pub(crate) async fn change_all(&mut self, batch: &[(&'static str, Vec<Value>)]) -> Result<Vec<u64>, Failure> {
        let begin = self.begin();
        let client = self.client()?;
        let prepare = async {
            let mut prepared: Vec<Statement> = Vec::with_capacity(batch.len());
            for (sql, _) in batch {
                prepared.push(client.prepare_cached(sql).await?);
            }
            Ok(prepared)
        };
        // Preparing goes one by one, so that the pipeline below keeps its order.
        let prepared = begin_with(client, begin, prepare).await?;
        let mut changed = Vec::with_capacity(batch.len());
        for (statements, batch) in prepared.chunks(PIPELINE).zip(batch.chunks(PIPELINE)) {
            let runs = statements
                .iter()
                .zip(batch)
                .map(|(statement, (_, values))| async move { client.execute(statement, &params(values)).await });
            changed.extend(try_join_all(runs).await.map_err(failure)?);
        }
        Ok(changed)
    }

    pub(crate) async fn rows(&mut self, sql: &str, values: &[Value], prepare: Prepare) -> Result<Vec<Row>, Failure> {
        let begin = self.begin();
        let client = self.client()?;
        let run = async {
            if prepare == Prepare::Keep {
                let statement = client.prepare_cached(sql).await?;
                return client.query(&statement, &params(values)).await;
            }
            let typed = values.iter().map(|value| (value as &(dyn ToSql + Sync), value.postgres_type()));
            client.query_typed(sql, &typed.collect::<Vec<_>>()).await
        };
        let found = begin_with(client, begin, run).await?;
        found.iter().map(row).collect()
    }

    /// Prepares a statement without running it.
    pub(crate) async fn understand(&mut self, sql: &str) -> Result<(), Failure> {
        let client = self.client()?;
        client.prepare(sql).await.map(drop).map_err(failure)
    }

    pub(super) async fn commit(&mut self) -> Result<(), StoreError> {
        if self.begun {
            let done = self.client().map_err(|failure| failure.error)?.batch_execute("COMMIT").await;
            // A connection that breaks now leaves the outcome open; the caller's idempotency key settles it.
            done.map_err(|error| failure(error).error)?;
        }
        self.ended = true;
        Ok(())
    }

    pub(super) async fn roll_back(&mut self) {
        if !self.begun {
            self.ended = true;
        } else if let Ok(client) = self.client() {
            self.ended = client.batch_execute("ROLLBACK").await.is_ok();
        }
    }

    /// Ends a read without waiting: the next user of the connection queues behind it.
    pub(super) fn end_read(&mut self) {
        if self.begun
            && let Ok(client) = self.client()
            && let Some(Err(_)) = client.batch_execute("ROLLBACK").now_or_never()
        {
            return;
        }
        self.ended = true;
    }

    /// BEGIN travels with the first statement instead of costing a round trip.
    fn begin(&mut self) -> Option<&'static str> {
        (!std::mem::replace(&mut self.begun, true)).then_some(self.begin)
    }

    fn client(&self) -> Result<&Object, Failure> {
        let gone = || Failure { error: StoreError::unavailable("the connection is gone"), again: true };
        self.client.as_ref().ok_or_else(gone)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.ended
            && let Some(client) = self.client.take()
        {
            // Closing the socket is the only rollback that needs no waiting.
            drop(Object::take(client));
        }
    }
}

async fn begin_with<T>(
    client: &Object,
    begin: Option<&'static str>,
    run: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Failure> {
    let result = match begin {
        None => run.await,
        // The first to be polled is the first on the wire.
        Some(begin) => match join(client.batch_execute(begin), run).await {
            (Err(error), _) => Err(error),
            (Ok(()), result) => result,
        },
    };
    result.map_err(failure)
}

fn params(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

pub(crate) fn failure(error: tokio_postgres::Error) -> Failure {
    let Some(found) = error.as_db_error() else {
        // Before the commit nothing is written, so a lost connection may be tried again on another.
        let again =
            error.is_closed() || std::error::Error::source(&error).is_some_and(|source| source.is::<std::io::Error>());
        if again {
            return Failure { error: StoreError::unavailable(error), again };
        }
        return Failure { error: StoreError::Refused(Refusal::Statement(describe(&error))), again };
    };
    let code = found.code();
    let again = matches!(
        *code,
        SqlState::T_R_SERIALIZATION_FAILURE
            | SqlState::T_R_DEADLOCK_DETECTED
            | SqlState::ADMIN_SHUTDOWN
            | SqlState::CRASH_SHUTDOWN
    );
    let error = match *code {
        SqlState::UNIQUE_VIOLATION => {
            let name = found.constraint().unwrap_or_default();
            let known = Constraint::UNIQUE.iter().find(|(_, known, _)| *known == name);
            StoreError::Conflict(known.map_or(Constraint::Id, |(constraint, ..)| *constraint))
        }
        SqlState::FOREIGN_KEY_VIOLATION => StoreError::Conflict(Constraint::Reference),
        SqlState::NOT_NULL_VIOLATION | SqlState::CHECK_VIOLATION => StoreError::Conflict(Constraint::Value),
        SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::Refused(Refusal::ReadOnly),
        _ if again || is_outage(code.code()) => StoreError::unavailable(error),
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => StoreError::corrupt(found.message()),
        _ => StoreError::Refused(Refusal::Statement(describe(&error))),
    };
    Failure { error, again }
}

/// Classes of trouble that pass: connection, resources, operator, system, and locks that were not had in time.
fn is_outage(code: &str) -> bool {
    ["08", "53", "57", "58", "55"].contains(&code.get(..2).unwrap_or_default())
}

fn describe(error: &tokio_postgres::Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}
