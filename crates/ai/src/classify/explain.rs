//! Says which words decided: what spoke for the chosen class and against the next best one.

use std::collections::HashMap;

use super::features::{self, Gram};
use super::{Classifier, Document};
use crate::segment::{Run, RunKind, runs};
use crate::text::{Normal, normalise};

/// Where a reason stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Title,
    Text,
    /// A field with this name.
    Field(String),
}

/// A word or phrase that spoke for the chosen class.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    pub part: Part,
    /// First character in the original title or text; 0 for a field.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// The words as the person wrote them.
    pub text: String,
    /// Share of all that spoke for the class, between 0 and 1.
    pub weight: f64,
}

/// A phrase that could be shown, with what it contributes.
struct Candidate {
    start: usize,
    end: usize,
    force: f32,
    rank: f32,
}

const LONGEST_PHRASE: usize = 4;

impl Classifier {
    /// The words and phrases that counted most for the predicted class against the runner-up, heaviest first.
    pub fn explain(&self, document: &Document, most: usize) -> Vec<Reason> {
        let counted = features::count(document);
        let vector = self.dictionary.weigh(&counted);
        let scores = self.weights.scores(&vector.entries);
        let Some((best, next)) = two_best(&scores) else {
            return Vec::new();
        };
        let times: HashMap<u32, u32> = counted.iter().copied().collect();
        let mut forces: HashMap<u32, f32> = HashMap::with_capacity(vector.entries.len());
        let mut positive = 0.0_f32;
        for (feature, value) in &vector.entries {
            let force = value * (self.weights.weight(*feature, best) - self.weights.weight(*feature, next));
            let key = self.dictionary.keys[*feature as usize];
            let often = times.get(&key).copied().unwrap_or(1);
            forces.insert(key, force / often as f32);
            positive += force.max(0.0);
        }
        if positive <= 0.0 {
            return Vec::new();
        }
        let mut reasons = Vec::new();
        let two_parts = !document.title.is_empty() && !document.text.is_empty();
        for (part, written) in [(Part::Title, &document.title), (Part::Text, &document.text)] {
            let as_title = two_parts && part == Part::Title;
            reasons.extend(reasons_in(&part, written, as_title, &forces, positive));
        }
        for (name, value) in &document.fields {
            let force = forces.get(&features::field_key(name, value)).copied().unwrap_or(0.0);
            if force > 0.0 {
                let end = value.chars().count();
                let weight = f64::from(force / positive);
                reasons.push(Reason { part: Part::Field(name.clone()), start: 0, end, text: value.clone(), weight });
            }
        }
        heaviest(reasons, most)
    }
}

fn two_best(scores: &[f32]) -> Option<(usize, usize)> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    match order[..] {
        [best, next, ..] => Some((best, next)),
        _ => None,
    }
}

fn reasons_in(part: &Part, written: &str, as_title: bool, forces: &HashMap<u32, f32>, positive: f32) -> Vec<Reason> {
    let normal = normalise(written);
    let mut inside: HashMap<(usize, usize), f32> = HashMap::new();
    let mut add = |gram: Gram| {
        if let Some(force) = forces.get(&gram.key) {
            *inside.entry((gram.start, gram.end)).or_default() += force;
        }
    };
    features::visit_text(&normal, false, &mut add);
    if as_title {
        features::visit_text(&normal, true, &mut add);
    }
    let mut candidates = candidates(&normal, &inside);
    candidates.sort_by(|a, b| b.rank.total_cmp(&a.rank).then(a.start.cmp(&b.start)));
    let original: Vec<char> = written.chars().collect();
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let mut reasons: Vec<Reason> = Vec::new();
    for candidate in candidates {
        let apart = |(start, end): &(usize, usize)| candidate.end <= *start || *end <= candidate.start;
        if candidate.force <= 0.0 || !taken.iter().all(apart) {
            continue;
        }
        taken.push((candidate.start, candidate.end));
        let (start, end) = normal.original_range(candidate.start, candidate.end);
        let text: String = original[start..end].iter().collect();
        let weight = f64::from(candidate.force / positive);
        reasons.push(Reason { part: part.clone(), start, end, text, weight });
    }
    reasons
}

/// Words, pairs of neighbouring words, and short pieces of Han runs.
fn candidates(normal: &Normal, inside: &HashMap<(usize, usize), f32>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut before: Option<Run> = None;
    for run in runs(&normal.chars) {
        if run.kind == RunKind::Word {
            found.push(candidate(inside, run.start, run.end, 1));
            if let Some(earlier) = before {
                found.push(candidate(inside, earlier.start, run.end, 2));
            }
            before = Some(run);
            continue;
        }
        before = None;
        let shortest = 2.min(run.end - run.start);
        for start in run.start..run.end {
            for end in start + shortest..=(start + LONGEST_PHRASE).min(run.end) {
                found.push(candidate(inside, start, end, end - start));
            }
        }
    }
    found
}

fn candidate(inside: &HashMap<(usize, usize), f32>, start: usize, end: usize, units: usize) -> Candidate {
    let mut force = 0.0;
    for from in start..end {
        for to in from + 1..=end {
            force += inside.get(&(from, to)).copied().unwrap_or(0.0);
        }
    }
    // A longer phrase always gathers more; the root lets it win only when its words belong together.
    Candidate { start, end, force, rank: force / (units as f32).sqrt() }
}

/// The heaviest reasons; a phrase that comes several times is told once with its joint weight.
fn heaviest(reasons: Vec<Reason>, most: usize) -> Vec<Reason> {
    let mut merged: Vec<Reason> = Vec::new();
    for reason in reasons {
        let same = |other: &&mut Reason| other.text == reason.text && matches_kind(&other.part, &reason.part);
        match merged.iter_mut().find(same) {
            Some(other) => other.weight += reason.weight,
            None => merged.push(reason),
        }
    }
    merged.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    merged.truncate(most);
    merged
}

fn matches_kind(a: &Part, b: &Part) -> bool {
    matches!(a, Part::Field(_)) == matches!(b, Part::Field(_))
}
