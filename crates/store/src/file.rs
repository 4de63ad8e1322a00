//! Files: what they are and where their content lies.

use domain::id::{FileId, RecordId, TicketId, UserId};
use domain::time::Timestamp;

use crate::error::StoreError;
use crate::statement::statements;
use crate::store::Store;
use crate::tx::Tx;
use crate::value::{Row, ToValue};
use domain::id::TenantId;

/// Whether somebody may already use the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// Uploaded, and not yet part of anything.
    New,
    Attached,
}

impl FileState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Attached => "attached",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::New, Self::Attached].into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    pub id: FileId,
    pub ticket_id: Option<TicketId>,
    pub record_id: Option<RecordId>,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub sha256: String,
    pub blob_key: String,
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    pub state: FileState,
}

macro_rules! columns {
    () => {
        "id, ticket_id, record_id, name, media_type, size, sha256, blob_key, created_by, created_at, state"
    };
}

statements! {
    INTERNAL = "SELECT 1 FROM comment c JOIN file f ON f.tenant_id = c.tenant_id AND f.ticket_id = c.ticket_id \
                WHERE c.tenant_id = $1 AND f.id = $2 AND c.visibility = 'internal' AND c.files LIKE $3 LIMIT 1";
    BY_ID = "SELECT ", columns!(), " FROM file WHERE tenant_id = $1 AND id = $2";
    LIST = "SELECT ", columns!(), " FROM file WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY created_at, id";
    INSERT = "INSERT INTO file (tenant_id, ", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    CLAIM = "UPDATE file SET ticket_id = $3, state = 'attached' WHERE tenant_id = $1 AND id = $2 AND state = 'new' \
             AND created_by IS NOT DISTINCT FROM $4";
    CLAIM_ANY = "UPDATE file SET ticket_id = $3, state = 'attached' WHERE tenant_id = $1 AND id = $2 AND state = 'new'";
    CLAIM_RECORD = "UPDATE file SET record_id = $3, state = 'attached' WHERE tenant_id = $1 AND id = $2 AND state = 'new'";
    DELETE = "DELETE FROM file WHERE tenant_id = $1 AND id = $2";
    /// System: the sweep walks over all tenants.
    ORPHANS = "SELECT tenant_id, id, blob_key FROM file WHERE state = 'new' AND created_at < $1 \
               ORDER BY created_at LIMIT $2";
}

impl FileRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            ticket_id: row.take()?,
            record_id: row.take()?,
            name: row.take()?,
            media_type: row.take()?,
            size: row.take()?,
            sha256: row.take()?,
            blob_key: row.take()?,
            created_by: row.take()?,
            created_at: row.take()?,
            state: row.take_word(FileState::parse)?,
        })
    }
}

impl Tx {
    pub async fn file_by_id(&mut self, id: FileId) -> Result<Option<FileRow>, StoreError> {
        self.query_opt_as(BY_ID, &[&id], FileRow::read).await
    }

    pub async fn file_list(&mut self, ticket: TicketId) -> Result<Vec<FileRow>, StoreError> {
        self.query_as(LIST, &[&ticket], FileRow::read).await
    }

    /// The files with these ids, in no particular order; unknown ids are left out.
    pub async fn files_by_ids(&mut self, ids: &[FileId]) -> Result<Vec<FileRow>, StoreError> {
        let sql = concat!("SELECT ", columns!(), " FROM file WHERE tenant_id = $1 AND id IN ");
        let rows = self.query_by_ids(sql, ids).await?;
        rows.into_iter().map(FileRow::read).collect()
    }

    pub async fn file_insert(&mut self, row: &FileRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 11] = [
            &row.id,
            &row.ticket_id,
            &row.record_id,
            &row.name,
            &row.media_type,
            &row.size,
            &row.sha256,
            &row.blob_key,
            &row.created_by,
            &row.created_at,
            &row.state.as_str(),
        ];
        self.exec(INSERT, &args).await?;
        Ok(())
    }

    /// Makes new files part of a ticket and answers how many there were: those `by` has uploaded, or anybody's when
    /// `by` is `None`. A file that belongs to something already is left alone.
    pub async fn file_claim(
        &mut self,
        ids: &[FileId],
        ticket: TicketId,
        by: Option<UserId>,
    ) -> Result<u64, StoreError> {
        let mut claimed = 0;
        for id in ids {
            claimed += match by {
                Some(by) => self.exec(CLAIM, &[id, &ticket, &by]).await?,
                None => self.exec(CLAIM_ANY, &[id, &ticket]).await?,
            };
        }
        Ok(claimed)
    }

    pub async fn file_claim_for_record(&mut self, ids: &[FileId], record: RecordId) -> Result<u64, StoreError> {
        let mut claimed = 0;
        for id in ids {
            claimed += self.exec(CLAIM_RECORD, &[id, &record]).await?;
        }
        Ok(claimed)
    }

    /// Whether an internal note names the file.
    pub async fn file_is_internal(&mut self, id: FileId) -> Result<bool, StoreError> {
        let named = format!("%\"{id}\"%");
        Ok(self.query_opt(INTERNAL, &[&id, &named]).await?.is_some())
    }

    pub async fn file_delete(&mut self, id: FileId) -> Result<bool, StoreError> {
        Ok(self.exec(DELETE, &[&id]).await? > 0)
    }
}

impl Store {
    /// Uploads of all tenants that nobody used since `before`: tenant, file, key of the blob.
    pub async fn file_orphans(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(TenantId, FileId, String)>, StoreError> {
        self.system_read(move |tx| {
            Box::pin(async move {
                let rows = tx.system_query(ORPHANS, &[&before, &i64::from(limit)]).await?;
                rows.into_iter().map(|mut row| Ok((row.take()?, row.take()?, row.take()?))).collect()
            })
        })
        .await
    }
}
