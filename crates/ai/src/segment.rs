//! Cuts mixed Chinese and English text into runs and tokens without a dictionary.
//!
//! Chinese writes no spaces, so a run of Han characters is later read in short overlapping pieces; words of other
//! scripts are kept whole.

use crate::text::{Normal, normalise};

/// What a run of characters is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// Han characters, kana or hangul, which are written without spaces.
    Han,
    /// Letters and digits of other scripts.
    Word,
}

/// A maximal stretch of one kind in a normalised text; punctuation and spaces lie between runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub kind: RunKind,
    pub start: usize,
    pub end: usize,
}

/// A piece of text a person would recognise, with its place in the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    /// First character in the original text.
    pub start: usize,
    /// One past the last character in the original text.
    pub end: usize,
}

/// The runs of a normalised text, in order.
pub fn runs(chars: &[char]) -> Vec<Run> {
    let mut found: Vec<Run> = Vec::new();
    for (at, symbol) in chars.iter().enumerate() {
        let Some(kind) = kind_of(*symbol, chars.get(at + 1).copied(), found.last(), at) else {
            continue;
        };
        match found.last_mut() {
            Some(last) if last.end == at && last.kind == kind => last.end = at + 1,
            _ => found.push(Run { kind, start: at, end: at + 1 }),
        }
    }
    found
}

/// Words, and overlapping pairs inside Han runs, with spans in the original text.
pub fn tokens(text: &str) -> Vec<Token> {
    let normal = normalise(text);
    let mut found = Vec::new();
    for run in runs(&normal.chars) {
        if run.kind == RunKind::Word || run.end - run.start <= 2 {
            found.push(token(&normal, run.start, run.end));
            continue;
        }
        for start in run.start..run.end - 1 {
            found.push(token(&normal, start, start + 2));
        }
    }
    found
}

/// True for characters of scripts that write no spaces between words.
pub fn is_han_like(symbol: char) -> bool {
    matches!(symbol,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

fn kind_of(symbol: char, next: Option<char>, last: Option<&Run>, at: usize) -> Option<RunKind> {
    if is_han_like(symbol) {
        return Some(RunKind::Han);
    }
    if symbol.is_alphanumeric() {
        return Some(RunKind::Word);
    }
    // An apostrophe inside a word belongs to it: "haven't" is one word.
    let in_word = last.is_some_and(|run| run.kind == RunKind::Word && run.end == at);
    let goes_on = next.is_some_and(|next| next.is_alphanumeric() && !is_han_like(next));
    (matches!(symbol, '\'' | '\u{2019}') && in_word && goes_on).then_some(RunKind::Word)
}

fn token(normal: &Normal, start: usize, end: usize) -> Token {
    let (first, last) = normal.original_range(start, end);
    Token { text: normal.chars[start..end].iter().collect(), start: first, end: last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_text_splits_at_script_changes() {
        type Wanted = &'static [(&'static str, usize, usize)];
        let cases: [(&str, Wanted); 5] = [
            (
                "3楼打印机卡纸",
                &[("3", 0, 1), ("楼打", 1, 3), ("打印", 2, 4), ("印机", 3, 5), ("机卡", 4, 6), ("卡纸", 5, 7)],
            ),
            ("VPN断了", &[("vpn", 0, 3), ("断了", 3, 5)]),
            ("It hasn't arrived!", &[("it", 0, 2), ("hasn't", 3, 9), ("arrived", 10, 17)]),
            ("坏", &[("坏", 0, 1)]),
            ("……!?", &[]),
        ];
        for (text, wanted) in cases {
            let found: Vec<_> = tokens(text).into_iter().map(|t| (t.text, t.start, t.end)).collect();
            let wanted: Vec<_> = wanted.iter().map(|(t, s, e)| ((*t).to_owned(), *s, *e)).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }
}
