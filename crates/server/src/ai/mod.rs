//! `gongdan ai`: teaches, asks and measures the built-in models on JSON lines, without a database.
//!
//! A model is a folder with `model.bin` and `meta.json`; the second says what the first was taught.
//! Exit codes: 0 done, 1 the data or the model cannot be used, 2 the call itself is wrong.

mod figures;
mod model;
mod rows;

#[cfg(test)]
mod tests;

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use ai::classify::{self, Example, TrainOptions};
use ai::tag::{self, TagOptions, TaggedText};
use anyhow::{Context, ensure};
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::output::{self, Progress};
use figures::{figures, rounded, satisfied_class};
use model::{META_FORMAT, Meta, Model, load, save};
use rows::{Row, category, known_at_opening, read_rows, tagged_text, text_of};

/// Train, ask and measure the built-in models.
#[derive(Debug, Args)]
pub(crate) struct AiArgs {
    #[command(subcommand)]
    command: AiCommand,
}

#[derive(Debug, Subcommand)]
enum AiCommand {
    /// Learn a model from labelled JSON lines.
    Train(TrainArgs),
    /// Print one JSON line per input line, in order.
    Predict(PredictArgs),
    /// Measure a model on labelled JSON lines.
    Eval(EvalArgs),
}

#[derive(Debug, Args)]
struct TrainArgs {
    #[arg(long, value_enum)]
    task: Task,
    /// Labelled JSON lines to learn from.
    #[arg(long)]
    data: PathBuf,
    /// Labelled JSON lines to report figures on; never learned from.
    #[arg(long)]
    dev: Option<PathBuf>,
    /// The field to learn.
    #[arg(long, default_value = "label")]
    target: String,
    /// Categorical fields that are known when the decision is due, besides title and text.
    #[arg(long, value_delimiter = ',')]
    features: Vec<String>,
    /// The folder to write the model to.
    #[arg(long)]
    model: PathBuf,
    /// The same seed gives the same model.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print the summary as one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct PredictArgs {
    #[arg(long, value_enum)]
    task: Task,
    #[arg(long)]
    model: PathBuf,
    #[arg(long)]
    data: PathBuf,
    /// Accepted for symmetry; the output is always JSON lines.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct EvalArgs {
    #[arg(long, value_enum)]
    task: Task,
    #[arg(long)]
    model: PathBuf,
    #[arg(long)]
    data: PathBuf,
    /// Print the figures as one JSON object.
    #[arg(long)]
    json: bool,
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Task {
    Classify,
    Extract,
    Duplicate,
    Similar,
    Closure,
    Feedback,
    Handling,
    Burst,
    Forecast,
}

/// Lines with this label belong to no class.
const UNKNOWN_LABEL: &str = "oos";
const PROGRESS_EVERY: usize = 500;

/// Runs `gongdan ai …`.
pub(crate) fn run(args: AiArgs) -> anyhow::Result<ExitCode> {
    let task = match &args.command {
        AiCommand::Train(args) => args.task,
        AiCommand::Predict(args) => args.task,
        AiCommand::Eval(args) => args.task,
    };
    if !matches!(task, Task::Classify | Task::Feedback | Task::Extract) {
        output::note(&format!("gongdan ai: task `{}` is not available yet", task.name()));
        return Ok(ExitCode::from(2));
    }
    let done = match args.command {
        AiCommand::Train(args) => train(&args),
        AiCommand::Predict(args) => predict(&args),
        AiCommand::Eval(args) => eval(&args),
    };
    match done {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // A reader that closes the pipe early has seen enough.
        Err(error) if is_closed_pipe(&error) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            output::note(&format!("gongdan ai: {error:#}"));
            Ok(ExitCode::FAILURE)
        }
    }
}

