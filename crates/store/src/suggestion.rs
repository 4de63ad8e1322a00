//! What models propose, what became of it, and the models themselves.

use domain::id::{ModelId, SuggestionId, TicketId, UserId};
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::{StoreError, require_one};
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, ToValue};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuggestionState {
    Open,
    Accepted,
    /// Decided with another value.
    Corrected,
    Rejected,
    /// Put in place by policy, without a person.
    Applied,
    /// Kept for measuring, shown to nobody.
    Silent,
    /// A newer one took its place.
    Superseded,
}

impl SuggestionState {
    pub const ALL: [Self; 7] =
        [Self::Open, Self::Accepted, Self::Corrected, Self::Rejected, Self::Applied, Self::Silent, Self::Superseded];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Corrected => "corrected",
            Self::Rejected => "rejected",
            Self::Applied => "applied",
            Self::Silent => "silent",
            Self::Superseded => "superseded",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct SuggestionRow {
    pub id: SuggestionId,
    pub ticket_id: TicketId,
    pub field: String,
    pub value: Value,
    pub confidence: f64,
    pub reasons: Value,
    pub model_id: Option<ModelId>,
    pub state: SuggestionState,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Timestamp>,
    pub decided_value: Option<Value>,
    pub created_at: Timestamp,
    pub version: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelState {
    Candidate,
    Active,
    Retired,
}

impl ModelState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Candidate, Self::Active, Self::Retired].into_iter().find(|state| state.as_str() == text)
    }
}

/// A trained model, without its content.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRow {
    pub id: ModelId,
    pub task: String,
    pub target: String,
    /// Grows with each training of the target.
    pub number: i64,
    pub state: ModelState,
    pub metrics: Value,
    pub trained_on: Value,
    pub created_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, ticket_id, field, value, confidence, reasons, model_id, state, decided_by, decided_at, decided_value, \
         created_at, version"
    };
}

macro_rules! model {
    () => {
        "id, task, target, number, state, metrics, trained_on, created_at"
    };
}

statements! {
    BY_ID = "SELECT ", columns!(), " FROM suggestion WHERE tenant_id = $1 AND id = $2";
    LIST = "SELECT ", columns!(), " FROM suggestion WHERE tenant_id = $1 AND ticket_id = $2 AND state <> 'superseded' \
            ORDER BY created_at, id";
    INSERT = "INSERT INTO suggestion (tenant_id, ", columns!(), ") \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    UPDATE = "UPDATE suggestion SET state = $3, decided_by = $4, decided_at = $5, decided_value = $6, \
              version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $7";
    SUPERSEDE = "UPDATE suggestion SET state = 'superseded', version = version + 1 \
                 WHERE tenant_id = $1 AND ticket_id = $2 AND field = $3 AND state = 'open'";
    DECIDED = "SELECT ", columns!(), " FROM suggestion WHERE tenant_id = $1 AND field = $2 AND decided_at > $3 \
               ORDER BY decided_at, id LIMIT $4";
    MODEL_LIST = "SELECT ", model!(), " FROM model WHERE tenant_id = $1 ORDER BY task, target, number DESC";
    MODEL_BY_ID = "SELECT ", model!(), " FROM model WHERE tenant_id = $1 AND id = $2";
    MODEL_ACTIVE = "SELECT ", model!(), " FROM model WHERE tenant_id = $1 AND task = $2 AND target = $3 AND state = 'active'";
    MODEL_CONTENT = "SELECT content FROM model WHERE tenant_id = $1 AND id = $2";
    MODEL_NUMBER = "SELECT COALESCE(MAX(number), CAST(0 AS BIGINT)) + 1 FROM model \
                    WHERE tenant_id = $1 AND task = $2 AND target = $3";
    MODEL_INSERT = "INSERT INTO model (tenant_id, ", model!(), ", content) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    MODEL_RETIRE = "UPDATE model SET state = 'retired' WHERE tenant_id = $1 AND task = $2 AND target = $3 AND state = 'active'";
    MODEL_PROMOTE = "UPDATE model SET state = 'active' WHERE tenant_id = $1 AND id = $2";
}

