//! The real router behind the real accept loop, in this process, on a scratch database.

use std::net::SocketAddr;

use engine::Engine;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::BenchArgs;
use crate::clock::RealClock;
use crate::commands::{open, serve};
use crate::config::{Config, Secret};
use crate::listen::{self, Phase};
use crate::scratch::{self, Client, Ready, Scratch};
use crate::web;

/// A server under test.
pub(super) struct Bench {
    pub(super) engine: Engine,
    pub(super) ready: Ready,
    pub(super) address: SocketAddr,
    phase: watch::Sender<Phase>,
    _scratch: Scratch,
}

impl Bench {
    pub(super) async fn start(args: &BenchArgs, mut config: Config) -> anyhow::Result<Self> {
        let scratch = Scratch::create(args.store, args.keep)?;
        config.data.dir.clone_from(&scratch.folder);
        config.database.url = Secret::new(scratch.database.clone().unwrap_or_default());
        config.limits.requests_per_minute = 1_000_000_000;
        let engine = open::engine(&config).await?;
        let ready = scratch::prepare(&engine).await?;

        let (phase, watching) = watch::channel(Phase::Running);
        let (_, closing) = watch::channel(false);
        let clock = std::sync::Arc::new(RealClock);
        let app = api::App::new(engine.clone(), clock, serve::settings(&config), closing);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = api::router(app, web::pages());
        tokio::spawn(listen::serve(listener, router, serve::deadlines(&config), watching));
        Ok(Self { engine, ready, address, phase, _scratch: scratch })
    }

    pub(super) fn client(&self) -> Client {
        Client::new(self.address, &self.ready.token)
    }

    pub(super) async fn stop(self) {
        self.phase.send_replace(Phase::Quick);
        self.engine.store().close().await;
    }
}
