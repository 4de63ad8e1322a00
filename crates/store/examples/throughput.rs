//! How many tickets a second the store takes, with the rows that a new ticket usually writes.
//!
//! `cargo run --release -p store --example throughput -- sqlite:/tmp/bench.db [SECONDS]`, or a `postgres://` address of
//! an empty database. Prints one JSON line per number of callers.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use domain::actor::Actor;
use domain::event::{EventKind, NewEvent};
use domain::id::{EventId, InstanceId, JobId, SeededIds, TaskId, TenantId, TicketId, UserId};
use domain::job::Job;
use domain::ticket::Status;
use domain::time::Timestamp;
use serde_json::json;
use store::{
    ClockRow, FieldValue, InstanceRow, Scope, Store, StoreConfig, StoreError, TaskRow, TaskState, TenantRow, TicketRow,
    Tx, UserRow, UserState,
};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const TENANTS: usize = 4;

#[derive(Clone)]
struct Tenant {
    scope: Scope,
    users: Vec<UserId>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("name the address of a database")?;
    let seconds = arguments.next().map_or(Ok(3), |text| text.parse())?;
    for callers in [1, 16, 64] {
        for batch in [1, 256] {
            let config = StoreConfig { batch, connections: 16, ..StoreConfig::new(&url) };
            let store = Store::open(config).await?;
            if batch == 1 && url.starts_with("postgres") {
                continue;
            }
            let line = measure(&store, callers, batch, Duration::from_secs(seconds)).await?;
            store.close().await;
            writeln!(std::io::stdout(), "{line}")?;
        }
    }
    Ok(())
}

async fn measure(
    store: &Store,
    callers: u64,
    batch: usize,
    length: Duration,
) -> Result<serde_json::Value, Box<dyn Error>> {
    let seed = Arc::new(AtomicU64::new(callers << 40 | (batch as u64) << 32));
    let mut tenants = Vec::new();
    for _ in 0..TENANTS {
        tenants.push(add_tenant(store, seed.fetch_add(1, Ordering::Relaxed)).await?);
    }
    let before = store.stats();
    let began = Instant::now();
    let mut running = Vec::new();
    for caller in 0..callers {
        let (store, seed) = (store.clone(), Arc::clone(&seed));
        let tenant = tenants[caller as usize % TENANTS].clone();
        running.push(tokio::spawn(async move {
            let mut times = Vec::new();
            while began.elapsed() < length {
                let start = Instant::now();
                let (seed, tenant) = (seed.fetch_add(1, Ordering::Relaxed), tenant.clone());
                let users = tenant.users.clone();
                store.tx(tenant.scope, move |tx| Box::pin(async move { create(tx, seed, &users).await })).await?;
                times.push(start.elapsed().as_secs_f64() * 1_000.0);
            }
            Ok::<_, StoreError>(times)
        }));
    }
    let mut times = Vec::new();
    for caller in running {
        times.extend(caller.await??);
    }
    let elapsed = began.elapsed().as_secs_f64();
    let after = store.stats();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    let done = times.len() as f64;
    Ok(json!({
        "engine": format!("{:?}", store.dialect()).to_lowercase(),
        "callers": callers,
        "batch": batch,
        "per_second": (done / elapsed).round(),
        "p50_ms": at(0.5),
        "p99_ms": at(0.99),
        "statements_each": (after.statements - before.statements) as f64 / done,
        "commands_per_sync": (after.syncs > before.syncs).then(|| done / (after.syncs - before.syncs) as f64),
    }))
}

