//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{Loaded, Overrides, Sources, load};

/// gongdan: tickets from the report to the verified fix.
#[derive(Debug, Parser)]
#[command(name = "gongdan", version, about, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// Configuration file; ./gongdan.toml is read when it exists.
    #[arg(long, global = true, env = "GONGDAN_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Folder for the SQLite file, uploads and models.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// postgres://user@host/name instead of SQLite in the data folder.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server.
    Serve(Serve),
    /// Bring the database to this version's schema.
    Migrate,
    /// Check that everything the server needs is in order.
    Doctor {
        #[arg(long)]
        json: bool,
    },
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Help somebody in.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Verify the chain of events.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print the contract of the HTTP API.
    Openapi,
    /// Work with template packs.
    #[command(subcommand)]
    Template(TemplateCommand),
    /// Bring data in.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Take tickets out, one JSON line each.
    Export(Export),
    /// Train and measure the built-in models.
    Ai(crate::ai::AiArgs),
    /// Measure on a scratch database.
    Bench(crate::bench::BenchArgs),
    /// Break things on purpose and check what is left.
    #[command(subcommand)]
    Chaos(ChaosCommand),
    /// Print the version.
    Version {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    Api,
    Worker,
    All,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// What this process does; `api` and `worker` need PostgreSQL to share.
    #[arg(long, value_enum, default_value = "all")]
    pub(crate) role: Role,
    /// Address and port.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
    /// Install the demo tenant when the database is empty.
    #[arg(long)]
    pub(crate) demo: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Exit 0 when the configuration is usable, 78 when not.
    Check,
    /// Print every value and where it comes from; secrets stay hidden.
    Show {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Print a one-time sign-in link for a person.
    Link {
        #[arg(long, default_value = "demo")]
        tenant: String,
        /// Login name.
        #[arg(default_value = "admin")]
        login: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Recompute the chain of every tenant; exit 1 names the first broken event.
    Verify {
        /// Only this tenant.
        #[arg(long)]
        tenant: Option<String>,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TemplateCommand {
    /// The packs of a folder.
    List {
        #[arg(long, default_value = "templates")]
        folder: PathBuf,
    },
    /// Install a pack into a tenant, which is created when it does not exist.
    Install {
        /// Folder of the pack.
        pack: PathBuf,
        #[arg(long, default_value = "demo")]
        tenant: String,
        /// Install the sample organisation, people and assets as well.
        #[arg(long)]
        sample: bool,
    },
    /// Write a tenant's published definitions into a folder.
    Export {
        folder: PathBuf,
        #[arg(long, default_value = "demo")]
        tenant: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// Tickets from CSV, XLSX or JSONL.
    Tickets(ImportTickets),
}

#[derive(Debug, Args)]
pub(crate) struct ImportTickets {
    pub(crate) file: PathBuf,
    /// Which column feeds which field, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: PathBuf,
    #[arg(long, default_value = "demo")]
    pub(crate) tenant: String,
    /// Go on with a run that was interrupted.
    #[arg(long, value_name = "IMPORT")]
    pub(crate) resume: Option<domain::id::ImportId>,
    /// Read and check, write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[arg(long, default_value = "demo")]
    pub(crate) tenant: String,
    /// Key of a ticket type.
    #[arg(long)]
    pub(crate) r#type: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ChaosCommand {
    /// Kill the server at random moments and check that nothing acknowledged is lost.
    Kill(crate::chaos::KillArgs),
}

impl Global {
    /// The configuration with these flags on top.
    pub(crate) fn load(&self, listen: Option<SocketAddr>) -> Result<Loaded, crate::config::ConfigError> {
        load(&Sources {
            file: self.config.clone(),
            folder: std::env::current_dir().unwrap_or_default(),
            variables: std::env::vars().collect(),
            overrides: Overrides { listen, data: self.data.clone(), database: self.database.clone() },
        })
    }
}
