//! `gongdan doctor`: checks what the server needs before it is needed.

use std::path::Path;

use anyhow::bail;
use serde_json::json;
use store::Store;

use crate::commands::open;
use crate::config::Config;
use crate::output;

/// One thing that was looked at.
struct Finding {
    name: &'static str,
    outcome: Result<String, String>,
}

pub(crate) async fn run(config: Config, as_json: bool) -> anyhow::Result<()> {
    let mut findings = vec![writable(&config.data.dir), listening(&config).await];
    findings.extend(database(&config).await);
    let mut failed = 0;
    for finding in &findings {
        let (ok, text) = match &finding.outcome {
            Ok(text) => (true, text),
            Err(text) => (false, text),
        };
        failed += usize::from(!ok);
        match as_json {
            true => output::json(&json!({"check": finding.name, "ok": ok, "detail": text}))?,
            false => output::line(&format!("{} {}: {text}", if ok { "ok  " } else { "FAIL" }, finding.name)),
        }
    }
    if failed > 0 {
        bail!("{failed} of {} checks failed", findings.len());
    }
    Ok(())
}

fn writable(folder: &Path) -> Finding {
    let probe = folder.join(".gongdan-doctor");
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&probe, b"x"))
        .and_then(|()| std::fs::remove_file(&probe));
    let shown = folder.display();
    let outcome = written.map(|()| format!("{shown} can be written")).map_err(|error| format!("{shown}: {error}"));
    Finding { name: "data folder", outcome }
}

async fn listening(config: &Config) -> Finding {
    let address = config.http.listen;
    let outcome = match tokio::net::TcpListener::bind(address).await {
        Ok(_) => Ok(format!("{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            Ok(format!("{address} is in use; a server may be running"))
        }
        Err(error) => Err(format!("{address}: {error}")),
    };
    Finding { name: "address", outcome }
}

async fn database(config: &Config) -> Vec<Finding> {
    let kind = if config.database.is_postgres() { "PostgreSQL" } else { "SQLite" };
    let opened = Store::open(open::store_config(config)).await;
    let (outcome, store) = match opened {
        Ok(store) => (Ok(format!("{kind} opened, schema is current")), Some(store)),
        Err(error) => (Err(format!("{kind}: {error}")), None),
    };
    let mut findings = vec![Finding { name: "database", outcome }];
    if let Some(store) = store {
        let tenants = open::tenants(&store).await;
        let outcome = tenants.map(|rows| format!("{} tenants", rows.len())).map_err(|error| error.to_string());
        findings.push(Finding { name: "tenants", outcome });
        store.close().await;
    }
    let sqlite = store::sqlite_version();
    findings.push(Finding { name: "SQLite library", outcome: Ok(sqlite.to_owned()) });
    findings
}
