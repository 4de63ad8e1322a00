//! Finds the tickets most like a text among a bounded set: the same fault, an earlier duplicate, a solved case.
//!
//! An inverted index over character pieces and words, scored by BM25. Character pieces survive misspelling and need
//! no segmentation; words reward the exact term.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::hash::{self, KeyHasher};
use crate::segment::{RunKind, runs};
use crate::text::normalise;

/// An index over documents that are numbered in the order of adding.
#[derive(Debug, Clone, Default)]
pub struct Index {
    postings: HashMap<u32, Vec<Posting>, BuildHasherDefault<KeyHasher>>,
    lengths: Vec<f32>,
    total_length: f64,
}

#[derive(Debug, Clone, Copy)]
struct Posting {
    document: u32,
    weight: f32,
}

/// Hashed with a fixed function: sums of floats depend on their order, and the order must not change by itself.
type TermWeights = HashMap<u32, f32, BuildHasherDefault<KeyHasher>>;

/// A document like the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similar {
    pub document: usize,
    /// Share of what the query could score at most, between 0 and 1.
    pub score: f64,
}

const HAN_PIECES: std::ops::RangeInclusive<usize> = 2..=4;
const LATIN_PIECES: std::ops::RangeInclusive<usize> = 3..=4;
const WORD_WEIGHT: f32 = 2.0;
const TITLE_WEIGHT: f32 = 2.0;
/// How fast repeats of a term stop counting.
const SATURATION: f64 = 1.2;
/// How much long documents are held back.
const LENGTH_SHARE: f64 = 0.5;

impl Index {
    /// Adds a document and returns its number.
    pub fn add(&mut self, title: &str, text: &str) -> usize {
        let document = self.lengths.len();
        let terms = terms_of(title, text);
        let length: f32 = terms.values().sum();
        for (term, weight) in terms {
            self.postings.entry(term).or_default().push(Posting { document: document as u32, weight });
        }
        self.lengths.push(length);
        self.total_length += f64::from(length);
        document
    }

    /// How many documents the index holds.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// True while nothing was added.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// The documents most like a text, best first; equal ones in the order of adding.
    pub fn search(&self, title: &str, text: &str, most: usize) -> Vec<Similar> {
        let mut scores: HashMap<u32, f64, BuildHasherDefault<KeyHasher>> = HashMap::default();
        let mut possible = 0.0;
        let mut query: Vec<(u32, f32)> = terms_of(title, text).into_iter().collect();
        query.sort_unstable_by_key(|(term, _)| *term);
        for (term, weight) in query {
            let postings = self.postings.get(&term).map(Vec::as_slice).unwrap_or_default();
            let rarity = self.rarity(postings.len());
            let asked = f64::from(weight).sqrt() * rarity;
            possible += asked * (SATURATION + 1.0);
            for posting in postings {
                let gain = asked * self.saturated(posting);
                *scores.entry(posting.document).or_default() += gain;
            }
        }
        let mut found: Vec<Similar> = scores
            .into_iter()
            .map(|(document, score)| Similar { document: document as usize, score: score / possible })
            .collect();
        found.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.document.cmp(&b.document)));
        found.truncate(most);
        found
    }

    fn rarity(&self, holders: usize) -> f64 {
        let (all, holders) = (self.lengths.len() as f64, holders as f64);
        (1.0 + (all - holders + 0.5) / (holders + 0.5)).ln()
    }

    fn saturated(&self, posting: &Posting) -> f64 {
        let average = self.total_length / self.lengths.len() as f64;
        let length = f64::from(self.lengths[posting.document as usize]) / average.max(1e-9);
        let weight = f64::from(posting.weight);
        let brake = SATURATION * (1.0 - LENGTH_SHARE + LENGTH_SHARE * length);
        weight * (SATURATION + 1.0) / (weight + brake)
    }
}

/// The best documents for one query among a few candidates: builds an index and asks it once.
pub fn rank(query: (&str, &str), candidates: &[(&str, &str)], most: usize) -> Vec<Similar> {
    let mut index = Index::default();
    for (title, text) in candidates {
        index.add(title, text);
    }
    index.search(query.0, query.1, most)
}

fn terms_of(title: &str, text: &str) -> TermWeights {
    let mut terms = TermWeights::default();
    for (part, weight) in [(title, TITLE_WEIGHT), (text, 1.0)] {
        let normal = normalise(part);
        for run in runs(&normal.chars) {
            let letters = &normal.chars[run.start..run.end];
            if run.kind == RunKind::Word {
                *terms.entry(term(2, letters)).or_default() += weight * WORD_WEIGHT;
                pieces(letters, LATIN_PIECES, weight, &mut terms);
            } else {
                pieces(letters, HAN_PIECES, weight, &mut terms);
            }
        }
    }
    terms
}

fn pieces(letters: &[char], lengths: std::ops::RangeInclusive<usize>, weight: f32, terms: &mut TermWeights) {
    // A run too short for a piece is its own piece.
    if letters.len() < *lengths.start() {
        *terms.entry(term(1, letters)).or_default() += weight;
        return;
    }
    for length in lengths {
        for piece in letters.windows(length) {
            *terms.entry(term(1, piece)).or_default() += weight;
        }
    }
}

fn term(seed: u64, letters: &[char]) -> u32 {
    let state = letters.iter().fold(hash::start(seed), |state, symbol| hash::push(state, *symbol as u64));
    (hash::mix(state) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        let mut index = Index::default();
        for (title, text) in [
            ("三楼打印机卡纸", "三楼东侧打印机一直卡纸，重启无效"),
            ("门禁刷卡失灵", "大门门禁刷卡没反应"),
            ("Printer out of toner", "The printer on floor 3 needs toner"),
            ("打印机缺墨", "财务室打印机没有墨了"),
            ("会议室投影不亮", "第一会议室投影机不亮"),
        ] {
            index.add(title, text);
        }
        index
    }

    #[test]
    fn the_closest_ticket_comes_first() {
        let index = index();
        let first = |title: &str, text: &str| index.search(title, text, 3)[0].document;
        assert_eq!(first("打印机又卡纸了", "三楼"), 0);
        assert_eq!(first("", "财务打印机缺墨"), 3);
        assert_eq!(first("prnter toner", ""), 2, "a misspelt word still shares its pieces");
        assert_eq!(first("刷卡", ""), 1);
        assert!(index.search("", "天气", 3).is_empty());
        assert!(Index::default().search("打印机", "", 3).is_empty());
    }

    #[test]
    fn a_ticket_is_most_like_itself_and_scores_are_shares() {
        let index = index();
        let same = index.search("门禁刷卡失灵", "大门门禁刷卡没反应", 5);
        assert_eq!(same[0].document, 1);
        assert!(same.iter().all(|found| found.score > 0.0 && found.score <= 1.0), "{same:?}");
        assert!(same.windows(2).all(|pair| pair[0].score >= pair[1].score));
        let ranked = rank(("刷卡", ""), &[("打印机", ""), ("刷卡机坏了", "")], 1);
        assert_eq!((ranked.len(), ranked[0].document), (1, 1));
    }
}
