//! Breaks the server on purpose and checks what is left.
//!
//! `kill` starts the server as a child, lets seeded clients work against it, ends it with SIGKILL at random moments,
//! starts it again, and at the end compares a journal of what was acknowledged with what the server knows.

mod child;
mod journal;
mod kill;
mod verdict;
mod worker;

use clap::Args;

use crate::scratch::Kind;

pub(crate) use child::{Program, free_address};
pub(crate) use kill::run;

/// Options of `gongdan chaos kill`.
#[derive(Debug, Clone, Args)]
pub(crate) struct KillArgs {
    #[arg(long, value_enum, default_value = "sqlite")]
    pub(crate) store: Kind,
    /// How often to kill.
    #[arg(long, default_value_t = 25)]
    pub(crate) kills: u32,
    #[arg(long, default_value_t = 8)]
    pub(crate) clients: usize,
    /// Repeats the clients' choices and the moments.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Longest time between a start and its kill.
    #[arg(long, default_value_t = 600)]
    pub(crate) longest_ms: u64,
    /// Keep the folder with journal, data and server log.
    #[arg(long)]
    pub(crate) keep: bool,
    #[arg(long)]
    pub(crate) json: bool,
}
