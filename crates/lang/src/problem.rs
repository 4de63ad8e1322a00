//! What is wrong with a document, and where.

use std::fmt;

/// One fault in a condition or formula: a stable code, the place as a JSON pointer, and what was found there.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    pub pointer: String,
    pub code: &'static str,
    /// The offending name or text; data for a translated message, not a message.
    pub detail: String,
}

impl Problem {
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }

    /// The same problem inside a larger document.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "/" } else { &self.pointer };
        write!(f, "{} at {place}: {}", self.code, self.detail)
    }
}

impl std::error::Error for Problem {}
