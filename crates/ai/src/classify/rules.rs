//! Keyword rules beside the learned model: they decide while there is no history and fade as it grows.

use aho_corasick::AhoCorasick;
use std::collections::HashMap;

use super::{Classifier, Document, Example, Part, Prediction, RANKED, Reason, TrainOptions, train};
use crate::segment::{RunKind, runs};
use crate::text::normalise;

/// Keywords and typical texts of the classes, written by a person.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierPolicy {
    pub classes: Vec<ClassRules>,
    /// How much one keyword shifts the odds, as a logarithm.
    #[serde(default = "default_strength")]
    pub strength: f64,
    /// With this many confirmed tickets of a class its keywords count half.
    #[serde(default = "default_history")]
    pub history: u32,
}

/// What a person wrote down about one class.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRules {
    pub label: String,
    #[serde(default)]
    pub keywords: Vec<String>,
    #[serde(default)]
    pub examples: Vec<String>,
}

/// Why a policy cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy names no class")]
    Empty,
    #[error("the class `{0}` is named twice")]
    Twice(String),
    #[error("the class `{0}` has an empty keyword")]
    EmptyKeyword(String),
    #[error("the keywords are too many or too long")]
    TooLarge,
}

/// Suggests a class from rules, from a model, or from both.
#[derive(Debug, Clone)]
pub struct Suggester {
    labels: Vec<String>,
    finder: AhoCorasick,
    /// For every keyword: its class and whether it must stand between word edges.
    keywords: Vec<(usize, bool)>,
    /// What a keyword of each class adds to the logarithm of its odds.
    lifts: Vec<f64>,
    model: Option<Classifier>,
}

/// A keyword found in a document.
struct Hit {
    keyword: usize,
    part: Part,
    start: usize,
    end: usize,
}

const MOST_HITS_PER_CLASS: usize = 3;
/// The share a class without history starts from beside a model.
const NEWCOMER: f64 = 0.02;
const TRAIN_FROM: usize = 10;

fn default_strength() -> f64 {
    2.5
}

fn default_history() -> u32 {
    30
}

impl Suggester {
    /// Prepares a policy, with the confirmed tickets there are; trains a model as soon as they suffice.
    pub fn new(policy: &ClassifierPolicy, history: &[Example], options: &TrainOptions) -> Result<Self, PolicyError> {
        let mut examples = history.to_vec();
        for class in &policy.classes {
            examples.extend(class.examples.iter().map(|text| Example {
                document: Document { text: text.clone(), ..Document::default() },
                label: class.label.clone(),
            }));
        }
        let model = if examples.len() >= TRAIN_FROM { train(&examples, options).ok() } else { None };
        let mut sizes: HashMap<&str, u32> = HashMap::new();
        for example in history {
            *sizes.entry(&example.label).or_default() += 1;
        }
        Self::with_model(policy, model, &sizes)
    }

    /// Prepares a policy beside a stored model; `sizes` says how many confirmed tickets each class has.
    pub fn with_model(
        policy: &ClassifierPolicy,
        model: Option<Classifier>,
        sizes: &HashMap<&str, u32>,
    ) -> Result<Self, PolicyError> {
        check(policy, model.is_some())?;
        let mut labels: Vec<String> = model.as_ref().map(|model| model.labels().to_vec()).unwrap_or_default();
        let (mut patterns, mut keywords, mut lifts) = (Vec::new(), Vec::new(), vec![0.0; labels.len()]);
        for class in &policy.classes {
            let number = labels.iter().position(|label| *label == class.label).unwrap_or_else(|| {
                labels.push(class.label.clone());
                lifts.push(0.0);
                labels.len() - 1
            });
            let size = f64::from(sizes.get(class.label.as_str()).copied().unwrap_or(0));
            let half = f64::from(policy.history.max(1));
            lifts[number] = policy.strength * half / (half + size);
            for keyword in &class.keywords {
                let normal = normalise(keyword);
                let whole_word = runs(&normal.chars).iter().all(|run| run.kind == RunKind::Word);
                patterns.push(normal.chars.iter().collect::<String>());
                keywords.push((number, whole_word));
            }
        }
        let finder = AhoCorasick::new(&patterns).map_err(|_| PolicyError::TooLarge)?;
        Ok(Self { labels, finder, keywords, lifts, model })
    }

