//! The server as a child process.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// Longest wait for a start; far more than a start takes.
const START: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

/// How to start it, again and again.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) data: PathBuf,
    pub(crate) database: Option<String>,
    pub(crate) address: SocketAddr,
    pub(crate) log: PathBuf,
}

impl Program {
    /// Starts it and waits until it is ready.
    pub(crate) async fn start(&self) -> anyhow::Result<Child> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["serve", "--listen"])
            .arg(self.address.to_string())
            .arg("--data")
            .arg(&self.data)
            .env("GONGDAN__LIMITS__REQUESTS_PER_MINUTE", "10000000")
            .env("GONGDAN__LOG__LEVEL", "warn")
            .env("GONGDAN__WORKER__SWEEP_MS", "200")
            .env("GONGDAN__WORKER__LEASE_MS", "15000")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true);
        if let Some(database) = &self.database {
            command.env("GONGDAN__DATABASE__URL", database);
        }
        let mut child = command.spawn().context("could not start the server")?;
        let deadline = Instant::now() + START;
        while !is_ready(self.address).await {
            if let Some(status) = child.try_wait()? {
                bail!("the server ended by itself ({status}); see {}", self.log.display());
            }
            if Instant::now() > deadline {
                bail!("the server was not ready in time; see {}", self.log.display());
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(child)
    }
}

/// A port that is free now.
pub(crate) async fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    Ok(listener.local_addr()?)
}

async fn is_ready(address: SocketAddr) -> bool {
    let answer = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    matches!(answer.await, Ok(answer) if answer.starts_with("HTTP/1.1 200"))
}

/// Ends it as a power cut would, without a chance to tidy up.
pub(super) async fn kill(mut child: Child) -> anyhow::Result<()> {
    child.start_kill()?;
    child.wait().await?;
    Ok(())
}

/// The end of the log, for a report.
pub(super) fn tail(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
