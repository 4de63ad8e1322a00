//! How long reading takes, by the number of tickets.

use anyhow::bail;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::figures::{Times, print};
use super::serve::Bench;
use super::{BenchArgs, load};
use crate::config::Config;
use crate::scratch::{Client, Dice};

/// Pages of 200 that are turned before a page counts as deep.
const DEEP_PAGES: usize = 20;
const WARM_UP: usize = 20;

pub(super) async fn list(args: &BenchArgs, config: Config) -> anyhow::Result<()> {
    let bench = loaded(args, config).await?;
    let filter = json!({"all": [
        {"f": "status", "op": "in", "v": ["new", "open", "waiting"]},
        {"f": "priority", "op": "gte", "v": 2},
        {"f": "urgency", "op": "eq", "v": "urgent"},
    ]});
    let first = format!("/api/v1/tickets?limit=25&filter={}", encoded(&filter.to_string()));
    measure(args, &bench, "list.first_page", |_| first.clone()).await?;
    // Few tickets fit the filters: without a second page there is nothing deep to measure.
    if let Some(cursor) = deep_cursor(&mut bench.client(), &filter).await? {
        let deep = format!("{first}&after={cursor}");
        measure(args, &bench, "list.deep_page", |_| deep.clone()).await?;
    }
    if let Some(cursor) = deep_cursor(&mut bench.client(), &json!({"all": []})).await? {
        let deep = format!("/api/v1/tickets?limit=25&after={cursor}");
        measure(args, &bench, "list.deep_unfiltered", |_| deep.clone()).await?;
    }
    bench.stop().await;
    Ok(())
}

pub(super) async fn search(args: &BenchArgs, config: Config) -> anyhow::Result<()> {
    let bench = loaded(args, config).await?;
    for (name, words) in [
        ("search.chinese", ["空调漏水", "电梯失灵", "二号车间水管", "机房网络中断"]),
        ("search.english", ["printer offline", "Warehouse conveyor", "pump leaks", "router stopped"]),
    ] {
        let address = |n: usize| format!("/api/v1/tickets?limit=25&q={}", encoded(words[n % words.len()]));
        measure(args, &bench, name, address).await?;
    }
    bench.stop().await;
    Ok(())
}

pub(super) async fn open(args: &BenchArgs, config: Config) -> anyhow::Result<()> {
    let bench = loaded(args, config).await?;
    let rows = args.rows.max(1);
    let address = |n: usize| {
        let number = Dice::new(n as u64).below(rows);
        format!("/api/v1/tickets/LD-{number:07}")
    };
    measure(args, &bench, "open", address).await?;
    bench.stop().await;
    Ok(())
}

async fn loaded(args: &BenchArgs, config: Config) -> anyhow::Result<Bench> {
    let bench = Bench::start(args, config).await?;
    let began = Instant::now();
    load::tickets(&bench.engine, bench.ready.tenant, args.rows).await?;
    let facts = json!({"store": args.store.as_str(), "rows": args.rows, "seconds": began.elapsed().as_secs_f64()});
    print(args.json, "load", &facts)?;
    Ok(bench)
}

async fn measure(args: &BenchArgs, bench: &Bench, name: &str, address: impl Fn(usize) -> String) -> anyhow::Result<()> {
    let mut client = bench.client();
    for n in 0..WARM_UP {
        get(&mut client, &address(n)).await?;
    }
    let before = bench.engine.store().stats();
    let (mut times, mut found) = (Times::default(), 0);
    for n in 0..args.requests {
        let path = address(n);
        let began = Instant::now();
        let body = get(&mut client, &path).await?;
        times.add(began.elapsed());
        found = body["items"].as_array().map_or(1, Vec::len);
    }
    let after = bench.engine.store().stats();
    let statements = (after.statements - before.statements) as f64 / args.requests.max(1) as f64;
    let facts = json!({
        "store": args.store.as_str(),
        "rows": args.rows,
        "p50_ms": times.percentile(0.5),
        "p99_ms": times.percentile(0.99),
        "items": found,
        "queries_per_request": statements,
    });
    print(args.json, name, &facts)
}

/// The cursor after many pages, or of the last page there is; `None` when one page holds everything.
async fn deep_cursor(client: &mut Client, filter: &Value) -> anyhow::Result<Option<String>> {
    let filter = match filter["all"].as_array().is_some_and(Vec::is_empty) {
        true => String::new(),
        false => format!("&filter={}", encoded(&filter.to_string())),
    };
    let mut cursor = None::<String>;
    for _ in 0..DEEP_PAGES {
        let after = cursor.as_ref().map(|cursor| format!("&after={cursor}")).unwrap_or_default();
        let body = get(client, &format!("/api/v1/tickets?limit=200{filter}{after}")).await?;
        match body["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    Ok(cursor)
}

async fn get(client: &mut Client, path: &str) -> anyhow::Result<Value> {
    let answer = client.get(path).await?;
    if !answer.is_success() {
        bail!("GET {path} answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    Ok(answer.json())
}

/// Percent-encoding of everything but letters and digits.
fn encoded(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric();
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
