//! api.
mod peer;
pub use peer::{BodyTooSlow, Network, Peer};
pub trait Clock: Send + Sync {
    fn now(&self) -> domain::time::Timestamp;
    fn seed(&self) -> u64;
}
