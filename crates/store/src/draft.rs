//! What people have begun to write under a ticket: one text per person and ticket.

use domain::id::{FileId, TicketId, UserId};
use domain::ticket::Visibility;
use domain::time::Timestamp;

use crate::comment::read_ids;
use crate::error::{StoreError, require_one};
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{JsonList, Row, ToValue};

#[derive(Debug, Clone, PartialEq)]
pub struct DraftRow {
    pub user_id: UserId,
    pub ticket_id: TicketId,
    pub visibility: Visibility,
    pub body: String,
    pub files: Vec<FileId>,
    /// When it leaves by itself, while it is held.
    pub send_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub version: i64,
}

statements! {
    FIND = "SELECT user_id, ticket_id, visibility, body, files, send_at, updated_at, version FROM draft \
            WHERE tenant_id = $1 AND user_id = $2 AND ticket_id = $3";
    INSERT = "INSERT INTO draft (tenant_id, user_id, ticket_id, visibility, body, files, send_at, updated_at, version) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    UPDATE = "UPDATE draft SET visibility = $4, body = $5, files = $6, send_at = $7, updated_at = $8, \
              version = version + 1 WHERE tenant_id = $1 AND user_id = $2 AND ticket_id = $3 AND version = $9";
    DELETE = "DELETE FROM draft WHERE tenant_id = $1 AND user_id = $2 AND ticket_id = $3";
}

impl DraftRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            user_id: row.take()?,
            ticket_id: row.take()?,
            visibility: row.take_word(Visibility::parse)?,
            body: row.take()?,
            files: read_ids(&row.take::<JsonList>()?)?,
            send_at: row.take()?,
            updated_at: row.take()?,
            version: row.take()?,
        })
    }
}

impl Tx {
    pub async fn draft_find(&mut self, user: UserId, ticket: TicketId) -> Result<Option<DraftRow>, StoreError> {
        self.query_opt_as(FIND, &[&user, &ticket], DraftRow::read).await
    }

    pub async fn draft_insert(&mut self, row: &DraftRow) -> Result<(), StoreError> {
        self.draft_write(INSERT, row).await.map(drop)
    }

    /// Writes against the version that was read; the row's version grows by one.
    pub async fn draft_update(&mut self, row: &DraftRow) -> Result<(), StoreError> {
        require_one(self.draft_write(UPDATE, row).await?)
    }

    pub async fn draft_delete(&mut self, user: UserId, ticket: TicketId) -> Result<bool, StoreError> {
        Ok(self.exec(DELETE, &[&user, &ticket]).await? > 0)
    }

    async fn draft_write(&mut self, sql: &'static str, row: &DraftRow) -> Result<u64, StoreError> {
        let files: Vec<String> = row.files.iter().map(ToString::to_string).collect();
        let args: [&dyn ToValue; 8] = [
            &row.user_id,
            &row.ticket_id,
            &row.visibility.as_str(),
            &row.body,
            &files.as_slice(),
            &row.send_at,
            &row.updated_at,
            &row.version,
        ];
        self.exec(sql, &args).await
    }
}
