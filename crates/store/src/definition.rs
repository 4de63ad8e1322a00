//! Definitions: what tenants configure, as drafts and immutable versions. Counters give out numbers.

use domain::actor::Actor;
use domain::definition::Kind;
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::{StoreError, require_one};
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{FromValue, Row, ToValue, Value as Column};

#[derive(Debug, Clone, PartialEq)]
pub struct DefinitionRow {
    pub kind: Kind,
    pub key: String,
    pub title: Value,
    pub active_version: Option<i64>,
    pub draft: Option<Value>,
    pub draft_revision: i64,
    /// The version the draft began from.
    pub draft_base: Option<i64>,
    pub draft_by: Option<Actor>,
    pub draft_at: Option<Timestamp>,
    pub archived: bool,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DefinitionVersionRow {
    pub kind: Kind,
    pub key: String,
    pub version: i64,
    pub document: Value,
    pub sha256: String,
    pub author: Actor,
    pub note: String,
    pub report: Value,
    pub restored_from: Option<i64>,
    pub created_at: Timestamp,
}

macro_rules! columns {
    () => {
        "kind, key, title, active_version, draft, draft_revision, draft_base, draft_by, draft_at, archived, version"
    };
}

macro_rules! version_columns {
    () => {
        "kind, key, version, document, sha256, author, note, report, restored_from, created_at"
    };
}

statements! {
    BY_KEY = "SELECT ", columns!(), " FROM definition WHERE tenant_id = $1 AND kind = $2 AND key = $3";
    LIST = "SELECT ", columns!(), " FROM definition WHERE tenant_id = $1 ORDER BY kind, key";
    LIST_KIND = "SELECT ", columns!(), " FROM definition WHERE tenant_id = $1 AND kind = $2 ORDER BY key";
    INSERT = "INSERT INTO definition (tenant_id, ", columns!(), ") \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    UPDATE = "UPDATE definition SET title = $4, active_version = $5, draft = $6, draft_revision = $7, draft_base = $8, \
              draft_by = $9, draft_at = $10, archived = $11, version = version + 1 \
              WHERE tenant_id = $1 AND kind = $2 AND key = $3 AND version = $12";
    ACTIVE = "SELECT v.kind, v.key, v.version, v.document, v.sha256, v.author, v.note, v.report, v.restored_from, \
              v.created_at FROM definition d JOIN definition_version v ON v.tenant_id = d.tenant_id AND v.kind = d.kind \
              AND v.key = d.key AND v.version = d.active_version WHERE d.tenant_id = $1 AND d.archived = 0 \
              ORDER BY v.kind, v.key";
    VERSION = "SELECT ", version_columns!(), " FROM definition_version \
               WHERE tenant_id = $1 AND kind = $2 AND key = $3 AND version = $4";
    VERSIONS = "SELECT ", version_columns!(), " FROM definition_version \
                WHERE tenant_id = $1 AND kind = $2 AND key = $3 ORDER BY version DESC";
    LATEST = "SELECT COALESCE(MAX(version), CAST(0 AS BIGINT)) FROM definition_version \
              WHERE tenant_id = $1 AND kind = $2 AND key = $3";
    VERSION_INSERT = "INSERT INTO definition_version (tenant_id, ", version_columns!(), ") \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    COUNTER_NEXT = "INSERT INTO counter (tenant_id, key, value) VALUES ($1, $2, 1) \
                    ON CONFLICT (tenant_id, key) DO UPDATE SET value = counter.value + 1 RETURNING value";
    COUNTER_RAISE = "INSERT INTO counter (tenant_id, key, value) VALUES ($1, $2, $3) \
                     ON CONFLICT (tenant_id, key) DO UPDATE SET value = excluded.value \
                     WHERE counter.value < excluded.value";
}

impl ToValue for Kind {
    fn to_value(&self) -> Column {
        self.as_str().to_value()
    }
}

impl ToValue for Actor {
    fn to_value(&self) -> Column {
        // An actor is plain data; it always serialises.
        Column::Text(serde_json::to_string(self).unwrap_or_default())
    }
}

impl FromValue for Actor {
    fn from_value(value: Column) -> Result<Self, StoreError> {
        let text = String::from_value(value)?;
        serde_json::from_str(&text).map_err(|_| StoreError::corrupt("a column holds no actor"))
    }
}

impl DefinitionRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            kind: row.take_word(Kind::parse)?,
            key: row.take()?,
            title: row.take()?,
            active_version: row.take()?,
            draft: row.take()?,
            draft_revision: row.take()?,
            draft_base: row.take()?,
            draft_by: row.take()?,
            draft_at: row.take()?,
            archived: row.take()?,
            version: row.take()?,
        })
    }

    /// In the order of the columns; inserting and updating bind the same.
    fn values(&self) -> [&dyn ToValue; 11] {
        [
            &self.kind,
            &self.key,
            &self.title,
            &self.active_version,
            &self.draft,
            &self.draft_revision,
            &self.draft_base,
            &self.draft_by,
            &self.draft_at,
            &self.archived,
            &self.version,
        ]
    }
}

