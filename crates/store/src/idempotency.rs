//! Keys that make a repeated request harmless.
//!
//! A request takes its key in a transaction of its own and settles it together with its effects. So a second one
//! finds the key in flight, settled with the first answer, or taken for another body. A key whose request died with
//! its process can be taken over after a while; the first owner can then no longer settle it.

use domain::time::Timestamp;
use serde_json::Value;

use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::ToValue;

/// Keys are kept this long.
pub(crate) const KEEP_MS: i64 = 72 * 3_600_000;
/// A request that takes longer is taken for dead.
pub(crate) const TAKE_OVER_MS: i64 = 60_000;

/// Whose key it is, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    pub actor: String,
    pub route: String,
    pub key: String,
    pub body_hash: String,
}

/// What a key says about a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Idempotency {
    /// Go ahead, and settle with this token.
    Fresh(IdempotencyToken),
    /// The same request is being worked on.
    InFlight,
    /// The key was used with another body.
    Mismatch,
    /// The first answer.
    Settled { status: i64, response: Value },
}

/// The right to settle a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyToken {
    key: IdempotencyKey,
    taken_at: Timestamp,
}

statements! {
    EXPIRE = "DELETE FROM idempotency WHERE tenant_id = $1 AND actor = $2 AND route = $3 AND key = $4 AND created_at <= $5";
    TAKE = "INSERT INTO idempotency (tenant_id, actor, route, key, body_hash, state, created_at) \
            VALUES ($1, $2, $3, $4, $5, 'open', $6) ON CONFLICT (tenant_id, actor, route, key) DO UPDATE \
            SET created_at = excluded.created_at WHERE idempotency.state = 'open' \
            AND idempotency.body_hash = excluded.body_hash AND idempotency.created_at <= $7";
    FIND = "SELECT body_hash, state, status, response FROM idempotency \
            WHERE tenant_id = $1 AND actor = $2 AND route = $3 AND key = $4";
    SETTLE = "UPDATE idempotency SET state = 'done', status = $6, response = $7 WHERE tenant_id = $1 AND actor = $2 \
              AND route = $3 AND key = $4 AND state = 'open' AND created_at = $5";
    RELEASE = "DELETE FROM idempotency WHERE tenant_id = $1 AND actor = $2 AND route = $3 AND key = $4 \
               AND state = 'open' AND created_at = $5";
    PURGE = "DELETE FROM idempotency WHERE tenant_id = $1 AND created_at <= $2";
}

impl Tx {
    /// Takes a key, or says what it stands for. Run this in a transaction of its own.
    pub async fn idempotency_take(
        &mut self,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Idempotency, StoreError> {
        let expired = now.plus_millis(-KEEP_MS);
        self.exec(EXPIRE, &[&key.actor, &key.route, &key.key, &expired])
            .await?;
        let dead = now.plus_millis(-TAKE_OVER_MS);
        let args: [&dyn ToValue; 6] = [
            &key.actor,
            &key.route,
            &key.key,
            &key.body_hash,
            &now,
            &dead,
        ];
        if self.exec(TAKE, &args).await? > 0 {
            return Ok(Idempotency::Fresh(IdempotencyToken {
                key: key.clone(),
                taken_at: now,
            }));
        }
        let Some(mut row) = self
            .query_opt(FIND, &[&key.actor, &key.route, &key.key])
            .await?
        else {
            return Ok(Idempotency::InFlight);
        };
        let (body_hash, state): (String, String) = (row.take()?, row.take()?);
        if body_hash != key.body_hash {
            return Ok(Idempotency::Mismatch);
        }
        if state == "open" {
            return Ok(Idempotency::InFlight);
        }
        Ok(Idempotency::Settled {
            status: row.take()?,
            response: row.take()?,
        })
    }

    /// Keeps the answer, in the transaction of the effects.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when another request took the key over: the effects must not stand.
    pub async fn idempotency_settle(
        &mut self,
        token: &IdempotencyToken,
        status: i64,
        response: &Value,
    ) -> Result<(), StoreError> {
        let key = &token.key;
        let args: [&dyn ToValue; 6] = [
            &key.actor,
            &key.route,
            &key.key,
            &token.taken_at,
            &status,
            response,
        ];
        crate::error::require_one(self.exec(SETTLE, &args).await?)
    }

    /// Gives a key back after a request that had no effect, so that it can be tried again.
    pub async fn idempotency_release(
        &mut self,
        token: &IdempotencyToken,
    ) -> Result<(), StoreError> {
        let key = &token.key;
        self.exec(
            RELEASE,
            &[&key.actor, &key.route, &key.key, &token.taken_at],
        )
        .await?;
        Ok(())
    }

    pub async fn idempotency_purge(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        self.exec(PURGE, &[&now.plus_millis(-KEEP_MS)]).await
    }
}
