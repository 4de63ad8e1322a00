//! HTTP: routes, extractors, views, the contract, the live stream.
//!
//! Start at [`router`] and `routes/`. A handler takes apart what came in, calls one command of `engine` and puts
//! the answer into a view.
//!
//! Invariants: no rule lives here and no SQL; every refusal is a code of `domain::problem`; what a caller may not
//! see answers like what does not exist; views are apart from the engine's types.

mod app;
mod error;
mod extract;
mod health;
mod layers;
mod limit;
mod openapi;
mod peer;
mod presence;
mod router;
mod routes;
mod views;

pub use app::{App, Clock, Settings};
pub use openapi::{document, document_text};
pub use peer::{BodyTooSlow, Network, Peer};
pub use router::router;
