//! Input lines: reading, and what of a line may be looked at.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use ai::classify::Document;
use ai::tag::{Span, TaggedText};
use anyhow::{Context, bail};
use serde_json::{Map, Value};

/// One input line.
pub(super) struct Row {
    pub(super) id: Value,
    pub(super) fields: Map<String, Value>,
}

const TITLE_FIELDS: [&str; 2] = ["title", "subject"];
const TEXT_FIELDS: [&str; 3] = ["text", "body", "description"];
const MOST_COMPLAINTS: usize = 10;
const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// Reads JSON lines; names every line that is none.
pub(super) fn read_rows(path: &Path) -> anyhow::Result<Vec<Row>> {
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

/// Title, text and the named fields; nothing else may be known yet, least of all the target.
pub(super) fn known_at_opening(row: &Row, features: &[String], target: &str) -> Document {
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

pub(super) fn text_of(row: &Row) -> String {
    let text = TEXT_FIELDS.iter().find_map(|name| row.fields.get(*name).and_then(Value::as_str));
    text.unwrap_or_default().to_owned()
}

pub(super) fn tagged_text(row: &Row) -> anyhow::Result<TaggedText> {
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
pub(super) fn category(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}
