//! What the clients know, written down before and after every request, on the disk before anything depends on it.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(super) enum Line {
    /// About to be sent; `mark` is unique and part of what is written.
    Intent { mark: String, what: What },
    /// The server said yes.
    Acknowledged { mark: String, ticket: String, number: Option<String>, version: Option<i64> },
    /// The server said that it was done before and the answer is gone.
    AnswerLost { mark: String },
    /// The server said no, so nothing may have happened.
    Refused { mark: String, status: u16, code: String },
}

/// What a request does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum What {
    Create,
    Comment { ticket: String },
    Change { ticket: String, version: i64 },
}

/// The open journal.
pub(super) struct Journal {
    file: Mutex<File>,
}

impl Journal {
    pub(super) fn create(path: &Path) -> std::io::Result<Self> {
        let file = OpenOptions::new().create_new(true).append(true).open(path)?;
        Ok(Self { file: Mutex::new(file) })
    }

    /// Returns when the line is on the disk.
    pub(super) fn write(&self, line: &Line) -> std::io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&text)?;
        file.sync_data()
    }
}

/// What became of one request, as far as its client knows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    Unknown,
    AnswerLost,
    Acknowledged { ticket: String, number: Option<String>, version: Option<i64> },
    Refused { status: u16, code: String },
}

/// A request and its outcome.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) what: What,
    pub(super) outcome: Outcome,
}

/// Reads a journal back, by mark.
pub(super) fn read(path: &Path) -> anyhow::Result<BTreeMap<String, Entry>> {
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    for line in BufReader::new(File::open(path)?).lines() {
        let (mark, outcome) = match serde_json::from_str(&line?)? {
            Line::Intent { mark, what } => {
                entries.insert(mark, Entry { what, outcome: Outcome::Unknown });
                continue;
            }
            Line::Acknowledged { mark, ticket, number, version } => {
                (mark, Outcome::Acknowledged { ticket, number, version })
            }
            Line::AnswerLost { mark } => (mark, Outcome::AnswerLost),
            Line::Refused { mark, status, code } => (mark, Outcome::Refused { status, code }),
        };
        if let Some(entry) = entries.get_mut(&mark) {
            entry.outcome = outcome;
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_remembers_the_last_word_on_each_mark() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("journal");
        let journal = Journal::create(&path).expect("creates");
        for mark in ["a", "b", "c"] {
            let line = Line::Intent { mark: mark.into(), what: What::Create };
            journal.write(&line).expect("writes");
        }
        let ticket = "tkt_1".to_owned();
        let yes = Line::Acknowledged { mark: "a".into(), ticket, number: None, version: Some(1) };
        journal.write(&yes).expect("writes");
        let no = Line::Refused { mark: "b".into(), status: 422, code: "x".into() };
        journal.write(&no).expect("writes");
        let entries = read(&path).expect("reads");
        assert!(matches!(entries["a"].outcome, Outcome::Acknowledged { .. }));
        assert!(matches!(entries["b"].outcome, Outcome::Refused { status: 422, .. }));
        assert_eq!(entries["c"].outcome, Outcome::Unknown);
    }
}