impl SuggestionRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            ticket_id: row.take()?,
            field: row.take()?,
            value: row.take()?,
            confidence: row.take()?,
            reasons: row.take()?,
            model_id: row.take()?,
            state: row.take_word(SuggestionState::parse)?,
            decided_by: row.take()?,
            decided_at: row.take()?,
            decided_value: row.take()?,
            created_at: row.take()?,
            version: row.take()?,
        })
    }
}

impl ModelRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            task: row.take()?,
            target: row.take()?,
            number: row.take()?,
            state: row.take_word(ModelState::parse)?,
            metrics: row.take()?,
            trained_on: row.take()?,
            created_at: row.take()?,
        })
    }
}

impl Tx {
    pub async fn suggestion_by_id(&mut self, id: SuggestionId) -> Result<Option<SuggestionRow>, StoreError> {
        self.query_opt_as(BY_ID, &[&id], SuggestionRow::read).await
    }

    /// A ticket's suggestions, oldest first, without those that a newer one replaced.
    pub async fn suggestion_list(&mut self, ticket: TicketId) -> Result<Vec<SuggestionRow>, StoreError> {
        self.query_as(LIST, &[&ticket], SuggestionRow::read).await
    }

    /// Adds a suggestion; open ones for the same field give way.
    pub async fn suggestion_insert(&mut self, row: &SuggestionRow) -> Result<(), StoreError> {
        self.exec_later(SUPERSEDE, &[&row.ticket_id, &row.field]).await?;
        let args: [&dyn ToValue; 13] = [
            &row.id,
            &row.ticket_id,
            &row.field,
            &row.value,
            &row.confidence,
            &row.reasons,
            &row.model_id,
            &row.state.as_str(),
            &row.decided_by,
            &row.decided_at,
            &row.decided_value,
            &row.created_at,
            &row.version,
        ];
        self.exec_later(INSERT, &args).await
    }

    /// Writes a decision, against the version that was read.
    pub async fn suggestion_update(&mut self, row: &SuggestionRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 6] =
            [&row.id, &row.state.as_str(), &row.decided_by, &row.decided_at, &row.decided_value, &row.version];
        require_one(self.exec(UPDATE, &args).await?)
    }

    /// Decisions about a field after an instant, oldest first: what models learn from.
    pub async fn suggestion_list_decided(
        &mut self,
        field: &str,
        after: Timestamp,
        limit: u32,
    ) -> Result<Vec<SuggestionRow>, StoreError> {
        self.query_as(DECIDED, &[&field, &after, &i64::from(limit)], SuggestionRow::read).await
    }

    pub async fn model_list(&mut self) -> Result<Vec<ModelRow>, StoreError> {
        self.query_as(MODEL_LIST, &[], ModelRow::read).await
    }

    pub async fn model_by_id(&mut self, id: ModelId) -> Result<Option<ModelRow>, StoreError> {
        self.query_opt_as(MODEL_BY_ID, &[&id], ModelRow::read).await
    }

    pub async fn model_active(&mut self, task: &str, target: &str) -> Result<Option<ModelRow>, StoreError> {
        self.query_opt_as(MODEL_ACTIVE, &[&task, &target], ModelRow::read).await
    }

    pub async fn model_content(&mut self, id: ModelId) -> Result<Vec<u8>, StoreError> {
        self.query_value(MODEL_CONTENT, &[&id]).await
    }

    /// The number of the next model of a target.
    pub async fn model_next_number(&mut self, task: &str, target: &str) -> Result<i64, StoreError> {
        self.query_value(MODEL_NUMBER, &[&task, &target]).await
    }

    /// Adds a candidate or retired model; [`Tx::model_promote`] makes it active.
    pub async fn model_insert(&mut self, row: &ModelRow, content: &[u8]) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 9] = [
            &row.id,
            &row.task,
            &row.target,
            &row.number,
            &row.state.as_str(),
            &row.metrics,
            &row.trained_on,
            &row.created_at,
            &content,
        ];
        self.exec(MODEL_INSERT, &args).await?;
        Ok(())
    }

    /// Makes a model the active one of its target; the former one retires. Rolling back is promoting an older one.
    pub async fn model_promote(&mut self, row: &ModelRow) -> Result<(), StoreError> {
        self.exec(MODEL_RETIRE, &[&row.task, &row.target]).await?;
        match self.exec(MODEL_PROMOTE, &[&row.id]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }
}
