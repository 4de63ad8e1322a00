//! First intelligence: proposals for a new ticket, people's decisions on them, models that learn from both.
//!
//! A model's output becomes a Suggestion. Whether it is shown, kept silent or applied is the policy's word, per class.

mod decide;
mod facts;
mod models;
mod predict;
mod suggest;
mod train;

pub use decide::{DecideSuggestion, Decision, decide};
pub use models::{models, promote};
pub use predict::ModelCache;
pub use suggest::suggest;
pub use train::{Trained, request_retrain, retrain};

pub(crate) use facts::ExtractorCache;
pub(crate) use suggest::suggest_now;
