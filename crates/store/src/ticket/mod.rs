//! Tickets: rows, side tables, lists, full text, links.

mod columns;
mod cursor;
mod history;
mod link;
mod list;
mod plan;
mod row;
mod search;
mod stats;

pub use columns::TicketColumns;
pub use cursor::{BadCursor, Cursor};
pub use link::LinkRow;
pub use list::{TicketFilter, TicketQuery};
pub use row::{FieldValue, TicketRow};
pub use stats::{DayCount, GroupBy, GroupCount};

pub(crate) use row::ticket_columns;

/// Statements of all files here.
pub(crate) const STATEMENTS: &[&[(&str, &str)]] =
    &[row::STATEMENTS, history::STATEMENTS, link::STATEMENTS, plan::STATEMENTS, search::STATEMENTS];
