//! Definitions: draft, check, publish, roll back, compare, export and import. One mechanism for all kinds.

mod draft;
mod exchange;
mod forms;
mod publish;
mod read;

pub use draft::{SaveDraft, discard_draft, save_draft};
pub use exchange::{export, import};
pub use forms::{ShownForm, TicketType, form, ticket_types};
pub use publish::{publish, roll_back};
pub use read::{Checked, Shown, Summary, VersionSummary, check, differences, list, show, version, versions};

pub(crate) use publish::publish_document;
