//! Brings texts into one form: compatibility composition, lower case, single spaces.
//!
//! Every normalised character remembers the character of the original text it came from, so that an explanation can
//! point into what the person wrote.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// A normalised text with the way back to the original.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Normal {
    /// The normalised characters.
    pub chars: Vec<char>,
    /// For each normalised character, the index of the original character it came from.
    pub origin: Vec<u32>,
}

impl Normal {
    /// The range of original characters behind a range of normalised ones.
    pub fn original_range(&self, start: usize, end: usize) -> (usize, usize) {
        let first = self.origin.get(start).map_or(0, |at| *at as usize);
        let last = end.checked_sub(1).and_then(|at| self.origin.get(at));
        (first, last.map_or(first, |at| *at as usize + 1))
    }

    fn push(&mut self, symbol: char, origin: usize) {
        if symbol.is_whitespace() || symbol.is_control() {
            // A line break ends a sentence as a space ends a word; neither carries more than that.
            if self.chars.last().is_none_or(|last| *last == ' ') {
                return;
            }
            self.chars.push(' ');
        } else {
            self.chars.push(symbol);
        }
        self.origin.push(u32::try_from(origin).unwrap_or(u32::MAX));
    }
}

/// Normalises a text: NFKC, lower case, white space and control characters to single spaces.
pub fn normalise(text: &str) -> Normal {
    let mut normal = Normal::default();
    normal.chars.reserve(text.len());
    normal.origin.reserve(text.len());
    let mut symbols = text.chars().enumerate().peekable();
    let mut cluster = String::new();
    while let Some((at, symbol)) = symbols.next() {
        let alone = symbols.peek().is_none_or(|(_, next)| !joins(*next));
        if alone && symbol.is_ascii() {
            normal.push(symbol.to_ascii_lowercase(), at);
            continue;
        }
        if alone && is_plain_han(symbol) {
            normal.push(symbol, at);
            continue;
        }
        cluster.clear();
        cluster.push(symbol);
        while let Some((_, mark)) = symbols.next_if(|(_, next)| joins(*next)) {
            cluster.push(mark);
        }
        for composed in cluster.nfkc() {
            for lower in composed.to_lowercase() {
                normal.push(lower, at);
            }
        }
    }
    if normal.chars.last() == Some(&' ') {
        normal.chars.pop();
        normal.origin.pop();
    }
    normal
}

/// One character for one: compatibility form and lower case where that is a single character.
pub(crate) fn fold_symbol(symbol: char) -> char {
    if symbol.is_ascii() {
        return symbol.to_ascii_lowercase();
    }
    if is_plain_han(symbol) {
        return symbol;
    }
    let mut composed = std::iter::once(symbol).nfkc();
    let folded = match (composed.next(), composed.next()) {
        (Some(only), None) => only,
        _ => symbol,
    };
    let mut lower = folded.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => folded,
    }
}

/// The normalised text as a string.
pub fn normalised(text: &str) -> String {
    normalise(text).chars.into_iter().collect()
}

fn joins(symbol: char) -> bool {
    symbol as u32 >= 0x300 && canonical_combining_class(symbol) != 0
}

fn is_plain_han(symbol: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_case_and_spaces_become_one_form() {
        let cases = [
            ("ＡＢＣ１２３", "abc123"),
            ("  Printer\t\r\nJAM  ", "printer jam"),
            ("三楼\u{3000}会议室", "三楼 会议室"),
            ("①号机 ㎡", "1号机 m2"),
            ("ﬁle", "file"),
            ("e\u{301}tage", "étage"),
            ("", ""),
            ("\u{0}\u{7}", ""),
        ];
        for (given, wanted) in cases {
            assert_eq!(normalised(given), wanted, "{given:?}");
        }
    }

    #[test]
    fn spans_lead_back_to_the_original() {
        let normal = normalise("  ﬁle  e\u{301}x");
        let text: String = normal.chars.iter().collect();
        assert_eq!(text, "file éx");
        assert_eq!(normal.original_range(0, 4), (2, 5));
        assert_eq!(normal.original_range(5, 6), (7, 8));
    }

    proptest::proptest! {
        #[test]
        fn normal_form_is_stable(text in "\\PC{0,40}") {
            let once = normalised(&text);
            let again = normalised(&once);
            // Lower case can open a further composition in rare scripts; a second pass must settle it.
            proptest::prop_assert_eq!(normalised(&again), again);
            let normal = normalise(&text);
            proptest::prop_assert_eq!(normal.chars.len(), normal.origin.len());
            proptest::prop_assert!(normal.origin.windows(2).all(|pair| pair[0] <= pair[1]));
        }
    }
}
