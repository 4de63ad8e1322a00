//! Tenants: isolated customers of one installation.

use domain::event::EventKind;
use domain::id::TenantId;
use domain::time::Timestamp;
use serde_json::json;
use store::TenantRow;

use crate::error::Result;
use crate::{Ctx, Engine};

/// Makes an empty tenant. Only operators at the machine do this.
///
/// # Errors
/// A conflict when the slug is taken.
pub async fn create(engine: &Engine, now: Timestamp, seed: u64, slug: &str, name: &str) -> Result<Ctx> {
    let bare = Ctx::system(TenantId::from_u128(0), now, seed);
    let id = bare.id(TenantId::new);
    let ctx = Ctx::system(id, now, seed.wrapping_add(1));
    let row = TenantRow {
        id,
        slug: slug.to_owned(),
        name: name.to_owned(),
        settings: json!({"zone": "Asia/Shanghai"}),
        revision: 1,
        created_at: now,
        version: 1,
    };
    engine.store().system_tx(move |tx| Box::pin(async move { tx.tenant_insert(&row).await })).await?;
    engine
        .tx(&ctx, move |work| {
            Box::pin(async move {
                let data = json!({"tenant": work.ctx.tenant()});
                work.record(EventKind::OrgCreated, None, None, data);
                Ok(())
            })
        })
        .await?;
    Ok(ctx)
}
