//! Ways in: sessions, API tokens, one-time links, and failures that are counted. Secrets are kept as hashes only.

use domain::id::{SessionId, TenantId, TokenId, UserId};
use domain::time::Timestamp;

use crate::error::StoreError;
use crate::statement::statements;
use crate::store::Store;
use crate::tx::{Scope, Tx};
use crate::user::{UserRow, user_columns};
use crate::value::{JsonList, Row, ToValue};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    pub id: SessionId,
    pub user_id: UserId,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub expires_at: Timestamp,
    pub ip: String,
    pub agent: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    pub id: TokenId,
    pub user_id: UserId,
    pub name: String,
    pub scopes: Vec<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

macro_rules! session {
    () => {
        "id, user_id, created_at, seen_at, expires_at, ip, agent"
    };
}

macro_rules! token {
    () => {
        "id, user_id, name, scopes, created_at, expires_at, last_used_at"
    };
}

statements! {
    SESSION_INSERT = "INSERT INTO session (tenant_id, ", session!(), ", secret_hash) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    SESSION_LIST = "SELECT ", session!(), " FROM session WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at DESC";
    SESSION_DELETE = "DELETE FROM session WHERE tenant_id = $1 AND id = $2";
    SESSION_DELETE_ALL = "DELETE FROM session WHERE tenant_id = $1 AND user_id = $2";
    SESSION_TOUCH = "UPDATE session SET seen_at = $3 WHERE tenant_id = $1 AND id = $2 AND seen_at < $3";
    /// System: the secret is all that a request brings.
    SESSION_FIND = "SELECT tenant_id, ", session!(), " FROM session WHERE secret_hash = $1";
    TOKEN_INSERT = "INSERT INTO api_token (tenant_id, ", token!(), ", secret_hash) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    TOKEN_LIST = "SELECT ", token!(), " FROM api_token WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at DESC";
    TOKEN_DELETE = "DELETE FROM api_token WHERE tenant_id = $1 AND id = $2 AND user_id = $3";
    TOKEN_TOUCH = "UPDATE api_token SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2";
    /// System: the secret is all that a request brings.
    TOKEN_FIND = "SELECT tenant_id, ", token!(), " FROM api_token WHERE secret_hash = $1";
    LINK_INSERT = "INSERT INTO sign_in_link (tenant_id, user_id, secret_hash, expires_at) VALUES ($1, $2, $3, $4)";
    /// System: the secret is all that a request brings.
    LINK_SPEND = "DELETE FROM sign_in_link WHERE secret_hash = $1 RETURNING tenant_id, user_id, expires_at";
    LINK_PURGE = "DELETE FROM sign_in_link WHERE tenant_id = $1 AND expires_at <= $2";
    USER = "SELECT ", user_columns!(), " FROM user_account WHERE tenant_id = $1 AND id = $2";
    FAILURE = "INSERT INTO sign_in_failure (tenant_id, login, at, failures) VALUES ($1, $2, $3, 1) \
               ON CONFLICT (tenant_id, login, at) DO UPDATE SET failures = sign_in_failure.failures + 1";
    FAILURES = "SELECT CAST(COALESCE(SUM(failures), 0) AS BIGINT) FROM sign_in_failure \
                WHERE tenant_id = $1 AND login = $2 AND at > $3";
    FAILURES_CLEAR = "DELETE FROM sign_in_failure WHERE tenant_id = $1 AND login = $2";
    FAILURES_PURGE = "DELETE FROM sign_in_failure WHERE tenant_id = $1 AND at <= $2";
    SESSION_PURGE = "DELETE FROM session WHERE tenant_id = $1 AND expires_at <= $2";
}

impl SessionRow {
    fn read_from(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            user_id: row.take()?,
            created_at: row.take()?,
            seen_at: row.take()?,
            expires_at: row.take()?,
            ip: row.take()?,
            agent: row.take()?,
        })
    }
}

impl TokenRow {
    fn read_from(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            user_id: row.take()?,
            name: row.take()?,
            scopes: row.take::<JsonList>()?.0,
            created_at: row.take()?,
            expires_at: row.take()?,
            last_used_at: row.take()?,
        })
    }
}

