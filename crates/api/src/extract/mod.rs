//! Parses what a client sends, strictly: what is not understood is refused with its place and a code.

mod body;
mod caller;
mod page;
mod path;
mod strict;
mod version;

pub(crate) use body::{JsonBody, body_error, read_bytes};
pub(crate) use caller::{Caller, Credential, cookie_name, credential, language_of};
pub(crate) use page::{Query, limit, parse_filter};
pub(crate) use path::{IdPath, Path};
pub(crate) use version::{IfMatch, VersionHeader, Versioned};
