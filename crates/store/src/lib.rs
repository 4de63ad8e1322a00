//! Rows and the transactions over them, on SQLite and PostgreSQL alike.
//!
//! Start at [`Store`]: [`Store::tx`] runs a body as one transaction of a tenant, [`Store::read`] over a snapshot. A body
//! gets a [`Tx`], whose methods are named noun first: `ticket_insert`, `job_enqueue`, `event_append`. Each noun has a
//! file with its row and its statements.
//!
//! Invariants:
//! - One SQL text serves both engines; where they differ it says so in [`dialect`] or in the name of the statement.
//! - `$1` is the tenant in every statement of a tenant's table, bound by the transaction itself.
//! - Acknowledged is durable: an answer leaves after the commit was synced.
//! - State, events and jobs of a command share its transaction.
//! - Nothing here reads a clock or makes a random number; both are arguments.
//! - A failed statement ends its transaction.

mod body;
mod comment;
mod config;
mod definition;
mod dialect;
mod draft;
mod error;
mod event;
mod file;
mod flow;
mod idempotency;
mod import;
mod job;
mod message;
mod migrate;
mod notification;
mod org;
mod postgres;
mod record;
mod search;
mod session;
mod signal;
mod sla;
mod sqlite;
mod statement;
mod store;
mod suggestion;
mod team;
mod tenant;
mod ticket;
mod tx;
mod user;
mod value;

pub use comment::CommentRow;
pub use config::StoreConfig;
pub use definition::{DefinitionRow, DefinitionVersionRow};
pub use dialect::Dialect;
pub use draft::DraftRow;
pub use error::{Cause, Constraint, Constraint as Conflicted, Refusal, StoreError};
pub use event::{Broken, ChainHead, EventFilter, EventRow, Verified};
pub use file::{FileRow, FileState};
pub use flow::{InstanceRow, TaskRow, TaskState};
pub use idempotency::{IdempotencyKey, IdempotencyRow};
pub use import::{ImportErrorRow, ImportRow, ImportState};
pub use job::{ClaimedJob, JobEnd, JobRow, JobState, MAX_ATTEMPTS, backoff_ms};
pub use message::DeliveryRow;
pub use notification::{InboxHead, InboxQuery, NotificationRow};
pub use org::OrgRow;
pub use record::{RecordFilter, RecordQuery, RecordRow};
pub use search::{SEGMENTER, matches as search_matches};
pub use session::{SessionRow, TokenRow};
pub use signal::{EventSignal, StoreStats};
pub use sla::{ClockCount, ClockRow};
pub use store::Store;
pub use suggestion::{ModelRow, ModelState, SuggestionRow, SuggestionState};
pub use team::TeamRow;
pub use tenant::TenantRow;
pub use ticket::{
    BadCursor, Cursor, DayCount, FieldValue, GroupBy, GroupCount, LinkRow, TicketColumns, TicketFilter, TicketQuery,
    TicketRow,
};
pub use tx::{Body, Scope, Tx};
pub use user::{UserRow, UserState};
pub use value::{FromValue, JsonList, Row, ToValue, Value};

/// The version of the SQLite inside.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// Every fixed statement by name, for the tests that hold them to the laws of the schema.
#[doc(hidden)]
pub fn statements() -> Vec<(&'static str, &'static str)> {
    let flat = [
        comment::STATEMENTS,
        definition::STATEMENTS,
        draft::STATEMENTS,
        file::STATEMENTS,
        flow::STATEMENTS,
        idempotency::STATEMENTS,
        import::STATEMENTS,
        message::STATEMENTS,
        notification::STATEMENTS,
        org::STATEMENTS,
        record::STATEMENTS,
        session::STATEMENTS,
        sla::STATEMENTS,
        suggestion::STATEMENTS,
        team::STATEMENTS,
        tenant::STATEMENTS,
        user::STATEMENTS,
    ];
    let nested = ticket::STATEMENTS.iter().chain(event::ALL_STATEMENTS).chain(job::ALL_STATEMENTS);
    flat.iter().chain(nested).flat_map(|list| list.iter().copied()).collect()
}
