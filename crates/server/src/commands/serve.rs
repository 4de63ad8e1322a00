//! `gongdan serve`: the API, the worker, or both.

use std::io::{BufRead, IsTerminal, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use api::{App, Network, Settings};
use domain::id::TenantId;
use engine::Engine;
use engine::jobs::{self, RunnerSettings};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::address;
use crate::cli::{Role, Serve};
use crate::clock::{self, RealClock};
use crate::commands::{admin, open};
use crate::config::Config;
use crate::listen::{self, Deadlines, Phase, reached};
use crate::output;
use crate::{demo, signals, tenants, web};

/// Runs until it is told to stop.
pub(crate) async fn run(config: Config, args: Serve, started: Instant) -> anyhow::Result<()> {
    let phase = signals::watch_signals()?;
    let engine = open::engine(&config).await?;
    // An address that is taken is said at once, not after the demo was installed.
    let address = config.http.listen;
    let listener = match args.role {
        Role::Worker => None,
        Role::Api | Role::All => {
            let bound = TcpListener::bind(address).await;
            Some(bound.with_context(|| format!("could not listen on {address}; is it in use? Try another port"))?)
        }
    };
    let first = prepare(&engine, &args).await?;

    let workers = match args.role {
        Role::Api => Vec::new(),
        Role::Worker | Role::All => start_workers(&engine, &config, &phase),
    };
    let drained = match listener {
        None => {
            tracing::info!("Worker is ready");
            reached(&mut phase.subscribe(), Phase::Draining).await;
            true
        }
        Some(listener) => {
            let _written = address::write(&config.data.dir, listener.local_addr()?);
            announce(&engine, &config, &listener, first, started).await?;
            let router = api::router(app(&engine, &config, &phase), web::pages());
            listen::serve(listener, router, deadlines(&config), phase.subscribe()).await
        }
    };
    stop_workers(workers, &config, &phase).await;
    engine.store().close().await;
    tracing::info!(drained, "Stopped");
    Ok(())
}

/// The state of the router, wired to the real world.
fn app(engine: &Engine, config: &Config, phase: &watch::Sender<Phase>) -> App {
    let (closing, watching) = watch::channel(false);
    let mut phase = phase.subscribe();
    tokio::spawn(async move {
        reached(&mut phase, Phase::Draining).await;
        closing.send_replace(true);
    });
    App::new(engine.clone(), Arc::new(RealClock), settings(config), watching)
}

pub(crate) fn settings(config: &Config) -> Settings {
    Settings {
        public_url: config.http.public_url.clone(),
        trusted_proxies: config.http.trusted_proxies.iter().filter_map(|text| Network::parse(text)).collect(),
        secure_cookie: config.session.secure_cookie,
        json_bytes: config.http.json_bytes,
        file_bytes: config.http.file_bytes,
        requests_per_minute: config.limits.requests_per_minute,
        anonymous_per_minute: config.limits.anonymous_per_minute,
        sign_in_per_minute: config.limits.sign_in_per_minute,
        session_lifetime_ms: config.session.lifetime_ms,
    }
}

pub(crate) fn deadlines(config: &Config) -> Deadlines {
    let http = &config.http;
    Deadlines {
        header: Duration::from_millis(http.header_timeout_ms),
        body: Duration::from_millis(http.body_timeout_ms),
        body_bytes_per_second: http.body_bytes_per_second,
        write: Duration::from_millis(http.write_timeout_ms),
        drain: Duration::from_millis(http.drain_ms),
        max_connections: http.max_connections,
        max_per_address: http.max_connections_per_address,
    }
}

fn start_workers(engine: &Engine, config: &Config, phase: &watch::Sender<Phase>) -> Vec<JoinHandle<()>> {
    let worker = |number: usize| {
        let settings = RunnerSettings {
            owner: format!("{:08x}-{number}", clock::seed() as u32),
            sweep: Duration::from_millis(config.worker.sweep_ms),
            lease_ms: config.worker.lease_ms.max(1_000),
            ..RunnerSettings::default()
        };
        let mut stop = phase.subscribe();
        let stop = Box::pin(async move { reached(&mut stop, Phase::Draining).await });
        let source = Arc::new(|| (clock::now(), clock::seed()));
        tokio::spawn(jobs::run(engine.clone(), settings, source, stop))
    };
    (0..config.worker.concurrency).map(worker).collect()
}

async fn stop_workers(workers: Vec<JoinHandle<()>>, config: &Config, phase: &watch::Sender<Phase>) {
    let mut quick = phase.subscribe();
    let all = async {
        for worker in workers {
            if let Err(error) = worker.await {
                tracing::error!(%error, "A worker ended badly");
            }
        }
    };
    tokio::select! {
        () = all => {}
        () = tokio::time::sleep(Duration::from_millis(config.http.drain_ms)) => {
            tracing::warn!("Jobs were still running; their leases will expire");
        }
        () = reached(&mut quick, Phase::Quick) => {}
    }
}

/// The tenant that was just made, if any.
async fn prepare(engine: &Engine, args: &Serve) -> anyhow::Result<Option<TenantId>> {
    if args.role == Role::Worker || engine.store().tenant_find(None).await?.is_some() {
        return Ok(None);
    }
    if !(args.demo || wants_demo()?) {
        output::note("There is no tenant yet. `gongdan serve --demo` installs the demo tenant.");
        return Ok(None);
    }
    let began = Instant::now();
    let tenant = demo::install(engine, demo::Extent::Full).await.context("could not install the demo tenant")?;
    tracing::info!(tenant.id = %tenant, ms = began.elapsed().as_millis(), "Installed the demo tenant");
    Ok(Some(tenant))
}

fn wants_demo() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    write!(std::io::stderr(), "The database is empty. Install the demo tenant? [Y/n] ")?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(!answer.trim().to_lowercase().starts_with('n'))
}

/// Says where it is, and on a fresh database or at a terminal how to get in.
async fn announce(
    engine: &Engine,
    config: &Config,
    listener: &TcpListener,
    first: Option<TenantId>,
    started: Instant,
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let url = match config.http.public_url.as_str() {
        "" => format!("http://{address}"),
        url => url.trim_end_matches('/').to_owned(),
    };
    tracing::info!(%address, ms = started.elapsed().as_millis(), "Ready");
    output::line(&format!("gongdan is ready at {url}"));
    if first.is_none() && !std::io::stdout().is_terminal() {
        return Ok(());
    }
    match admin::link(engine, None, tenants::ADMIN).await {
        Ok(secret) => output::line(&format!("Sign in once with {url}/sign-in#token={secret}")),
        Err(error) => tracing::debug!(%error, "No sign-in link"),
    }
    Ok(())
}
