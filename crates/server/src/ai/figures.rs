//! Measures a model on lines that carry the truth.

use std::time::Instant;

use ai::classify::{Classifier, Document};
use ai::measure::{self, Judged};
use ai::tag::{Span, TaggedText, Tagger};
use anyhow::{bail, ensure};
use serde_json::{Value, json};

use super::model::{Meta, Model};
use super::rows::{Row, category, known_at_opening, tagged_text};
use super::{Task, UNKNOWN_LABEL};

const SATISFIED: [&str; 6] = ["pos", "positive", "satisfied", "good", "true", "1"];

/// Measures a model on rows that carry the truth.
pub(super) fn figures(model: &Model, meta: &Meta, rows: &[Row]) -> anyhow::Result<Value> {
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
    let documents: Vec<Document> =
        labelled.iter().map(|(row, _)| known_at_opening(row, &meta.features, &meta.target)).collect();
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

/// The class of contented customers among two.
pub(super) fn satisfied_class(model: &Classifier) -> anyhow::Result<usize> {
    let labels = model.labels();
    let found = labels.iter().position(|label| SATISFIED.contains(&label.to_lowercase().as_str()));
    match found {
        Some(class) if labels.len() == 2 => Ok(class),
        _ => bail!("feedback needs two labels, one of them of {SATISFIED:?}; found {labels:?}"),
    }
}

pub(super) fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}
