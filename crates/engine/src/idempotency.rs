//! `Idempotency-Key`: the key is written in the transaction of the command itself, so the work is done once even when
//! the process dies between commit and answer.

use store::IdempotencyKey as Row;

use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work};

/// What makes two requests the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub actor: String,
    pub route: String,
    pub key: String,
    pub body_hash: String,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It came with another body before.
    OtherBody,
    /// The work was done, the answer was not kept.
    AnswerLost,
    Answer {
        status: u16,
        response: String,
    },
}

/// # Errors
/// Only when it cannot be read.
pub async fn find(engine: &Engine, ctx: &Ctx, key: &Key) -> Result<Option<Found>> {
    let (row, body_hash) = (row(key), key.body_hash.clone());
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let found = work.tx.idempotency_find(&row, work.ctx.now()).await?;
                Ok(found.map(|found| match (found.status, found.response) {
                    _ if found.body_hash != body_hash => Found::OtherBody,
                    (Some(status), Some(response)) => {
                        Found::Answer { status: u16::try_from(status).unwrap_or(500), response }
                    }
                    _ => Found::AnswerLost,
                }))
            })
        })
        .await
}

/// Keeps the answer to a request whose work was done, or that was refused without any work.
///
/// # Errors
/// Only when it cannot be written.
pub async fn keep(engine: &Engine, ctx: &Ctx, key: Key, status: u16, response: String) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let row = row(&key);
                work.tx.idempotency_record(&row, work.ctx.now()).await?;
                work.tx.idempotency_answer(&row, i64::from(status), &response).await?;
                Ok(())
            })
        })
        .await
}

fn row(key: &Key) -> Row {
    let Key { actor, route, key, body_hash } = key.clone();
    Row { actor, route, key, body_hash }
}

impl Work<'_> {
    /// Records the request's key with the work; a second request that got this far loses.
    pub(crate) async fn claim_key(&mut self) -> Result<()> {
        let Some(key) = self.ctx.take_idempotency() else { return Ok(()) };
        let now = self.now();
        if self.tx.idempotency_record(&row(&key), now).await? {
            Ok(())
        } else {
            Err(Error::refused("request.in_flight"))
        }
    }
}
