//! What people write under a ticket.

use domain::actor::Actor;
use domain::id::{CommentId, FileId, TicketId};
use domain::ticket::Visibility;
use domain::time::Timestamp;

use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{JsonList, Row, ToValue};

#[derive(Debug, Clone, PartialEq)]
pub struct CommentRow {
    pub id: CommentId,
    pub ticket_id: TicketId,
    pub author: Actor,
    pub visibility: Visibility,
    pub body: String,
    pub files: Vec<FileId>,
    pub created_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, ticket_id, author, visibility, body, files, created_at"
    };
}

statements! {
    INSERT = "INSERT INTO comment (tenant_id, ", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    LIST = "SELECT ", columns!(), " FROM comment WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY created_at, id";
}

impl CommentRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            ticket_id: row.take()?,
            author: row.take()?,
            visibility: row.take_word(Visibility::parse)?,
            body: row.take()?,
            files: read_ids(&row.take::<JsonList>()?)?,
            created_at: row.take()?,
        })
    }
}

pub(crate) fn read_ids(list: &JsonList) -> Result<Vec<FileId>, StoreError> {
    let ids: Result<Vec<FileId>, _> = list.0.iter().map(|id| id.parse()).collect();
    ids.map_err(|_| StoreError::corrupt("a column holds no list of files"))
}

impl Tx {
    pub async fn comment_insert(&mut self, row: &CommentRow) -> Result<(), StoreError> {
        let files: Vec<String> = row.files.iter().map(ToString::to_string).collect();
        let args: [&dyn ToValue; 7] = [
            &row.id,
            &row.ticket_id,
            &row.author,
            &row.visibility.as_str(),
            &row.body,
            &files.as_slice(),
            &row.created_at,
        ];
        self.exec_later(INSERT, &args).await
    }

    /// Oldest first.
    pub async fn comment_list(&mut self, ticket: TicketId) -> Result<Vec<CommentRow>, StoreError> {
        self.query_as(LIST, &[&ticket], CommentRow::read).await
    }

    /// The comments with these ids, in no particular order; unknown ids are left out.
    pub async fn comments_by_ids(&mut self, ids: &[CommentId]) -> Result<Vec<CommentRow>, StoreError> {
        let sql = concat!("SELECT ", columns!(), " FROM comment WHERE tenant_id = $1 AND id IN ");
        let rows = self.query_by_ids(sql, ids).await?;
        rows.into_iter().map(CommentRow::read).collect()
    }

    /// Runs `sql` + a list of ids, a few hundred at a time.
    pub(crate) async fn query_by_ids<T: ToValue>(
        &mut self,
        sql: &'static str,
        ids: &[T],
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(200) {
            let mut values = self.scoped(&[])?;
            values.extend(chunk.iter().map(ToValue::to_value));
            let list = crate::dialect::placeholders(2, chunk.len());
            rows.extend(self.query_once(&format!("{sql}({list})"), values).await?);
        }
        Ok(rows)
    }
}
