//! How long pages of a list take with many tickets: filters, a custom field, a deep cursor, words, counts.
//!
//! `cargo run --release -p store --example lists -- URL ROWS` on an empty database, or on one it has filled before. One
//! JSON line per query.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write;
use std::time::Instant;

use domain::id::{SeededIds, TenantId};
use domain::ticket::system_types;
use domain::time::Timestamp;
use domain::view::Sort;
use lang::{Checked, Condition, Env, Type};
use serde_json::{Value, json};
use store::{Cursor, Scope, Store, StoreConfig, StoreError, TenantRow, TicketFilter, TicketQuery, TicketRow};

const NOW: i64 = 1_790_000_000_000;
const CHUNK: i64 = 50_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("name the address of a database")?;
    let rows: i64 = arguments.next().ok_or("name a number of rows")?.parse()?;
    let store = Store::open(StoreConfig { durable: false, ..StoreConfig::new(&url) }).await?;
    let tenant = TenantId::new(&mut SeededIds::new(1, 1));
    fill(&store, tenant, rows).await?;
    let scope = Scope::tenant(tenant);
    let three = json!({"all": [
        {"f": "status", "op": "in", "v": ["new", "open", "waiting"]},
        {"f": "priority", "op": "gte", "v": 3},
        {"f": "region", "op": "eq", "v": "r3"},
    ]});
    let rare = json!({"all": [
        {"f": "status", "op": "in", "v": ["new", "open", "waiting"]},
        {"f": "device", "op": "eq", "v": "d77"},
    ]});
    let none = json!({"all": [{"f": "region", "op": "eq", "v": "r3"}, {"f": "device", "op": "eq", "v": "d78"}]});
    let all = json!({"all": []});
    for (name, condition, words) in [
        ("newest", &all, None),
        ("three filters", &three, None),
        ("rare value", &rare, None),
        ("no hit", &none, None),
        ("common words", &all, Some("空调漏水")),
        ("rare words", &all, Some("d77")),
        ("words and filters", &three, Some("空调")),
    ] {
        for sort in ["-created_at", "priority"] {
            if words.is_some() && sort == "priority" {
                continue;
            }
            let first = timed(&store, scope, condition, sort, None, words).await?;
            let deep = first.1.last().map(|last| deep_cursor(last, sort, rows));
            let second = match &deep {
                Some(after) => timed(&store, scope, condition, sort, Some(after.clone()), words).await?,
                None => ((0.0, 0.0), Vec::new()),
            };
            let line = json!({
                "query": name, "sort": sort, "rows": rows, "engine": format!("{:?}", store.dialect()),
                "p50_ms": first.0.0, "max_ms": first.0.1, "hits": first.1.len(),
                "deep_p50_ms": second.0.0, "deep_max_ms": second.0.1, "deep_hits": second.1.len(),
            });
            writeln!(std::io::stdout(), "{line}")?;
        }
    }
    for (name, condition) in [("all", &all), ("three filters", &three), ("no hit", &none)] {
        let start = Instant::now();
        let checked = check(condition)?;
        let count: Result<u64, StoreError> = store
            .read(scope, move |tx| {
                Box::pin(async move {
                    let (env, indexed) = (Env::default(), indexed());
                    tx.ticket_count(&TicketFilter { conditions: &[&checked], env: &env, indexed: &indexed }, 10_000)
                        .await
                })
            })
            .await;
        let took = start.elapsed().as_secs_f64() * 1_000.0;
        writeln!(std::io::stdout(), "{}", json!({"count": name, "ms": took, "found": count?}))?;
    }
    store.close().await;
    Ok(())
}

fn deep_cursor(row: &TicketRow, sort: &str, rows: i64) -> Cursor {
    let mut deep = row.clone();
    deep.created_at = Timestamp::from_millis(NOW + rows / 2 * 1_000);
    let id = format!("tkt_000000000000000000{}", 10_000_000 + rows / 2);
    deep.id = id.parse().unwrap_or(row.id);
    Cursor::of(&deep, &Sort::parse(sort).unwrap_or_default())
}

fn indexed() -> BTreeSet<String> {
    ["region", "device"].map(str::to_owned).into()
}

fn check(document: &Value) -> Result<Checked, Box<dyn Error>> {
    let condition: Condition = serde_json::from_value(document.clone())?;
    let types = system_types().with("region", Type::Text).with("device", Type::Text);
    condition.check(&types).map_err(|problems| format!("{problems:?}").into())
}

