//! The log of facts: numbered without gaps and chained by hash, per tenant.
//!
//! A transaction collects its events and writes them as its last statements, because numbering locks the head of the
//! tenant's chain until the commit. So numbers follow the order of commits, and a reader that has seen number *n* has
//! seen everything before it.

mod chain;
mod verify;

use domain::actor::Actor;
use domain::event::{EventKind, NewEvent};
use domain::id::{EventId, TicketId};
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, ToValue};

pub use verify::{Broken, ChainHead, Verified};

use chain::Link;

/// A fact as it stands in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    pub seq: i64,
    pub id: EventId,
    pub at: Timestamp,
    pub kind: EventKind,
    pub actor: Actor,
    pub ticket_id: Option<TicketId>,
    pub subject: Option<String>,
    pub data: Value,
    /// SHA-256 over the hash before and this row.
    pub hash: Vec<u8>,
}

/// Which events of the log.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Any of these kinds; empty for all.
    pub kinds: Vec<EventKind>,
    pub subject: Option<String>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// Events of an open transaction.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    waiting: Vec<(EventId, NewEvent)>,
    written: Vec<i64>,
}

impl Pending {
    pub(crate) fn add(&mut self, id: EventId, event: NewEvent) {
        self.waiting.push((id, event));
    }

    pub(crate) fn last(&self) -> Option<i64> {
        self.written.last().copied()
    }
}

macro_rules! columns {
    () => {
        "seq, id, at, kind, actor, ticket_id, subject, data, hash"
    };
}

statements! {
    /// Locks the head until the commit and answers what to build on.
    HEAD_TAKE = "UPDATE event_head SET seq = seq + $2 WHERE tenant_id = $1 RETURNING seq, hash";
    HEAD_SET = "UPDATE event_head SET hash = $2 WHERE tenant_id = $1";
    INSERT = "INSERT INTO event (tenant_id, ", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    FOR_TICKET = "SELECT ", columns!(), " FROM event WHERE tenant_id = $1 AND ticket_id = $2 AND seq > $3 \
                  ORDER BY seq LIMIT $4";
    BY_SEQ = "SELECT ", columns!(), " FROM event WHERE tenant_id = $1 AND seq = $2";
}

/// Statements of all files here.
pub(crate) const ALL_STATEMENTS: &[&[(&str, &str)]] = &[STATEMENTS, verify::STATEMENTS];

impl EventRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            seq: row.take()?,
            id: row.take()?,
            at: row.take()?,
            kind: row.take_word(EventKind::parse)?,
            actor: row.take()?,
            ticket_id: row.take()?,
            subject: row.take()?,
            data: row.take()?,
            hash: row.take()?,
        })
    }
}

impl Tx {
    /// Writes the events so far and answers the numbers of all events of this transaction. The head of the chain is
    /// locked from here to the commit, so call it late, or not at all: the commit does it.
    pub async fn event_flush(&mut self) -> Result<Vec<i64>, StoreError> {
        let waiting = std::mem::take(&mut self.events.waiting);
        if waiting.is_empty() {
            return Ok(self.events.written.clone());
        }
        let count = waiting.len() as i64;
        let mut head = self.query_opt(HEAD_TAKE, &[&count]).await?.ok_or(StoreError::NotFound)?;
        let (last, mut hash): (i64, Vec<u8>) = (head.take()?, head.take()?);
        let tenant = self.tenant().to_string();
        let mut batch = Vec::with_capacity(waiting.len() + 1);
        let mut written = Vec::with_capacity(waiting.len());
        for (seq, (id, event)) in (last - count + 1..).zip(waiting) {
            let link = Link {
                tenant: tenant.clone(),
                seq,
                id: id.to_string(),
                at: event.at.millis(),
                kind: event.kind.as_str().to_owned(),
                actor: text_of(&event.actor)?,
                ticket: event.ticket.map(|ticket| ticket.to_string()),
                subject: event.subject,
                data: event.data.to_string(),
            };
            hash = link.hash(&hash);
            let args: [&dyn ToValue; 9] = [
                &link.seq,
                &link.id,
                &link.at,
                &link.kind,
                &link.actor,
                &link.ticket,
                &link.subject,
                &link.data,
                &hash,
            ];
            batch.push((INSERT, self.scoped(&args)?));
            written.push(seq);
        }
        batch.push((HEAD_SET, self.scoped(&[&hash])?));
        self.exec_all(batch).await?;
        self.events.written.extend(written);
        Ok(self.events.written.clone())
    }

    /// Events that wait for the end of this transaction, in order.
    pub fn events_pending(&self) -> impl Iterator<Item = &NewEvent> {
        self.events.waiting.iter().map(|(_, event)| event)
    }

    /// The newest event about a ticket that waits for the end of this transaction.
    pub fn event_pending_last(&self, ticket: TicketId) -> Option<EventId> {
        let mut newest = self.events.waiting.iter().rev();
        newest.find(|(_, event)| event.ticket == Some(ticket)).map(|(id, _)| *id)
    }

    /// Events after `after`, in order. What this transaction has appended is not there yet.
    pub async fn event_list(
        &mut self,
        after: i64,
        filter: &EventFilter,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let mut values = self.scoped(&[&after])?;
        let mut sql = String::from(concat!("SELECT ", columns!(), " FROM event WHERE tenant_id = $1 AND seq > $2"));
        let mut bind = |value: &dyn ToValue| {
            values.push(value.to_value());
            format!("${}", values.len())
        };
        if !filter.kinds.is_empty() {
            let names: Vec<String> = filter.kinds.iter().map(|kind| bind(&kind.as_str())).collect();
            sql.push_str(&format!(" AND kind IN ({})", names.join(", ")));
        }
        if let Some(subject) = &filter.subject {
            sql.push_str(&format!(" AND subject = {}", bind(subject)));
        }
        if let Some(from) = &filter.from {
            sql.push_str(&format!(" AND at >= {}", bind(from)));
        }
        if let Some(to) = &filter.to {
            sql.push_str(&format!(" AND at < {}", bind(to)));
        }
        sql.push_str(&format!(" ORDER BY seq LIMIT {}", bind(&i64::from(limit))));
        let rows = self.query_once(&sql, values).await?;
        rows.into_iter().map(EventRow::read).collect()
    }

    pub async fn event_by_seq(&mut self, seq: i64) -> Result<Option<EventRow>, StoreError> {
        self.query_opt_as(BY_SEQ, &[&seq], EventRow::read).await
    }

    /// A ticket's events after `after`, in order.
    pub async fn event_list_for_ticket(
        &mut self,
        ticket: TicketId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        self.query_as(FOR_TICKET, &[&ticket, &after, &i64::from(limit)], EventRow::read).await
    }
}

fn text_of(actor: &Actor) -> Result<String, StoreError> {
    serde_json::to_string(actor).map_err(|error| StoreError::corrupt(error.to_string()))
}
