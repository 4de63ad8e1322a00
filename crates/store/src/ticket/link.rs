//! How tickets belong together.

use domain::id::TicketId;
use domain::ticket::LinkKind;
use domain::time::Timestamp;

use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::Row;

/// `from` is the left side of the sentence that the kind makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    pub from_id: TicketId,
    pub to_id: TicketId,
    pub kind: LinkKind,
    pub created_at: Timestamp,
}

statements! {
    LIST = "SELECT from_id, to_id, kind, created_at FROM ticket_link \
            WHERE tenant_id = $1 AND (from_id = $2 OR to_id = $2) ORDER BY created_at, from_id, to_id";
    INSERT = "INSERT INTO ticket_link (tenant_id, from_id, to_id, kind, created_at) VALUES ($1, $2, $3, $4, $5) \
              ON CONFLICT DO NOTHING";
    DELETE = "DELETE FROM ticket_link WHERE tenant_id = $1 AND from_id = $2 AND to_id = $3 AND kind = $4";
}

impl LinkRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            from_id: row.take()?,
            to_id: row.take()?,
            kind: row.take_word(LinkKind::parse)?,
            created_at: row.take()?,
        })
    }
}

impl Tx {
    /// Links of a ticket in both directions.
    pub async fn ticket_link_list(&mut self, id: TicketId) -> Result<Vec<LinkRow>, StoreError> {
        self.query_as(LIST, &[&id], LinkRow::read).await
    }

    /// False when the link exists already.
    pub async fn ticket_link_insert(
        &mut self,
        from: TicketId,
        to: TicketId,
        kind: LinkKind,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.exec(INSERT, &[&from, &to, &kind.as_str(), &now]).await? > 0)
    }

    /// False when there is no such link.
    pub async fn ticket_link_delete(
        &mut self,
        from: TicketId,
        to: TicketId,
        kind: LinkKind,
    ) -> Result<bool, StoreError> {
        Ok(self.exec(DELETE, &[&from, &to, &kind.as_str()]).await? > 0)
    }
}