impl Tx {
    pub async fn session_insert(&mut self, row: &SessionRow, secret_hash: &str) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 8] =
            [&row.id, &row.user_id, &row.created_at, &row.seen_at, &row.expires_at, &row.ip, &row.agent, &secret_hash];
        self.exec_later(SESSION_INSERT, &args).await
    }

    pub async fn session_list(&mut self, user: UserId) -> Result<Vec<SessionRow>, StoreError> {
        self.query_as(SESSION_LIST, &[&user], |mut row| SessionRow::read_from(&mut row)).await
    }

    /// Ending a session that is gone is no error.
    pub async fn session_delete(&mut self, id: SessionId) -> Result<bool, StoreError> {
        Ok(self.exec(SESSION_DELETE, &[&id]).await? > 0)
    }

    /// Ends all sessions of a person.
    pub async fn session_delete_others(&mut self, user: UserId) -> Result<u64, StoreError> {
        self.exec(SESSION_DELETE_ALL, &[&user]).await
    }

    pub async fn token_insert(&mut self, row: &TokenRow, secret_hash: &str) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 8] = [
            &row.id,
            &row.user_id,
            &row.name,
            &row.scopes.as_slice(),
            &row.created_at,
            &row.expires_at,
            &row.last_used_at,
            &secret_hash,
        ];
        self.exec(TOKEN_INSERT, &args).await?;
        Ok(())
    }

    pub async fn token_list(&mut self, user: UserId) -> Result<Vec<TokenRow>, StoreError> {
        self.query_as(TOKEN_LIST, &[&user], |mut row| TokenRow::read_from(&mut row)).await
    }

    /// False when the token does not exist or belongs to somebody else.
    pub async fn token_delete(&mut self, id: TokenId, user: UserId) -> Result<bool, StoreError> {
        Ok(self.exec(TOKEN_DELETE, &[&id, &user]).await? > 0)
    }

    pub async fn token_touch(&mut self, id: TokenId, now: Timestamp) -> Result<(), StoreError> {
        self.exec(TOKEN_TOUCH, &[&id, &now]).await?;
        Ok(())
    }

    pub async fn sign_in_link_insert(
        &mut self,
        secret_hash: &str,
        user: UserId,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.exec(LINK_INSERT, &[&user, &secret_hash, &expires_at]).await?;
        Ok(())
    }

    pub async fn sign_in_failure_insert(&mut self, login: &str, at: Timestamp) -> Result<(), StoreError> {
        self.exec_later(FAILURE, &[&login, &at]).await
    }

    /// Failures of a login after `since`.
    pub async fn sign_in_failures(&mut self, login: &str, since: Timestamp) -> Result<i64, StoreError> {
        self.query_value(FAILURES, &[&login, &since]).await
    }

    pub async fn sign_in_failures_clear(&mut self, login: &str) -> Result<(), StoreError> {
        self.exec_later(FAILURES_CLEAR, &[&login]).await
    }

    /// Removes what has expired: sessions and links by `now`, failures by `failures_before`.
    pub async fn session_purge(&mut self, now: Timestamp, failures_before: Timestamp) -> Result<u64, StoreError> {
        let sessions = self.exec(SESSION_PURGE, &[&now]).await?;
        let links = self.exec(LINK_PURGE, &[&now]).await?;
        Ok(sessions + links + self.exec(FAILURES_PURGE, &[&failures_before]).await?)
    }

    async fn user_of(&mut self, tenant: TenantId, user: UserId) -> Result<Option<UserRow>, StoreError> {
        let rows = self.system_query(USER, &[&tenant, &user]).await?;
        rows.into_iter().next().map(|mut row| UserRow::read_from(&mut row)).transpose()
    }
}

impl Store {
    /// Whose session a secret is.
    pub async fn session_find(&self, hash: &str) -> Result<Option<(TenantId, SessionRow, UserRow)>, StoreError> {
        let hash = hash.to_owned();
        self.system_read(move |tx| {
            Box::pin(async move {
                let Some(mut row) = tx.system_query(SESSION_FIND, &[&hash]).await?.into_iter().next() else {
                    return Ok(None);
                };
                let (tenant, session): (TenantId, _) = (row.take()?, SessionRow::read_from(&mut row)?);
                let user = tx.user_of(tenant, session.user_id).await?;
                Ok(user.map(|user| (tenant, session, user)))
            })
        })
        .await
    }

    /// Whose API token a secret is.
    pub async fn token_find(&self, hash: &str) -> Result<Option<(TenantId, TokenRow, UserRow)>, StoreError> {
        let hash = hash.to_owned();
        self.system_read(move |tx| {
            Box::pin(async move {
                let Some(mut row) = tx.system_query(TOKEN_FIND, &[&hash]).await?.into_iter().next() else {
                    return Ok(None);
                };
                let (tenant, token): (TenantId, _) = (row.take()?, TokenRow::read_from(&mut row)?);
                let user = tx.user_of(tenant, token.user_id).await?;
                Ok(user.map(|user| (tenant, token, user)))
            })
        })
        .await
    }

    /// Uses a one-time link up; `None` when it is unknown, used or expired.
    pub async fn sign_in_link_spend(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<(TenantId, UserRow)>, StoreError> {
        let hash = hash.to_owned();
        self.system_tx(move |tx| {
            Box::pin(async move {
                let Some(mut row) = tx.system_query(LINK_SPEND, &[&hash]).await?.into_iter().next() else {
                    return Ok(None);
                };
                let (tenant, user, expires_at): (TenantId, UserId, Timestamp) = (row.take()?, row.take()?, row.take()?);
                if expires_at <= now {
                    return Ok(None);
                }
                Ok(tx.user_of(tenant, user).await?.map(|user| (tenant, user)))
            })
        })
        .await
    }

    /// Notes that a session is in use.
    pub async fn session_touch(&self, tenant: TenantId, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
        self.tx(Scope::tenant(tenant), move |tx| {
            Box::pin(async move {
                tx.exec(SESSION_TOUCH, &[&id, &now]).await?;
                Ok(())
            })
        })
        .await
    }
}
