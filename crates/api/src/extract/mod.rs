//! Parses what a client sends, strictly: what is not understood is refused with its place and a code.

mod body;
mod caller;
mod page;
mod path;
mod strict;
mod version;

pub(crate) use body::{JsonBody, read_bytes};
pub(crate) use caller::{Caller, Credential, credential, language_of};
pub(crate) use page::{PageQuery, Query};
pub(crate) use path::IdPath;
pub(crate) use version::{IfMatch, Versioned};
