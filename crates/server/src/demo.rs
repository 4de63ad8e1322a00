//! The demo tenant: both template packs, half a year of history, models that learned from it.

use std::collections::BTreeMap;

use anyhow::Context;
use domain::calendar::{Calendar, CalendarDefinition};
use domain::definition::Kind;
use domain::id::TenantId;
use engine::imports::{self, Import, Mapping, Row};
use engine::samples::{Generator, Plan, Source};
use engine::templates::{self, Pack};
use engine::{Ctx, Engine, ai, definitions};
use rust_embed::RustEmbed;
use serde_json::Value;

use crate::commands::open;
use crate::output::Progress;
use crate::tenants;

/// The packs of this version, inside the program so that the demo needs no other file.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../templates"]
struct Packs;

const SLUG: &str = "demo";
const DAY_MS: i64 = 86_400_000;

/// How much of the packs' sample comes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Definitions, people, records.
    Bare,
    /// And the history with trained models.
    Full,
}

/// Makes the demo tenant. Doing it again adds what is missing.
pub(crate) async fn install(engine: &Engine, extent: Extent) -> anyhow::Result<TenantId> {
    let progress = Progress::new();
    let tenant = tenants::ensure(engine, SLUG, "示例工厂与医院").await?;
    let ctx = open::system(tenant);
    for key in ["repair", "hospital-device"] {
        progress.step(&format!("Installing template {key} …"));
        let pack = embedded(key)?;
        templates::install(engine, &ctx, &pack).await.map_err(tenants::explained)?;
        templates::install_sample(engine, &ctx, &pack).await.map_err(tenants::explained)?;
        if extent == Extent::Full {
            history(engine, &ctx, &pack, &progress).await.with_context(|| format!("history of {key}"))?;
        }
    }
    tenants::ensure_admin(engine, &ctx).await?;
    if extent == Extent::Full {
        train(engine, &ctx, &progress).await?;
    }
    progress.done();
    Ok(tenant)
}

/// A pack that is part of the program.
pub(crate) fn embedded(key: &str) -> anyhow::Result<Pack> {
    let prefix = format!("{key}/");
    let files: BTreeMap<String, Vec<u8>> = Packs::iter()
        .filter_map(|path| {
            let inside = path.strip_prefix(&prefix)?.to_owned();
            Some((inside, Packs::get(&path)?.data.into_owned()))
        })
        .collect();
    Pack::read(&files).map_err(|problems| anyhow::anyhow!("template {key}: {problems:?}"))
}

/// Tells the sample's history and imports it like any other.
async fn history(engine: &Engine, ctx: &Ctx, pack: &Pack, progress: &Progress) -> anyhow::Result<()> {
    let number = |name: &str| pack.manifest.other.get("sample").and_then(|sample| sample.get(name)?.as_i64());
    let (tickets, days) = (number("tickets").unwrap_or_default(), number("days").unwrap_or_default());
    let types = pack.manifest.other.get("ticket_types").and_then(Value::as_array);
    let form = types.and_then(|types| types.first()?.as_str()).context("template.json names no ticket type")?;
    let mapping: Mapping = match pack.sample.get("mapping") {
        Some(mapping) => serde_json::from_value(mapping.clone()).context("sample/mapping.json")?,
        None => return Ok(()),
    };
    let plan = Plan {
        form: form.to_owned(),
        seed: u64::try_from(number("seed").unwrap_or(1)).unwrap_or(1),
        tickets: usize::try_from(tickets).unwrap_or_default(),
        from: ctx.now().plus_millis(-days * DAY_MS),
        until: ctx.now(),
    };
    let source = Source::read(&pack.sample, calendar(pack)?)?;
    let mut rows = Generator::new(&source, plan).zip(1u64..).filter_map(|(ticket, number)| {
        let Ok(Value::Object(cells)) = serde_json::to_value(ticket) else { return None };
        Some(Ok(Row { number, cells }))
    });
    let import = Import { mapping, source: format!("sample of {}", pack.manifest.key), resume: None };
    let mut tell = |told: imports::Progress| progress.step(&format!("History of {form}: {} of {tickets} …", told.read));
    let report = imports::run(engine, ctx, import, &mut rows, &mut tell).await.map_err(tenants::explained)?;
    tracing::info!(form, done = report.progress.done, failed = report.progress.failed, "Imported the history");
    Ok(())
}

/// The working hours of the sample's people.
pub(crate) fn calendar(pack: &Pack) -> anyhow::Result<Calendar> {
    let wanted = |(kind, key, _): &&(Kind, String, Value)| *kind == Kind::Calendar && key == "work";
    let (_, _, document) = pack.documents.iter().find(wanted).context("the pack has no calendar `work`")?;
    compile_calendar(document)
}

fn compile_calendar(document: &Value) -> anyhow::Result<Calendar> {
    let definition: CalendarDefinition = serde_json::from_value(document.clone()).context("calendars/work.json")?;
    Calendar::compile(&definition).map_err(|problems| anyhow::anyhow!("calendars/work.json: {problems:?}"))
}

/// `form.field` of everything that the tenant's AI policies want answered.
async fn targets(engine: &Engine, ctx: &Ctx) -> anyhow::Result<Vec<String>> {
    let policies = definitions::export(engine, ctx, Some(Kind::Ai)).await?;
    let mut targets = Vec::new();
    for (path, text) in policies.iter().filter(|(path, _)| *path != "template.json") {
        let policy: Value = serde_json::from_str(text).with_context(|| path.clone())?;
        let form = policy["form"].as_str().unwrap_or_default();
        let fields = policy["targets"].as_object().into_iter().flatten();
        targets.extend(fields.map(|(field, _)| format!("{form}.{field}")));
    }
    Ok(targets)
}

/// Trains every model that the packs' policies name.
async fn train(engine: &Engine, ctx: &Ctx, progress: &Progress) -> anyhow::Result<()> {
    for target in targets(engine, ctx).await? {
        progress.step(&format!("Training {target} …"));
        match ai::retrain(engine, ctx, &target).await {
            Ok(trained) => tracing::info!(model.target = target, metrics = %trained.metrics, "Trained a model"),
            Err(error) => {
                tracing::warn!(model.target = target, error = %tenants::explained(error), "Could not train a model")
            }
        }
    }
    Ok(())
}
