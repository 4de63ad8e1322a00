//! `gongdan audit verify`: recompute the chain of events.

use anyhow::bail;
use engine::operations;
use serde_json::json;

use crate::commands::open;
use crate::config::Config;
use crate::output;

pub(crate) async fn verify(config: Config, tenant: Option<String>, as_json: bool) -> anyhow::Result<()> {
    let engine = open::engine(&config).await?;
    let tenants = match tenant {
        Some(slug) => vec![open::tenant(&engine, &slug).await?],
        None => open::tenants(engine.store()).await?,
    };
    let mut broken = 0;
    for tenant in tenants {
        let verdict = operations::verify_audit(&engine, &open::system(tenant.id)).await?;
        if as_json {
            output::json(&json!({
                "tenant": tenant.slug,
                "valid": verdict.valid,
                "checked": verdict.checked,
                "broken_at": verdict.broken_at,
                "reason": verdict.reason,
            }))?;
        } else if verdict.valid {
            output::line(&format!("{}: {} events, unbroken", tenant.slug, verdict.checked));
        } else {
            let at = verdict.broken_at.unwrap_or_default();
            let reason = verdict.reason.clone().unwrap_or_default();
            output::line(&format!("{}: broken at event {at}: {reason}", tenant.slug));
        }
        broken += usize::from(!verdict.valid);
    }
    engine.store().close().await;
    if broken > 0 {
        bail!("the chain of {broken} tenants is broken");
    }
    Ok(())
}
