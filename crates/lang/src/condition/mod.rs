//! Conditions: true or false for one row, the same in memory, in the browser and in SQL.
//!
//! A comparison with a missing, empty or wrongly typed side is false, and a negative operator is exactly the
//! opposite of its positive twin, so every condition has two values only.

mod check;
mod compare;
mod evaluate;
mod parse;
mod plan;
mod sql;

pub use evaluate::Rows;
pub use parse::Limits;
pub use plan::Checked;

use serde_json::{Value, json};

use crate::problem::Problem;
use crate::types::Types;

/// A condition as written. Structure and size are sound; names and types are not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Field(Predicate),
    Rows { quantifier: Quantifier, table: String, condition: Box<Condition> },
    Count { table: String, condition: Box<Condition>, operator: Operator, value: Value },
}

/// `{"f":path,"op":operator,"v":value}`
#[derive(Debug, Clone, PartialEq)]
pub struct Predicate {
    pub field: String,
    pub operator: Operator,
    /// Absent for operators that need none.
    pub value: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    Some,
    Every,
    None,
}

impl Quantifier {
    pub const ALL: [Self; 3] = [Self::Some, Self::Every, Self::None];

    pub fn key(self) -> &'static str {
        match self {
            Self::Some => "some",
            Self::Every => "every",
            Self::None => "none",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operator {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    Between,
    In,
    Nin,
    Contains,
    NotContains,
    Starts,
    Empty,
    NotEmpty,
    HasAny,
    HasAll,
    HasNone,
    Under,
    Changed,
}

impl Operator {
    pub const ALL: [Self; 19] = [
        Self::Eq,
        Self::Ne,
        Self::Lt,
        Self::Lte,
        Self::Gt,
        Self::Gte,
        Self::Between,
        Self::In,
        Self::Nin,
        Self::Contains,
        Self::NotContains,
        Self::Starts,
        Self::Empty,
        Self::NotEmpty,
        Self::HasAny,
        Self::HasAll,
        Self::HasNone,
        Self::Under,
        Self::Changed,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Between => "between",
            Self::In => "in",
            Self::Nin => "nin",
            Self::Contains => "contains",
            Self::NotContains => "not_contains",
            Self::Starts => "starts",
            Self::Empty => "empty",
            Self::NotEmpty => "not_empty",
            Self::HasAny => "has_any",
            Self::HasAll => "has_all",
            Self::HasNone => "has_none",
            Self::Under => "under",
            Self::Changed => "changed",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.key() == key)
    }

    pub(crate) fn takes_value(self) -> bool {
        !matches!(self, Self::Empty | Self::NotEmpty | Self::Changed)
    }
}

impl Condition {
    /// The condition that every row fulfils.
    pub fn always() -> Self {
        Self::All(Vec::new())
    }

    /// Reads a condition, or says where and why the document is not one.
    pub fn parse(document: &Value) -> Result<Self, Problem> {
        parse::parse(document)
    }

    /// Checks every field, operator and literal against `types`, and prepares evaluation.
    pub fn check(&self, types: &Types) -> Result<Checked, Vec<Problem>> {
        check::check(self, types)
    }

    /// The JSON document that parses back to this condition.
    pub fn to_json(&self) -> Value {
        match self {
            Self::All(conditions) => json!({ "all": list(conditions) }),
            Self::Any(conditions) => json!({ "any": list(conditions) }),
            Self::Not(condition) => json!({ "not": condition.to_json() }),
            Self::Field(Predicate { field, operator, value: Some(value) }) => {
                json!({ "f": field, "op": operator.key(), "v": value })
            }
            Self::Field(Predicate { field, operator, value: None }) => json!({ "f": field, "op": operator.key() }),
            Self::Rows { quantifier, table, condition } => {
                json!({ quantifier.key(): table, "where": condition.to_json() })
            }
            Self::Count { table, condition, operator, value } => {
                json!({ "count": table, "where": condition.to_json(), "op": operator.key(), "v": value })
            }
        }
    }
}

fn list(conditions: &[Condition]) -> Vec<Value> {
    conditions.iter().map(Condition::to_json).collect()
}

impl serde::Serialize for Condition {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Condition {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Value::deserialize(deserializer)?;
        Self::parse(&document).map_err(serde::de::Error::custom)
    }
}
