//! A place in a normalised text, with the small steps the readers take.

use crate::extract::numeral;

/// Copyable, so that a reader can try and fall back.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    chars: &'a [char],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(chars: &'a [char], at: usize) -> Self {
        Self { chars, at }
    }

    pub(super) fn rest(&self) -> &'a [char] {
        &self.chars[self.at.min(self.chars.len())..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn before(&self) -> Option<char> {
        self.at.checked_sub(1).and_then(|at| self.chars.get(at)).copied()
    }

    /// A time does not begin inside a word, a number or a recurring expression.
    pub(super) fn may_start(&self) -> bool {
        let Some(symbol) = self.peek() else { return false };
        match self.before() {
            Some('每') => false,
            Some(before) if symbol.is_ascii_alphanumeric() => {
                let inside = before.is_ascii_alphanumeric() || matches!(before, '.' | ':' | '_');
                let goes_on = symbol.is_ascii_digit() && matches!(before, '-' | '/' | '#');
                !inside && !goes_on
            }
            Some(before) => !(is_han_numeral(symbol) && is_han_numeral(before)),
            None => true,
        }
    }

    /// Steps over a text.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let mut at = self.at;
        for symbol in text.chars() {
            if self.chars.get(at) != Some(&symbol) {
                return false;
            }
            at += 1;
        }
        self.at = at;
        true
    }

    /// Steps over the first of several texts that stands here; give longer ones first.
    pub(super) fn eat_any<T: Copy>(&mut self, choices: &[(&str, T)]) -> Option<T> {
        choices.iter().find(|(text, _)| self.eat(text)).map(|(_, value)| *value)
    }

    /// Steps over a word of Latin letters that ends here.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let start = *self;
        let ends = self.eat(word) && !self.peek().is_some_and(|next| next.is_ascii_alphanumeric());
        if !ends {
            *self = start;
        }
        ends
    }

    pub(super) fn eat_any_word<T: Copy>(&mut self, choices: &[(&str, T)]) -> Option<T> {
        choices.iter().find(|(word, _)| self.eat_word(word)).map(|(_, value)| *value)
    }

    pub(super) fn skip_spaces(&mut self) {
        while self.peek() == Some(' ') {
            self.at += 1;
        }
    }

    /// A number in digits or Chinese numerals.
    pub(super) fn number(&mut self) -> Option<u32> {
        let (value, length) = numeral::number_at(self.rest())?;
        self.at += length;
        Some(value)
    }

    /// A number of so many digits.
    pub(super) fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let count = self.rest().iter().take(most + 1).take_while(|symbol| symbol.is_ascii_digit()).count();
        if count < least || count > most {
            return None;
        }
        self.number()
    }

    /// A number in digits or as an English word.
    pub(super) fn english_number(&mut self) -> Option<u32> {
        if let Some(value) = self.digits(1, 4) {
            return Some(value);
        }
        let letters = self.rest().iter().take(9).take_while(|symbol| symbol.is_ascii_lowercase()).count();
        let word: String = self.rest()[..letters].iter().collect();
        let value = if matches!(&*word, "a" | "an") { 1 } else { numeral::english(&word)? };
        self.at += letters;
        Some(value)
    }
}

fn is_han_numeral(symbol: char) -> bool {
    "零〇一二两三四五六七八九十百".contains(symbol)
}
