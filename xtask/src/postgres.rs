//! `cargo xtask postgres -- COMMAND…`: starts a PostgreSQL server, runs the command beside it, stops it.
//!
//! The command finds the server's address in the environment, and so do all programs that it starts.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

#[expect(unreachable_pub, reason = "public in `testkit`, which owns the file")]
#[path = "../../crates/testkit/src/postgres.rs"]
mod server;

use server::{Durability, SHARED, Server};

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode> {
    let (durability, rest) = match arguments.split_first() {
        Some((first, rest)) if first == "--durable" => (Durability::Full, rest),
        _ => (Durability::None, arguments),
    };
    let command = match rest.split_first() {
        Some((first, command)) if first == "--" => command,
        _ => rest,
    };
    let Some((program, arguments)) = command.split_first() else {
        bail!("name a command: cargo xtask postgres [--durable] -- COMMAND…");
    };
    let server = Server::start(durability).context("start PostgreSQL")?;
    let status = Command::new(program).args(arguments).env(SHARED, server.url()).status();
    drop(server);
    let status = status.with_context(|| format!("run {program}"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
