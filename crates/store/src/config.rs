//! Where the database is and how hard the store may use it.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::{Refusal, StoreError};

/// How a store is opened. [`StoreConfig::new`] has values that suit a small server.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// SQLite: threads that read. PostgreSQL: connections in the pool.
    pub connections: usize,
    /// Commands that may wait for the writer or a reader before callers wait themselves.
    pub queue: usize,
    /// Commands that share a commit at most.
    pub batch: usize,
    /// How long to wait for a lock or a connection.
    pub patience: Duration,
    /// SQLite: sync the log at every commit. Off only where losing the last commits is fine, such as tests.
    pub durable: bool,
}

impl StoreConfig {
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections: 8,
            queue: 1_024,
            batch: 256,
            patience: Duration::from_secs(5),
            durable: true,
        }
    }

    pub(crate) fn place(&self) -> Result<Place, StoreError> {
        if let Some(path) = self.url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(wrong("the path after `sqlite:` is missing"));
            }
            return Ok(Place::Sqlite(PathBuf::from(path)));
        }
        if self.url.starts_with("postgres://") || self.url.starts_with("postgresql://") {
            let config = self.url.parse();
            let config = config.map_err(|error: tokio_postgres::Error| wrong(&error.to_string()))?;
            return Ok(Place::Postgres(Box::new(config)));
        }
        Err(wrong("it starts with neither `sqlite:` nor `postgres://`"))
    }
}

/// A parsed address.
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Box<tokio_postgres::Config>),
}

fn wrong(why: &str) -> StoreError {
    StoreError::Refused(Refusal::Address(why.to_owned()))
}
