//! New tickets per second: the whole way through HTTP, and the rows alone.

use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::json;
use tokio::time::Instant;

use super::BenchArgs;
use super::bare::Bare;
use super::figures::{Times, print};
use super::serve::Bench;
use crate::config::Config;
use crate::scratch::{Client, Dice};

/// Done before anything is counted: caches fill, files grow.
const WARM_UP: usize = 50;
const TITLES: [&str; 8] = [
    "A座3楼会议室空调漏水",
    "注塑机 IM-07 报警停机",
    "二楼打印机卡纸，无法打印",
    "电梯按钮失灵",
    "车间照明灯闪烁",
    "Network down in building B",
    "冷库温度偏高",
    "Coffee machine leaks again",
];

pub(super) async fn run(args: &BenchArgs, config: Config) -> anyhow::Result<()> {
    let bench = Bench::start(args, config).await?;
    let mut client = bench.client();
    let mut last = String::new();
    for n in 0..WARM_UP {
        last = create(&mut client, n).await?;
    }
    let bare = Bare::copy(&bench.engine, bench.ready.tenant, &last).await?;
    for &clients in &args.clients {
        let length = Duration::from_secs_f64(args.seconds);
        let before = bench.engine.store().stats();
        let mut http = through_http(&bench, clients, length).await?;
        let after = bench.engine.store().stats();
        let mut rows = bare.run(&bench.engine, clients, length).await?;
        let (per_second, bare_per_second) = (rate(&http, length), rate(&rows, length));
        let facts = json!({
            "store": args.store.as_str(),
            "clients": clients,
            "tickets_per_second": per_second,
            "p50_ms": http.percentile(0.5),
            "p99_ms": http.percentile(0.99),
            "bare_per_second": bare_per_second,
            "bare_p50_ms": rows.percentile(0.5),
            "ratio": per_second / bare_per_second.max(f64::MIN_POSITIVE),
            "statements_per_ticket": (after.statements - before.statements) as f64 / http.len().max(1) as f64,
            "commits_per_sync": (after.commits - before.commits) as f64 / (after.syncs - before.syncs).max(1) as f64,
        });
        print(args.json, "create", &facts)?;
    }
    bench.stop().await;
    Ok(())
}

fn rate(times: &Times, length: Duration) -> f64 {
    times.len() as f64 / length.as_secs_f64()
}

async fn through_http(bench: &Bench, clients: usize, length: Duration) -> anyhow::Result<Times> {
    let end = Instant::now() + length;
    let workers: Vec<_> = (0..clients)
        .map(|number| {
            let mut client = bench.client();
            let mut dice = Dice::new(number as u64);
            tokio::spawn(async move {
                let mut times = Times::default();
                while Instant::now() < end {
                    let began = Instant::now();
                    let n = usize::try_from(dice.below(1_000_000)).unwrap_or_default();
                    create(&mut client, n).await?;
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

async fn create(client: &mut Client, n: usize) -> anyhow::Result<String> {
    let title = TITLES[n % TITLES.len()];
    let body = json!({"type": "repair", "data": {
        "title": format!("{title} {n}"), "description": "一上班就这样，麻烦尽快处理。", "spot": "3F", "contact": "李伟",
        "phone": "13800138000",
    }});
    let answer = client.post("/api/v1/tickets", &body).await?;
    if !answer.is_success() {
        bail!("creating a ticket answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    let id = answer.json()["id"].as_str().map(str::to_owned);
    id.context("the answer has no id")
}