async fn timed(
    store: &Store,
    scope: Scope,
    condition: &Value,
    sort: &str,
    after: Option<Cursor>,
    words: Option<&str>,
) -> Result<((f64, f64), Vec<TicketRow>), Box<dyn Error>> {
    let (checked, sort) = (check(condition)?, Sort::parse(sort).map_err(|problem| format!("{problem:?}"))?);
    let mut times = Vec::new();
    let mut found = Vec::new();
    for _ in 0..20 {
        let (checked, sort, after, words) = (checked.clone(), sort.clone(), after.clone(), words.map(str::to_owned));
        let start = Instant::now();
        let page: Result<Vec<TicketRow>, StoreError> = store
            .read(scope, move |tx| {
                Box::pin(async move {
                    let (env, indexed) = (Env::default(), indexed());
                    let filter = TicketFilter { conditions: &[&checked], env: &env, indexed: &indexed };
                    let after = after.as_ref();
                    let query = TicketQuery { filter, sort: &sort, after, limit: 25, words: words.as_deref() };
                    tx.ticket_list(&query).await
                })
            })
            .await;
        found = page?;
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
        if times.iter().sum::<f64>() > 5_000.0 {
            break;
        }
    }
    times.sort_by(f64::total_cmp);
    let (middle, worst) = (times[times.len() / 2], times[times.len() - 1]);
    Ok(((middle, worst), found))
}

async fn fill(store: &Store, tenant: TenantId, rows: i64) -> Result<(), Box<dyn Error>> {
    if store.tenant_find(Some("lists")).await?.is_some() {
        return Ok(());
    }
    let row = TenantRow {
        id: tenant,
        slug: "lists".to_owned(),
        name: "lists".to_owned(),
        settings: json!({}),
        revision: 1,
        created_at: Timestamp::from_millis(NOW),
        version: 1,
    };
    store
        .system_tx(move |tx| Box::pin(async move { tx.tenant_insert(&row).await }))
        .await
        .map_err(|error: StoreError| error)?;
    for from in (0..rows).step_by(CHUNK as usize) {
        let to = (from + CHUNK).min(rows);
        let n =
            format!("WITH RECURSIVE n(n) AS (SELECT {from} AS n UNION ALL SELECT n + 1 FROM n WHERE n + 1 < {to}) ");
        let id = "'tkt_000000000000000000' || CAST(10000000 + n AS TEXT)";
        let tickets = format!(
            "{n} INSERT INTO ticket (tenant_id, id, number, form, form_version, title, status, priority, category, data, \
             tags, created_at, updated_at, source, version) SELECT '{tenant}', {id}, 'WX-' || CAST(10000000 + n AS TEXT), \
             'repair', 1, '三号楼空调漏水', CASE WHEN n * 7 % 10 < 7 THEN 'closed' WHEN n % 3 = 0 THEN 'new' WHEN n % 3 = 1 \
             THEN 'open' ELSE 'waiting' END, 1 + n * 3 % 4, 'hvac', '{{\"region\":\"r1\"}}', '[]', {NOW} + n * 1000, \
             {NOW} + n * 1000, 'web', 1 FROM n"
        );
        let field = |name: &str, item: i64, value: &str| {
            format!(
                "{n} INSERT INTO ticket_field (tenant_id, ticket_id, field, item, text_value, number_value) \
                 SELECT '{tenant}', {id}, '{name}', {item}, {value}, NULL FROM n"
            )
        };
        let statements = vec![
            tickets,
            field("region", 0, "'r' || CAST(n * 11 % 8 AS TEXT)"),
            field("device", 1, "'d' || CAST(n % 5000 AS TEXT)"),
        ];
        store
            .tx(Scope::tenant(tenant), move |tx| {
                Box::pin(async move {
                    for statement in &statements {
                        tx.raw_exec(statement).await?;
                    }
                    for n in from..to {
                        let id = format!("tkt_000000000000000000{}", 10_000_000 + n);
                        let id = id.parse().map_err(|_| StoreError::NotFound)?;
                        let text = format!("WX-{} 三号楼空调漏水，办公室无法使用 d{}", 10_000_000 + n, n % 5000);
                        tx.ticket_search_replace(id, &text).await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await?;
    }
    let analyze = "ANALYZE";
    store
        .system_tx(move |tx| Box::pin(async move { tx.raw_exec(analyze).await.map(drop) }))
        .await
        .map_err(|error: StoreError| error)?;
    Ok(())
}
