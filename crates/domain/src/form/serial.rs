//! Serial numbers: a prefix, which may name parts of the day, and digits that count within that prefix.
//!
//! `BX-{yyyy}{mm}-` gives `BX-202603-00001`, and starts anew each month: another prefix is another series. A number
//! is unique within its field. It is taken with the row it stands on, so a refused row leaves no gap.

use lang::Env;

const DIGITS: usize = 5;
const MAX_PREFIX: usize = 30;

/// What stands before the digits of a number that is given out now.
pub fn series(prefix: &str, env: &Env) -> String {
    let local = lang::format_instant(env.now_ms + i64::from(env.offset_minutes) * 60_000);
    let part = |range: std::ops::Range<usize>| local.get(range).unwrap_or_default();
    let words = [("{yyyy}", part(0..4)), ("{yy}", part(2..4)), ("{mm}", part(5..7)), ("{dd}", part(8..10))];
    words.iter().fold(prefix.to_owned(), |text, (word, value)| text.replace(word, value))
}

/// The number `n` of a series; more digits where five do not do.
pub fn number(series: &str, n: i64) -> String {
    format!("{series}{n:0DIGITS$}")
}

/// What is wrong with a prefix.
pub(super) fn fault(prefix: &str) -> Option<&'static str> {
    let rest = ["{yyyy}", "{yy}", "{mm}", "{dd}"].iter().fold(prefix.to_owned(), |text, word| text.replace(word, ""));
    if prefix.chars().count() > MAX_PREFIX {
        Some("a prefix has at most 30 characters")
    } else if rest.contains(['{', '}']) {
        Some("a prefix takes {yyyy}, {yy}, {mm} and {dd} in braces, nothing else")
    } else if rest.chars().any(char::is_control) {
        Some("a prefix has no control characters")
    } else if rest.ends_with(|last: char| last.is_ascii_digit()) {
        // `A1` + `00002` and `A` + `100002` would be one number of two series.
        Some("a prefix does not end in a digit")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_within_the_part_of_the_day_they_name() {
        // 2026-02-28T16:30:00Z is the 1st of March in China.
        let env = Env { now_ms: 1_772_296_200_000, offset_minutes: 480, ..Env::default() };
        for (prefix, n, expected) in [
            ("", 1, "00001"),
            ("BX-", 42, "BX-00042"),
            ("BX-{yyyy}{mm}-", 7, "BX-202603-00007"),
            ("{yy}{mm}{dd}/", 100_000, "260301/100000"),
        ] {
            assert_eq!(number(&series(prefix, &env), n), expected);
        }
        assert_eq!(["", "BX-", "质检-{yyyy}-", "{dd}"].map(fault), [None; 4]);
        for prefix in ["{week}", "{yyyy", "A1", "a\u{7}b", &"x".repeat(31)] {
            assert!(fault(prefix).is_some(), "{prefix}");
        }
    }
}
