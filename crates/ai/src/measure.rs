//! Says how good predictions are: one set of figures per task, comparable with published ones.

use std::collections::BTreeMap;

use crate::tag::Span;

/// A prediction beside the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub truth: String,
    pub label: String,
    pub probability: f64,
    pub unknown: bool,
}

/// Figures of a classifier on labelled data.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ClassifyFigures {
    pub n: usize,
    /// Share of right answers; for a line that belongs to no class, the right answer is "unknown".
    pub accuracy: f64,
    pub macro_f1: f64,
    /// Mean gap between stated and real accuracy over 15 equal bins.
    pub ece: f64,
    /// Largest share that can be decided, surest first, with at least 95 % right.
    pub coverage_at_95: f64,
    /// Share of lines of a class that got that class and were not called unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_scope_accuracy: Option<f64>,
    /// Share of lines of no class that were called unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown_recall: Option<f64>,
    /// How well the probability tells lines of a class from lines of none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auroc: Option<f64>,
}

const BINS: usize = 15;

/// Measures classification; lines whose truth is `unknown_label` belong to no class.
pub fn classification(judged: &[Judged], unknown_label: &str) -> ClassifyFigures {
    let outside = |row: &Judged| row.truth == unknown_label;
    let hits: Vec<(f64, bool)> = judged.iter().map(|row| (row.probability, row.label == row.truth)).collect();
    let answered = |row: &&Judged| {
        if outside(row) { row.unknown } else { row.label == row.truth }
    };
    let inside: Vec<&Judged> = judged.iter().filter(|row| !outside(row)).collect();
    let strangers: Vec<&Judged> = judged.iter().filter(|row| outside(row)).collect();
    let mixed = !strangers.is_empty();
    let kept = inside.iter().filter(|row| row.label == row.truth && !row.unknown).count();
    let refused = strangers.iter().filter(|row| row.unknown).count();
    let probabilities = |rows: &[&Judged]| rows.iter().map(|row| row.probability).collect::<Vec<_>>();
    ClassifyFigures {
        n: judged.len(),
        accuracy: share(judged.iter().filter(answered).count(), judged.len()),
        macro_f1: macro_f1(&inside),
        ece: calibration_error(&hits),
        coverage_at_95: coverage(&hits, 0.95),
        in_scope_accuracy: mixed.then(|| share(kept, inside.len())),
        unknown_recall: mixed.then(|| share(refused, strangers.len())),
        auroc: mixed.then(|| auroc(&probabilities(&inside), &probabilities(&strangers))),
    }
}

/// Figures of an entity tagger.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ExtractFigures {
    pub n: usize,
    /// Same kind, same start and same end.
    pub strict_f1: f64,
    /// Same kind and at least one character in common.
    pub overlap_f1: f64,
    /// Of the strict measure.
    pub precision: f64,
    pub recall: f64,
}

/// Measures marked spans against the true ones, text by text.
pub fn extraction(pairs: &[(Vec<Span>, Vec<Span>)]) -> ExtractFigures {
    let (mut real, mut said, mut exact, mut said_touching, mut real_touched) = (0, 0, 0, 0, 0);
    let touch = |a: &Span, b: &Span| a.kind == b.kind && a.start < b.end && b.start < a.end;
    for (truth, found) in pairs {
        real += truth.len();
        said += found.len();
        exact += found.iter().filter(|span| truth.contains(span)).count();
        said_touching += found.iter().filter(|span| truth.iter().any(|other| touch(span, other))).count();
        real_touched += truth.iter().filter(|span| found.iter().any(|other| touch(span, other))).count();
    }
    let harmonic = |a: f64, b: f64| if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 };
    let (precision, recall) = (share(exact, said), share(exact, real));
    ExtractFigures {
        n: pairs.len(),
        strict_f1: harmonic(precision, recall),
        overlap_f1: harmonic(share(said_touching, said), share(real_touched, real)),
        precision,
        recall,
    }
}

/// What happens when everything from a probability on is applied without asking.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Applied {
    pub coverage: f64,
    pub accuracy: f64,
}

/// Measures a threshold on data it was not chosen on.
pub fn applied(judged: &[Judged], from: f64) -> Applied {
    let sure: Vec<&Judged> = judged.iter().filter(|row| row.probability >= from && !row.unknown).collect();
    let right = sure.iter().filter(|row| row.label == row.truth).count();
    Applied { coverage: share(sure.len(), judged.len()), accuracy: share(right, sure.len()) }
}