impl DefinitionVersionRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            kind: row.take_word(Kind::parse)?,
            key: row.take()?,
            version: row.take()?,
            document: row.take()?,
            sha256: row.take()?,
            author: row.take()?,
            note: row.take()?,
            report: row.take()?,
            restored_from: row.take()?,
            created_at: row.take()?,
        })
    }
}

impl Tx {
    pub async fn definition_by_key(&mut self, kind: Kind, key: &str) -> Result<Option<DefinitionRow>, StoreError> {
        self.query_opt_as(BY_KEY, &[&kind.as_str(), &key], DefinitionRow::read).await
    }

    pub async fn definition_list(&mut self, kind: Option<Kind>) -> Result<Vec<DefinitionRow>, StoreError> {
        match kind {
            Some(kind) => self.query_as(LIST_KIND, &[&kind.as_str()], DefinitionRow::read).await,
            None => self.query_as(LIST, &[], DefinitionRow::read).await,
        }
    }

    pub async fn definition_insert(&mut self, row: &DefinitionRow) -> Result<(), StoreError> {
        self.exec(INSERT, &row.values()).await?;
        Ok(())
    }

    pub async fn definition_update(&mut self, row: &DefinitionRow) -> Result<(), StoreError> {
        require_one(self.exec(UPDATE, &row.values()).await?)
    }

    /// The active version of every definition that is not archived.
    pub async fn definition_list_active(&mut self) -> Result<Vec<DefinitionVersionRow>, StoreError> {
        self.query_as(ACTIVE, &[], DefinitionVersionRow::read).await
    }

    pub async fn definition_version(
        &mut self,
        kind: Kind,
        key: &str,
        version: i64,
    ) -> Result<Option<DefinitionVersionRow>, StoreError> {
        self.query_opt_as(VERSION, &[&kind.as_str(), &key, &version], DefinitionVersionRow::read).await
    }

    /// Newest first.
    pub async fn definition_version_list(
        &mut self,
        kind: Kind,
        key: &str,
    ) -> Result<Vec<DefinitionVersionRow>, StoreError> {
        self.query_as(VERSIONS, &[&kind.as_str(), &key], DefinitionVersionRow::read).await
    }

    /// The highest version number, 0 without one.
    pub async fn definition_version_latest(&mut self, kind: Kind, key: &str) -> Result<i64, StoreError> {
        self.query_value(LATEST, &[&kind.as_str(), &key]).await
    }

    pub async fn definition_version_insert(&mut self, row: &DefinitionVersionRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 10] = [
            &row.kind.as_str(),
            &row.key,
            &row.version,
            &row.document,
            &row.sha256,
            &row.author,
            &row.note,
            &row.report,
            &row.restored_from,
            &row.created_at,
        ];
        self.exec(VERSION_INSERT, &args).await?;
        Ok(())
    }

    /// The next number of a series, from 1. Its row stays locked until the commit: numbers have no gaps.
    pub async fn counter_next(&mut self, key: &str) -> Result<i64, StoreError> {
        self.query_value(COUNTER_NEXT, &[&key]).await
    }

    /// Makes the next number at least `used` + 1, after an import brought its own numbers.
    pub async fn counter_raise(&mut self, key: &str, used: i64) -> Result<(), StoreError> {
        self.exec(COUNTER_RAISE, &[&key, &used]).await?;
        Ok(())
    }
}
