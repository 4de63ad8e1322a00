//! `gongdan bench`: figures from a scratch database, one JSON line each.

mod bare;
mod create;
mod figures;
mod load;
mod read;
mod serve;
mod start;

use clap::{Args, ValueEnum};

use crate::config::Config;
use crate::scratch::Kind;

/// Options of `gongdan bench`.
#[derive(Debug, Clone, Args)]
pub(crate) struct BenchArgs {
    /// What to measure.
    #[arg(value_enum)]
    pub(crate) name: Name,
    #[arg(long, value_enum, default_value = "sqlite")]
    pub(crate) store: Kind,
    /// Tickets to load first: `list`, `search`, `open`.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) rows: u64,
    /// Clients at the same time: `create`.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    pub(crate) clients: Vec<usize>,
    /// How long each figure of `create` is measured.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) seconds: f64,
    /// Requests per figure of `list`, `search`, `open`.
    #[arg(long, default_value_t = 400)]
    pub(crate) requests: usize,
    /// Keep the database.
    #[arg(long)]
    pub(crate) keep: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// New tickets through HTTP, and the same rows by a bare transaction.
    Create,
    /// First and deep pages with three filters.
    List,
    /// Chinese and English words.
    Search,
    /// One ticket with everything.
    Open,
    /// One text through the trained model.
    Classify,
    /// Start to ready, idle memory, size of the program.
    Start,
}

pub(crate) async fn run(args: BenchArgs, config: Config) -> anyhow::Result<()> {
    match args.name {
        Name::Create => Box::pin(create::run(&args, config)).await,
        Name::List => Box::pin(read::list(&args, config)).await,
        Name::Search => Box::pin(read::search(&args, config)).await,
        Name::Open => Box::pin(read::open(&args, config)).await,
        Name::Classify => start::classify(&args, config).await,
        Name::Start => start::start(&args).await,
    }
}
