//! One command at work: its transaction with everything the rules need to know.

use std::sync::Arc;

use domain::event::{EventKind, NewEvent};
use domain::id::TicketId;
use domain::job::Job;
use domain::time::Timestamp;
use serde_json::Value;
use store::Tx;

use crate::configuration::Configuration;
use crate::error::Result;
use crate::{Ctx, Engine};

/// The caller, the configuration and the open transaction.
pub struct Work<'t> {
    pub engine: Engine,
    pub ctx: Ctx,
    pub configuration: Arc<Configuration>,
    pub tx: &'t mut Tx,
    /// How many rules led here; see [`domain::rule::MAX_DEPTH`].
    pub depth: u8,
}

impl<'t> Work<'t> {
    pub(crate) async fn begin(engine: Engine, ctx: Ctx, tx: &'t mut Tx) -> Result<Self> {
        let configuration = engine.configuration(tx).await?;
        Ok(Self { engine, ctx, configuration, tx, depth: 0 })
    }

    /// The same transaction, with the program acting under another name.
    pub fn acting(&mut self, actor: domain::actor::Actor) -> Work<'_> {
        Work {
            engine: self.engine.clone(),
            ctx: self.ctx.acting(actor),
            configuration: Arc::clone(&self.configuration),
            tx: self.tx,
            depth: self.depth,
        }
    }

    pub fn now(&self) -> Timestamp {
        self.ctx.now()
    }

    pub fn env(&self) -> lang::Env {
        self.configuration.env(&self.ctx)
    }

    /// Records a fact about a ticket; it is written, chained, when the transaction commits.
    pub fn record(&mut self, kind: EventKind, ticket: Option<TicketId>, subject: Option<String>, data: Value) {
        let event = NewEvent { kind, at: self.now(), actor: self.ctx.actor().clone(), ticket, subject, data };
        let id = self.ctx.id(domain::id::EventId::new);
        self.tx.event_append(id, event);
    }

    /// Enqueues work that is due at `at`; a live job with the same `dedup` key makes this a no-op.
    pub async fn enqueue(&mut self, job: &Job, at: Timestamp, dedup: Option<String>) -> Result<()> {
        let id = self.ctx.id(domain::id::JobId::new);
        self.tx.job_enqueue(id, job, at, dedup).await?;
        Ok(())
    }
}
