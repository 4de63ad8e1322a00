//! What people are told.

use domain::id::{EventId, NotificationId, TicketId, UserId};
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
    /// What it belongs to, for choices and filters.
    pub topic: String,
    /// The event it tells of; one event tells a person of one kind once.
    pub entry: Option<EventId>,
    /// From when the bell counts it; `None` keeps it out of the inbox.
    pub rings_at: Option<Timestamp>,
}

/// Which messages of an inbox.
#[derive(Debug, Clone, Default)]
pub struct InboxQuery {
    pub unread: bool,
    pub topic: Option<String>,
    /// Time and id of the last one of the page before.
    pub after: Option<(Timestamp, NotificationId)>,
    pub limit: u32,
}

/// What the bell shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InboxHead {
    /// Counted up to 100.
    pub unread: i64,
    pub newest: Option<String>,
}

macro_rules! columns {
    () => {
        "id, user_id, ticket_id, kind, data, created_at, read_at, topic, entry, rings_at"
    };
}

statements! {
    HEAD = "SELECT COUNT(*), MAX(id) FROM (SELECT id FROM notification WHERE tenant_id = $1 AND user_id = $2 \
            AND read_at IS NULL AND rings_at <= $3 ORDER BY rings_at DESC LIMIT 100) AS found";
    INSERT = "INSERT INTO notification (tenant_id, ", columns!(), ") \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
    TOLD_AT = "SELECT COUNT(*) FROM notification WHERE tenant_id = $1 AND user_id = $2 AND created_at = $3 \
               AND ticket_id = $4";
    READ_ALL = "UPDATE notification SET read_at = $3 WHERE tenant_id = $1 AND user_id = $2 AND read_at IS NULL \
                AND rings_at <= $3";
    READ_ONE = "UPDATE notification SET read_at = $4 WHERE tenant_id = $1 AND id = $2 AND user_id = $3 AND read_at IS NULL";
    UNREAD_ONE = "UPDATE notification SET read_at = NULL WHERE tenant_id = $1 AND id = $2 AND user_id = $3 \
                  AND read_at IS NOT NULL";
    READ_TICKET = "UPDATE notification SET read_at = $4 WHERE tenant_id = $1 AND user_id = $2 AND ticket_id = $3 \
                   AND read_at IS NULL";
    PURGE = "DELETE FROM notification WHERE tenant_id = $1 AND read_at < $2";
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
            topic: row.take::<Option<String>>()?.unwrap_or_default(),
            entry: row.take()?,
            rings_at: row.take()?,
        })
    }
}

impl Tx {
    /// Newest first.
    pub async fn notification_list(
        &mut self,
        user: UserId,
        query: &InboxQuery,
    ) -> Result<Vec<NotificationRow>, StoreError> {
        let mut values = self.scoped(&[&user])?;
        let mut sql = String::from(concat!(
            "SELECT ",
            columns!(),
            " FROM notification WHERE tenant_id = $1 AND user_id = $2 AND rings_at IS NOT NULL"
        ));
        let mut bind = |value: &dyn ToValue| {
            values.push(value.to_value());
            format!("${}", values.len())
        };
        if query.unread {
            sql.push_str(" AND read_at IS NULL");
        }
        if let Some(topic) = &query.topic {
            sql.push_str(&format!(" AND topic = {}", bind(topic)));
        }
        if let Some((at, id)) = &query.after {
            let (at, id) = (bind(at), bind(id));
            sql.push_str(&format!(" AND (created_at, id) < ({at}, {id})"));
        }
        sql.push_str(&format!(" ORDER BY created_at DESC, id DESC LIMIT {}", bind(&i64::from(query.limit))));
        let rows = self.query_once(&sql, values).await?;
        rows.into_iter().map(NotificationRow::read).collect()
    }

    /// How much is unread by now, and the newest of it.
    pub async fn notification_head(&mut self, user: UserId, now: Timestamp) -> Result<InboxHead, StoreError> {
        let row = self.query_opt(HEAD, &[&user, &now]).await?;
        let mut row = row.ok_or(StoreError::NotFound)?;
        Ok(InboxHead { unread: row.take()?, newest: row.take()? })
    }

    /// Writes it, unless its entry has told this person the same already; then false.
    pub async fn notification_insert(&mut self, row: &NotificationRow) -> Result<bool, StoreError> {
        let args: [&dyn ToValue; 10] = [
            &row.id,
            &row.user_id,
            &row.ticket_id,
            &row.kind,
            &row.data,
            &row.created_at,
            &row.read_at,
            &row.topic,
            &row.entry,
            &row.rings_at,
        ];
        let added = self.exec(INSERT, &args).await? > 0;
        self.notified |= added;
        Ok(added)
    }

    /// Whether a person was told something about the ticket at that very instant: by the same command.
    pub async fn notification_told_at(
        &mut self,
        user: UserId,
        at: Timestamp,
        ticket: TicketId,
    ) -> Result<bool, StoreError> {
        let count: i64 = self.query_value(TOLD_AT, &[&user, &at, &ticket]).await?;
        Ok(count > 0)
    }

    /// What has rung by now; the rest rings when its time comes.
    pub async fn notification_read_all(&mut self, user: UserId, now: Timestamp) -> Result<u64, StoreError> {
        self.notified = true;
        self.exec(READ_ALL, &[&user, &now]).await
    }

    pub async fn notification_read(
        &mut self,
        id: NotificationId,
        user: UserId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.notified = true;
        Ok(self.exec(READ_ONE, &[&id, &user, &now]).await? > 0)
    }

    pub async fn notification_unread(&mut self, id: NotificationId, user: UserId) -> Result<bool, StoreError> {
        self.notified = true;
        Ok(self.exec(UNREAD_ONE, &[&id, &user]).await? > 0)
    }

    /// Everything about one ticket, because the person looks at it.
    pub async fn notification_read_ticket(
        &mut self,
        user: UserId,
        ticket: TicketId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let changed = self.exec(READ_TICKET, &[&user, &ticket, &now]).await?;
        self.notified |= changed > 0;
        Ok(changed)
    }

    /// Removes what was read before `before`.
    pub async fn notification_purge(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.exec(PURGE, &[&before]).await
    }
}
