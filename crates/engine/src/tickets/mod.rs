//! Tickets: one verb, one file.
//!
//! [`create`](create()) takes a report in, [`change`](change()) is the only place where a ticket's row is rewritten,
//! `sight` decides who sees what.

mod act;
pub(crate) mod change;
mod comment;
mod create;
mod draft;
pub(crate) mod fields;
mod hits;
pub(crate) mod index;
mod link;
mod list;
mod names;
pub(crate) mod references;
pub mod row;
mod show;
pub(crate) mod sight;
mod similar;
mod timeline;

pub use act::{TicketAct, act};
pub use change::{ChangeTicket, change};
pub use comment::{AddComment, comment};
pub use create::{CreateTicket, create};
pub(crate) use draft::send_held;
pub use draft::{SaveDraft, ShownDraft, draft, draft_discard, draft_hold, draft_save, draft_take_back};
pub use link::{LinkTicket, link, unlink};
pub(crate) use list::all_types;
pub use list::{ListTickets, TicketPage, ViewCount, list, views};
pub use names::Names;
pub use show::{ShownLink, ShownTicket, TicketKey, show};
pub use sight::may_watch;
pub use similar::{SimilarTicket, similar};
pub(crate) use timeline::is_internal;
pub use timeline::{Moment, TimelinePage, timeline};
