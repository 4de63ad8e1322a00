//! Finds devices, places, people, phones, times, symptoms and urgency by rules a tenant can read and change.
//!
//! Rules come first because they are exact; what no rule can say (parts, failures) is learned in [`crate::tag`].
//! All matching is linear in the text.

mod numeral;
mod policy;
mod standard;
mod time;
mod value;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, Input, MatchKind};
use regex::{Regex, RegexBuilder};

use crate::segment::is_han_like;
use crate::text::{Normal, normalise};

pub use policy::{EntityRule, ExtractError, ExtractPolicy, RuleKind, ValueForm, WordGroup};
pub use time::Moment;

/// Something found in a text.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Entity {
    /// What it is: `device`, `floor`, `phone`, or what the policy names.
    pub entity: String,
    /// First character in the original text.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// As the person wrote it.
    pub text: String,
    /// In one form: digits of a phone, `3F`, an RFC 3339 time, the id of an asset.
    pub value: String,
    pub confidence: f64,
    /// Several list entries have this name; `value` is the first of them.
    pub ambiguous: bool,
}

/// A named thing of a list: an asset, a place, a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// What the entity's value becomes, usually an id.
    pub value: String,
    pub names: Vec<String>,
}

/// A prepared policy.
#[derive(Debug, Clone)]
pub struct Extractor {
    rules: Vec<(EntityRule, Matcher)>,
}

#[derive(Debug, Clone)]
enum Matcher {
    Pattern { pattern: Box<Regex>, group: usize, form: ValueForm },
    Names { finder: Box<AhoCorasick>, names: Vec<Name>, refuse_negation: bool },
    Time,
}

#[derive(Debug, Clone)]
struct Name {
    value: String,
    whole_word: bool,
    shared: bool,
}

/// A text in the forms the matchers need.
struct Prepared {
    normal: Normal,
    text: String,
    /// Byte offset in `text` → character number.
    places: Vec<u32>,
}

/// A match before overlaps are settled, in normalised characters.
struct Candidate {
    rule: usize,
    start: usize,
    end: usize,
    value: String,
    confidence: f64,
    ambiguous: bool,
}

const PATTERN_BYTES: usize = 1 << 20;
const LONGEST_TEXT: usize = 100_000;
const SHORTEST_NAME: usize = 2;

impl Extractor {
    /// Prepares a policy; `lists` holds the entries of every list the policy names.
    pub fn new(policy: &ExtractPolicy, lists: &HashMap<String, Vec<ListEntry>>) -> Result<Self, ExtractError> {
        let mut rules = Vec::with_capacity(policy.entities.len());
        for rule in &policy.entities {
            if !(0.0..=1.0).contains(&rule.confidence) {
                return Err(ExtractError::Confidence(rule.entity.clone()));
            }
            let matcher = match &rule.find {
                RuleKind::Pattern { pattern, group, form } => pattern_matcher(rule, pattern, *group, *form)?,
                RuleKind::Words { words, refuse_negation } => {
                    let entries = words.iter().map(|group| (&group.value, &group.words));
                    names_matcher(rule, entries, *refuse_negation)?
                }
                RuleKind::List { list } => {
                    let entries = lists.get(list).map(Vec::as_slice).unwrap_or_default();
                    names_matcher(rule, entries.iter().map(|entry| (&entry.value, &entry.names)), false)?
                }
                RuleKind::Time => Matcher::Time,
            };
            rules.push((rule.clone(), matcher));
        }
        Ok(Self { rules })
    }

    /// Everything the rules find, in order of appearance; only the first 100,000 characters are read.
    pub fn extract(&self, text: &str, moment: &Moment) -> Vec<Entity> {
        let cut = text.char_indices().nth(LONGEST_TEXT).map_or(text.len(), |(byte, _)| byte);
        let text = &text[..cut];
        let prepared = Prepared::new(text);
        let mut candidates = Vec::new();
        for (number, (rule, matcher)) in self.rules.iter().enumerate() {
            matcher.find(&prepared, moment, number, rule.confidence, &mut candidates);
        }
        let original: Vec<char> = text.chars().collect();
        self.settle(candidates)
            .into_iter()
            .map(|candidate| {
                let (start, end) = prepared.normal.original_range(candidate.start, candidate.end);
                Entity {
                    entity: self.rules[candidate.rule].0.entity.clone(),
                    start,
                    end,
                    text: original[start..end].iter().collect(),
                    value: candidate.value,
                    confidence: candidate.confidence,
                    ambiguous: candidate.ambiguous,
                }
            })
            .collect()
    }

    /// Where matches overlap, the longest wins, then the surer, then the earlier rule. A name from a list and the
    /// place words inside it may stand together, because both are true.
    fn settle(&self, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
        candidates.sort_by(|a, b| {
            let length = |candidate: &Candidate| candidate.end - candidate.start;
            length(b)
                .cmp(&length(a))
                .then(b.confidence.total_cmp(&a.confidence))
                .then(a.rule.cmp(&b.rule))
                .then(a.start.cmp(&b.start))
        });
        let is_list = |rule: usize| matches!(self.rules[rule].0.find, RuleKind::List { .. });
        let furthest = candidates.iter().map(|candidate| candidate.end).max().unwrap_or(0);
        let mut taken = [vec![false; furthest], vec![false; furthest]];
        let mut kept: Vec<Candidate> = Vec::new();
        for candidate in candidates {
            let lane = &mut taken[usize::from(is_list(candidate.rule))];
            let stretch = &mut lane[candidate.start..candidate.end];
            if stretch.iter().any(|taken| *taken) {
                continue;
            }
            stretch.fill(true);
            kept.push(candidate);
        }
        kept.sort_by_key(|candidate| (candidate.start, candidate.end, candidate.rule));
        kept
    }
}

