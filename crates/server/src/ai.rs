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
use ai::measure::{self, Judged};
use ai::tag::{self, Span, TagOptions, TaggedText, Tagger};
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

/// A model of any task.
enum Model {
    Classifier(Box<Classifier>),
    Tagger(Box<Tagger>),
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
    if !matches!(task, Task::Classify | Task::Feedback | Task::Extract) {
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
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

fn train(args: &TrainArgs) -> anyhow::Result<()> {
    let rows = read_rows(&args.data)?;
    note(&format!("learning from {} lines of {}", rows.len(), args.data.display()));
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
    let bytes = match &model {
        Model::Classifier(model) => model.to_bytes(),
        Model::Tagger(model) => model.to_bytes(),
    };
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
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (at, row) in rows.iter().enumerate() {
        let line = match &model {
            Model::Tagger(model) => {
                let spans: Vec<Value> = model.tag(&text_of(row)).into_iter().map(span_line).collect();
                json!({"id": row.id, "spans": spans})
            }
            Model::Classifier(model) if meta.task == Task::Feedback => {
                let share = model.shares(&document(row, &meta))[satisfied_class(model)?];
                json!({"id": row.id, "p": rounded(share, 6)})
            }
            Model::Classifier(model) => {
                let said = model.predict(&document(row, &meta));
                let p = rounded(said.probability, 6);
                json!({"id": row.id, "label": said.label, "p": p, "unknown": said.unknown})
            }
        };
        writeln!(out, "{line}")?;
        progress(at + 1, rows.len());
    }
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

/// Measures a model on rows that carry the truth.
fn figures(model: &Model, meta: &Meta, rows: &[Row]) -> anyhow::Result<Value> {
    let (mut figures, micros) = match model {
        Model::Classifier(model) => classify_figures(model, meta, rows)?,
        Model::Tagger(model) => extract_figures(model, rows)?,
    };
    if let Some(figures) = figures.as_object_mut() {
        figures.values_mut().for_each(shorten);
    }
    figures["train_seconds"] = json!(meta.train_seconds);
    figures["micros_per_doc"] = json!(rounded(micros, 1));
    Ok(figures)
}

fn shorten(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(float) = number.as_f64().filter(|_| number.is_f64()) {
                *value = json!(rounded(float, 6));
            }
        }
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

fn extract_figures(model: &Tagger, rows: &[Row]) -> anyhow::Result<(Value, f64)> {
    let texts: Vec<TaggedText> = rows.iter().map(tagged_text).collect::<anyhow::Result<_>>()?;
    ensure!(!texts.is_empty(), "there is no line to measure on");
    let started = Instant::now();
    let found: Vec<_> = texts.iter().map(|text| model.tag(&text.text)).collect();
    let micros = started.elapsed().as_secs_f64() * 1e6 / texts.len() as f64;
    let spans = found.into_iter().map(|found| found.into_iter().map(|found| found.span).collect());
    let pairs: Vec<(Vec<Span>, Vec<Span>)> = texts.into_iter().map(|text| text.spans).zip(spans).collect();
    Ok((serde_json::to_value(measure::extraction(&pairs))?, micros))
}

fn classify_figures(model: &Classifier, meta: &Meta, rows: &[Row]) -> anyhow::Result<(Value, f64)> {
    let labelled: Vec<(&Row, String)> =
        rows.iter().filter_map(|row| Some((row, category(&row.fields, &meta.target)?))).collect();
    ensure!(!labelled.is_empty(), "no line has the field `{}`", meta.target);
    let documents: Vec<Document> = labelled.iter().map(|(row, _)| document(row, meta)).collect();
    let started = Instant::now();
    let said: Vec<_> = documents.iter().map(|document| model.predict(document)).collect();
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
    let mut figures = serde_json::to_value(measure::classification(&judged, UNKNOWN_LABEL))?;
    if let Some(threshold) = model.calibration().threshold(0.95) {
        let applied = measure::applied(&judged, threshold.probability);
        figures["applied_at_95"] = serde_json::to_value(applied)?;
    }
    if meta.task == Task::Feedback {
        figures["auc"] = json!(satisfied_auc(model, &documents, &judged)?);
    }
    Ok((figures, micros))
}

fn satisfied_auc(model: &Classifier, documents: &[Document], judged: &[Judged]) -> anyhow::Result<f64> {
    let class = satisfied_class(model)?;
    let (mut high, mut low) = (Vec::new(), Vec::new());
    for (document, row) in documents.iter().zip(judged) {
        let share = model.shares(document)[class];
        if row.truth == model.labels()[class] { high.push(share) } else { low.push(share) }
    }
    Ok(measure::auroc(&high, &low))
}

fn satisfied_class(model: &Classifier) -> anyhow::Result<usize> {
    let labels = model.labels();
    let found = labels.iter().position(|label| SATISFIED.contains(&label.to_lowercase().as_str()));
    match found {
        Some(class) if labels.len() == 2 => Ok(class),
        _ => bail!("feedback needs two labels, one of them of {SATISFIED:?}; found {labels:?}"),
    }
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
        complain(&format!("{skipped} lines have no `{}` and were left out", args.target));
    }
    ensure!(!examples.is_empty(), "no line has the field `{}`", args.target);
    Ok(examples)
}

fn document(row: &Row, meta: &Meta) -> Document {
    known_at_opening(row, &meta.features, &meta.target)
}

/// Title, text and the named fields; nothing else may be known yet, least of all the target.
fn known_at_opening(row: &Row, features: &[String], target: &str) -> Document {
    let first = |names: &[&str]| {
        let names = names.iter().filter(|name| **name != target);
        let found = names.filter_map(|name| row.fields.get(*name)).find_map(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    Document {
        title: first(&TITLE_FIELDS),
        text: first(&TEXT_FIELDS),
        fields: features.iter().filter_map(|name| Some((name.clone(), category(&row.fields, name)?))).collect(),
    }
}

fn text_of(row: &Row) -> String {
    let text = TEXT_FIELDS.iter().find_map(|name| row.fields.get(*name).and_then(Value::as_str));
    text.unwrap_or_default().to_owned()
}

fn tagged_text(row: &Row) -> anyhow::Result<TaggedText> {
    let marks = row.fields.get("spans").and_then(Value::as_array);
    let marks = marks.with_context(|| format!("line with id {} has no list `spans`", row.id))?;
    let span = |mark: &Value| {
        let place = |name: &str| mark[name].as_u64().and_then(|place| usize::try_from(place).ok());
        Some(Span { start: place("start")?, end: place("end")?, kind: mark["type"].as_str()?.to_owned() })
    };
    let spans: Option<Vec<Span>> = marks.iter().map(span).collect();
    let spans = spans.with_context(|| format!("line with id {}: a span needs start, end and type", row.id))?;
    Ok(TaggedText { text: text_of(row), spans })
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
        let line = line.with_context(|| format!("{}:{number}: cannot be read as UTF-8", path.display()))?;
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
        Some(id @ (Value::String(_) | Value::Number(_))) => Ok(Row { id: id.clone(), fields }),
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

fn load(folder: &Path, task: Task) -> anyhow::Result<(Model, Meta)> {
    let meta_path = folder.join("meta.json");
    let meta = std::fs::read(&meta_path).with_context(|| format!("cannot read {}", meta_path.display()))?;
    let meta: Meta =
        serde_json::from_slice(&meta).with_context(|| format!("{} is no model description", meta_path.display()))?;
    ensure!(meta.format == META_FORMAT, "{} has format {}; train the model again", meta_path.display(), meta.format);
    ensure!(meta.task == task, "{} holds a model for `{}`", folder.display(), meta.task.name());
    let path = folder.join("model.bin");
    let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let model = match task {
        Task::Extract => Tagger::from_bytes(&bytes).map(|model| Model::Tagger(Box::new(model))),
        _ => Classifier::from_bytes(&bytes).map(|model| Model::Classifier(Box::new(model))),
    };
    let model = model.with_context(|| path.display().to_string())?;
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
        let _ = write!(err, "\r{done} of {of}{}", if done == of { "\n" } else { "" });
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
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}
