//! A database that nobody will miss.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use clap::ValueEnum;

use crate::clock;

/// Address of a PostgreSQL server on which scratch databases may be made.
const SERVER: &str = "GONGDAN_TEST_POSTGRES";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A fresh folder, and on PostgreSQL a fresh database. Both go when this is dropped, unless they are kept.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) folder: PathBuf,
    /// Address of the database; `None` is SQLite in the folder.
    pub(crate) database: Option<String>,
    made: Option<(String, String)>,
    keep: bool,
}

impl Scratch {
    pub(crate) fn create(kind: Kind, keep: bool) -> anyhow::Result<Self> {
        let name = format!("gongdan_{:012x}", clock::seed() >> 16);
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
        let mut scratch = Self { folder, database: None, made: None, keep };
        if kind == Kind::Postgres {
            let server = std::env::var(SERVER)
                .with_context(|| format!("{SERVER} must name a PostgreSQL server to make a database on"))?;
            psql(&server, &format!("CREATE DATABASE {name}"))?;
            let base = server.rsplit_once('/').map_or(server.as_str(), |(base, _)| base);
            scratch.database = Some(format!("{base}/{name}"));
            scratch.made = Some((server, name));
        }
        Ok(scratch)
    }

    /// Where the store is.
    pub(crate) fn url(&self) -> String {
        match &self.database {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.folder.join("gongdan.db").display()),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.keep {
            crate::output::note(&format!("Kept {}", self.folder.display()));
            return;
        }
        if let Some((server, name)) = &self.made {
            let _ = psql(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn psql(server: &str, statement: &str) -> anyhow::Result<()> {
    let program = find_psql().context("psql was not found")?;
    let run =
        Command::new(program).args(["--no-psqlrc", "--quiet", "--dbname", server, "--command", statement]).output()?;
    if !run.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&run.stderr).trim());
    }
    Ok(())
}

/// On the path, or where Debian keeps the server's own programs.
fn find_psql() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir(Path::new("/usr/lib/postgresql")) {
        places.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    places.into_iter().map(|place| place.join("psql")).find(|program| program.is_file())
}
