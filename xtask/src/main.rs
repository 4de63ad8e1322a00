//! Developer tasks: `cargo xtask <task>`.
//!
//! Start at [`tidy`]: it holds the laws of the house that the compiler cannot check.

#![expect(clippy::print_stdout, reason = "the answer of a command line tool goes to standard output")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

mod codegen;
mod postgres;
mod tidy;

const USAGE: &str = "\
cargo xtask tidy                 check the laws of the house: walls, headers, migrations, documents, links
cargo xtask codegen [--check]    write openapi.json and the web client's types (or only compare them)
cargo xtask postgres -- COMMAND  run a command beside a PostgreSQL server of its own
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let root = root()?;
    let (task, rest) = match arguments.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", arguments),
    };
    match task {
        "tidy" => tidy::run(&root),
        "codegen" => codegen::run(&root, rest),
        "postgres" => postgres::run(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        other => anyhow::bail!("there is no task `{other}`\n{USAGE}"),
    }
}

/// The top of the checkout. The manifest's own folder is asked first, so that the task works from anywhere.
fn root() -> Result<PathBuf> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").context("run it through `cargo xtask`")?;
    let parent = Path::new(&manifest).parent();
    Ok(parent.context("the xtask crate has no parent folder")?.to_owned())
}
