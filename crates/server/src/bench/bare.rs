//! The rows of one new ticket, written again and again by a bare transaction: what the database alone can do.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use domain::actor::Actor;
use domain::event::NewEvent;
use domain::id::{EventId, IdSource, InstanceId, JobId, SeededIds, TaskId, TenantId, TicketId};
use domain::job::Job;
use engine::Engine;
use store::{ClockRow, FieldValue, InstanceRow, JobState, Scope, StoreError, TaskRow, TicketRow, Tx};
use tokio::time::Instant;

use super::figures::Times;
use crate::clock;

/// Everything that creating one ticket wrote.
#[derive(Clone)]
pub(super) struct Bare {
    tenant: TenantId,
    rows: Arc<Rows>,
}

struct Rows {
    ticket: TicketRow,
    fields: Vec<FieldValue>,
    text: String,
    instance: Option<InstanceRow>,
    tasks: Vec<TaskRow>,
    clocks: Vec<ClockRow>,
    events: Vec<NewEvent>,
    jobs: Vec<Job>,
}

impl Bare {
    /// Reads the rows of a ticket that came through HTTP.
    pub(super) async fn copy(engine: &Engine, tenant: TenantId, ticket: &str) -> anyhow::Result<Self> {
        let id: TicketId = ticket.parse()?;
        let scope = Scope::tenant(tenant);
        let rows: Result<_, StoreError> = engine.store().read(scope, move |tx| Box::pin(read(tx, id))).await;
        let rows = rows?;
        Ok(Self { tenant, rows: Arc::new(rows.context("the ticket is gone")?) })
    }

    /// Writes copies for as long as `length`, from `clients` tasks.
    pub(super) async fn run(&self, engine: &Engine, clients: usize, length: Duration) -> anyhow::Result<Times> {
        let end = Instant::now() + length;
        let workers: Vec<_> = (0..clients)
            .map(|_| {
                let (bare, engine) = (self.clone(), engine.clone());
                tokio::spawn(async move {
                    let mut times = Times::default();
                    while Instant::now() < end {
                        let began = Instant::now();
                        bare.write(&engine).await?;
                        times.add(began.elapsed());
                    }
                    anyhow::Ok(times)
                })
            })
            .collect();
        let mut all = Times::default();
        for worker in workers {
            all.extend(worker.await??);
        }
        Ok(all)
    }

    async fn write(&self, engine: &Engine) -> Result<(), StoreError> {
        let rows = Arc::clone(&self.rows);
        let millis = u64::try_from(clock::now().millis()).unwrap_or_default();
        let ids = SeededIds::new(millis, clock::seed());
        let scope = Scope::tenant(self.tenant);
        engine.store().tx(scope, move |tx| Box::pin(async move { write(tx, &rows, ids).await })).await
    }
}

async fn read(tx: &mut Tx, id: TicketId) -> Result<Option<Rows>, StoreError> {
    let Some(ticket) = tx.ticket_by_id(id).await? else { return Ok(None) };
    let events = tx.event_list_for_ticket(id, 0, 100).await?;
    let events = events.into_iter().map(|row| NewEvent {
        kind: row.kind,
        at: row.at,
        actor: row.actor,
        ticket: row.ticket_id,
        subject: row.subject,
        data: row.data,
    });
    let jobs = tx.job_list(JobState::Ready, None, 200).await?;
    let jobs = jobs.into_iter().filter(|row| row.payload.to_string().contains(&id.to_string()));
    Ok(Some(Rows {
        fields: tx.ticket_field_list(id).await?,
        text: format!("{} {}", ticket.number, ticket.title),
        instance: tx.instance_running(id).await?,
        tasks: tx.task_list(id).await?,
        clocks: tx.sla_clock_list(id).await?,
        events: events.collect(),
        jobs: jobs.filter_map(|row| serde_json::from_value(row.payload).ok()).collect(),
        ticket,
    }))
}

async fn write(tx: &mut Tx, rows: &Rows, mut ids: SeededIds) -> Result<(), StoreError> {
    let id = TicketId::new(&mut ids);
    let number = tx.counter_next("bare").await?;
    let ticket = TicketRow { id, number: format!("BARE-{number}"), ..rows.ticket.clone() };
    tx.ticket_insert(&ticket).await?;
    tx.ticket_fields_replace(id, &rows.fields).await?;
    tx.ticket_search_replace(id, &rows.text).await?;
    if let Some(row) = &rows.instance {
        let instance = InstanceRow { id: InstanceId::new(&mut ids), ticket_id: id, ..row.clone() };
        tx.instance_insert(&instance).await?;
        for row in &rows.tasks {
            let task = TaskRow { id: TaskId::new(&mut ids), instance_id: instance.id, ticket_id: id, ..row.clone() };
            tx.task_insert(&task, &[]).await?;
        }
    }
    let clocks: Vec<ClockRow> = rows.clocks.iter().map(|row| ClockRow { ticket_id: id, ..row.clone() }).collect();
    tx.sla_clock_put_all(&clocks).await?;
    for event in &rows.events {
        let copy = NewEvent { ticket: Some(id), actor: Actor::system(), ..event.clone() };
        tx.event_append(EventId::new(&mut ids), copy);
    }
    for job in &rows.jobs {
        // Far in the future, so that no worker ever takes it.
        let at = rows.ticket.created_at.plus_millis(1 << 40);
        tx.job_enqueue(JobId::new(&mut ids), job, at, Some(format!("bare:{:x}", ids.next_uuid()))).await?;
    }
    Ok(())
}