impl Task {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

fn train(args: &TrainArgs) -> anyhow::Result<()> {
    let rows = read_rows(&args.data)?;
    let progress = Progress::new();
    progress.step(&format!("Learning from {} lines of {}", rows.len(), args.data.display()));
    let started = Instant::now();
    let (model, learned) = match args.task {
        Task::Extract => train_tagger(&rows, args)?,
        _ => train_classifier(&rows, args)?,
    };
    let meta = Meta {
        format: META_FORMAT,
        task: args.task,
        target: args.target.clone(),
        features: args.features.clone(),
        examples: rows.len(),
        train_seconds: rounded(started.elapsed().as_secs_f64(), 3),
    };
    progress.done();
    let bytes = model.to_bytes();
    save(&args.model, &bytes, &meta)?;
    let mut summary = json!({"task": meta.task, "lines": meta.examples});
    if let (Some(summary), Value::Object(learned)) = (summary.as_object_mut(), learned) {
        summary.extend(learned);
    }
    summary["train_seconds"] = json!(meta.train_seconds);
    summary["model_bytes"] = json!(bytes.len());
    if let Some(dev) = &args.dev {
        summary["dev"] = figures(&model, &meta, &read_rows(dev)?)?;
    }
    report(&summary, args.json)
}

fn train_classifier(rows: &[Row], args: &TrainArgs) -> anyhow::Result<(Model, Value)> {
    let examples = examples(rows, args)?;
    let options = TrainOptions {
        seed: args.seed,
        unknown_label: Some(UNKNOWN_LABEL.to_owned()),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        ..TrainOptions::default()
    };
    let model = classify::train(&examples, &options)
        .with_context(|| format!("{}: field `{}`", args.data.display(), args.target))?;
    if args.task == Task::Feedback {
        satisfied_class(&model)?;
    }
    let learned = json!({
        "target": args.target, "examples": examples.len(), "classes": model.labels().len(),
        "cross_validated_accuracy": rounded(model.calibration().accuracy, 4),
    });
    Ok((Model::Classifier(Box::new(model)), learned))
}

fn train_tagger(rows: &[Row], args: &TrainArgs) -> anyhow::Result<(Model, Value)> {
    let texts: Vec<TaggedText> = rows.iter().map(tagged_text).collect::<anyhow::Result<_>>()?;
    let options = TagOptions { seed: args.seed, ..TagOptions::default() };
    let model = tag::train(&texts, &options).with_context(|| args.data.display().to_string())?;
    let spans: usize = texts.iter().map(|text| text.spans.len()).sum();
    let learned = json!({"spans": spans, "kinds": model.kinds()});
    Ok((Model::Tagger(Box::new(model)), learned))
}

fn predict(args: &PredictArgs) -> anyhow::Result<()> {
    let (model, meta) = load(&args.model, args.task)?;
    let rows = read_rows(&args.data)?;
    let progress = Progress::new();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (at, row) in rows.iter().enumerate() {
        let line = match &model {
            Model::Tagger(model) => {
                let spans: Vec<Value> = model.tag(&text_of(row)).into_iter().map(span_line).collect();
                json!({"id": row.id, "spans": spans})
            }
            Model::Classifier(model) if meta.task == Task::Feedback => {
                let share = model.shares(&known_at_opening(row, &meta.features, &meta.target))[satisfied_class(model)?];
                json!({"id": row.id, "p": rounded(share, 6)})
            }
            Model::Classifier(model) => {
                let said = model.predict(&known_at_opening(row, &meta.features, &meta.target));
                let p = rounded(said.probability, 6);
                json!({"id": row.id, "label": said.label, "p": p, "unknown": said.unknown})
            }
        };
        writeln!(out, "{line}")?;
        if (at + 1).is_multiple_of(PROGRESS_EVERY) {
            progress.step(&format!("{} of {} lines", at + 1, rows.len()));
        }
    }
    progress.done();
    out.flush()?;
    Ok(())
}

fn span_line(found: tag::Found) -> Value {
    json!({"start": found.span.start, "end": found.span.end, "type": found.span.kind})
}

fn eval(args: &EvalArgs) -> anyhow::Result<()> {
    let (model, meta) = load(&args.model, args.task)?;
    let figures = figures(&model, &meta, &read_rows(&args.data)?)?;
    report(&figures, args.json)
}

fn examples(rows: &[Row], args: &TrainArgs) -> anyhow::Result<Vec<Example>> {
    for name in &args.features {
        ensure!(*name != args.target, "`{name}` is the field to learn; it cannot be a feature as well");
    }
    let mut skipped = 0;
    let mut examples = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(label) = category(&row.fields, &args.target) else {
            skipped += 1;
            continue;
        };
        let document = known_at_opening(row, &args.features, &args.target);
        examples.push(Example { document, label });
    }
    if skipped > 0 {
        output::note(&format!("gongdan ai: {skipped} lines have no `{}` and were left out", args.target));
    }
    ensure!(!examples.is_empty(), "no line has the field `{}`", args.target);
    Ok(examples)
}

fn report(figures: &Value, as_json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if as_json {
        writeln!(out, "{figures}")?;
        return Ok(());
    }
    for (name, value) in figures.as_object().into_iter().flatten() {
        writeln!(out, "{name:<26} {value}")?;
    }
    Ok(())
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
