//! Turns a document into weighted features: character and word n-grams, a block of its own for the title, and fields.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::Document;
use crate::hash::{self, KeyHasher};
use crate::segment::{RunKind, runs};
use crate::text::{Normal, normalise};

/// The parts of the feature space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    Chars = 0,
    Words = 1,
    Title = 2,
    Fields = 3,
}

/// One feature occurrence in a normalised text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gram {
    pub(crate) key: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Longest piece of a Han run. Four-character pieces were measured too and changed nothing but the size.
const HAN_LONGEST: usize = 3;
const LATIN_SHORTEST: usize = 2;
const LATIN_LONGEST: usize = 5;
/// A word has many pieces; this keeps the whole word from drowning among them.
const WORD_EMPHASIS: f32 = 2.0;
/// Unknown features lengthen a document by this share of their weight: a text of mostly strange words must not
/// lean on the two it shares with the examples.
const STRANGER: f32 = 0.5;
/// Characters and words of all parts share one length, so that a block with a lone word stays light;
/// the title and the fields are scaled apart, so that a long body cannot drown them.
const GROUP_OF_BLOCK: [usize; 4] = [0, 0, 1, 2];
const GROUP_WEIGHTS: [f32; GROUPS] = [1.0, 0.8, 1.0];
const GROUPS: usize = 3;
const BLOCK_SHIFT: u32 = 30;
const EDGE: u64 = 1;
const MASKED_DIGIT: char = '0';

fn group_of(key: u32) -> usize {
    GROUP_OF_BLOCK[(key >> BLOCK_SHIFT) as usize]
}

fn key(block: Block, state: u64) -> u32 {
    ((block as u32) << BLOCK_SHIFT) | (hash::mix(state) >> (64 - BLOCK_SHIFT)) as u32
}

/// Calls `visit` for every feature occurrence of a text in the given blocks.
pub(crate) fn visit_text(normal: &Normal, title: bool, visit: &mut dyn FnMut(Gram)) {
    let chars = &normal.chars;
    let (char_block, word_block) = if title { (Block::Title, Block::Title) } else { (Block::Chars, Block::Words) };
    let mut before: Option<(u64, usize)> = None;
    for run in runs(chars) {
        match run.kind {
            RunKind::Han => {
                for start in run.start..run.end {
                    let mut state = hash::start(11);
                    let longest = (start + HAN_LONGEST).min(run.end);
                    for end in start + 1..=longest {
                        state = hash::push(state, chars[end - 1] as u64);
                        visit(Gram { key: key(char_block, state), start, end });
                    }
                }
                before = None;
            }
            RunKind::Word => {
                let letters = &chars[run.start..run.end];
                visit_word_pieces(letters, run.start, char_block, visit);
                let word = word_state(letters);
                visit(Gram { key: key(word_block, word), start: run.start, end: run.end });
                if let Some((earlier, start)) = before {
                    let pair = hash::push(hash::push(hash::start(13), earlier), word);
                    visit(Gram { key: key(word_block, pair), start, end: run.end });
                }
                before = Some((word, run.start));
            }
        }
    }
}

/// The feature of a field with its value.
pub(crate) fn field_key(name: &str, value: &str) -> u32 {
    key(Block::Fields, hash::push(hash::text(17, name), hash::text(19, value)))
}

/// Pieces of a word with its edges, so that "print" in "printer" and "printing" is one feature.
fn visit_word_pieces(letters: &[char], offset: usize, block: Block, visit: &mut dyn FnMut(Gram)) {
    let length = letters.len() + 2;
    let symbol = |at: usize| {
        if at == 0 || at == length - 1 { EDGE } else { mask(letters[at - 1]) as u64 }
    };
    for start in 0..length {
        let mut state = hash::start(12);
        let longest = (start + LATIN_LONGEST).min(length);
        for end in start + 1..=longest {
            state = hash::push(state, symbol(end - 1));
            if end - start >= LATIN_SHORTEST {
                let first = offset + start.saturating_sub(1);
                let last = (offset + end - 1).min(offset + letters.len());
                visit(Gram { key: key(block, state), start: first.min(last), end: last });
            }
        }
    }
}

/// A digit stands for any digit: room 512 and room 513 should look alike.
fn mask(symbol: char) -> char {
    if symbol.is_ascii_digit() { MASKED_DIGIT } else { symbol }
}

fn word_state(letters: &[char]) -> u64 {
    letters.iter().fold(hash::start(14), |state, symbol| hash::push(state, *symbol as u64))
}

/// The distinct features of a document with how often each occurs, sorted by key.
pub(crate) fn count(document: &Document) -> Vec<(u32, u32)> {
    let mut keys: Vec<u32> = Vec::with_capacity(document.text.len() * 2 + 64);
    let has_both = !document.title.is_empty() && !document.text.is_empty();
    for (part, is_title) in [(&document.title, true), (&document.text, false)] {
        if part.is_empty() {
            continue;
        }
        let normal = normalise(part);
        visit_text(&normal, false, &mut |gram| keys.push(gram.key));
        // With only one part there is nothing for a title to stand out from.
        if is_title && has_both {
            visit_text(&normal, true, &mut |gram| keys.push(gram.key));
        }
    }
    for (name, value) in &document.fields {
        keys.push(field_key(name, value));
    }
    keys.sort_unstable();
    let mut counted: Vec<(u32, u32)> = Vec::with_capacity(keys.len());
    for key in keys {
        match counted.last_mut() {
            Some((last, times)) if *last == key => *times += 1,
            _ => counted.push((key, 1)),
        }
    }
    counted
}

