//! Imports tickets of the past: read, map, check, write in batches, go on where it stopped.

mod mapping;
mod past;
mod run;
mod source;

pub use mapping::{Mapping, Source};
pub use run::{Import, ImportReport, Progress, preview, run};
pub use source::{BadRow, BadSource, Format, Row, open};