    /// Suggests a class; unknown when neither a keyword nor the model recognises the document.
    pub fn predict(&self, document: &Document) -> Prediction {
        let mut logs = self.model_logs(document);
        let hits = self.hits(document);
        let mut counts = vec![0_usize; self.labels.len()];
        for hit in &hits {
            counts[self.keywords[hit.keyword].0] += 1;
        }
        for (class, count) in counts.iter().enumerate() {
            logs[class] += self.lifts[class] * (*count).min(MOST_HITS_PER_CLASS) as f64;
        }
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = logs.iter().map(|log| (log - top).exp()).collect();
        let sum: f64 = powers.iter().sum();
        let mut order: Vec<usize> = (0..self.labels.len()).collect();
        order.sort_by(|a, b| logs[*b].total_cmp(&logs[*a]));
        order.truncate(RANKED);
        let ranked: Vec<(String, f64)> =
            order.iter().map(|class| (self.labels[*class].clone(), powers[*class] / sum)).collect();
        let model_unsure = self.model.as_ref().is_none_or(|model| model.predict(document).unknown);
        Prediction {
            label: ranked[0].0.clone(),
            probability: ranked[0].1,
            unknown: hits.is_empty() && model_unsure,
            ranked,
        }
    }

    /// The keywords and words that spoke for the suggestion, heaviest first.
    pub fn explain(&self, document: &Document, most: usize) -> Vec<Reason> {
        let label = self.predict(document).label;
        let written = |part: &Part| {
            if *part == Part::Title { &document.title } else { &document.text }
        };
        let mut reasons: Vec<Reason> = self
            .hits(document)
            .into_iter()
            .filter(|hit| self.labels[self.keywords[hit.keyword].0] == label)
            .map(|hit| Reason {
                text: written(&hit.part).chars().skip(hit.start).take(hit.end - hit.start).collect(),
                part: hit.part,
                start: hit.start,
                end: hit.end,
                weight: 1.0,
            })
            .collect();
        if let Some(model) = &self.model
            && model.predict(document).label == label
        {
            reasons.extend(model.explain(document, most));
        }
        reasons.truncate(most);
        reasons
    }

    fn model_logs(&self, document: &Document) -> Vec<f64> {
        let Some(model) = &self.model else {
            return vec![0.0; self.labels.len()];
        };
        let shares = model.shares(document);
        let mut logs: Vec<f64> = shares.iter().map(|share| share.max(1e-9).ln()).collect();
        logs.resize(self.labels.len(), NEWCOMER.ln());
        logs
    }

    fn hits(&self, document: &Document) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut seen = vec![false; self.keywords.len()];
        for (part, written) in [(Part::Title, &document.title), (Part::Text, &document.text)] {
            let normal = normalise(written);
            let text: String = normal.chars.iter().collect();
            let mut places = vec![0; text.len() + 1];
            for (number, (byte, _)) in text.char_indices().enumerate() {
                places[byte] = number;
            }
            places[text.len()] = normal.chars.len();
            for found in self.finder.find_overlapping_iter(&text) {
                let keyword = found.pattern().as_usize();
                let (from, to) = (places[found.start()], places[found.end()]);
                let cut = self.keywords[keyword].1 && splits_word(&normal.chars, from, to);
                if cut || std::mem::replace(&mut seen[keyword], true) {
                    continue;
                }
                let (start, end) = normal.original_range(from, to);
                hits.push(Hit { keyword, part: part.clone(), start, end });
            }
        }
        hits
    }
}

fn check(policy: &ClassifierPolicy, has_model: bool) -> Result<(), PolicyError> {
    if policy.classes.is_empty() && !has_model {
        return Err(PolicyError::Empty);
    }
    for (at, class) in policy.classes.iter().enumerate() {
        if policy.classes[..at].iter().any(|other| other.label == class.label) {
            return Err(PolicyError::Twice(class.label.clone()));
        }
        if class.keywords.iter().any(|keyword| normalise(keyword).chars.is_empty()) {
            return Err(PolicyError::EmptyKeyword(class.label.clone()));
        }
    }
    Ok(())
}

fn splits_word(chars: &[char], from: usize, to: usize) -> bool {
    let letter = |at: Option<usize>| {
        let symbol = at.and_then(|at| chars.get(at));
        symbol.is_some_and(|symbol| symbol.is_alphanumeric() && !crate::segment::is_han_like(*symbol))
    };
    letter(from.checked_sub(1)) || letter(Some(to))
}
