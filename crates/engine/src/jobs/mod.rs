//! What runs later: claim with a lease, run, finish in the same transaction as the job's effects.
//!
//! The runner wakes by signal after a commit and by a sweep; both call [`tick`], so there is one path.

mod registry;
mod runner;

pub use runner::{RunnerSettings, Ticked, run, tick};
