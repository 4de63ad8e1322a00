//! One SQLite connection: how it is opened, how a statement runs, what its errors mean.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, ToSql};

use crate::config::StoreConfig;
use crate::error::{Constraint, Refusal, StoreError};
use crate::tx::Failure;
use crate::value::{Row, Value};

/// Below lie bugs that can lose data in the write-ahead log.
const OLDEST: i32 = 3_051_003;
const STATEMENTS_KEPT: usize = 512;

/// Opens, or creates, the database for the one connection that writes.
pub(crate) fn open_writer(path: &Path, config: &StoreConfig) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < OLDEST {
        return Err(StoreError::Refused(Refusal::SqliteTooOld { found: rusqlite::version().to_owned() }));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = open(path, flags, config)?;
    let sync = if config.durable { "FULL" } else { "OFF" };
    // Small checkpoints keep the log short without stalling a commit for long.
    let setup = format!("PRAGMA journal_mode = WAL; PRAGMA synchronous = {sync}; PRAGMA wal_autocheckpoint = 2000;");
    conn.execute_batch(&setup).map_err(|error| failure(error).error)?;
    Ok(conn)
}

pub(super) fn open_reader(path: &Path, config: &StoreConfig) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = open(path, flags, config)?;
    conn.execute_batch("PRAGMA query_only = ON;").map_err(|error| failure(error).error)?;
    Ok(conn)
}

fn open(path: &Path, flags: OpenFlags, config: &StoreConfig) -> Result<Connection, StoreError> {
    let prepare = || -> rusqlite::Result<Connection> {
        let conn = Connection::open_with_flags(path, flags)?;
        conn.busy_timeout(config.patience)?;
        // A mistyped column in double quotes must be an error, not a text.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        conn.execute_batch(
            "PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384; PRAGMA mmap_size = 268435456; \
             PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
        )?;
        Ok(conn)
    };
    prepare().map_err(|error| failure(error).error)
}

/// Runs a statement and counts the rows it changed.
pub(crate) fn change(conn: &mut Connection, sql: &str, values: &[Value]) -> Result<u64, Failure> {
    let mut statement = prepare(conn, sql, values)?;
    match statement.raw_execute() {
        Ok(changed) => Ok(changed as u64),
        Err(error) => Err(failure(error)),
    }
}

/// Runs a query and reads all its rows.
pub(crate) fn rows(conn: &mut Connection, sql: &str, values: &[Value]) -> Result<Vec<Row>, Failure> {
    let mut statement = prepare(conn, sql, values)?;
    let width = statement.column_count();
    let mut found = statement.raw_query();
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(failure)? {
        let read = |column| Ok(value(row.get_ref(column)?));
        let values: rusqlite::Result<Vec<Value>> = (0..width).map(read).collect();
        rows.push(Row::new(values.map_err(failure)?));
    }
    Ok(rows)
}

/// Prepares a statement without running it.
pub(crate) fn understand(conn: &mut Connection, sql: &str) -> Result<(), Failure> {
    conn.prepare(sql).map(drop).map_err(failure)
}

/// SQLite numbers `$2` by its first appearance, so values are bound by the number in the name.
fn prepare<'c>(conn: &'c Connection, sql: &str, values: &[Value]) -> Result<CachedStatement<'c>, Failure> {
    let mut statement = conn.prepare_cached(sql).map_err(failure)?;
    for index in 1..=statement.parameter_count() {
        let number = statement.parameter_name(index).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let value = number.and_then(|number| values.get(number.checked_sub(1)?));
        let Some(value) = value else {
            return Err(refused(format!("no value for placeholder {index} of: {sql}")));
        };
        statement.raw_bind_parameter(index, value).map_err(failure)?;
    }
    Ok(statement)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn value(found: ValueRef<'_>) -> Value {
    match found {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

fn refused(why: String) -> Failure {
    Failure { error: StoreError::Refused(Refusal::Statement(why)), again: false }
}

pub(super) fn failure(error: rusqlite::Error) -> Failure {
    let rusqlite::Error::SqliteFailure(code, message) = &error else {
        return refused(error.to_string());
    };
    let error = match code.code {
        ErrorCode::ConstraintViolation => {
            let message = message.as_deref().unwrap_or_default();
            StoreError::Conflict(constraint(code.extended_code, message))
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::corrupt(error.to_string()),
        ErrorCode::ReadOnly => StoreError::Refused(Refusal::ReadOnly),
        ErrorCode::Unknown | ErrorCode::ApiMisuse | ErrorCode::TypeMismatch | ErrorCode::ParameterOutOfRange => {
            StoreError::Refused(Refusal::Statement(error.to_string()))
        }
        _ => StoreError::unavailable(error),
    };
    Failure { error, again: false }
}

/// SQLite names the columns of a broken unique index, not the index.
fn constraint(extended_code: i32, message: &str) -> Constraint {
    let columns = message.rsplit("failed: ").next().unwrap_or_default();
    match extended_code {
        rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY => Constraint::Id,
        rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Constraint::Reference,
        rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE => {
            let known = Constraint::UNIQUE.iter().find(|(_, _, of)| *of == columns);
            known.map_or(Constraint::Id, |(constraint, ..)| *constraint)
        }
        _ => Constraint::Value,
    }
}
