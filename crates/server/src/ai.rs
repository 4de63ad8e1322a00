//! `gongdan ai`: teaches, asks and measures the built-in models on JSON lines, without a database.
//!
//! A model is a folder with `model.bin` and `meta.json`; the second says what the first was taught.
//! Exit codes: 0 done, 1 the data or the model cannot be used, 2 the call itself is wrong.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use ai::classify::{self, Classifier, Document, Example, TrainOptions};
use ai::measure::{self, ClassifyFigures, Judged};
use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

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

/// What `meta.json` says about a model.
#[derive(Debug, Serialize, Deserialize)]
struct Meta {
    format: u32,
    task: Task,
    target: String,
    features: Vec<String>,
    examples: usize,
    train_seconds: f64,
}

/// One input line.
struct Row {
    id: Value,
    fields: Map<String, Value>,
}

const META_FORMAT: u32 = 1;
const UNKNOWN_LABEL: &str = "oos";
const TITLE_FIELDS: [&str; 2] = ["title", "subject"];
const TEXT_FIELDS: [&str; 3] = ["text", "body", "description"];
const SATISFIED: [&str; 6] = ["pos", "positive", "satisfied", "good", "true", "1"];
const MOST_COMPLAINTS: usize = 10;
const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// Runs `gongdan ai …`.
pub(crate) fn run(args: AiArgs) -> anyhow::Result<ExitCode> {
    let task = match &args.command {
        AiCommand::Train(args) => args.task,
        AiCommand::Predict(args) => args.task,
        AiCommand::Eval(args) => args.task,
    };
    if !matches!(task, Task::Classify | Task::Feedback) {
        complain(&format!("task `{}` is not available yet", task.name()));
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
            complain(&format!("{error:#}"));
            Ok(ExitCode::FAILURE)
        }
    }
}

impl Task {
    fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

fn train(args: &TrainArgs) -> anyhow::Result<()> {
    let rows = read_rows(&args.data)?;
    let started = Instant::now();
    note(&format!(
        "learning from {} lines of {}",
        rows.len(),
        args.data.display()
    ));
    let examples = examples(&rows, args)?;
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
    let meta = Meta {
        format: META_FORMAT,
        task: args.task,
        target: args.target.clone(),
        features: args.features.clone(),
        examples: examples.len(),
        train_seconds: rounded(started.elapsed().as_secs_f64(), 3),
    };
    let bytes = model.to_bytes();
    save(&args.model, &bytes, &meta)?;
    let mut summary = json!({
        "task": meta.task, "target": meta.target, "examples": meta.examples, "classes": model.labels().len(),
        "cross_validated_accuracy": rounded(model.calibration().accuracy, 4),
        "train_seconds": meta.train_seconds, "model_bytes": bytes.len(),
    });
    if let Some(dev) = &args.dev {
        summary["dev"] = figures(&model, &meta, &read_rows(dev)?)?;
    }
    report(&summary, args.json)
}

fn predict(args: &PredictArgs) -> anyhow::Result<()> {
    let (model, meta) = load(&args.model, args.task)?;
    let rows = read_rows(&args.data)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (at, row) in rows.iter().enumerate() {
        let said = model.predict(&document(row, &meta.features));
        let line = match args.task {
            Task::Feedback => {
                json!({"id": row.id, "p": rounded(satisfied_share(&model, row, &meta)?, 6)})
            }
            _ => {
                json!({"id": row.id, "label": said.label, "p": rounded(said.probability, 6), "unknown": said.unknown})
            }
        };
        writeln!(out, "{line}")?;
        progress(at + 1, rows.len());
    }
    out.flush()?;
    Ok(())
}

fn eval(args: &EvalArgs) -> anyhow::Result<()> {
    let (model, meta) = load(&args.model, args.task)?;
    let figures = figures(&model, &meta, &read_rows(&args.data)?)?;
    report(&figures, args.json)
}

/// Measures a model on rows that carry the truth.
fn figures(model: &Classifier, meta: &Meta, rows: &[Row]) -> anyhow::Result<Value> {
    let labelled: Vec<(&Row, String)> = rows
        .iter()
        .filter_map(|row| Some((row, category(&row.fields, &meta.target)?)))
        .collect();
    ensure!(
        !labelled.is_empty(),
        "no line has the field `{}`",
        meta.target
    );
    let documents: Vec<Document> = labelled
        .iter()
        .map(|(row, _)| document(row, &meta.features))
        .collect();
    let started = Instant::now();
    let said: Vec<_> = documents
        .iter()
        .map(|document| model.predict(document))
        .collect();
    let micros = started.elapsed().as_secs_f64() * 1e6 / documents.len() as f64;
    let judged: Vec<Judged> = labelled
        .into_iter()
        .zip(said)
        .map(|((_, truth), said)| Judged {
            truth,
            label: said.label,
            probability: said.probability,
            unknown: said.unknown,
        })
        .collect();
    let measured: ClassifyFigures = measure::classification(&judged, UNKNOWN_LABEL);
    let mut figures = serde_json::to_value(&measured)?;
    if let Some(threshold) = model.calibration().threshold(0.95) {
        let applied = measure::applied(&judged, threshold.probability);
        figures["applied_at_95"] = serde_json::to_value(applied)?;
    }
    if meta.task == Task::Feedback {
        figures["auc"] = json!(satisfied_auc(model, &documents, &judged)?);
    }
    figures["train_seconds"] = json!(meta.train_seconds);
    figures["micros_per_doc"] = json!(rounded(micros, 1));
    Ok(figures)
}

fn satisfied_auc(
    model: &Classifier,
    documents: &[Document],
    judged: &[Judged],
) -> anyhow::Result<f64> {
    let class = satisfied_class(model)?;
    let (mut high, mut low) = (Vec::new(), Vec::new());
    for (document, row) in documents.iter().zip(judged) {
        let share = model.shares(document)[class];
        if row.truth == model.labels()[class] {
            high.push(share)
        } else {
            low.push(share)
        }
    }
    Ok(measure::auroc(&high, &low))
}

fn satisfied_share(model: &Classifier, row: &Row, meta: &Meta) -> anyhow::Result<f64> {
    Ok(model.shares(&document(row, &meta.features))[satisfied_class(model)?])
}

fn satisfied_class(model: &Classifier) -> anyhow::Result<usize> {
    let labels = model.labels();
    let found = labels
        .iter()
        .position(|label| SATISFIED.contains(&label.to_lowercase().as_str()));
    match found {
        Some(class) if labels.len() == 2 => Ok(class),
        _ => bail!("feedback needs two labels, one of them of {SATISFIED:?}; found {labels:?}"),
    }
}

fn examples(rows: &[Row], args: &TrainArgs) -> anyhow::Result<Vec<Example>> {
    for name in &args.features {
        ensure!(
            *name != args.target,
            "`{name}` is the field to learn; it cannot be a feature as well"
        );
    }
    let mut skipped = 0;
    let mut examples = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(label) = category(&row.fields, &args.target) else {
            skipped += 1;
            continue;
        };
        let mut document = document(row, &args.features);
        if TITLE_FIELDS.contains(&args.target.as_str()) {
            document.title.clear();
        }
        examples.push(Example { document, label });
    }
    if skipped > 0 {
        complain(&format!(
            "{skipped} lines have no `{}` and were left out",
            args.target
        ));
    }
    ensure!(
        !examples.is_empty(),
        "no line has the field `{}`",
        args.target
    );
    Ok(examples)
}

