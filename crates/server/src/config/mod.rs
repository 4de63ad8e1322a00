//! Settings: defaults < file < environment < flags.
//!
//! `config.default.toml` is compiled in and lists every key, so it is both the documentation and the list that
//! unknown keys are checked against. A setting is passed down, never read from a global.

mod load;
mod secret;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub(crate) use load::{ConfigError, Loaded, Overrides, Sources, load};
pub(crate) use secret::Secret;

/// The whole configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) http: Http,
    pub(crate) data: Data,
    pub(crate) database: Database,
    pub(crate) files: Files,
    pub(crate) worker: Worker,
    pub(crate) session: Session,
    pub(crate) limits: Limits,
    pub(crate) log: Log,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Http {
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: String,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) header_timeout_ms: u64,
    pub(crate) body_timeout_ms: u64,
    pub(crate) body_bytes_per_second: u64,
    pub(crate) write_timeout_ms: u64,
    pub(crate) max_connections: u32,
    pub(crate) max_connections_per_address: u32,
    pub(crate) drain_ms: u64,
    pub(crate) json_bytes: usize,
    pub(crate) file_bytes: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    pub(crate) url: Secret,
    pub(crate) url_file: String,
    pub(crate) connections: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Files {
    pub(crate) kind: FilesKind,
    pub(crate) s3: S3,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FilesKind {
    Disk,
    S3,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct S3 {
    pub(crate) bucket: String,
    pub(crate) region: String,
    pub(crate) endpoint: String,
    pub(crate) access_key: String,
    pub(crate) secret_key: Secret,
    pub(crate) secret_key_file: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Worker {
    pub(crate) concurrency: usize,
    pub(crate) sweep_ms: u64,
    pub(crate) lease_ms: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    pub(crate) lifetime_ms: i64,
    pub(crate) secure_cookie: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) requests_per_minute: u32,
    pub(crate) anonymous_per_minute: u32,
    pub(crate) sign_in_per_minute: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    Auto,
    Text,
    Json,
}

impl Database {
    pub(crate) fn is_postgres(&self) -> bool {
        !self.url.is_empty()
    }
}
