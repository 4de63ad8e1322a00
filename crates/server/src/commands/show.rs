//! Commands that only print: configuration, contract, version.

use serde_json::json;

use crate::config::Loaded;
use crate::output;

pub(crate) fn config(loaded: &Loaded, as_json: bool) -> anyhow::Result<()> {
    for (key, value, source) in &loaded.origins {
        match as_json {
            true => output::json(&json!({"key": key, "value": value, "source": source}))?,
            false => output::line(&format!("{key} = {value}  # {source}")),
        }
    }
    Ok(())
}

pub(crate) fn contract() {
    output::line(api::document_text().trim_end());
}

pub(crate) fn version(as_json: bool) -> anyhow::Result<()> {
    let (program, sqlite) = (env!("CARGO_PKG_VERSION"), store::sqlite_version());
    if as_json {
        let parts = json!({
            "version": program,
            "sqlite": sqlite,
            "target": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
            "debug": cfg!(debug_assertions),
        });
        return output::json(&parts);
    }
    output::line(&format!("gongdan {program} (SQLite {sqlite})"));
    Ok(())
}