fn document(row: &Row, features: &[String]) -> Document {
    let first = |names: &[&str]| {
        let found = names
            .iter()
            .find_map(|name| row.fields.get(*name).and_then(Value::as_str));
        found.unwrap_or_default().to_owned()
    };
    Document {
        title: first(&TITLE_FIELDS),
        text: first(&TEXT_FIELDS),
        fields: features
            .iter()
            .filter_map(|name| Some((name.clone(), category(&row.fields, name)?)))
            .collect(),
    }
}

/// The value of a categorical field as text; absent, null and empty are no value.
fn category(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Reads JSON lines; names every line that is none.
fn read_rows(path: &Path) -> anyhow::Result<Vec<Row>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut rows = Vec::new();
    let mut complaints = Vec::new();
    for (at, line) in BufReader::new(file).lines().enumerate() {
        let number = at + 1;
        let line =
            line.with_context(|| format!("{}:{number}: cannot be read as UTF-8", path.display()))?;
        if line.trim().is_empty() {
            continue;
        }
        match read_row(&line) {
            Ok(row) => rows.push(row),
            Err(reason) => complaints.push(format!("{}:{number}: {reason}", path.display())),
        }
    }
    if complaints.is_empty() {
        return Ok(rows);
    }
    let count = complaints.len();
    complaints.truncate(MOST_COMPLAINTS);
    bail!("{count} malformed lines\n{}", complaints.join("\n"));
}

fn read_row(line: &str) -> Result<Row, String> {
    if line.len() > MAX_LINE_BYTES {
        return Err("longer than 16 MB".to_owned());
    }
    let value: Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    let Value::Object(fields) = value else {
        return Err("not a JSON object".to_owned());
    };
    match fields.get("id") {
        Some(id @ (Value::String(_) | Value::Number(_))) => Ok(Row {
            id: id.clone(),
            fields,
        }),
        _ => Err("has no `id`".to_owned()),
    }
}

fn save(folder: &Path, bytes: &[u8], meta: &Meta) -> anyhow::Result<()> {
    let describe = || format!("cannot write the model to {}", folder.display());
    std::fs::create_dir_all(folder).with_context(describe)?;
    let meta = serde_json::to_vec_pretty(meta)?;
    for (name, content) in [("model.bin", bytes), ("meta.json", &meta[..])] {
        // Write beside and rename, so that a crash leaves the old model whole.
        let beside = folder.join(format!("{name}.new"));
        std::fs::write(&beside, content).with_context(describe)?;
        std::fs::rename(&beside, folder.join(name)).with_context(describe)?;
    }
    Ok(())
}

fn load(folder: &Path, task: Task) -> anyhow::Result<(Classifier, Meta)> {
    let meta_path = folder.join("meta.json");
    let meta = std::fs::read(&meta_path)
        .with_context(|| format!("cannot read {}", meta_path.display()))?;
    let meta: Meta = serde_json::from_slice(&meta)
        .with_context(|| format!("{} is no model description", meta_path.display()))?;
    ensure!(
        meta.format == META_FORMAT,
        "{} has format {}; train the model again",
        meta_path.display(),
        meta.format
    );
    ensure!(
        meta.task == task,
        "{} holds a model for `{}`",
        folder.display(),
        meta.task.name()
    );
    let path = folder.join("model.bin");
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let model = Classifier::from_bytes(&bytes).with_context(|| path.display().to_string())?;
    Ok((model, meta))
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

fn progress(done: usize, of: usize) {
    let mut err = std::io::stderr().lock();
    if err.is_terminal() && (done.is_multiple_of(1_000) || done == of) {
        // A terminal that has gone away is no reason to stop.
        let _ = write!(
            err,
            "\r{done} of {of}{}",
            if done == of { "\n" } else { "" }
        );
    }
}

fn note(text: &str) {
    if std::io::stderr().is_terminal() {
        complain(text);
    }
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "gongdan ai: {text}");
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}