/// A document as the linear model sees it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vector {
    pub(crate) entries: Vec<(u32, f32)>,
    /// Share of the features, by weight, that too few training texts had.
    pub(crate) novelty: f32,
}

/// The features a model knows, with how rare each is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dictionary {
    pub(crate) documents: u32,
    /// A feature counts when this many training texts have it.
    pub(crate) rarest: u32,
    /// Sorted; the position is the feature's number.
    pub(crate) keys: Vec<u32>,
    /// How many training texts have the feature.
    pub(crate) spread: Vec<u32>,
    idf: Vec<f32>,
    lookup: KeyMap,
}

type KeyMap = HashMap<u32, u32, BuildHasherDefault<KeyHasher>>;

impl Dictionary {
    /// Collects the features that stand in at least `rarest` documents.
    pub(crate) fn learn(counted: &[Vec<(u32, u32)>], rarest: u32) -> Self {
        let mut all: Vec<u32> = counted.iter().flatten().map(|(key, _)| *key).collect();
        all.sort_unstable();
        let (mut keys, mut spread) = (Vec::new(), Vec::new());
        for group in all.chunk_by(|a, b| a == b) {
            let often = u32::try_from(group.len()).unwrap_or(u32::MAX);
            if often >= rarest {
                keys.push(group[0]);
                spread.push(often);
            }
        }
        let documents = u32::try_from(counted.len()).unwrap_or(u32::MAX);
        Self::assemble(documents, rarest, keys, spread)
    }

    pub(crate) fn assemble(documents: u32, rarest: u32, keys: Vec<u32>, spread: Vec<u32>) -> Self {
        let idf = spread.iter().map(|often| rarity(documents, *often)).collect();
        let lookup = keys.iter().enumerate().map(|(at, key)| (*key, at as u32)).collect();
        Self { documents, rarest, keys, spread, idf, lookup }
    }

    /// The number of a feature, if the model knows it.
    pub(crate) fn feature(&self, key: u32) -> Option<u32> {
        self.lookup.get(&key).copied()
    }

    /// Weighs the features of a document the model was not trained on.
    pub(crate) fn weigh(&self, counted: &[(u32, u32)]) -> Vector {
        self.weigh_with(counted, self.rarest)
    }

    /// Weighs a training document as if it had not been one: features that only it made common are dropped.
    pub(crate) fn weigh_held_out(&self, counted: &[(u32, u32)]) -> Vector {
        self.weigh_with(counted, self.rarest + 1)
    }

    fn weigh_with(&self, counted: &[(u32, u32)], rarest: u32) -> Vector {
        let mut entries = Vec::with_capacity(counted.len());
        let mut squares = [0.0_f32; GROUPS];
        let (mut known, mut strange) = (0.0_f32, 0.0_f32);
        let unseen = rarity(self.documents, 0);
        for (key, times) in counted {
            let feature = self.feature(*key);
            let Some(feature) = feature.filter(|at| self.spread[*at as usize] >= rarest) else {
                strange += unseen;
                let weight = STRANGER * unseen * emphasis(*key);
                squares[group_of(*key)] += weight * weight;
                continue;
            };
            let idf = self.idf[feature as usize];
            known += idf;
            let value = (1.0 + (*times as f32).ln()) * idf * emphasis(*key);
            squares[group_of(*key)] += value * value;
            entries.push((feature, value));
        }
        let scales = scales(squares);
        for (feature, value) in &mut entries {
            *value *= scales[group_of(self.keys[*feature as usize])];
        }
        let novelty = if known > 0.0 { strange / (known + strange) } else { 1.0 };
        Vector { entries, novelty }
    }
}

fn emphasis(key: u32) -> f32 {
    if key >> BLOCK_SHIFT == Block::Words as u32 { WORD_EMPHASIS } else { 1.0 }
}

fn rarity(documents: u32, often: u32) -> f32 {
    ((f64::from(documents) + 1.0) / (f64::from(often) + 1.0)).ln() as f32 + 1.0
}

/// Scales every group to its weight and the whole to length one.
fn scales(squares: [f32; GROUPS]) -> [f32; GROUPS] {
    let mut scales = [0.0; GROUPS];
    let mut whole = 0.0_f32;
    for group in 0..GROUPS {
        if squares[group] > 0.0 {
            let weight = GROUP_WEIGHTS[group];
            scales[group] = weight / squares[group].sqrt();
            whole += weight * weight;
        }
    }
    if whole > 0.0 {
        let length = whole.sqrt();
        scales.iter_mut().for_each(|scale| *scale /= length);
    }
    scales
}
