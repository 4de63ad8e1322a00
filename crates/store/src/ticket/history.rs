//! What finished and running work teaches: examples for models, handling times, loads.

use domain::id::{RecordId, TicketId, UserId};
use domain::time::Timestamp;

use super::{TicketRow, search, ticket_columns};
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, Value};

statements! {
    /// Solved tickets whose value for the field no model applied unseen: those would teach a model its own opinion.
    EXAMPLES = "SELECT ", ticket_columns!("t."), " FROM ticket t WHERE t.tenant_id = $1 AND t.form = $2 \
                AND t.solved_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM suggestion s WHERE s.tenant_id = $1 \
                AND s.ticket_id = t.id AND s.field = $3 AND s.state = 'applied') \
                ORDER BY t.created_at DESC, t.id DESC LIMIT $4";
    HANDLING = "SELECT owner_id, solved_at - COALESCE(first_response_at, created_at) FROM ticket \
                WHERE tenant_id = $1 AND form = $2 AND category = $3 AND owner_id IS NOT NULL \
                AND solved_at > COALESCE(first_response_at, created_at) ORDER BY created_at DESC LIMIT $4";
    OPEN_BY_OWNER = "SELECT owner_id, COUNT(*) FROM ticket WHERE tenant_id = $1 AND owner_id IS NOT NULL \
                     AND status IN ('new', 'open', 'waiting') GROUP BY owner_id";
    RECENT_BY_OWNER = "SELECT owner_id, COUNT(*) FROM ticket WHERE tenant_id = $1 AND created_at >= $2 \
                       AND owner_id IS NOT NULL GROUP BY owner_id";
    ABOUT = "SELECT ", ticket_columns!(""), " FROM ticket WHERE tenant_id = $1 AND (asset_id = $2 OR place_id = $2) \
             ORDER BY created_at DESC, id DESC LIMIT $3";
}

impl Tx {
    /// Solved tickets of a form, newest first, as examples for the model of `field`.
    pub async fn ticket_training_rows(
        &mut self,
        form: &str,
        field: &str,
        limit: u32,
    ) -> Result<Vec<TicketRow>, StoreError> {
        self.query_as(EXAMPLES, &[&form, &field, &i64::from(limit)], TicketRow::read).await
    }

    /// Owner and handling time in ms of solved tickets of a category, newest first.
    pub async fn ticket_handling(
        &mut self,
        form: &str,
        category: &str,
        limit: u32,
    ) -> Result<Vec<(UserId, i64)>, StoreError> {
        self.query_as(HANDLING, &[&form, &category, &i64::from(limit)], pair).await
    }

    /// Active tickets by owner.
    pub async fn ticket_open_by_owner(&mut self) -> Result<Vec<(UserId, i64)>, StoreError> {
        self.query_as(OPEN_BY_OWNER, &[], pair).await
    }

    /// Tickets created since then by owner.
    pub async fn ticket_recent_by_owner(&mut self, since: Timestamp) -> Result<Vec<(UserId, i64)>, StoreError> {
        self.query_as(RECENT_BY_OWNER, &[&since], pair).await
    }

    /// Tickets about an asset or a place, newest first.
    pub async fn ticket_list_about(&mut self, record: RecordId, limit: u32) -> Result<Vec<TicketRow>, StoreError> {
        self.query_as(ABOUT, &[&record, &i64::from(limit)], TicketRow::read).await
    }

    /// Tickets that share words with `text`, newest first, without `but`: candidates for a finer comparison.
    pub async fn ticket_list_alike(
        &mut self,
        text: &str,
        but: TicketId,
        limit: u32,
    ) -> Result<Vec<TicketRow>, StoreError> {
        let dialect = self.dialect();
        let Some(expression) = search::expression_any(dialect, self.tenant(), text) else { return Ok(Vec::new()) };
        let mut values = self.scoped(&[&but])?;
        values.push(Value::Text(expression));
        values.push(Value::Int(limit.into()));
        let (from, matches, order) = match dialect {
            Dialect::Sqlite => (
                "ticket_search CROSS JOIN ticket_text x ON x.doc = ticket_search.rowid \
                 CROSS JOIN ticket t ON t.tenant_id = x.tenant_id AND t.id = x.ticket_id",
                "ticket_search MATCH $3",
                "ticket_search.rowid",
            ),
            Dialect::Postgres => (
                "ticket_text x JOIN ticket t ON t.tenant_id = x.tenant_id AND t.id = x.ticket_id",
                "x.words @@ CAST($3 AS TSQUERY)",
                "x.doc",
            ),
        };
        let sql = format!(
            "SELECT {} FROM {from} WHERE {matches} AND x.tenant_id = $1 AND t.tenant_id = $1 AND t.id <> $2 \
             ORDER BY {order} DESC LIMIT $4",
            ticket_columns!("t."),
        );
        let rows = self.query_once(&sql, values).await?;
        rows.into_iter().map(TicketRow::read).collect()
    }
}

fn pair(mut row: Row) -> Result<(UserId, i64), StoreError> {
    Ok((row.take()?, row.take()?))
}
