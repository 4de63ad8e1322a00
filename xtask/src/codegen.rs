//! Generated files: `openapi.json` from the server's code, the web client's types from `openapi.json`.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

/// Writes both files, or with `--check` only says whether they are what the code would write.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<ExitCode> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => anyhow::bail!("codegen takes at most the flag --check"),
    };
    let path = root.join("openapi.json");
    let contract = contract(root)?;
    if check {
        let current = std::fs::read_to_string(&path).unwrap_or_default();
        if current == contract {
            println!("openapi.json is up to date");
            return Ok(ExitCode::SUCCESS);
        }
        println!("openapi.json differs from the code: run `cargo xtask codegen`");
        return Ok(ExitCode::FAILURE);
    }
    std::fs::write(&path, contract).with_context(|| format!("write {}", path.display()))?;
    let status = Command::new("npm")
        .args(["run", "--silent", "codegen"])
        .current_dir(root.join("web"))
        .status()
        .context("start npm")?;
    ensure!(status.success(), "the web client's types were not written");
    println!("wrote openapi.json and the web client's types");
    Ok(ExitCode::SUCCESS)
}

fn contract(root: &Path) -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--package", "server", "--", "openapi"])
        .current_dir(root)
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("start cargo")?;
    ensure!(output.status.success(), "`gongdan openapi` failed");
    String::from_utf8(output.stdout).context("the contract is not UTF-8")
}