async fn add_tenant(store: &Store, seed: u64) -> Result<Tenant, StoreError> {
    let mut ids = SeededIds::new(NOW.millis() as u64, seed);
    let id = TenantId::new(&mut ids);
    let users: Vec<UserId> = (0..3).map(|_| UserId::new(&mut ids)).collect();
    let row = TenantRow {
        id,
        slug: format!("bench-{seed}"),
        name: "bench".to_owned(),
        settings: json!({}),
        revision: 1,
        created_at: NOW,
        version: 1,
    };
    let people = users.clone();
    store
        .system_tx(move |tx| {
            Box::pin(async move {
                tx.tenant_insert(&row).await?;
                for user in people {
                    tx.user_insert(&person(user)).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(Tenant { scope: Scope::tenant(id), users })
}

/// What a command writes for a new ticket of a form with four filterable fields, a flow and two promises.
async fn create(tx: &mut Tx, seed: u64, users: &[UserId]) -> Result<(), StoreError> {
    let mut ids = SeededIds::new(NOW.millis() as u64 + seed % 1_000_000, seed);
    let number = tx.counter_next("ticket:WX").await?;
    let row = ticket(TicketId::new(&mut ids), number, users[0]);
    tx.ticket_insert(&row).await?;
    tx.ticket_fields_replace(row.id, &fields(number)).await?;
    tx.ticket_search_replace(row.id, &format!("{} {} {}", row.number, row.title, row.data["note"])).await?;
    tx.sla_clock_put_all(&[clock(row.id, "response"), clock(row.id, "resolution")]).await?;
    let instance = instance(InstanceId::new(&mut ids), row.id);
    tx.instance_insert(&instance).await?;
    tx.task_insert(&task(TaskId::new(&mut ids), &instance), &users[1..]).await?;
    for kind in [EventKind::TicketCreated, EventKind::FlowStarted, EventKind::TaskOpened, EventKind::SlaStarted] {
        let actor = Actor::person(users[0], "李伟");
        let data = json!({"fields": row.data, "title": row.title});
        let event = NewEvent { kind, at: NOW, actor, ticket: Some(row.id), subject: None, data };
        tx.event_append(EventId::new(&mut ids), event);
    }
    for (job, at) in
        [(Job::Suggest { ticket: row.id }, NOW), (Job::SlaTimer { ticket: row.id }, NOW.plus_millis(3_600_000))]
    {
        let key = format!("{}:{}", job.kind(), row.id);
        tx.job_enqueue(JobId::new(&mut ids), &job, at, Some(key)).await?;
    }
    Ok(())
}

fn person(id: UserId) -> UserRow {
    UserRow {
        id,
        login: id.to_string(),
        name: "李伟".to_owned(),
        name_pinyin: "liwei".to_owned(),
        email: None,
        phone: None,
        org_id: None,
        password_hash: None,
        state: UserState::Active,
        roles: json!([]),
        profile: json!({}),
        created_at: NOW,
        version: 1,
    }
}

fn ticket(id: TicketId, number: i64, requester: UserId) -> TicketRow {
    let at = NOW.plus_millis(number);
    TicketRow {
        id,
        number: format!("WX-{number:08}"),
        form: "repair".to_owned(),
        form_version: 1,
        title: "三号楼二层空调漏水，办公室无法使用".to_owned(),
        status: Status::New,
        stage: Some("受理".to_owned()),
        priority: 2 + number % 3,
        category: Some("hvac".to_owned()),
        owner_id: None,
        team_id: None,
        requester_id: Some(requester),
        org_id: None,
        place_id: None,
        asset_id: None,
        data: json!({"cat": "leak", "floor": "2", "phone": "13800000000", "note": "昨晚开始滴水，AHU-3-07 附近地面有积水，请尽快处理。"}),
        tags: Vec::new(),
        due_at: Some(NOW.plus_millis(3_600_000)),
        sla_state: Some("running".to_owned()),
        created_at: at,
        updated_at: at,
        first_response_at: None,
        solved_at: None,
        closed_at: None,
        rating: None,
        source: "web".to_owned(),
        version: 1,
    }
}

fn fields(number: i64) -> Vec<FieldValue> {
    let text = |field: &str, value: String| FieldValue { field: field.to_owned(), text: Some(value), number: None };
    vec![
        text("cat", "leak".to_owned()),
        text("region", format!("r{}", number % 8)),
        text("device", format!("AHU-{}", number % 500)),
        FieldValue { field: "floor".to_owned(), text: None, number: Some(number % 30) },
    ]
}

fn clock(ticket: TicketId, target: &str) -> ClockRow {
    ClockRow {
        ticket_id: ticket,
        policy: "standard".to_owned(),
        policy_version: 1,
        target: target.to_owned(),
        cycle: 1,
        kind: target.to_owned(),
        state: "running".to_owned(),
        started_at: NOW,
        due_at: Some(NOW.plus_millis(3_600_000)),
        met_at: None,
        breached_at: None,
        clock: json!({"target_ms": 3_600_000, "elapsed_ms": 0, "ledger": [], "steps": [{"at": 80}, {"at": 100}]}),
    }
}

fn instance(id: InstanceId, ticket: TicketId) -> InstanceRow {
    InstanceRow {
        id,
        ticket_id: ticket,
        flow_key: "repair_flow".to_owned(),
        flow_version: 1,
        state: json!({"next": 3, "tokens": [{"id": 1, "node": "accept", "state": {"is": "tasks"}}], "tasks": [{"id": 2}]}),
        status: "running".to_owned(),
        started_at: NOW,
        ended_at: None,
        version: 1,
    }
}

fn task(id: TaskId, instance: &InstanceRow) -> TaskRow {
    TaskRow {
        id,
        instance_id: instance.id,
        ticket_id: instance.ticket_id,
        local_no: 2,
        node: "accept".to_owned(),
        kind: "work".to_owned(),
        name: json!({"zh": "受理", "en": "Accept"}),
        state: TaskState::Open,
        assignee_id: None,
        team_id: None,
        due_at: None,
        outcome: None,
        fields: json!({}),
        actions: json!(["claim", "transfer"]),
        claimed_at: None,
        created_at: NOW,
        done_at: None,
        done_by: None,
        comment: None,
        version: 1,
    }
}
