//! Marks the parts and symptoms that a tenant's own examples taught: a linear-chain conditional random field over
//! characters.
//!
//! Characters and not words, because Chinese needs no segmentation this way and misspelt English loses little.

mod crf;
mod features;
mod store;

#[cfg(test)]
mod tests;

use crate::hash::Shuffler;
use crf::{Chain, Lesson};
use features::{Features, Lexicon};

/// A marked stretch of a text, in characters of the original.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    pub kind: String,
}

/// A text with the spans a person marked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaggedText {
    pub text: String,
    pub spans: Vec<Span>,
}

/// A span the model found, with how sure it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub span: Span,
    pub probability: f64,
}

/// How to train.
#[derive(Debug, Clone)]
pub struct TagOptions {
    pub passes: usize,
    /// Strength of the pull of all weights towards zero.
    pub pull: f64,
    /// First step length.
    pub step: f64,
    /// A feature must occur this often.
    pub rarest: u32,
    pub seed: u64,
    /// Chains trained from different orders, whose opinions are averaged.
    pub voters: usize,
}

/// Why nothing could be learned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    #[error("the examples mark no span")]
    NoSpans,
    #[error("at most 30 kinds of span can be learned, the examples show {0}")]
    TooManyKinds(usize),
    #[error("example {example}: the span {start}..{end} is empty or outside its text")]
    BadSpan { example: usize, start: usize, end: usize },
}

/// A trained tagger.
#[derive(Debug, Clone)]
pub struct Tagger {
    kinds: Vec<String>,
    lexicon: Lexicon,
    features: Features,
    chain: Chain,
}

const MOST_KINDS: usize = 30;
/// Tags of one kind: the first, an inner and the last character of a span, and a span of one character.
const TAGS_PER_KIND: usize = 4;

impl Default for TagOptions {
    fn default() -> Self {
        Self { passes: 30, pull: 3.0, step: 0.1, rarest: 2, seed: 1, voters: 1 }
    }
}

/// Trains a tagger.
pub fn train(examples: &[TaggedText], options: &TagOptions) -> Result<Tagger, TagError> {
    let kinds = kinds_of(examples)?;
    let mut lexicon = Lexicon::learn(examples, &kinds);
    let texts: Vec<Vec<char>> = examples.iter().map(|example| features::fold(&example.text)).collect();
    let described: Vec<_> = texts.iter().map(|text| lexicon.describe(text, true)).collect();
    let features = Features::learn(&described, options.rarest);
    let lessons: Vec<Lesson> = described
        .iter()
        .zip(examples)
        .zip(&texts)
        .map(|((described, example), text)| Lesson {
            positions: features.number(described),
            tags: tags_of(example, text.len(), &kinds),
        })
        .collect();
    let tags = 1 + TAGS_PER_KIND * kinds.len();
    let mut order: Vec<u32> = (0..lessons.len() as u32).collect();
    let mut chain = Chain::new(tags, features.len());
    for voter in 0..options.voters.max(1) {
        let mut shuffler = Shuffler::new(options.seed.wrapping_add(voter as u64));
        chain.add(&crf::learn(&lessons, &mut order, tags, features.len(), options, &mut shuffler));
    }
    chain.divide(options.voters.max(1));
    lexicon.finish();
    Ok(Tagger { kinds, lexicon, features, chain }.rounded())
}

impl Tagger {
    /// The kinds of span the model marks.
    pub fn kinds(&self) -> &[String] {
        &self.kinds
    }

    /// Marks a text; the spans do not overlap and come in order.
    pub fn tag(&self, text: &str) -> Vec<Found> {
        let folded = features::fold(text);
        if folded.is_empty() {
            return Vec::new();
        }
        let positions = self.features.number(&self.lexicon.describe(&folded, false));
        let scores = self.chain.scores(&positions);
        let tags = self.chain.best_path(&scores);
        let marginals = self.chain.marginals(&scores);
        spans_of(&tags)
            .into_iter()
            .map(|(start, end, kind)| {
                let count = self.chain.tags();
                let sure = (start..end).map(|at| marginals[at * count + tags[at]]).fold(1.0, f64::min);
                Found { span: Span { start, end, kind: self.kinds[kind].clone() }, probability: sure }
            })
            .collect()
    }
}

fn kinds_of(examples: &[TaggedText]) -> Result<Vec<String>, TagError> {
    let mut kinds = Vec::new();
    for (example, tagged) in examples.iter().enumerate() {
        let length = tagged.text.chars().count();
        for span in &tagged.spans {
            if span.start >= span.end || span.end > length {
                return Err(TagError::BadSpan { example, start: span.start, end: span.end });
            }
            kinds.push(span.kind.clone());
        }
    }
    kinds.sort();
    kinds.dedup();
    match kinds.len() {
        0 => Err(TagError::NoSpans),
        count if count > MOST_KINDS => Err(TagError::TooManyKinds(count)),
        _ => Ok(kinds),
    }
}

/// The tag of every character; where spans overlap, the earlier and longer one is kept.
fn tags_of(example: &TaggedText, length: usize, kinds: &[String]) -> Vec<usize> {
    let mut spans: Vec<&Span> = example.spans.iter().collect();
    spans.sort_by_key(|span| (span.start, usize::MAX - span.end));
    let mut tags = vec![0; length];
    let mut free = 0;
    for span in spans {
        let Ok(kind) = kinds.binary_search(&span.kind) else { continue };
        if span.start < free {
            continue;
        }
        free = span.end;
        let base = 1 + kind * TAGS_PER_KIND;
        for (at, tag) in tags.iter_mut().enumerate().take(span.end).skip(span.start) {
            let place = match (at == span.start, at + 1 == span.end) {
                (true, true) => 3,
                (true, false) => 0,
                (false, false) => 1,
                (false, true) => 2,
            };
            *tag = base + place;
        }
    }
    tags
}

fn spans_of(tags: &[usize]) -> Vec<(usize, usize, usize)> {
    let mut spans = Vec::new();
    let mut start = 0;
    for (at, tag) in tags.iter().enumerate() {
        let Some(tag) = tag.checked_sub(1) else { continue };
        let (kind, place) = (tag / TAGS_PER_KIND, tag % TAGS_PER_KIND);
        if place == 0 || place == 3 {
            start = at;
        }
        if place == 2 || place == 3 {
            spans.push((start, at + 1, kind));
        }
    }
    spans
}
