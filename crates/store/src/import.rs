//! Imports: how far they are and which rows they could not take.

use domain::id::ImportId;
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::{StoreError, require_one};
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, ToValue};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    Running,
    Done,
    Failed,
    Cancelled,
}

impl ImportState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Failed, Self::Cancelled].into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ImportRow {
    pub id: ImportId,
    pub state: ImportState,
    pub mapping: Value,
    /// Name and fingerprint of the file, so that an import goes on with the same one.
    pub source: Value,
    pub total: Option<i64>,
    pub done: i64,
    pub failed: i64,
    /// Rows of the file that are settled: the next run begins behind them.
    pub position: i64,
    pub created_by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportErrorRow {
    pub row: i64,
    pub code: String,
    pub message: String,
    pub raw: String,
}

macro_rules! columns {
    () => {
        "id, state, mapping, source, total, done, failed, position, created_by, created_at, updated_at, version"
    };
}

statements! {
    ROW_CLAIM = "INSERT INTO import_row (tenant_id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    BY_ID = "SELECT ", columns!(), " FROM import_run WHERE tenant_id = $1 AND id = $2";
    LIST = "SELECT ", columns!(), " FROM import_run WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
    INSERT = "INSERT INTO import_run (tenant_id, ", columns!(), ") \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    UPDATE = "UPDATE import_run SET state = $3, total = $4, done = $5, failed = $6, position = $7, updated_at = $8, \
              version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $9";
    ERROR_INSERT = "INSERT INTO import_error (tenant_id, import_id, row_no, code, message, raw) \
                    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    ERRORS = "SELECT row_no, code, message, raw FROM import_error WHERE tenant_id = $1 AND import_id = $2 \
              AND row_no > $3 ORDER BY row_no LIMIT $4";
}

impl ImportRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            state: row.take_word(ImportState::parse)?,
            mapping: row.take()?,
            source: row.take()?,
            total: row.take()?,
            done: row.take()?,
            failed: row.take()?,
            position: row.take()?,
            created_by: row.take()?,
            created_at: row.take()?,
            updated_at: row.take()?,
            version: row.take()?,
        })
    }
}

impl Tx {
    pub async fn import_by_id(&mut self, id: ImportId) -> Result<Option<ImportRow>, StoreError> {
        self.query_opt_as(BY_ID, &[&id], ImportRow::read).await
    }

    /// True for the first time a row with this key comes in.
    pub async fn import_key_claim(&mut self, key: &str) -> Result<bool, StoreError> {
        Ok(self.exec(ROW_CLAIM, &[&key]).await? > 0)
    }

    /// Newest first.
    pub async fn import_list(&mut self, limit: u32) -> Result<Vec<ImportRow>, StoreError> {
        self.query_as(LIST, &[&i64::from(limit)], ImportRow::read).await
    }

    pub async fn import_insert(&mut self, row: &ImportRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 12] = [
            &row.id,
            &row.state.as_str(),
            &row.mapping,
            &row.source,
            &row.total,
            &row.done,
            &row.failed,
            &row.position,
            &row.created_by,
            &row.created_at,
            &row.updated_at,
            &row.version,
        ];
        self.exec(INSERT, &args).await?;
        Ok(())
    }

    /// Writes progress, in the transaction of the rows it counts.
    pub async fn import_update(&mut self, row: &ImportRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 8] = [
            &row.id,
            &row.state.as_str(),
            &row.total,
            &row.done,
            &row.failed,
            &row.position,
            &row.updated_at,
            &row.version,
        ];
        require_one(self.exec(UPDATE, &args).await?)
    }

    pub async fn import_error_insert(&mut self, import: ImportId, error: &ImportErrorRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 5] = [&import, &error.row, &error.code, &error.message, &error.raw];
        self.exec_later(ERROR_INSERT, &args).await
    }

    /// Rows that were not taken, after row number `after`.
    pub async fn import_error_list(
        &mut self,
        import: ImportId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<ImportErrorRow>, StoreError> {
        let read = |mut row: Row| {
            Ok(ImportErrorRow { row: row.take()?, code: row.take()?, message: row.take()?, raw: row.take()? })
        };
        self.query_as(ERRORS, &[&import, &after, &i64::from(limit)], read).await
    }
}
