//! Template packs: read, install with or without sample data, export.

mod install;
mod pack;
mod sample;

pub use install::{Installed, install, install_sample};
pub use pack::{Manifest, Pack, complete};
