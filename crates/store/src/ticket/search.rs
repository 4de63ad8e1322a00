//! The full-text index of tickets.

use domain::id::{TenantId, TicketId};

use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::search::{SEGMENTER, any_of, document, query, tsquery, tsvector};
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::ToValue;

statements! {
    /// Orders by age: milliseconds, then 21 bits to tell tickets of one millisecond apart.
    ADD_SQLITE = "INSERT INTO ticket_text (tenant_id, ticket_id, doc, segmenter) \
                  SELECT tenant_id, id, created_at * 2097152 + $3, $4 FROM ticket WHERE tenant_id = $1 AND id = $2 \
                  ON CONFLICT DO NOTHING RETURNING doc";
    DOC_SQLITE = "UPDATE ticket_text SET segmenter = $3 WHERE tenant_id = $1 AND ticket_id = $2 RETURNING doc";
    WORDS_ADD_SQLITE = "INSERT INTO ticket_search (rowid, words) VALUES ($1, $2)";
    WORDS_DELETE_SQLITE = "DELETE FROM ticket_search WHERE rowid = $1";
    PUT_POSTGRES = "INSERT INTO ticket_text (tenant_id, ticket_id, doc, segmenter, words) \
                    SELECT tenant_id, id, created_at * 2097152 + $3, $4, CAST(CAST($5 AS TEXT) AS TSVECTOR) FROM ticket \
                    WHERE tenant_id = $1 AND id = $2 ON CONFLICT (tenant_id, ticket_id) \
                    DO UPDATE SET words = excluded.words, segmenter = excluded.segmenter";
}

/// Room for tickets of one millisecond in the order of hits.
const SPREAD: i64 = 1 << 21;

impl Tx {
    /// Makes a ticket findable by the words of `text`, and by no others.
    pub async fn ticket_search_replace(&mut self, id: TicketId, text: &str) -> Result<(), StoreError> {
        let tokens = document(self.tenant(), text);
        let place = (id.as_u128() & (SPREAD as u128 - 1)) as i64;
        if self.dialect() == Dialect::Postgres {
            let args: [&dyn ToValue; 4] = [&id, &place, &SEGMENTER, &tsvector(&tokens)];
            self.exec_later(PUT_POSTGRES, &args).await?;
            return Ok(());
        }
        let words = tokens.join(" ");
        for shift in 0..64 {
            let place = (place + shift) % SPREAD;
            if let Some(mut row) = self.query_opt(ADD_SQLITE, &[&id, &place, &SEGMENTER]).await? {
                let doc: i64 = row.take()?;
                self.system_exec(WORDS_ADD_SQLITE, &[&doc, &words]).await?;
                return Ok(());
            }
            if let Some(mut row) = self.query_opt(DOC_SQLITE, &[&id, &SEGMENTER]).await? {
                let doc: i64 = row.take()?;
                self.system_exec(WORDS_DELETE_SQLITE, &[&doc]).await?;
                self.system_exec(WORDS_ADD_SQLITE, &[&doc, &words]).await?;
                return Ok(());
            }
        }
        Err(StoreError::NotFound)
    }
}

/// What to look for, in the engine's own language; `None` when the words hold nothing to look for.
/// A query for tickets that share words with a text.
pub(super) fn expression_any(dialect: Dialect, tenant: TenantId, text: &str) -> Option<String> {
    any_of(tenant, text, dialect == Dialect::Postgres)
}

pub(super) fn expression(dialect: Dialect, tenant: TenantId, words: &str) -> Option<String> {
    match dialect {
        Dialect::Sqlite => query(tenant, words),
        Dialect::Postgres => tsquery(tenant, words),
    }
}
