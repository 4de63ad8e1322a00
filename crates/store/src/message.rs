//! How people want to be told: their choices, the tickets they do not want to hear of, and what goes out by channels.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{EventId, NotificationId, TicketId, UserId};
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, ToValue};

/// A message on its way by a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryRow {
    pub notification: NotificationId,
    pub kind: String,
    pub data: Value,
    pub ticket_id: Option<TicketId>,
    pub entry: Option<EventId>,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

statements! {
    CHOICE = "SELECT document FROM message_choice WHERE tenant_id = $1 AND user_id = $2";
    CHOICE_SET = "INSERT INTO message_choice (tenant_id, user_id, document) VALUES ($1, $2, $3) \
                  ON CONFLICT (tenant_id, user_id) DO UPDATE SET document = excluded.document";
    MUTED_BY = "SELECT user_id FROM message_mute WHERE tenant_id = $1 AND ticket_id = $2";
    MUTE = "INSERT INTO message_mute (tenant_id, ticket_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    UNMUTE = "DELETE FROM message_mute WHERE tenant_id = $1 AND ticket_id = $2 AND user_id = $3";
    DELIVERY_INSERT = "INSERT INTO message_delivery (tenant_id, notification_id, channel, user_id, due_at, sent_at) \
                       VALUES ($1, $2, $3, $4, $5, NULL) ON CONFLICT DO NOTHING";
    DELIVERY_DUE = "SELECT n.id, n.kind, n.data, n.ticket_id, n.entry, n.created_at, n.read_at FROM message_delivery d \
                    JOIN notification n ON n.tenant_id = d.tenant_id AND n.id = d.notification_id \
                    WHERE d.tenant_id = $1 AND d.user_id = $2 AND d.channel = $3 AND d.sent_at IS NULL \
                    AND d.due_at <= $4 ORDER BY n.created_at, n.id LIMIT $5";
    DELIVERY_SENT = "UPDATE message_delivery SET sent_at = $4 WHERE tenant_id = $1 AND notification_id = $2 \
                     AND channel = $3 AND sent_at IS NULL";
}

impl DeliveryRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            notification: row.take()?,
            kind: row.take()?,
            data: row.take()?,
            ticket_id: row.take()?,
            entry: row.take()?,
            created_at: row.take()?,
            read_at: row.take()?,
        })
    }
}

impl Tx {
    pub async fn message_choice(&mut self, user: UserId) -> Result<Option<Value>, StoreError> {
        self.query_opt_as(CHOICE, &[&user], |mut row| row.take()).await
    }

    /// The choices of several people; who never chose is left out.
    pub async fn message_choices(&mut self, users: &[UserId]) -> Result<BTreeMap<UserId, Value>, StoreError> {
        let mut choices = BTreeMap::new();
        for chunk in users.chunks(200) {
            let mut values = self.scoped(&[])?;
            values.extend(chunk.iter().map(ToValue::to_value));
            let list = crate::dialect::placeholders(2, chunk.len());
            let sql =
                format!("SELECT user_id, document FROM message_choice WHERE tenant_id = $1 AND user_id IN ({list})");
            for mut row in self.query_once(&sql, values).await? {
                choices.insert(row.take()?, row.take()?);
            }
        }
        Ok(choices)
    }

    pub async fn message_choice_set(&mut self, user: UserId, document: &Value) -> Result<(), StoreError> {
        self.exec(CHOICE_SET, &[&user, document]).await?;
        Ok(())
    }

    /// Who does not want to hear of a ticket.
    pub async fn message_muted_by(&mut self, ticket: TicketId) -> Result<BTreeSet<UserId>, StoreError> {
        let rows = self.query(MUTED_BY, &[&ticket]).await?;
        rows.into_iter().map(|mut row| row.take()).collect()
    }

    pub async fn message_mute(&mut self, ticket: TicketId, user: UserId, muted: bool) -> Result<(), StoreError> {
        let sql = if muted { MUTE } else { UNMUTE };
        self.exec(sql, &[&ticket, &user]).await?;
        Ok(())
    }

    pub async fn message_delivery_insert(
        &mut self,
        notification: NotificationId,
        channel: &str,
        user: UserId,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.exec(DELIVERY_INSERT, &[&notification, &channel, &user, &due_at]).await?;
        Ok(())
    }

    /// What is due for one person by one channel and was not sent, oldest first.
    pub async fn message_delivery_due(
        &mut self,
        user: UserId,
        channel: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        self.query_as(DELIVERY_DUE, &[&user, &channel, &now, &i64::from(limit)], DeliveryRow::read).await
    }

    pub async fn message_delivery_sent(
        &mut self,
        notification: NotificationId,
        channel: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.exec(DELIVERY_SENT, &[&notification, &channel, &now]).await?;
        Ok(())
    }
}
