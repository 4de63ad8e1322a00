//! What SQL a compiled condition is made of, and how the store tells where a field lives.

mod json;

pub use json::{JsonColumns, json_column};

use crate::types::Type;

/// The database a condition is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// A truth-valued SQL expression with `$n` placeholders, and what to bind to them in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sql {
    pub text: String,
    pub binds: Vec<Bind>,
}

/// A literal. It never becomes part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bind {
    Text(String),
    Int(i64),
}

/// Why a condition cannot run in the database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInSql {
    #[error("field `{0}` has no column")]
    UnknownColumn(String),
    #[error("the column of field `{0}` has another shape than its type")]
    WrongShape(String),
    #[error("`changed` needs the row before the change")]
    Changed,
}

/// Where the values of a field are. Texts hold only trusted SQL: names of columns and aliases.
///
/// Numbers (scaled integers) and instants (UTC milliseconds) are BIGINT; all else is TEXT: texts and ids as they are,
/// dates in ISO form, truth values as `true` and `false`. Empty texts are stored as NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// One value a row. `empty` is an expression that is true or false, never NULL.
    Value { expression: String, empty: String },
    /// Any number of values a row: `SELECT {value} FROM {from}`. `from` ends inside a WHERE clause.
    Values { from: String, value: String, empty: String },
    /// The rows of a table as JSON objects: `SELECT {row} FROM {from}`. `from` ends inside a WHERE clause.
    Table { from: String, row: String, empty: String },
    /// A value that is only ever present or absent.
    Presence { empty: String },
}

impl Column {
    /// A plain column.
    pub fn real(expression: impl Into<String>) -> Self {
        let expression = expression.into();
        Self::Value { empty: format!("{expression} IS NULL"), expression }
    }

    /// Values in a side table, for example `side("ticket_field s WHERE s.ticket_id = t.id AND s.field = 'cat'", "s.text_value")`.
    pub fn side(from: impl Into<String>, value: impl Into<String>) -> Self {
        let from = from.into();
        Self::Values { empty: format!("NOT EXISTS (SELECT 1 FROM {from})"), from, value: value.into() }
    }
}

/// The store's map from fields to columns: the only source of identifiers.
pub trait Columns {
    /// Where `field` lives; `kind` is its checked type.
    fn column(&self, field: &str, kind: &Type) -> Option<Column>;

    /// An expression for the path of the organisation whose id `id` is; without one, `under` binds a list of ids.
    fn org_path(&self, id: &str) -> Option<String> {
        let _ = id;
        None
    }
}
