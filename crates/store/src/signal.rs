//! What the rest of the program hears after a commit, and what the store counts.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::id::TenantId;
use tokio::sync::{broadcast, watch};

use crate::tx::Effects;

/// Events of a tenant up to this number are committed; 0 when an inbox changed and no event came along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventSignal {
    pub tenant: TenantId,
    pub seq: i64,
}

/// What the store has done since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreStats {
    pub statements: u64,
    /// Transactions that committed, reads not counted.
    pub commits: u64,
    pub reads: u64,
    /// Times the log was synced on SQLite; below `commits` when commands shared one.
    pub syncs: u64,
    pub rollbacks: u64,
}

pub(crate) struct Signals {
    jobs: watch::Sender<u64>,
    events: broadcast::Sender<EventSignal>,
    statements: AtomicU64,
    commits: AtomicU64,
    reads: AtomicU64,
    syncs: AtomicU64,
    rollbacks: AtomicU64,
}

/// Listeners that fall this far behind read the log instead.
const EVENTS_KEPT: usize = 4_096;

impl Signals {
    pub(crate) fn new() -> Self {
        Self {
            jobs: watch::Sender::new(0),
            events: broadcast::Sender::new(EVENTS_KEPT),
            statements: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            reads: AtomicU64::new(0),
            syncs: AtomicU64::new(0),
            rollbacks: AtomicU64::new(0),
        }
    }

    pub(crate) fn committed(&self, effects: Effects) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.statements.fetch_add(effects.statements, Ordering::Relaxed);
        if effects.jobs_added {
            self.jobs.send_modify(|generation| *generation = generation.wrapping_add(1));
        }
        if let Some((tenant, seq)) = effects.last_event {
            // Nobody listening is fine: whoever comes later reads the log.
            let _ = self.events.send(EventSignal { tenant, seq });
        } else if let Some(tenant) = effects.notified {
            let _ = self.events.send(EventSignal { tenant, seq: 0 });
        }
    }

    pub(crate) fn read(&self, effects: Effects) {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.statements.fetch_add(effects.statements, Ordering::Relaxed);
    }

    pub(crate) fn synced(&self) {
        self.syncs.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn rolled_back(&self, effects: Effects) {
        self.rollbacks.fetch_add(1, Ordering::Relaxed);
        self.statements.fetch_add(effects.statements, Ordering::Relaxed);
    }

    pub(crate) fn jobs(&self) -> watch::Receiver<u64> {
        self.jobs.subscribe()
    }

    pub(crate) fn events(&self) -> broadcast::Receiver<EventSignal> {
        self.events.subscribe()
    }

    pub(crate) fn stats(&self) -> StoreStats {
        StoreStats {
            statements: self.statements.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            reads: self.reads.load(Ordering::Relaxed),
            syncs: self.syncs.load(Ordering::Relaxed),
            rollbacks: self.rollbacks.load(Ordering::Relaxed),
        }
    }
}
