//! Formulas: small arithmetic over the fields of a row, in exact decimals.
//!
//! `qty * price`, `sum(parts.sum)`, `if(total > 5000, round(total * 0.05, 2), 0)`, `concat(text(cat), "-", title)`.
//! A missing value makes arithmetic missing; `sum`, `avg`, `min`, `max` and `count` pass over it.

mod check;
mod evaluate;
mod order;
mod parse;
mod token;

pub use check::{CheckedFormula, Kind};
pub use order::{Cycle, order};

use crate::decimal::Decimal;
use crate::problem::Problem;
use crate::types::{Type, Types};

/// A formula as written.
#[derive(Debug, Clone)]
pub struct Formula {
    root: Expression,
}

/// Where a text stops being a formula.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("formula stops making sense at character {position}: {reason}")]
pub struct SyntaxError {
    /// Characters before the fault.
    pub position: usize,
    pub reason: &'static str,
}

impl Formula {
    /// Reads a formula.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parse::parse(text).map(|root| Self { root })
    }

    /// Checks names and kinds; the result keeps the decimals that the arithmetic yields.
    pub fn check(&self, types: &Types) -> Result<CheckedFormula, Vec<Problem>> {
        check::check(&self.root, types, None)
    }

    /// The same, with a result that fits a field of type `target`.
    pub fn check_for(&self, types: &Types, target: &Type) -> Result<CheckedFormula, Vec<Problem>> {
        check::check(&self.root, types, Some(target))
    }
}

#[derive(Debug, Clone)]
enum Expression {
    Number(Decimal),
    Text(String),
    Field { name: String, at: usize },
    Negate { inner: Box<Expression>, at: usize },
    Binary { operator: Binary, left: Box<Expression>, right: Box<Expression>, at: usize },
    Call { function: Function, arguments: Vec<Expression>, at: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Binary {
    fn is_comparison(self) -> bool {
        !matches!(self, Self::Add | Self::Subtract | Self::Multiply | Self::Divide)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    If,
    And,
    Or,
    Not,
    Sum,
    Avg,
    Min,
    Max,
    Count,
    Round,
    Concat,
    Days,
    Text,
}

impl Function {
    const ALL: [(&'static str, Self); 13] = [
        ("if", Self::If),
        ("and", Self::And),
        ("or", Self::Or),
        ("not", Self::Not),
        ("sum", Self::Sum),
        ("avg", Self::Avg),
        ("min", Self::Min),
        ("max", Self::Max),
        ("count", Self::Count),
        ("round", Self::Round),
        ("concat", Self::Concat),
        ("days", Self::Days),
        ("text", Self::Text),
    ];

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, function)| function)
    }

    /// How many arguments it takes, at least and at most.
    fn arity(self) -> (usize, usize) {
        match self {
            Self::If => (3, 3),
            Self::Not | Self::Text => (1, 1),
            Self::Days => (2, 2),
            Self::Round => (1, 2),
            Self::And | Self::Or | Self::Sum | Self::Avg | Self::Min | Self::Max | Self::Count | Self::Concat => {
                (1, 50)
            }
        }
    }

    fn is_aggregate(self) -> bool {
        matches!(self, Self::Sum | Self::Avg | Self::Min | Self::Max | Self::Count)
    }
}
