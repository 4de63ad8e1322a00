//! The schema, as steps that only go forward.
//!
//! A step is immutable once released: its checksum is recorded when it is applied and compared at every start. Each
//! step runs in a transaction of its own. A SQLite file with data is copied aside before the first new step.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::config::StoreConfig;
use crate::dialect::{Dialect, render_schema};
use crate::error::{Refusal, StoreError};
use crate::postgres::{self, Postgres};
use crate::sqlite::open_writer;

/// Steps by number, from 1.
pub(crate) const STEPS: &[&str] = &[
    include_str!("steps/0001_people.sql"),
    include_str!("steps/0002_configuration.sql"),
    include_str!("steps/0003_ticket.sql"),
    include_str!("steps/0004_flow.sql"),
    include_str!("steps/0005_log.sql"),
    include_str!("steps/0006_intelligence.sql"),
    include_str!("steps/0007_draft.sql"),
    include_str!("steps/0008_message.sql"),
];

const HISTORY: &str = "CREATE TABLE IF NOT EXISTS schema_step (\
                       number BIGINT NOT NULL PRIMARY KEY, sha256 TEXT NOT NULL)";
const APPLIED: &str = "SELECT number, sha256 FROM schema_step ORDER BY number";
const APPLY_SQLITE: &str = "INSERT INTO schema_step (number, sha256) VALUES (?1, ?2)";
const APPLY_POSTGRES: &str = "INSERT INTO schema_step (number, sha256) VALUES ($1, $2)";
/// Any fixed number: programs that start together upgrade one after the other.
const LOCK: &str = "SELECT pg_advisory_lock(7305812349)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7305812349)";

/// Brings a SQLite file up to date, or creates it.
pub(crate) fn sqlite(path: &Path, config: &StoreConfig) -> Result<(), StoreError> {
    let conn = open_writer(path, config)?;
    let failed = |error: rusqlite::Error| StoreError::unavailable(error);
    conn.execute_batch(HISTORY).map_err(failed)?;
    let applied = {
        let mut statement = conn.prepare(APPLIED).map_err(failed)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
        rows.collect::<rusqlite::Result<Vec<(i64, String)>>>().map_err(failed)?
    };
    let missing = missing(&applied)?;
    if !applied.is_empty() && !missing.is_empty() {
        copy_aside(&conn, path, applied.len())?;
    }
    for (number, step) in missing {
        apply_sqlite(&conn, number, step).map_err(failed)?;
    }
    Ok(())
}

fn apply_sqlite(conn: &Connection, number: i64, step: &str) -> rusqlite::Result<()> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let run = || {
        conn.execute_batch(&render_schema(Dialect::Sqlite, step))?;
        conn.execute(APPLY_SQLITE, (number, checksum(step)))
    };
    match run() {
        Ok(_) => conn.execute_batch("COMMIT"),
        Err(error) => {
            conn.execute_batch("ROLLBACK")?;
            Err(error)
        }
    }
}

fn copy_aside(conn: &Connection, path: &Path, at: usize) -> Result<(), StoreError> {
    let mut copy = path.as_os_str().to_owned();
    copy.push(format!(".before-{}", at + 1));
    let copy = PathBuf::from(copy);
    if copy.exists() {
        // An upgrade that was interrupted left it; the older copy is the one to keep.
        return Ok(());
    }
    let failed = |error: rusqlite::Error| StoreError::unavailable(error);
    conn.backup("main", &copy, None::<fn(rusqlite::backup::Progress)>).map_err(failed)
}

/// Brings a PostgreSQL database up to date.
pub(crate) async fn postgres(postgres: &Postgres) -> Result<(), StoreError> {
    let client = postgres.client().await?;
    let failed = |error| postgres::failure(error).error;
    client.batch_execute(LOCK).await.map_err(failed)?;
    let result = postgres_steps(&client).await;
    client.batch_execute(UNLOCK).await.map_err(failed)?;
    result
}

async fn postgres_steps(client: &deadpool_postgres::Object) -> Result<(), StoreError> {
    let failed = |error| postgres::failure(error).error;
    client.batch_execute(HISTORY).await.map_err(failed)?;
    let rows = client.query(APPLIED, &[]).await.map_err(failed)?;
    let applied: Vec<(i64, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for (number, step) in missing(&applied)? {
        client.batch_execute("BEGIN").await.map_err(failed)?;
        let run = async {
            client.batch_execute(&render_schema(Dialect::Postgres, step)).await?;
            client.execute(APPLY_POSTGRES, &[&number, &checksum(step)]).await
        };
        match run.await {
            Ok(_) => client.batch_execute("COMMIT").await.map_err(failed)?,
            Err(error) => {
                client.batch_execute("ROLLBACK").await.map_err(failed)?;
                return Err(failed(error));
            }
        }
    }
    Ok(())
}

/// The steps after those applied.
fn missing(applied: &[(i64, String)]) -> Result<Vec<(i64, &'static str)>, StoreError> {
    let known = STEPS.len() as i64;
    if let Some((found, _)) = applied.last()
        && *found > known
    {
        return Err(StoreError::Refused(Refusal::NewerSchema { found: *found, known }));
    }
    let steps = (1..).zip(STEPS.iter().copied());
    let mut missing = Vec::new();
    for (number, step) in steps {
        match applied.iter().find(|(done, _)| *done == number) {
            None => missing.push((number, step)),
            Some((_, sha256)) if *sha256 != checksum(step) => {
                return Err(StoreError::Refused(Refusal::ChangedStep(number)));
            }
            Some(_) => {}
        }
    }
    Ok(missing)
}

fn checksum(step: &str) -> String {
    hex(&Sha256::digest(step.as_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
