//! The life of a ticket: status, priority, what may change into what.

use serde::{Deserialize, Serialize};

mod fields;

pub use fields::{SYSTEM_FIELDS, SystemField, is_always_shown, system_field, system_types};

/// Where a ticket stands, in the five words every report counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    New,
    Open,
    /// Waiting for somebody outside: customer, supplier, part.
    Waiting,
    Solved,
    Closed,
}

impl Status {
    pub const ALL: [Self; 5] = [Self::New, Self::Open, Self::Waiting, Self::Solved, Self::Closed];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Solved => "solved",
            Self::Closed => "closed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Work is still to be done.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::New | Self::Open | Self::Waiting)
    }
}

/// A move that the life of a ticket does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ticket cannot go from {} to {}", from.as_str(), to.as_str())]
pub struct ForbiddenMove {
    pub from: Status,
    pub to: Status,
}

/// Whether `from` may become `to`. Nothing returns to new; a closed ticket is reopened or stays.
///
/// # Errors
/// [`ForbiddenMove`] names both ends.
pub const fn transition(from: Status, to: Status) -> Result<(), ForbiddenMove> {
    match (from, to) {
        (Status::New, Status::New)
        | (Status::Closed, Status::Closed | Status::Open)
        | (_, Status::Open | Status::Waiting | Status::Solved | Status::Closed)
            if !matches!((from, to), (Status::Closed, Status::Waiting | Status::Solved)) =>
        {
            Ok(())
        }
        _ => Err(ForbiddenMove { from, to }),
    }
}

/// From 1 (low) to 4 (urgent).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(u8);

impl Priority {
    pub const LOW: Self = Self(1);
    pub const NORMAL: Self = Self(2);
    pub const HIGH: Self = Self(3);
    pub const URGENT: Self = Self(4);

    pub fn new(level: i64) -> Option<Self> {
        (1..=4).contains(&level).then(|| Self(u8::try_from(level).unwrap_or(2)))
    }

    pub const fn level(self) -> i64 {
        self.0 as i64
    }
}

/// Who reads a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    Public,
    Internal,
}

impl Visibility {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Public, Self::Internal].into_iter().find(|visibility| visibility.as_str() == text)
    }
}

/// How two tickets belong together; `from` is the left side of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// `from` is the parent of `to`.
    Parent,
    /// `from` is a duplicate of `to`.
    Duplicate,
    Related,
}

impl LinkKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parent => "parent",
            Self::Duplicate => "duplicate",
            Self::Related => "related",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Parent, Self::Duplicate, Self::Related].into_iter().find(|kind| kind.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table_of_moves() {
        let allowed = [
            // to: new, open, waiting, solved, closed
            [true, true, true, true, true],    // new
            [false, true, true, true, true],   // open
            [false, true, true, true, true],   // waiting
            [false, true, true, true, true],   // solved
            [false, true, false, false, true], // closed
        ];
        for (from, row) in Status::ALL.into_iter().zip(allowed) {
            for (to, expected) in Status::ALL.into_iter().zip(row) {
                assert_eq!(transition(from, to).is_ok(), expected, "{from:?} -> {to:?}");
            }
        }
    }

    #[test]
    fn names_round_trip() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!((Priority::new(0), Priority::new(5)), (None, None));
        assert_eq!(Priority::new(4), Some(Priority::URGENT));
    }
}
