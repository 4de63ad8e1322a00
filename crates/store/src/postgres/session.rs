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
pub(crate) const PIPELINE: usize = 24;

/// A fixed statement with its values, waiting to be sent.
pub(crate) type Queued = (&'static str, Vec<Value>);

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

    /// Sends `before` and the statement at once; answers how many rows the statement changed.
    pub(crate) async fn change(&mut self, before: &[Queued], sql: &str, values: &[Value]) -> Result<u64, Failure> {
        let begin = self.begin();
        let client = self.client()?;
        let run = async {
            let earlier = prepare_all(client, before).await?;
            let statement = client.prepare_cached(sql).await?;
            let params = params(values);
            let last = client.execute(&statement, &params);
            let (sent, changed) = join(execute_all(client, &earlier, before), last).await;
            sent.and(changed)
        };
        begin_with(client, begin, run).await
    }

    /// Sends all statements before the first answer is back.
    pub(crate) async fn change_all(&mut self, batch: &[Queued]) -> Result<Vec<u64>, Failure> {
        let begin = self.begin();
        let client = self.client()?;
        let run = async {
            let statements = prepare_all(client, batch).await?;
            execute_all(client, &statements, batch).await
        };
        begin_with(client, begin, run).await
    }

    /// Sends `before` and the query at once; answers the rows.
    pub(crate) async fn rows(
        &mut self,
        before: &[Queued],
        sql: &str,
        values: &[Value],
        prepare: Prepare,
    ) -> Result<Vec<Row>, Failure> {
        let begin = self.begin();
        let client = self.client()?;
        let run = async {
            let earlier = prepare_all(client, before).await?;
            if prepare == Prepare::Keep {
                let statement = client.prepare_cached(sql).await?;
                let params = params(values);
                let (sent, found) =
                    join(execute_all(client, &earlier, before), client.query(&statement, &params)).await;
                return sent.and(found);
            }
            let typed = values.iter().map(|value| (value as &(dyn ToSql + Sync), value.postgres_type()));
            let typed: Vec<_> = typed.collect();
            let (sent, found) = join(execute_all(client, &earlier, before), client.query_typed(sql, &typed)).await;
            sent.and(found)
        };
        let found = begin_with(client, begin, run).await?;
        found.iter().map(row).collect()
    }

    /// Prepares a statement without running it.
    pub(crate) async fn understand(&mut self, sql: &str) -> Result<(), Failure> {
        let client = self.client()?;
        client.prepare(sql).await.map(drop).map_err(failure)
    }

    /// Sends `before` and the commit at once.
    pub(crate) async fn commit(&mut self, before: &[Queued]) -> Result<(), Failure> {
        if !self.begun && before.is_empty() {
            self.ended = true;
            return Ok(());
        }
        let begin = self.begin();
        let client = self.client()?;
        let run = async {
            let earlier = prepare_all(client, before).await?;
            let (sent, done) = join(execute_all(client, &earlier, before), client.batch_execute("COMMIT")).await;
            sent.and(done)
        };
        match begin_raw(client, begin, run).await {
            Ok(()) => {
                self.ended = true;
                Ok(())
            }
            Err(error) => {
                // A connection that breaks now leaves the outcome open: never run the body again on a guess. The
                // caller's idempotency key settles it.
                let again = error.code().is_some_and(is_lost_race);
                Err(Failure { again, ..failure(error) })
            }
        }
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

/// One by one, so that what follows keeps its order; nothing travels for statements that are known.
async fn prepare_all(client: &Object, batch: &[Queued]) -> Result<Vec<Statement>, tokio_postgres::Error> {
    let mut prepared = Vec::with_capacity(batch.len());
    for (sql, _) in batch {
        prepared.push(client.prepare_cached(sql).await?);
    }
    Ok(prepared)
}

async fn execute_all(
    client: &Object,
    statements: &[Statement],
    batch: &[Queued],
) -> Result<Vec<u64>, tokio_postgres::Error> {
    let mut changed = Vec::with_capacity(batch.len());
    for (statements, batch) in statements.chunks(PIPELINE).zip(batch.chunks(PIPELINE)) {
        let runs = statements
            .iter()
            .zip(batch)
            .map(|(statement, (_, values))| async move { client.execute(statement, &params(values)).await });
        changed.extend(try_join_all(runs).await?);
    }
    Ok(changed)
}

async fn begin_with<T>(
    client: &Object,
    begin: Option<&'static str>,
    run: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Failure> {
    begin_raw(client, begin, run).await.map_err(failure)
}

async fn begin_raw<T>(
    client: &Object,
    begin: Option<&'static str>,
    run: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, tokio_postgres::Error> {
    let Some(begin) = begin else { return run.await };
    // The first to be polled is the first on the wire.
    let (begun, result) = join(client.batch_execute(begin), run).await;
    begun.and(result)
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
    let again = is_lost_race(code) || matches!(*code, SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN);
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

/// Another transaction was faster; nothing of this one was written.
fn is_lost_race(code: &SqlState) -> bool {
    matches!(*code, SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED)
}

/// Classes of trouble that pass: connection, resources, operator, system, and locks that were not had in time.
fn is_outage(code: &str) -> bool {
    ["08", "53", "57", "58", "55"].contains(&code.get(..2).unwrap_or_default())
}

fn describe(error: &tokio_postgres::Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}
