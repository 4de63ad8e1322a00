//! A PostgreSQL server that lives as long as the program that started it.
//!
//! It runs in a folder of its own, is reached through a socket in that folder, and needs no port. A small shell keeps
//! watch over our standard-input pipe: when this program ends, in whatever way, the pipe closes, and the shell stops
//! the server and removes the folder. Only the standard library is used here, so that `xtask` can share the file.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

/// Names a running server, so that many test programs can share one: an address with the database `postgres`.
pub const SHARED: &str = "GONGDAN_TEST_POSTGRES";

/// How careful the server is with what it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As in production, for measurements.
    Full,
    /// Nothing outlives the machine; much faster.
    None,
}

/// A running server. Dropping it stops the server and removes its folder.
#[derive(Debug)]
pub struct Server {
    watch: Child,
    folder: PathBuf,
}

/// Starts the server, reports on standard output, then waits for the pipe to close.
const WATCH: &str = r#"
"$BIN/initdb" --pgdata "$FOLDER/data" --username postgres --auth trust --encoding UTF8 --locale C --no-sync \
    >"$FOLDER/log" 2>&1 &&
"$BIN/pg_ctl" --pgdata "$FOLDER/data" --log "$FOLDER/log" --wait --timeout 60 --options "$OPTIONS" start \
    >>"$FOLDER/log" 2>&1 && echo ready || { tail -n 20 "$FOLDER/log" | tr '\n' ' '; echo; }
cat >/dev/null
"$BIN/pg_ctl" --pgdata "$FOLDER/data" --mode immediate stop >/dev/null 2>&1
rm -rf "$FOLDER"
"#;

impl Server {
    /// Creates and starts a server. As root it runs as another user, because PostgreSQL refuses root.
    ///
    /// # Errors
    /// When PostgreSQL 15 or newer is not installed, or does not start; the message holds the end of its log.
    pub fn start(durability: Durability) -> io::Result<Self> {
        let bin = programs()?;
        let folder = env::temp_dir().join(format!("gongdan-pg-{:016x}", random()));
        fs::create_dir(&folder)?;
        let sync = match durability {
            Durability::Full => "-c fsync=on",
            Durability::None => "-c fsync=off -c full_page_writes=off",
        };
        let options = format!(
            "-k {} -c listen_addresses='' -c max_connections=400 -c shared_buffers=256MB \
             -c max_wal_size=4GB -c unix_socket_permissions=0777 {sync}",
            folder.display()
        );
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH]).env("BIN", bin).env("FOLDER", &folder).env("OPTIONS", options);
        watch.current_dir(&folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A signal to our group, such as Ctrl-C, must leave the watch alive to clean up.
        watch.process_group(0);
        if fs::metadata("/proc/self").map(|found| std::os::unix::fs::MetadataExt::uid(&found))? == 0 {
            let (uid, gid) = servant()?;
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid))?;
            watch.uid(uid).gid(gid);
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
        let mut watch = watch.spawn()?;
        let mut answer = String::new();
        if let Some(output) = watch.stdout.take() {
            BufReader::new(output).read_line(&mut answer)?;
        }
        let server = Self { watch, folder };
        if answer.trim() != "ready" {
            return Err(io::Error::other(format!("PostgreSQL does not start: {answer}")));
        }
        Ok(server)
    }

    /// The server's address, with the database `postgres`.
    pub fn url(&self) -> String {
        let folder = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}/postgres")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        // It ends by itself; waiting only keeps the folder from outliving us.
        let _ = self.watch.wait();
    }
}

/// Where the programs of the newest installed PostgreSQL are.
///
/// # Errors
/// When none from 15 on is installed.
pub fn programs() -> io::Result<PathBuf> {
    let is_there = |folder: &Path| ["initdb", "pg_ctl", "psql"].iter().all(|name| folder.join(name).is_file());
    let on_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    if let Some(found) = on_path.into_iter().find(|folder| is_there(folder)) {
        return Ok(found);
    }
    let mut versions: Vec<(u32, PathBuf)> = Vec::new();
    for entry in fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten() {
        let version = entry.file_name().to_string_lossy().parse().unwrap_or(0);
        versions.push((version, entry.path().join("bin")));
    }
    versions.retain(|(version, folder)| *version >= 15 && is_there(folder));
    let newest = versions.into_iter().max();
    newest.map(|(_, folder)| folder).ok_or_else(|| {
        io::Error::new(io::ErrorKind::NotFound, "PostgreSQL 15 or newer is not installed (package `postgresql`)")
    })
}

/// A user without power to run the server as.
fn servant() -> io::Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    for name in ["postgres", "nobody"] {
        let line = users.lines().find(|line| line.split(':').next() == Some(name));
        let mut numbers = line.into_iter().flat_map(|line| line.split(':')).skip(2).map(str::parse::<u32>);
        if let (Some(Ok(uid)), Some(Ok(gid))) = (numbers.next(), numbers.next()) {
            return Ok((uid, gid));
        }
    }
    Err(io::Error::new(io::ErrorKind::NotFound, "neither `postgres` nor `nobody` is a user of this machine"))
}

fn random() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    hasher.finish()
}
