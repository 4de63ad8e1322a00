//! The models of a tenant: which there are, which one is in use.

use domain::access::Action;
use domain::event::EventKind;
use domain::id::ModelId;
use serde_json::json;
use store::ModelRow;

use crate::error::{Error, Result};
use crate::{Ctx, Engine};

/// All models, newest first.
///
/// # Errors
/// `access.denied`.
pub async fn models(engine: &Engine, ctx: &Ctx) -> Result<Vec<ModelRow>> {
    ctx.require(Action::ModelManage)?;
    engine.read(ctx, move |work| Box::pin(async move { Ok(work.tx.model_list().await?) })).await
}

/// Puts a model into use in place of the one before it. Promoting an older one is the way back.
///
/// # Errors
/// `access.denied`, not found.
pub async fn promote(engine: &Engine, ctx: &Ctx, model: ModelId) -> Result<ModelRow> {
    ctx.require(Action::ModelManage)?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let row = work.tx.model_by_id(model).await?.ok_or(Error::NotFound)?;
                let before = work.tx.model_active(&row.task, &row.target).await?;
                work.tx.model_promote(&row).await?;
                let data = json!({"target": row.target, "number": row.number, "before": before.map(|row| row.number)});
                work.record(EventKind::ModelPromoted, None, Some(model.to_string()), data);
                work.tx.model_by_id(model).await?.ok_or(Error::NotFound)
            })
        })
        .await
}
