//! The two small languages of the platform: conditions (filters, branches, rules, row scopes) and formulas.
//!
//! Both are parsed from documents, checked against [`Types`], and evaluated over flat JSON rows. A condition also
//! compiles to SQL for SQLite and PostgreSQL. Nothing here does I/O, reads a clock, or knows what a ticket is.
//! `web/src/lang` holds the same evaluators in TypeScript; `vectors/` and a random test keep all of them equal.

mod civil;
mod condition;
mod decimal;
mod env;
mod formula;
#[doc(hidden)]
pub mod generate;
mod problem;
mod read;
pub mod sql;
mod types;

pub use civil::{CivilDate, Duration, format_date, format_instant, parse_date, parse_instant};
pub use condition::{Checked, Condition, Limits, Operator, Predicate, Quantifier, Rows};
pub use decimal::{Decimal, format_scaled, parse_scaled};
pub use env::Env;
pub use formula::{CheckedFormula, Cycle, Formula, Kind, SyntaxError, order};
pub use problem::Problem;
pub use read::{is_empty, nfc, scaled};
pub use sql::{Bind, Column, Columns, Dialect, JsonColumns, NotInSql, Sql, json_column};
pub use types::{Choice, MAX_SCALE, Type, Types};
