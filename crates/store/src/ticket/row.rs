//! One ticket's row and its filterable values.

use domain::id::{OrgId, RecordId, TeamId, TicketId, UserId};
use domain::ticket::Status;
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::{StoreError, require_one};
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{JsonList, Row, ToValue, Value as Column};

#[derive(Debug, Clone, PartialEq)]
pub struct TicketRow {
    pub id: TicketId,
    /// Unique in the tenant; for people, never a key.
    pub number: String,
    /// Key of the form, which is the ticket's type.
    pub form: String,
    pub form_version: i64,
    pub title: String,
    pub status: Status,
    /// Where the flow stands, in its own words.
    pub stage: Option<String>,
    pub priority: i64,
    pub category: Option<String>,
    pub owner_id: Option<UserId>,
    pub team_id: Option<TeamId>,
    pub requester_id: Option<UserId>,
    pub org_id: Option<OrgId>,
    pub place_id: Option<RecordId>,
    pub asset_id: Option<RecordId>,
    /// Values of the form's own fields.
    pub data: Value,
    pub tags: Vec<String>,
    /// The nearest promise.
    pub due_at: Option<Timestamp>,
    pub sla_state: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub first_response_at: Option<Timestamp>,
    pub solved_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub rating: Option<i64>,
    /// How it came in: web, api, import, chat.
    pub source: String,
    pub version: i64,
}

/// A value of a filterable field: text or number, as conditions compare it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldValue {
    pub field: String,
    pub text: Option<String>,
    pub number: Option<i64>,
}

/// The columns of [`TicketRow::values`], in that order.
macro_rules! ticket_columns {
    ($t:literal) => {
        concat!(
            $t,
            "id, ",
            $t,
            "number, ",
            $t,
            "form, ",
            $t,
            "created_at, ",
            $t,
            "source, ",
            $t,
            "form_version, ",
            $t,
            "title, ",
            $t,
            "status, ",
            $t,
            "stage, ",
            $t,
            "priority, ",
            $t,
            "category, ",
            $t,
            "owner_id, ",
            $t,
            "team_id, ",
            $t,
            "requester_id, ",
            $t,
            "org_id, ",
            $t,
            "place_id, ",
            $t,
            "asset_id, ",
            $t,
            "data, ",
            $t,
            "tags, ",
            $t,
            "due_at, ",
            $t,
            "sla_state, ",
            $t,
            "updated_at, ",
            $t,
            "first_response_at, ",
            $t,
            "solved_at, ",
            $t,
            "closed_at, ",
            $t,
            "rating, ",
            $t,
            "version"
        )
    };
}
pub(crate) use ticket_columns;

statements! {
    BY_ID = "SELECT ", ticket_columns!(""), " FROM ticket WHERE tenant_id = $1 AND id = $2";
    ID_BY_NUMBER = "SELECT id FROM ticket WHERE tenant_id = $1 AND number = $2";
    INSERT = "INSERT INTO ticket (tenant_id, ", ticket_columns!(""), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
              $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)";
    UPDATE = "UPDATE ticket SET form_version = $3, title = $4, status = $5, stage = $6, priority = $7, \
              category = $8, owner_id = $9, team_id = $10, requester_id = $11, org_id = $12, place_id = $13, \
              asset_id = $14, data = $15, tags = $16, due_at = $17, sla_state = $18, updated_at = $19, \
              first_response_at = $20, solved_at = $21, closed_at = $22, rating = $23, version = version + 1 \
              WHERE tenant_id = $1 AND id = $2 AND version = $24";
    FIELDS_DELETE = "DELETE FROM ticket_field WHERE tenant_id = $1 AND ticket_id = $2";
    FIELD_INSERT = "INSERT INTO ticket_field (tenant_id, ticket_id, field, item, text_value, number_value) \
                    VALUES ($1, $2, $3, $4, $5, $6)";
    FIELD_VALUES = "SELECT field, text_value, number_value FROM ticket_field WHERE tenant_id = $1 AND ticket_id = $2 \
                    ORDER BY field, item";
}

impl ToValue for Status {
    fn to_value(&self) -> Column {
        self.as_str().to_value()
    }
}

impl TicketRow {
    pub(crate) fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            number: row.take()?,
            form: row.take()?,
            created_at: row.take()?,
            source: row.take()?,
            form_version: row.take()?,
            title: row.take()?,
            status: row.take_word(Status::parse)?,
            stage: row.take()?,
            priority: row.take()?,
            category: row.take()?,
            owner_id: row.take()?,
            team_id: row.take()?,
            requester_id: row.take()?,
            org_id: row.take()?,
            place_id: row.take()?,
            asset_id: row.take()?,
            data: row.take()?,
            tags: row.take::<JsonList>()?.0,
            due_at: row.take()?,
            sla_state: row.take()?,
            updated_at: row.take()?,
            first_response_at: row.take()?,
            solved_at: row.take()?,
            closed_at: row.take()?,
            rating: row.take()?,
            version: row.take()?,
        })
    }

    /// Every column's value: first what never changes, then what [`UPDATE`] writes, last the version.
    fn values(&self) -> [&dyn ToValue; 27] {
        [
            &self.id,
            &self.number,
            &self.form,
            &self.created_at,
            &self.source,
            &self.form_version,
            &self.title,
            &self.status,
            &self.stage,
            &self.priority,
            &self.category,
            &self.owner_id,
            &self.team_id,
            &self.requester_id,
            &self.org_id,
            &self.place_id,
            &self.asset_id,
            &self.data,
            &self.tags,
            &self.due_at,
            &self.sla_state,
            &self.updated_at,
            &self.first_response_at,
            &self.solved_at,
            &self.closed_at,
            &self.rating,
            &self.version,
        ]
    }
}

impl Tx {
    pub async fn ticket_by_id(&mut self, id: TicketId) -> Result<Option<TicketRow>, StoreError> {
        self.query_opt_as(BY_ID, &[&id], TicketRow::read).await
    }

    pub async fn ticket_id_by_number(&mut self, number: &str) -> Result<Option<TicketId>, StoreError> {
        self.query_opt_as(ID_BY_NUMBER, &[&number], |mut row| row.take()).await
    }

    pub async fn ticket_insert(&mut self, row: &TicketRow) -> Result<(), StoreError> {
        self.exec_later(INSERT, &row.values()).await
    }

    /// Writes what may change, against the version that was read. The row's version grows by one.
    pub async fn ticket_update(&mut self, row: &TicketRow) -> Result<(), StoreError> {
        let [id, _number, _form, _created_at, _source, changing @ ..] = row.values();
        let args: Vec<&dyn ToValue> = std::iter::once(id).chain(changing).collect();
        require_one(self.exec(UPDATE, &args).await?)
    }

    /// Replaces the filterable values of a ticket.
    pub async fn ticket_fields_replace(&mut self, id: TicketId, values: &[FieldValue]) -> Result<(), StoreError> {
        let mut batch = vec![(FIELDS_DELETE, self.scoped(&[&id])?)];
        for (item, value) in (0i64..).zip(values) {
            let args: [&dyn ToValue; 5] = [&id, &value.field, &item, &value.text, &value.number];
            batch.push((FIELD_INSERT, self.scoped(&args)?));
        }
        self.exec_all(batch).await
    }

    pub async fn ticket_field_list(&mut self, id: TicketId) -> Result<Vec<FieldValue>, StoreError> {
        let read = |mut row: Row| Ok(FieldValue { field: row.take()?, text: row.take()?, number: row.take()? });
        self.query_as(FIELD_VALUES, &[&id], read).await
    }
}
