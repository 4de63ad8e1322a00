//! Keys that make a repeated request harmless.
//!
//! A key is recorded in the transaction of the work itself, so either both are there or neither. The answer is kept
//! right after; when a crash takes only the answer, the key still says that the work was done.

use domain::time::Timestamp;

use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, ToValue};

/// Keys are kept this long.
pub(crate) const KEEP_MS: i64 = 72 * 3_600_000;
/// Whose key it is, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    pub actor: String,
    pub route: String,
    pub key: String,
    pub body_hash: String,
}

/// A key that was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRow {
    pub body_hash: String,
    /// Of the answer, once it was kept.
    pub status: Option<i64>,
    pub response: Option<String>,
}

statements! {
    RECORD = "INSERT INTO idempotency (tenant_id, actor, route, key, body_hash, created_at) \
              VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    FIND = "SELECT body_hash, status, response FROM idempotency \
            WHERE tenant_id = $1 AND actor = $2 AND route = $3 AND key = $4 AND created_at > $5";
    ANSWER = "UPDATE idempotency SET status = $5, response = $6 \
              WHERE tenant_id = $1 AND actor = $2 AND route = $3 AND key = $4";
    EXPIRE = "DELETE FROM idempotency WHERE tenant_id = $1 AND actor = $2 AND route = $3 AND key = $4 AND created_at <= $5";
    PURGE = "DELETE FROM idempotency WHERE tenant_id = $1 AND created_at <= $2";
}

impl Tx {
    /// Records a key with the work of this transaction; false when it is there already.
    pub async fn idempotency_record(&mut self, key: &IdempotencyKey, now: Timestamp) -> Result<bool, StoreError> {
        let expired = now.plus_millis(-KEEP_MS);
        self.exec(EXPIRE, &[&key.actor, &key.route, &key.key, &expired]).await?;
        let args: [&dyn ToValue; 5] = [&key.actor, &key.route, &key.key, &key.body_hash, &now];
        Ok(self.exec(RECORD, &args).await? > 0)
    }

    /// What is known of a key.
    pub async fn idempotency_find(
        &mut self,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<IdempotencyRow>, StoreError> {
        let expired = now.plus_millis(-KEEP_MS);
        let read =
            |mut row: Row| Ok(IdempotencyRow { body_hash: row.take()?, status: row.take()?, response: row.take()? });
        self.query_opt_as(FIND, &[&key.actor, &key.route, &key.key, &expired], read).await
    }

    /// Keeps the answer to a recorded key.
    pub async fn idempotency_answer(
        &mut self,
        key: &IdempotencyKey,
        status: i64,
        response: &str,
    ) -> Result<(), StoreError> {
        self.exec(ANSWER, &[&key.actor, &key.route, &key.key, &status, &response]).await?;
        Ok(())
    }

    /// Forgets keys that are too old to be repeated.
    pub async fn idempotency_purge(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        self.exec(PURGE, &[&now.plus_millis(-KEEP_MS)]).await
    }
}
