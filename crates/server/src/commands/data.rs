//! `gongdan import` and `gongdan export`: tickets in and out.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};

use anyhow::{Context, bail};
use engine::imports::{self, Format, Import, Mapping, Progress};
use engine::tickets::{self, ListTickets};
use serde_json::json;

use crate::cli::{Export, ImportTickets};
use crate::commands::open;
use crate::config::Config;
use crate::output;
use crate::tenants;

/// Rows that a dry run judges.
const PREVIEW_ROWS: usize = 1_000;
const PAGE: u32 = 200;

pub(crate) async fn import(config: Config, args: ImportTickets) -> anyhow::Result<()> {
    let text =
        std::fs::read_to_string(&args.mapping).with_context(|| format!("could not read {}", args.mapping.display()))?;
    let mapping: Mapping =
        serde_json::from_str(&text).with_context(|| format!("{} is no mapping", args.mapping.display()))?;
    let name = args.file.display().to_string();
    let format = Format::of_name(&name).context("the file's name must end in .csv, .xlsx or .jsonl")?;
    let file = File::open(&args.file).with_context(|| format!("could not open {name}"))?;
    let mut rows = imports::open(format, Box::new(BufReader::new(file)))?;

    let engine = open::engine(&config).await?;
    let ctx = tenants::context(&engine, &args.tenant).await?;
    if args.dry_run {
        let some = rows.filter_map(Result::ok).take(PREVIEW_ROWS).collect();
        let previews = imports::preview(&engine, &ctx, &mapping, some).await.map_err(tenants::explained)?;
        let bad = previews.iter().filter(|preview| preview.values.is_err()).count();
        for preview in &previews {
            let (ok, detail) = match &preview.values {
                Ok(values) => (true, values.clone()),
                Err(problems) => (false, json!(problems)),
            };
            if args.json || !ok {
                output::json(&json!({"row": preview.number, "ok": ok, "detail": detail}))?;
            }
        }
        output::note(&format!("{} rows judged, {bad} would be refused; nothing was written.", previews.len()));
        engine.store().close().await;
        return Ok(());
    }

    let shown = output::Progress::new();
    let import = Import { mapping, source: name, resume: args.resume };
    let mut tell = |told: Progress| shown.step(&format!("{} rows read, {} imported …", told.read, told.done));
    let report = imports::run(&engine, &ctx, import, &mut rows, &mut tell).await.map_err(tenants::explained)?;
    shown.done();
    let progress = report.progress;
    let counts = json!({
        "import": report.id, "read": progress.read, "done": progress.done,
        "skipped": progress.skipped, "failed": progress.failed,
    });
    match args.json {
        true => output::json(&counts)?,
        false => output::line(&format!(
            "{} imported, {} known already, {} refused (import {})",
            progress.done, progress.skipped, progress.failed, report.id
        )),
    }
    engine.store().close().await;
    if progress.done == 0 && progress.failed > 0 {
        bail!("no row could be imported");
    }
    Ok(())
}

/// Writes every ticket as one JSON line, page by page.
pub(crate) async fn export(config: Config, args: Export) -> anyhow::Result<()> {
    let engine = open::engine(&config).await?;
    let ctx = tenants::context(&engine, &args.tenant).await?;
    let filter = args.r#type.map(|form| json!({"f": "type", "op": "eq", "v": form}));
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut after = None;
    loop {
        let query = ListTickets {
            filter: filter.clone(),
            sort: Some("created_at".into()),
            after,
            limit: PAGE,
            ..ListTickets::default()
        };
        let page = tickets::list(&engine, &ctx, query).await.map_err(tenants::explained)?;
        for ticket in &page.tickets {
            let mut row = tickets::row::flat(ticket);
            row["id"] = json!(ticket.id);
            serde_json::to_writer(&mut out, &row)?;
            out.write_all(b"\n")?;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    out.flush()?;
    drop(out);
    engine.store().close().await;
    Ok(())
}
