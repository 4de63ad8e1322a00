//! The run: prepare, work, kill, start again, and in the end compare.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use serde_json::json;
use store::{Store, StoreConfig};
use tokio::sync::watch;
use tokio::time::Instant;

use super::KillArgs;
use super::child::{self, Program};
use super::journal::{self, Journal};
use super::verdict;
use super::worker::Worker;
use crate::commands::open;
use crate::config::Config;
use crate::output::{self, Progress};
use crate::scratch::{self, Dice, Ready, Scratch};

/// Once the clients have stopped, late jobs become fewer at least this often.
const SETTLE: Duration = Duration::from_secs(60);
/// A server answers its first request within this time, however loaded the machine is.
const WARM: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(5);

pub(crate) async fn run(args: KillArgs, config: Config) -> anyhow::Result<()> {
    let began = Instant::now();
    let scratch = Scratch::create(args.store, args.keep)?;
    let ready = prepare(&scratch, config).await?;
    let program = Program {
        data: scratch.folder.clone(),
        database: scratch.database.clone(),
        address: child::free_address().await?,
        log: scratch.folder.join("server.log"),
    };
    let path = scratch.folder.join("journal.jsonl");
    let acknowledged = storm(&args, &program, &ready, &path).await?;

    let child = program.start().await.context("the last start")?;
    let entries = journal::read(&path)?;
    let judged = verdict::judge(program.address, &ready.token, &entries, SETTLE).await;
    child::kill(child).await?;
    let mut verdict = judged?;
    verdict.check_chain(&Store::open(StoreConfig::new(scratch.url())).await?, ready.tenant).await?;

    let report = json!({
        "chaos": "kill",
        "store": args.store.as_str(),
        "seed": args.seed,
        "kills": args.kills,
        "clients": args.clients,
        "requests": entries.len(),
        "acknowledged": acknowledged,
        "tickets": verdict.tickets,
        "events": verdict.events,
        "jobs": verdict.jobs,
        "faults": verdict.faults,
        "seconds": began.elapsed().as_secs_f64(),
    });
    if args.json {
        output::json(&report)?;
    } else {
        output::line(&format!(
            "{}: {} kills, {} requests, {acknowledged} acknowledged, {} tickets, {} events, {} jobs, {} faults in {:.0} s",
            args.store.as_str(),
            args.kills,
            entries.len(),
            verdict.tickets,
            verdict.events,
            verdict.jobs,
            verdict.faults.len(),
            began.elapsed().as_secs_f64(),
        ));
    }
    if !verdict.faults.is_empty() {
        for fault in &verdict.faults {
            output::note(&format!("FAULT {fault}"));
        }
        anyhow::bail!("{} faults; the server's last words:\n{}", verdict.faults.len(), child::tail(&program.log));
    }
    Ok(())
}

async fn prepare(scratch: &Scratch, mut config: Config) -> anyhow::Result<Ready> {
    config.data.dir.clone_from(&scratch.folder);
    config.database.url = crate::config::Secret::new(scratch.database.clone().unwrap_or_default());
    let engine = open::engine(&config).await?;
    let ready = scratch::prepare(&engine).await?;
    engine.store().close().await;
    Ok(ready)
}

/// Clients work without a break while the server dies again and again.
async fn storm(args: &KillArgs, program: &Program, ready: &Ready, path: &std::path::Path) -> anyhow::Result<u64> {
    let journal = Arc::new(Journal::create(path)?);
    let (stop, stopping) = watch::channel(false);
    let mut dice = Dice::new(args.seed);
    let answers = Arc::new(AtomicU64::new(0));
    let mut child = program.start().await?;
    let workers: Vec<_> = (0..args.clients)
        .map(|name| {
            let worker = Worker {
                name,
                address: program.address,
                token: ready.token.clone(),
                journal: Arc::clone(&journal),
                dice: Dice::new(dice.next()),
                stop: stopping.clone(),
                answers: Arc::clone(&answers),
            };
            tokio::spawn(worker.run())
        })
        .collect();

    let progress = Progress::new();
    for kill in 1..=args.kills {
        // Most lives end amid work, some before any was done.
        if dice.below(4) > 0 {
            until_answered(&answers).await;
        }
        let alive = Duration::from_millis(5 + dice.below(args.longest_ms));
        tokio::time::sleep(alive).await;
        child::kill(child).await?;
        progress.step(&format!("Kill {kill} of {} …", args.kills));
        child = program.start().await?;
    }
    tokio::time::sleep(Duration::from_millis(args.longest_ms)).await;
    stop.send_replace(true);
    let mut acknowledged = 0;
    for worker in workers {
        acknowledged += worker.await??;
    }
    child::kill(child).await?;
    progress.done();
    Ok(acknowledged)
}

/// Waits until the server that just started has answered somebody, or clearly will not.
async fn until_answered(answers: &AtomicU64) {
    let (before, deadline) = (answers.load(Ordering::Relaxed), Instant::now() + WARM);
    while answers.load(Ordering::Relaxed) == before && Instant::now() < deadline {
        tokio::time::sleep(POLL).await;
    }
}
