//! Tenants and the revision of their configuration.

use domain::id::TenantId;
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::{StoreError, require_one};
use crate::statement::statements;
use crate::store::Store;
use crate::tx::Tx;
use crate::value::{FromValue, Row};

/// A tenant of the installation.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantRow {
    pub id: TenantId,
    pub slug: String,
    pub name: String,
    pub settings: Value,
    /// Counts changes of anything that caches hold: definitions, units, teams.
    pub revision: i64,
    pub created_at: Timestamp,
    pub version: i64,
}

macro_rules! columns {
    () => {
        "id, slug, name, settings, revision, created_at, version"
    };
}

statements! {
    LIST = "SELECT ", columns!(), " FROM tenant ORDER BY created_at, id";
    BY_SLUG = "SELECT ", columns!(), " FROM tenant WHERE slug = $1";
    BY_ID = "SELECT ", columns!(), " FROM tenant WHERE id = $1";
    INSERT = "INSERT INTO tenant (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7)";
    INSERT_HEAD = "INSERT INTO event_head (tenant_id, seq, hash) VALUES ($1, 0, $2)";
    UPDATE = "UPDATE tenant SET name = $2, settings = $3, version = version + 1 WHERE id = $1 AND version = $4";
    REVISION = "SELECT revision FROM tenant WHERE id = $1";
    TOUCH = "UPDATE tenant SET revision = revision + 1 WHERE id = $1";
}

impl TenantRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            slug: row.take()?,
            name: row.take()?,
            settings: row.take()?,
            revision: row.take()?,
            created_at: row.take()?,
            version: row.take()?,
        })
    }
}

impl Tx {
    /// Every tenant, oldest first. For system transactions.
    pub async fn tenant_list(&mut self) -> Result<Vec<TenantRow>, StoreError> {
        let rows = self.system_query(LIST, &[]).await?;
        rows.into_iter().map(TenantRow::read).collect()
    }

    pub async fn tenant_by_slug(&mut self, slug: &str) -> Result<Option<TenantRow>, StoreError> {
        let rows = self.system_query(BY_SLUG, &[&slug]).await?;
        rows.into_iter().next().map(TenantRow::read).transpose()
    }

    pub async fn tenant_by_id(&mut self, id: TenantId) -> Result<Option<TenantRow>, StoreError> {
        let rows = self.system_query(BY_ID, &[&id]).await?;
        rows.into_iter().next().map(TenantRow::read).transpose()
    }

    /// Creates a tenant and makes it the scope of this transaction, so that its first rows can follow.
    pub async fn tenant_insert(&mut self, row: &TenantRow) -> Result<(), StoreError> {
        let args = [
            &row.id as &dyn crate::ToValue,
            &row.slug,
            &row.name,
            &row.settings,
            &row.revision,
            &row.created_at,
            &row.version,
        ];
        self.system_exec(INSERT, &args).await?;
        self.system_exec(INSERT_HEAD, &[&row.id, &vec![0u8; 32]]).await?;
        self.enter(row.id);
        Ok(())
    }

    pub async fn tenant_update(&mut self, row: &TenantRow) -> Result<(), StoreError> {
        let changed = self.system_exec(UPDATE, &[&row.id, &row.name, &row.settings, &row.version]).await?;
        require_one(changed)
    }

    /// The number that changes with the tenant's configuration, for caches.
    pub async fn configuration_revision(&mut self) -> Result<i64, StoreError> {
        let row = self.query_opt(REVISION, &[]).await?;
        i64::from_value(row.ok_or(StoreError::NotFound)?.take()?)
    }

    /// Makes every cache read the tenant's configuration again.
    pub async fn configuration_touch(&mut self) -> Result<(), StoreError> {
        self.exec_later(TOUCH, &[]).await
    }
}

impl Store {
    /// The tenant with this slug; without one, the oldest tenant.
    pub async fn tenant_find(&self, slug: Option<&str>) -> Result<Option<TenantRow>, StoreError> {
        let slug = slug.map(str::to_owned);
        self.system_read(move |tx| {
            Box::pin(async move {
                match slug {
                    Some(slug) => tx.tenant_by_slug(&slug).await,
                    None => Ok(tx.tenant_list().await?.into_iter().next()),
                }
            })
        })
        .await
    }
}
