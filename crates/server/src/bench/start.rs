//! The program itself: start to ready, idle memory, size; and one text through the model.

use std::time::Duration;

use ::ai::classify::{self, Document, Example, TrainOptions};
use anyhow::Context;
use engine::samples::{Generator, Plan, SampleTicket, Source};
use serde_json::json;
use tokio::time::Instant;

use super::BenchArgs;
use super::figures::{Times, print};
use crate::chaos::{Program, free_address};
use crate::config::Config;
use crate::scratch::Scratch;
use crate::{clock, demo};

const STARTS: usize = 5;
/// Idle means: nothing asked for so long.
const IDLE: Duration = Duration::from_secs(3);
const DAY_MS: i64 = 86_400_000;
const TRAIN: usize = 4_000;
const TEST: usize = 1_000;

pub(super) async fn start(args: &BenchArgs) -> anyhow::Result<()> {
    let scratch = Scratch::create(args.store, args.keep)?;
    let program = Program {
        data: scratch.folder.clone(),
        database: scratch.database.clone(),
        address: free_address().await?,
        log: scratch.folder.join("server.log"),
    };
    // The first start makes the schema; it is not what people wait for every day.
    program.start().await?.kill().await?;
    let mut times = Times::default();
    let mut memory = 0;
    for _ in 0..STARTS {
        let began = Instant::now();
        let mut child = program.start().await?;
        times.add(began.elapsed());
        tokio::time::sleep(IDLE).await;
        memory = child.id().and_then(resident_kib).unwrap_or_default().max(memory);
        child.kill().await?;
    }
    let size = std::fs::metadata(std::env::current_exe()?)?.len();
    let facts = json!({
        "store": args.store.as_str(),
        "ready_p50_ms": times.percentile(0.5),
        "ready_max_ms": times.percentile(1.0),
        "idle_mib": memory as f64 / 1024.0,
        "binary_mib": size as f64 / 1_048_576.0,
        "debug": cfg!(debug_assertions),
    });
    print(args.json, "start", &facts)
}

/// Resident memory, as the kernel counts it.
fn resident_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

pub(super) async fn classify(args: &BenchArgs, _config: Config) -> anyhow::Result<()> {
    let pack = demo::embedded("repair")?;
    let source = Source::read(&pack.sample, demo::calendar(&pack)?)?;
    let until = clock::now();
    let plan =
        Plan { form: "repair".into(), seed: 1, tickets: TRAIN + TEST, from: until.plus_millis(-180 * DAY_MS), until };
    let example = |ticket: SampleTicket| Example {
        document: Document { title: ticket.title, text: ticket.description, fields: Vec::new() },
        label: ticket.category,
    };
    let examples: Vec<Example> = Generator::new(&source, plan).map(example).collect();
    let (train, test) = examples.split_at_checked(TRAIN.min(examples.len())).context("too few examples")?;
    let began = Instant::now();
    let model = classify::train(train, &TrainOptions::default())?;
    let train_seconds = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let right = test.iter().filter(|example| model.predict(&example.document).label == example.label).count();
    let micros = began.elapsed().as_secs_f64() * 1e6 / test.len().max(1) as f64;
    let facts = json!({
        "train_examples": train.len(),
        "train_seconds": train_seconds,
        "micros_per_text": micros,
        "accuracy": right as f64 / test.len().max(1) as f64,
        "texts": test.len(),
        "debug": cfg!(debug_assertions),
    });
    print(args.json, "classify", &facts)
}