impl Prepared {
    fn new(text: &str) -> Self {
        let normal = normalise(text);
        let text: String = normal.chars.iter().collect();
        let mut places = vec![0; text.len() + 1];
        for (number, (byte, _)) in text.char_indices().enumerate() {
            places[byte] = number as u32;
        }
        places[text.len()] = normal.chars.len() as u32;
        Self { normal, text, places }
    }

    fn place(&self, byte: usize) -> usize {
        self.places[byte] as usize
    }

    fn next_byte(&self, byte: usize) -> usize {
        (byte + 1..self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.text.len())
    }

    fn is_letter(&self, at: Option<usize>) -> bool {
        let symbol = at.and_then(|at| self.normal.chars.get(at));
        symbol.is_some_and(|symbol| symbol.is_alphanumeric() && !is_han_like(*symbol))
    }

    fn splits_word(&self, start: usize, end: usize) -> bool {
        let first_is_letter = self.is_letter(Some(start)) && self.is_letter(start.checked_sub(1));
        let last_is_letter = self.is_letter(end.checked_sub(1)) && self.is_letter(Some(end));
        first_is_letter || last_is_letter
    }

    /// True when the words right before take the matched word back: 没有漏水, no leak.
    fn is_negated(&self, start: usize) -> bool {
        const NEGATIONS: [&str; 12] =
            ["没有", "没", "未", "无", "不是", "并未", "不再", "not ", "no ", "isn't ", "without ", "never "];
        let before = &self.normal.chars[start.saturating_sub(8)..start];
        NEGATIONS.iter().any(|negation| {
            let length = negation.chars().count();
            before.len() >= length && before[before.len() - length..].iter().copied().eq(negation.chars())
        })
    }
}

impl Matcher {
    fn find(
        &self,
        prepared: &Prepared,
        moment: &Moment,
        rule: usize,
        confidence: f64,
        candidates: &mut Vec<Candidate>,
    ) {
        match self {
            Self::Pattern { pattern, group, form } => {
                // Finding is much cheaper than capturing, and most texts hold no match.
                for found in pattern.find_iter(&prepared.text) {
                    let Some(captures) = pattern.captures_at(&prepared.text, found.start()) else {
                        continue;
                    };
                    let Some(whole) = captures.get(*group) else { continue };
                    let inner = captures.iter().skip(1).flatten().next().map_or(whole.as_str(), |part| part.as_str());
                    let (start, end) = (prepared.place(whole.start()), prepared.place(whole.end()));
                    if start == end {
                        continue;
                    }
                    if let Some(value) = form.apply(inner, whole.as_str()) {
                        candidates.push(Candidate { rule, start, end, value, confidence, ambiguous: false });
                    }
                }
            }
            Self::Names { finder, names, refuse_negation } => {
                let mut from = 0;
                while let Some(found) = finder.find(Input::new(&prepared.text).range(from..)) {
                    let (start, end) = (prepared.place(found.start()), prepared.place(found.end()));
                    let name = &names[found.pattern().as_usize()];
                    let split = name.whole_word && prepared.splits_word(start, end);
                    if split || (*refuse_negation && prepared.is_negated(start)) {
                        // A shorter name may stand inside: "leaking" in "water leaking" when "water leak" is one.
                        from = prepared.next_byte(found.start());
                        continue;
                    }
                    from = found.end();
                    let confidence = if name.shared { confidence * 0.5 } else { confidence };
                    let value = name.value.clone();
                    candidates.push(Candidate { rule, start, end, value, confidence, ambiguous: name.shared });
                }
            }
            Self::Time => {
                for found in time::find(&prepared.normal.chars, moment) {
                    candidates.push(Candidate {
                        rule,
                        start: found.start,
                        end: found.end,
                        value: found.value,
                        confidence: found.confidence * confidence,
                        ambiguous: false,
                    });
                }
            }
        }
    }
}

fn pattern_matcher(rule: &EntityRule, pattern: &str, group: usize, form: ValueForm) -> Result<Matcher, ExtractError> {
    let compiled = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(PATTERN_BYTES)
        .dfa_size_limit(PATTERN_BYTES)
        .build()
        .map_err(|error| ExtractError::Pattern { entity: rule.entity.clone(), reason: error.to_string() })?;
    if group >= compiled.captures_len() {
        return Err(ExtractError::Group { entity: rule.entity.clone(), group });
    }
    Ok(Matcher::Pattern { pattern: Box::new(compiled), group, form })
}

fn names_matcher<'a>(
    rule: &EntityRule,
    entries: impl Iterator<Item = (&'a String, &'a Vec<String>)>,
    refuse_negation: bool,
) -> Result<Matcher, ExtractError> {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let (mut patterns, mut names): (Vec<String>, Vec<Name>) = (Vec::new(), Vec::new());
    for (value, spellings) in entries {
        for spelling in spellings {
            let normal = normalise(spelling);
            // A name of one character would mark half of every text.
            if normal.chars.len() < SHORTEST_NAME {
                continue;
            }
            let text: String = normal.chars.iter().collect();
            match numbers.get(&text) {
                Some(number) => names[*number].shared |= names[*number].value != *value,
                None => {
                    numbers.insert(text.clone(), names.len());
                    let whole_word = !normal.chars.iter().all(|symbol| is_han_like(*symbol));
                    names.push(Name { value: value.clone(), whole_word, shared: false });
                    patterns.push(text);
                }
            }
        }
    }
    let finder = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(&patterns)
        .map_err(|_| ExtractError::TooManyNames(rule.entity.clone()))?;
    Ok(Matcher::Names { finder: Box::new(finder), names, refuse_negation })
}
