//! What every handler can reach.

use std::sync::Arc;

use domain::time::Timestamp;
use engine::Engine;
use tokio::sync::watch;

use crate::layers::idempotency::InFlight;
use crate::limit::Limiter;
use crate::peer::Network;
use crate::presence::Presence;

/// The outside world's time and randomness.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
    /// A number nobody can guess, new at every call.
    fn seed(&self) -> u64;
}

/// Settings of the HTTP side.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `https://desk.example.com`; empty when the `Host` of a request counts.
    pub public_url: String,
    pub trusted_proxies: Vec<Network>,
    pub secure_cookie: bool,
    pub json_bytes: usize,
    pub file_bytes: u64,
    pub requests_per_minute: u32,
    pub anonymous_per_minute: u32,
    pub sign_in_per_minute: u32,
    /// How long a session lives at most.
    pub session_lifetime_ms: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: String::new(),
            trusted_proxies: Vec::new(),
            secure_cookie: true,
            json_bytes: 1 << 20,
            file_bytes: 50 << 20,
            requests_per_minute: 1_200,
            anonymous_per_minute: 120,
            sign_in_per_minute: 20,
            session_lifetime_ms: 7 * 24 * 3_600_000,
        }
    }
}

impl Settings {
    /// Browsers speak TLS with us, directly or through a proxy.
    pub(crate) fn is_tls(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// The state of the router; cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    clock: Arc<dyn Clock>,
    settings: Settings,
    limiter: Limiter,
    in_flight: InFlight,
    presence: Presence,
    closing: watch::Receiver<bool>,
}

impl App {
    /// `closing` turns true when live streams should end and readiness goes off.
    pub fn new(engine: Engine, clock: Arc<dyn Clock>, settings: Settings, closing: watch::Receiver<bool>) -> Self {
        let (limiter, in_flight, presence) = (Limiter::default(), InFlight::default(), Presence::default());
        Self { inner: Arc::new(Inner { engine, clock, settings, limiter, in_flight, presence, closing }) }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub(crate) fn seed(&self) -> u64 {
        self.inner.clock.seed()
    }

    /// Bytes nobody can guess.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.seed().to_le_bytes()[..chunk.len()]);
        }
        bytes
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn limiter(&self) -> &Limiter {
        &self.inner.limiter
    }

    pub(crate) fn in_flight(&self) -> &InFlight {
        &self.inner.in_flight
    }

    pub(crate) fn presence(&self) -> &Presence {
        &self.inner.presence
    }

    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.inner.closing.clone()
    }
}
