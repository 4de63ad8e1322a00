//! The program `gongdan`: command line, configuration, accept loop, wiring.
//!
//! Start at `commands/serve.rs`. Invariants: no rule lives here; this is the only crate that reads the clock,
//! randomness, the environment and the command line. Standard output carries data, standard error messages.

mod address;
mod ai;
mod bench;
mod chaos;
mod cli;
mod clock;
mod commands;
mod config;
mod demo;
mod listen;
mod output;
mod scratch;
mod signals;
mod telemetry;
mod tenants;
mod web;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use cli::{AuditCommand, ChaosCommand, Cli, Command, ConfigCommand};
use commands::{admin, audit, data, doctor, open, serve, show, template};
use config::{ConfigError, Loaded};

/// Configuration or key is wrong (sysexits `EX_CONFIG`).
const EXIT_CONFIG: u8 = 78;

fn main() -> ExitCode {
    let started = Instant::now();
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(run(cli, started)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    output::note(&format!("gongdan: {error:#}"));
    match error.downcast_ref::<ConfigError>() {
        Some(_) => ExitCode::from(EXIT_CONFIG),
        None => ExitCode::FAILURE,
    }
}

async fn run(cli: Cli, started: Instant) -> anyhow::Result<ExitCode> {
    if let Command::Ai(args) = cli.command {
        return ai::run(args);
    }
    Box::pin(act(cli, started)).await.map(|()| ExitCode::SUCCESS)
}

async fn act(cli: Cli, started: Instant) -> anyhow::Result<()> {
    let global = cli.global;
    let load = || -> anyhow::Result<Loaded> {
        let loaded = global.load(None)?;
        telemetry::start(&loaded.config.log)?;
        Ok(loaded)
    };
    match cli.command {
        Command::Serve(args) => {
            let loaded = global.load(args.listen)?;
            telemetry::start(&loaded.config.log)?;
            serve::run(loaded.config, args, started).await
        }
        Command::Migrate => {
            let engine = open::engine(&load()?.config).await?;
            engine.store().close().await;
            output::note("The schema is current.");
            Ok(())
        }
        Command::Doctor { json } => doctor::run(load()?.config, json).await,
        Command::Config(ConfigCommand::Check) => global.load(None).map(drop).map_err(Into::into),
        Command::Config(ConfigCommand::Show { json }) => show::config(&global.load(None)?, json),
        Command::Admin(command) => admin::run(load()?.config, command).await,
        Command::Audit(AuditCommand::Verify { tenant, json }) => audit::verify(load()?.config, tenant, json).await,
        Command::Openapi => {
            show::contract();
            Ok(())
        }
        Command::Template(command) => template::run(load()?.config, command).await,
        Command::Import(cli::ImportCommand::Tickets(args)) => data::import(load()?.config, args).await,
        Command::Export(args) => data::export(load()?.config, args).await,
        Command::Ai(args) => ai::run(args).map(drop),
        Command::Bench(args) => Box::pin(bench::run(args, load()?.config)).await,
        Command::Chaos(ChaosCommand::Kill(args)) => Box::pin(chaos::run(args, load()?.config)).await,
        Command::Version { json } => show::version(json),
    }
}
