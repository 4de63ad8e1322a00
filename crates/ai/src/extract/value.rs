//! Brings what was matched into one form.

use super::numeral;
use super::policy::ValueForm;

impl ValueForm {
    /// The value of a match; `None` when the words cannot mean such a thing.
    pub(super) fn apply(self, inner: &str, whole: &str) -> Option<String> {
        let value = match self {
            Self::Text => whole.trim().to_owned(),
            Self::Code => inner.chars().filter(|symbol| !symbol.is_whitespace()).flat_map(char::to_uppercase).collect(),
            Self::Digits => whole.chars().filter(char::is_ascii_digit).collect(),
            Self::Floor => floor(inner, whole)?,
            Self::Label => label(inner)?,
        };
        (!value.is_empty()).then_some(value)
    }
}

const HIGHEST_FLOOR: u32 = 200;

fn floor(inner: &str, whole: &str) -> Option<String> {
    let below = ["地下", "负", "-", "basement"].iter().any(|word| whole.starts_with(word))
        || whole.trim_start_matches(|symbol: char| !symbol.is_ascii_alphanumeric()).starts_with('b');
    let level = match (number(inner), inner) {
        (Some(level), _) => level,
        (None, "ground") => 1,
        (None, _) if below => 1,
        (None, _) => return None,
    };
    if level > HIGHEST_FLOOR || (level == 0 && below) {
        return None;
    }
    Some(if below { format!("B{level}") } else { format!("{}F", level.max(1)) })
}

fn label(inner: &str) -> Option<String> {
    match number(inner) {
        Some(number) => Some(number.to_string()),
        None => Some(inner.trim().to_uppercase()).filter(|label| !label.is_empty()),
    }
}

/// A number in digits, Chinese numerals or English words, if the text is nothing else.
fn number(text: &str) -> Option<u32> {
    let text = text.trim();
    let chars: Vec<char> = text.chars().collect();
    match numeral::number_at(&chars) {
        Some((value, length)) if length == chars.len() => Some(value),
        _ => numeral::english(text),
    }
}
