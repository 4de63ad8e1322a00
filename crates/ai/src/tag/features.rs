//! Describes every character by its neighbours, its kind, and the known spans it lies in.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::{TAGS_PER_KIND, TaggedText};
use crate::hash::{self, KeyHasher};
use crate::segment::is_han_like;
use crate::text::fold_symbol;

type KeyMap<V> = HashMap<u32, V, BuildHasherDefault<KeyHasher>>;

/// One text: for every character the keys of its features.
pub(super) type Described = Vec<Vec<u32>>;

/// The spans of the examples, for matching in new texts.
#[derive(Debug, Clone, Default)]
pub(super) struct Lexicon {
    /// Folded span text → (kind, in how many examples).
    entries: HashMap<Vec<char>, (u16, u32)>,
    longest: usize,
}

/// The features a model knows, sorted by key; the position is the feature's number.
#[derive(Debug, Clone, Default)]
pub(super) struct Features {
    keys: Vec<u32>,
    numbers: KeyMap<u32>,
}

const LONGEST_ENTRY: usize = 24;

/// The characters as the model sees them, one for one: lower case, narrow, every digit a zero.
pub(super) fn fold(text: &str) -> Vec<char> {
    text.chars()
        .map(|symbol| {
            let folded = fold_symbol(symbol);
            if folded.is_ascii_digit() { '0' } else { folded }
        })
        .collect()
}

impl Lexicon {
    pub(super) fn learn(examples: &[TaggedText], kinds: &[String]) -> Self {
        let mut counts: HashMap<Vec<char>, HashMap<u16, u32>> = HashMap::new();
        for example in examples {
            let text = fold(&example.text);
            for span in &example.spans {
                let kind = kinds.binary_search(&span.kind).unwrap_or(0) as u16;
                if span.end - span.start <= LONGEST_ENTRY {
                    let entry = counts.entry(text[span.start..span.end].to_vec()).or_default();
                    *entry.entry(kind).or_default() += 1;
                }
            }
        }
        let mut lexicon = Self::default();
        for (text, kinds) in counts {
            let total = kinds.values().sum();
            let best = kinds.into_iter().max_by_key(|(kind, count)| (*count, u16::MAX - kind));
            if let Some((kind, _)) = best {
                lexicon.insert(text, kind, total);
            }
        }
        lexicon
    }

    pub(super) fn insert(&mut self, text: Vec<char>, kind: u16, count: u32) {
        self.longest = self.longest.max(text.len());
        self.entries.insert(text, (kind, count));
    }

    /// After training only presence matters.
    pub(super) fn finish(&mut self) {
        self.entries.values_mut().for_each(|(_, count)| *count = 1);
    }

    /// Entries in a fixed order.
    pub(super) fn sorted(&self) -> Vec<(&Vec<char>, u16)> {
        let mut entries: Vec<_> = self.entries.iter().map(|(text, (kind, _))| (text, *kind)).collect();
        entries.sort();
        entries
    }

    /// The features of every character; an example must not find its own spans, or the model would trust the
    /// lexicon more than it deserves.
    pub(super) fn describe(&self, text: &[char], is_example: bool) -> Described {
        let needed = if is_example { 2 } else { 1 };
        let marks = self.marks(text, needed);
        (0..text.len()).map(|at| keys_at(text, at, &marks)).collect()
    }

    /// For every character, the role it plays in the longest entry that covers it; 0 for none.
    fn marks(&self, text: &[char], needed: u32) -> Vec<u32> {
        let mut marks = vec![0; text.len()];
        let mut at = 0;
        while at < text.len() {
            let longest = self.longest.min(text.len() - at);
            let found = (1..=longest).rev().find_map(|length| {
                let (kind, count) = self.entries.get(&text[at..at + length])?;
                (*count >= needed).then_some((length, *kind))
            });
            let Some((length, kind)) = found else {
                at += 1;
                continue;
            };
            let base = 1 + u32::from(kind) * TAGS_PER_KIND as u32;
            for place in 0..length {
                let role = match (place == 0, place + 1 == length) {
                    (true, true) => 3,
                    (true, false) => 0,
                    (false, false) => 1,
                    (false, true) => 2,
                };
                marks[at + place] = base + role;
            }
            at += length;
        }
        marks
    }
}

impl Features {
    pub(super) fn learn(described: &[Described], rarest: u32) -> Self {
        let mut all: Vec<u32> = described.iter().flatten().flatten().copied().collect();
        all.sort_unstable();
        let often = |group: &&[u32]| group.len() >= rarest as usize;
        Self::new(all.chunk_by(|a, b| a == b).filter(often).map(|group| group[0]).collect())
    }

    pub(super) fn new(keys: Vec<u32>) -> Self {
        let numbers = keys.iter().enumerate().map(|(number, key)| (*key, number as u32)).collect();
        Self { keys, numbers }
    }

    pub(super) fn keys(&self) -> &[u32] {
        &self.keys
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Known features by number.
    pub(super) fn number(&self, described: &Described) -> Vec<Vec<u32>> {
        described.iter().map(|keys| keys.iter().filter_map(|key| self.numbers.get(key).copied()).collect()).collect()
    }
}

/// Windows of neighbours: first offset and length.
const WINDOWS: [(isize, usize); 20] = [
    (-3, 1),
    (-2, 1),
    (-1, 1),
    (0, 1),
    (1, 1),
    (2, 1),
    (3, 1),
    (-3, 2),
    (-2, 2),
    (-1, 2),
    (0, 2),
    (1, 2),
    (2, 2),
    (-2, 3),
    (-1, 3),
    (0, 3),
    (1, 3),
    (-3, 4),
    (-1, 4),
    (0, 4),
];

fn keys_at(text: &[char], at: usize, marks: &[u32]) -> Vec<u32> {
    let mut keys = Vec::with_capacity(WINDOWS.len() + 10);
    let symbol = |offset: isize| {
        let place = at.checked_add_signed(offset);
        place.and_then(|place| text.get(place)).map_or(1, |symbol| *symbol as u64)
    };
    let mut add = |seed: u64, values: &mut dyn Iterator<Item = u64>| {
        let state = values.fold(hash::start(seed), hash::push);
        keys.push((hash::mix(state) >> 32) as u32);
    };
    for (number, (first, length)) in WINDOWS.iter().enumerate() {
        add(100 + number as u64, &mut (0..*length).map(|step| symbol(first + step as isize)));
    }
    let class = |offset: isize| symbol_class(symbol(offset));
    add(200, &mut (-2..=2).map(class));
    add(201, &mut (-1..=1).map(class));
    let mark = |offset: isize| {
        let place = at.checked_add_signed(offset);
        place.and_then(|place| marks.get(place)).map_or(99, |mark| u64::from(*mark))
    };
    add(210, &mut (0..=0).map(mark));
    add(211, &mut (-1..=0).map(mark));
    add(212, &mut (0..=1).map(mark));
    add(213, &mut (-1..=1).map(mark));
    keys
}

fn symbol_class(symbol: u64) -> u64 {
    let Some(symbol) = u32::try_from(symbol).ok().and_then(char::from_u32) else { return 0 };
    match symbol {
        '\u{1}' => 0,
        '0' => 1,
        'a'..='z' => 2,
        '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '两' => 3,
        other if is_han_like(other) => 4,
        other if other.is_whitespace() => 5,
        other if other.is_alphanumeric() => 6,
        _ => 7,
    }
}
