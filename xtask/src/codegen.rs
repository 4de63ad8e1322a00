//! Generated files: `openapi.json` from the server's code, the web client's types from `openapi.json`.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, ensure};

const CONTRACT: &str = "openapi.json";
/// What the web app generates from the contract and from the closed lists of the core.
const WEB: [&str; 3] = ["web/src/api/schema.d.ts", "web/src/api/problems.gen.ts", "web/src/api/events.gen.ts"];

/// Writes the files, or with `--check` only says whether they are what the code would write.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<ExitCode> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => anyhow::bail!("codegen takes at most the flag --check"),
    };
    let before = Snapshot::take(root);
    std::fs::write(root.join(CONTRACT), contract(root)?).with_context(|| format!("write {CONTRACT}"))?;
    let generated = generate_web(root);
    let changed = before.changed(root);
    if check {
        before.restore(root)?;
    }
    generated?;
    for path in &changed {
        println!("{path} {}", if check { "differs from the code: run `cargo xtask codegen`" } else { "was written" });
    }
    if changed.is_empty() {
        println!("generated files are up to date");
    }
    Ok(if check && !changed.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The generated files as they were.
struct Snapshot(Vec<(&'static str, Option<String>)>);

impl Snapshot {
    fn take(root: &Path) -> Self {
        let paths = std::iter::once(CONTRACT).chain(WEB);
        Self(paths.map(|path| (path, std::fs::read_to_string(root.join(path)).ok())).collect())
    }

    fn changed(&self, root: &Path) -> Vec<&'static str> {
        let now = Self::take(root);
        let pairs = self.0.iter().zip(&now.0);
        pairs.filter(|(before, now)| before != now).map(|((path, _), _)| *path).collect()
    }

    fn restore(&self, root: &Path) -> Result<()> {
        for (path, text) in &self.0 {
            if let Some(text) = text {
                std::fs::write(root.join(path), text).with_context(|| format!("write {path}"))?;
            }
        }
        Ok(())
    }
}

fn contract(root: &Path) -> Result<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["run", "--quiet", "--package", "server", "--", "openapi"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .context("start cargo")?;
    ensure!(output.status.success(), "`gongdan openapi` failed");
    String::from_utf8(output.stdout).context("the contract is not UTF-8")
}

fn generate_web(root: &Path) -> Result<()> {
    let status = Command::new("npm")
        .args(["run", "--silent", "codegen"])
        .current_dir(root.join("web"))
        .stdout(Stdio::null())
        .status()
        .context("start npm")?;
    ensure!(status.success(), "the web client's types were not written");
    Ok(())
}
