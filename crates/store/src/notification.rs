//! What people are told.

use domain::id::{NotificationId, TicketId, UserId};
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, ToValue};

#[derive(Debug, Clone, PartialEq)]
pub struct NotificationRow {
    pub id: NotificationId,
    pub user_id: UserId,
    pub ticket_id: Option<TicketId>,
    pub kind: String,
    pub data: Value,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, user_id, ticket_id, kind, data, created_at, read_at"
    };
}

statements! {
    LIST = "SELECT ", columns!(), " FROM notification WHERE tenant_id = $1 AND user_id = $2 \
            ORDER BY created_at DESC, id DESC LIMIT $3";
    UNREAD = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM notification WHERE tenant_id = $1 AND user_id = $2 \
              AND read_at IS NULL LIMIT 100) AS found";
    INSERT = "INSERT INTO notification (tenant_id, ", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    READ_ALL = "UPDATE notification SET read_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND read_at IS NULL";
    READ_ONE = "UPDATE notification SET read_at = $4 WHERE tenant_id = $1 AND id = $2 AND user_id = $3 AND read_at IS NULL";
}

impl NotificationRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            user_id: row.take()?,
            ticket_id: row.take()?,
            kind: row.take()?,
            data: row.take()?,
            created_at: row.take()?,
            read_at: row.take()?,
        })
    }
}

impl Tx {
    /// Newest first.
    pub async fn notification_list(&mut self, user: UserId, limit: u32) -> Result<Vec<NotificationRow>, StoreError> {
        self.query_as(LIST, &[&user, &i64::from(limit)], NotificationRow::read).await
    }

    /// Counted up to 100.
    pub async fn notification_count_unread(&mut self, user: UserId) -> Result<i64, StoreError> {
        self.query_value(UNREAD, &[&user]).await
    }

    pub async fn notification_insert(&mut self, row: &NotificationRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 7] =
            [&row.id, &row.user_id, &row.ticket_id, &row.kind, &row.data, &row.created_at, &row.read_at];
        self.exec_later(INSERT, &args).await
    }

    pub async fn notification_read_all(&mut self, user: UserId, now: Timestamp) -> Result<u64, StoreError> {
        self.exec(READ_ALL, &[&user, &now]).await
    }

    pub async fn notification_read(
        &mut self,
        id: NotificationId,
        user: UserId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.exec(READ_ONE, &[&id, &user, &now]).await? > 0)
    }
}
