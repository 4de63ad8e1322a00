//! Every test on both engines: a fresh database for each, and a name that tells which engine failed.

use std::io;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use store::{Store, StoreConfig};
use tempfile::TempDir;

use crate::postgres::{Durability, SHARED, Server, programs};

/// The databases that everything must run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// A fresh database; dropping it removes it.
#[derive(Debug)]
pub struct Fresh {
    pub url: String,
    drop: Option<String>,
    _folder: Option<TempDir>,
}

/// Runs an async test body on a fresh database, with worker threads of its own.
pub fn run<F: Future<Output = ()>>(database: Database, body: impl FnOnce(Fresh) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let fresh = Fresh::create(database).expect("a database for the test");
    runtime.expect("a runtime").block_on(body(fresh));
}

/// Makes two tests of each function that takes a [`Fresh`]: `sqlite::name` and `postgres::name`.
#[macro_export]
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test] fn $name() { $crate::matrix::run($crate::matrix::Database::Sqlite, super::$name) })*
        }
        mod postgres {
            $(#[test] fn $name() { $crate::matrix::run($crate::matrix::Database::Postgres, super::$name) })*
        }
    };
}

impl Fresh {
    /// # Errors
    /// When the folder or the server cannot be made.
    pub fn create(database: Database) -> io::Result<Self> {
        match database {
            Database::Sqlite => {
                let folder = TempDir::new()?;
                let url = format!("sqlite:{}", folder.path().join("test.db").display());
                Ok(Self { url, drop: None, _folder: Some(folder) })
            }
            Database::Postgres => {
                let server = server()?;
                let name = format!("test_{}", random_name());
                psql(&server, &format!("CREATE DATABASE {name}"))?;
                let url = format!("{}{name}", server.trim_end_matches("postgres"));
                Ok(Self { url, drop: Some(name), _folder: None })
            }
        }
    }

    /// A configuration that suits tests: few connections, no waiting for the disk.
    pub fn config(&self) -> StoreConfig {
        StoreConfig { connections: 4, durable: false, ..StoreConfig::new(&self.url) }
    }

    /// A store over this database, with its schema.
    pub async fn open(&self) -> Store {
        Store::open(self.config()).await.expect("the store opens")
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let (Some(name), Ok(server)) = (&self.drop, server()) {
            // A database that stays behind goes with its server.
            let _ = psql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// The address of the shared server, or of one that this program starts for itself.
fn server() -> io::Result<String> {
    static OWN: OnceLock<Result<Server, String>> = OnceLock::new();
    if let Ok(shared) = std::env::var(SHARED) {
        return Ok(shared);
    }
    let own = OWN.get_or_init(|| Server::start(Durability::None).map_err(|error| error.to_string()));
    own.as_ref().map(Server::url).map_err(|error| io::Error::other(error.clone()))
}

fn psql(server: &str, statement: &str) -> io::Result<()> {
    let run = Command::new(programs()?.join("psql"))
        .args(["--no-psqlrc", "--quiet", "--dbname", server, "--command", statement])
        .stdout(Stdio::null())
        .output()?;
    if run.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&run.stderr).into_owned()))
}

fn random_name() -> String {
    use std::hash::{BuildHasher, Hasher};
    format!("{:016x}", std::collections::hash_map::RandomState::new().build_hasher().finish())
}