/// Mean over the classes, seen in truth or prediction, of the harmonic mean of precision and recall.
fn macro_f1(judged: &[&Judged]) -> f64 {
    let mut classes: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for row in judged {
        classes.entry(&row.truth).or_default()[0] += 1;
        classes.entry(&row.label).or_default()[1] += 1;
        if row.truth == row.label {
            classes.entry(&row.truth).or_default()[2] += 1;
        }
    }
    let sum: f64 = classes.values().map(|[real, said, both]| share(2 * both, real + said)).sum();
    if classes.is_empty() { 0.0 } else { sum / classes.len() as f64 }
}

/// Expected calibration error over equal-width bins.
pub fn calibration_error(hits: &[(f64, bool)]) -> f64 {
    let mut bins = [(0_usize, 0.0_f64, 0_usize); BINS];
    for (probability, right) in hits {
        let bin = &mut bins[((probability * BINS as f64) as usize).min(BINS - 1)];
        bin.0 += 1;
        bin.1 += probability;
        bin.2 += usize::from(*right);
    }
    let gap: f64 = bins.iter().map(|(_, stated, right)| (stated - *right as f64).abs()).sum();
    if hits.is_empty() { 0.0 } else { gap / hits.len() as f64 }
}

/// The largest share, surest first, that keeps the accuracy.
pub fn coverage(hits: &[(f64, bool)], accuracy: f64) -> f64 {
    let mut ordered = hits.to_vec();
    ordered.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut best) = (0, 0);
    for (at, (probability, correct)) in ordered.iter().enumerate() {
        right += usize::from(*correct);
        // Equal probabilities cannot be told apart, so they are decided together or not at all.
        let cut_here = ordered.get(at + 1).is_none_or(|next| next.0 < *probability);
        if cut_here && share(right, at + 1) >= accuracy {
            best = at + 1;
        }
    }
    share(best, hits.len())
}

/// Probability that a random member of `high` scores above a random member of `low`.
pub fn auroc(high: &[f64], low: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> = high.iter().map(|score| (*score, true)).collect();
    all.extend(low.iter().map(|score| (*score, false)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut wins) = (0.0, 0.0);
    for tied in all.chunk_by(|a, b| a.0 == b.0) {
        let lows = tied.iter().filter(|(_, is_high)| !is_high).count() as f64;
        let highs = tied.len() as f64 - lows;
        wins += highs * (below + lows / 2.0);
        below += lows;
    }
    let pairs = high.len() as f64 * low.len() as f64;
    if pairs > 0.0 { wins / pairs } else { 0.5 }
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(rows: &[(&str, &str, f64, bool)]) -> Vec<Judged> {
        rows.iter()
            .map(|(truth, label, probability, unknown)| Judged {
                truth: (*truth).to_owned(),
                label: (*label).to_owned(),
                probability: *probability,
                unknown: *unknown,
            })
            .collect()
    }

    #[test]
    fn figures_of_a_small_table_are_those_of_paper_and_pencil() {
        let rows =
            judged(&[("a", "a", 0.9, false), ("a", "b", 0.6, false), ("b", "b", 0.8, false), ("oos", "a", 0.3, true)]);
        let figures = classification(&rows, "oos");
        assert_eq!(figures.n, 4);
        assert_eq!(figures.accuracy, 0.75);
        assert!((figures.macro_f1 - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(figures.coverage_at_95, 0.5);
        assert_eq!(figures.in_scope_accuracy, Some(2.0 / 3.0));
        assert_eq!(figures.unknown_recall, Some(1.0));
        assert_eq!(figures.auroc, Some(1.0));
        assert!((figures.ece - (0.1 + 0.6 + 0.2 + 0.3) / 4.0).abs() < 1e-12);
    }

    #[test]
    fn equal_probabilities_are_decided_together() {
        let hits = [(0.9, true), (0.9, false), (0.5, true)];
        assert_eq!(coverage(&hits, 0.6), 1.0);
        assert_eq!(coverage(&hits, 0.9), 0.0);
        assert_eq!(auroc(&[0.5, 0.5], &[0.5]), 0.5);
        assert_eq!(calibration_error(&[]), 0.0);
    }
}
