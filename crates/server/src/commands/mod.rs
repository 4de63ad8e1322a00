//! What the command line can do, one file a command.

pub(crate) mod admin;
pub(crate) mod audit;
pub(crate) mod data;
pub(crate) mod doctor;
pub(crate) mod open;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod template;
