//! Clocks of tickets, and which of their steps have been taken.

use domain::id::TicketId;
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, ToValue};

/// One cycle of one target. The columns repeat what lists and charts need from `clock`.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockRow {
    pub ticket_id: TicketId,
    pub policy: String,
    pub policy_version: i64,
    pub target: String,
    pub cycle: i64,
    pub kind: String,
    pub state: String,
    pub started_at: Timestamp,
    pub due_at: Option<Timestamp>,
    pub met_at: Option<Timestamp>,
    pub breached_at: Option<Timestamp>,
    /// `domain::sla::Clock` as JSON, with its ledger.
    pub clock: Value,
}

/// Clocks that started in a range of time, per kind of target and state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockCount {
    pub kind: String,
    pub state: String,
    pub breached: bool,
    pub count: i64,
}

macro_rules! columns {
    () => {
        "ticket_id, policy, policy_version, target, cycle, kind, state, started_at, due_at, met_at, breached_at, clock"
    };
}

statements! {
    RATE = "SELECT CAST((c.ended_at + $2) / 86400000 AS BIGINT) AS day, \
            SUM(CASE WHEN c.breached_at IS NULL THEN 1 ELSE 0 END), SUM(CASE WHEN c.breached_at IS NULL THEN 0 ELSE 1 END) \
            FROM (SELECT COALESCE(breached_at, met_at) AS ended_at, breached_at FROM sla_clock WHERE tenant_id = $1 \
            AND kind = 'resolution' AND (met_at >= $3 OR breached_at >= $3)) AS c WHERE c.ended_at >= $3 \
            GROUP BY CAST((c.ended_at + $2) / 86400000 AS BIGINT) ORDER BY day";
    LIST = "SELECT ", columns!(), " FROM sla_clock WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY policy, target, cycle";
    PUT = "INSERT INTO sla_clock (tenant_id, ", columns!(), ") \
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
           ON CONFLICT (tenant_id, ticket_id, policy, target, cycle) DO UPDATE SET \
           policy_version = excluded.policy_version, kind = excluded.kind, state = excluded.state, \
           started_at = excluded.started_at, due_at = excluded.due_at, met_at = excluded.met_at, \
           breached_at = excluded.breached_at, clock = excluded.clock";
    DELETE = "DELETE FROM sla_clock WHERE tenant_id = $1 AND ticket_id = $2";
    FIRE = "INSERT INTO sla_step_fired (tenant_id, ticket_id, policy, target, cycle, step, fired_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    FIRED = "SELECT policy, target, cycle, step, fired_at FROM sla_step_fired WHERE tenant_id = $1 AND ticket_id = $2";
    COUNTS = "SELECT kind, state, CASE WHEN breached_at IS NULL THEN 0 ELSE 1 END AS late, COUNT(*) FROM sla_clock \
              WHERE tenant_id = $1 AND started_at >= $2 AND started_at < $3 GROUP BY kind, state, \
              CASE WHEN breached_at IS NULL THEN 0 ELSE 1 END ORDER BY kind, state, late";
}

impl ClockRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            ticket_id: row.take()?,
            policy: row.take()?,
            policy_version: row.take()?,
            target: row.take()?,
            cycle: row.take()?,
            kind: row.take()?,
            state: row.take()?,
            started_at: row.take()?,
            due_at: row.take()?,
            met_at: row.take()?,
            breached_at: row.take()?,
            clock: row.take()?,
        })
    }
}

impl Tx {
    pub async fn sla_clock_list(&mut self, ticket: TicketId) -> Result<Vec<ClockRow>, StoreError> {
        self.query_as(LIST, &[&ticket], ClockRow::read).await
    }

    /// Writes a ticket's clocks, each over its former self.
    pub async fn sla_clock_put_all(&mut self, rows: &[ClockRow]) -> Result<(), StoreError> {
        let mut batch = Vec::with_capacity(rows.len());
        for row in rows {
            let args: [&dyn ToValue; 12] = [
                &row.ticket_id,
                &row.policy,
                &row.policy_version,
                &row.target,
                &row.cycle,
                &row.kind,
                &row.state,
                &row.started_at,
                &row.due_at,
                &row.met_at,
                &row.breached_at,
                &row.clock,
            ];
            batch.push((PUT, self.scoped(&args)?));
        }
        self.exec_all(batch).await
    }

    /// Replaces all clocks of a ticket, after a replay that knows fewer of them.
    pub async fn sla_clock_replace(&mut self, ticket: TicketId, rows: &[ClockRow]) -> Result<(), StoreError> {
        self.exec_later(DELETE, &[&ticket]).await?;
        self.sla_clock_put_all(rows).await
    }

    /// True for the one caller who may take the step; false when it was taken before.
    pub async fn sla_step_fire(
        &mut self,
        ticket: TicketId,
        policy: &str,
        target: &str,
        cycle: i64,
        step: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.exec(FIRE, &[&ticket, &policy, &target, &cycle, &step, &now]).await? > 0)
    }

    /// Steps that were taken: policy, target, cycle, step, when.
    pub async fn sla_step_list(
        &mut self,
        ticket: TicketId,
    ) -> Result<Vec<(String, String, i64, String, Timestamp)>, StoreError> {
        let read = |mut row: Row| Ok((row.take()?, row.take()?, row.take()?, row.take()?, row.take()?));
        self.query_as(FIRED, &[&ticket], read).await
    }

    /// Resolution promises by the local day on which they were kept or broken: day since 1970, kept, broken.
    /// `offset_ms` is what local time is ahead of UTC.
    pub(crate) async fn sla_count_by_day(
        &mut self,
        since: Timestamp,
        offset_ms: i64,
    ) -> Result<Vec<(i64, i64, i64)>, StoreError> {
        let read = |mut row: Row| Ok((row.take()?, row.take()?, row.take()?));
        self.query_as(RATE, &[&offset_ms, &since], read).await
    }

    /// Clocks that started in `[from, to)`.
    pub async fn sla_clock_count(&mut self, from: Timestamp, to: Timestamp) -> Result<Vec<ClockCount>, StoreError> {
        let read = |mut row: Row| {
            Ok(ClockCount { kind: row.take()?, state: row.take()?, breached: row.take()?, count: row.take()? })
        };
        self.query_as(COUNTS, &[&from, &to], read).await
    }
}
