//! Which crate may depend on which, and which one alone knows a foreign crate.
//!
//! A crate cannot name what its manifest does not list, so the manifests are the whole truth about walls.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Finding;

/// One dependency line of one of our manifests.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dependency {
    pub krate: String,
    pub on: String,
    pub only_for_tests: bool,
}

/// Our crates and what each may use. `testkit` is open to everybody's tests.
const MAY_USE: &[(&str, &[&str])] = &[
    ("lang", &[]),
    ("domain", &["lang"]),
    ("ai", &[]),
    ("store", &["lang", "domain"]),
    ("connect", &["lang", "domain"]),
    ("engine", &["lang", "domain", "ai", "store"]),
    ("api", &["lang", "domain", "engine"]),
    ("server", &["lang", "domain", "ai", "store", "connect", "engine", "api"]),
    ("testkit", &["lang", "domain", "ai", "store", "connect", "engine", "api"]),
    ("xtask", &[]),
];

/// Foreign crates that are known in few places, and why.
const ONLY_IN: &[(&[&str], &[&str], &str)] = &[
    (&["rusqlite", "tokio-postgres", "deadpool-postgres"], &["store"], "SQL lives in `store`"),
    (
        &["axum", "utoipa", "utoipa-axum"],
        &["api", "server", "testkit"],
        "HTTP is served by `api`; `server` and `testkit` only wire it",
    ),
    (
        &["reqwest", "object_store"],
        &["connect", "server", "testkit"],
        "the network is dialled by `connect`; `server` and `testkit` only call our own server",
    ),
];

/// Crates that a pure crate must not even be able to name: waiting, the network, files by proxy, chance.
const NEVER_IN_PURE: &[&str] = &["tokio", "futures-util", "hyper", "getrandom", "rand", "tempfile", "tracing"];

const PURE: &[&str] = &["lang", "domain"];

/// Reads every manifest of the workspace through cargo itself.
pub(crate) fn manifests(root: &Path) -> Result<Vec<Dependency>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root)
        .output()
        .context("start cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo's answer")?;
    Ok(dependencies(&metadata))
}

fn dependencies(metadata: &Value) -> Vec<Dependency> {
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for package in list(metadata, "packages") {
        for dependency in list(&package, "dependencies") {
            found.push(Dependency {
                krate: text(&package["name"]),
                on: text(&dependency["name"]),
                only_for_tests: dependency["kind"] == "dev",
            });
        }
    }
    found
}

pub(crate) fn check(dependencies: &[Dependency]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for dependency in dependencies {
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == dependency.krate) else {
            let message = "a crate without walls: add it to MAY_USE and to ARCHITECTURE.md";
            findings.push(finding(dependency, message.to_owned()));
            continue;
        };
        let on = dependency.on.as_str();
        if MAY_USE.iter().any(|(name, _)| *name == on) {
            let for_tests = dependency.only_for_tests && on == "testkit";
            if !for_tests && !allowed.contains(&on) {
                findings.push(finding(dependency, format!("must not use `{on}`")));
            }
            continue;
        }
        for (names, homes, reason) in ONLY_IN {
            if names.contains(&on) && !homes.contains(&dependency.krate.as_str()) {
                findings.push(finding(dependency, format!("must not use `{on}`: {reason}")));
            }
        }
        let pure = PURE.contains(&dependency.krate.as_str()) && !dependency.only_for_tests;
        if pure && NEVER_IN_PURE.contains(&on) {
            let message = format!("must not use `{on}`: the core is pure and synchronous");
            findings.push(finding(dependency, message));
        }
    }
    findings.sort();
    findings.dedup();
    findings
}

fn finding(dependency: &Dependency, message: String) -> Finding {
    let folder = match dependency.krate.as_str() {
        "xtask" => "xtask".to_owned(),
        krate => format!("crates/{krate}"),
    };
    Finding { path: format!("{folder}/Cargo.toml"), line: 0, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check_one(krate: &str, on: &str, kind: Value) -> Vec<String> {
        let metadata = json!({"packages": [{"name": krate, "dependencies": [{"name": on, "kind": kind}]}]});
        let findings = check(&dependencies(&metadata));
        findings.into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn walls_hold_in_the_right_direction() {
        let dev = || json!("dev");
        for (krate, on, kind, sound) in [
            ("domain", "lang", Value::Null, true),
            ("lang", "domain", Value::Null, false),
            ("api", "engine", Value::Null, true),
            ("api", "store", Value::Null, false),
            ("api", "store", dev(), false),
            ("engine", "connect", Value::Null, false),
            ("connect", "engine", Value::Null, false),
            ("engine", "testkit", dev(), true),
            ("engine", "testkit", Value::Null, false),
            ("store", "rusqlite", Value::Null, true),
            ("engine", "rusqlite", Value::Null, false),
            ("engine", "tokio-postgres", dev(), false),
            ("server", "axum", Value::Null, true),
            ("engine", "axum", Value::Null, false),
            ("engine", "reqwest", Value::Null, false),
            ("connect", "object_store", Value::Null, true),
            ("domain", "tokio", Value::Null, false),
            ("domain", "proptest", dev(), true),
            ("newcomer", "serde", Value::Null, false),
        ] {
            let messages = check_one(krate, on, kind);
            assert_eq!(messages.is_empty(), sound, "{krate} -> {on}: {messages:?}");
        }
    }
}
