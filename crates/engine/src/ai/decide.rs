//! A person decides on a proposal: accept, correct, reject. Every decision is training data.

use domain::access::Action;
use domain::event::EventKind;
use domain::id::SuggestionId;
use serde_json::{Map, Value, json};
use store::{SuggestionRow, SuggestionState};

use crate::error::{Error, Result};
use crate::tickets::sight;
use crate::{Ctx, Engine, Work};

#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    Accept,
    /// The right value.
    Correct(Value),
    Reject,
}

#[derive(Debug, Clone)]
pub struct DecideSuggestion {
    pub suggestion: SuggestionId,
    pub version: Option<i64>,
    pub decision: Decision,
}

/// # Errors
/// `suggestion.decided`, `request.stale`, or what the ticket's fields refuse.
#[tracing::instrument(name = "suggestion.decide", skip_all, fields(suggestion.id = %command.suggestion))]
pub async fn decide(engine: &Engine, ctx: &Ctx, command: DecideSuggestion) -> Result<SuggestionRow> {
    engine.tx(ctx, move |work| Box::pin(async move { work.suggestion_decide(command).await })).await
}

impl Work<'_> {
    async fn suggestion_decide(&mut self, command: DecideSuggestion) -> Result<SuggestionRow> {
        let mut row = self.tx.suggestion_by_id(command.suggestion).await?.ok_or(Error::NotFound)?;
        let mut ticket = sight::find(self, row.ticket_id, Action::SuggestionDecide).await?;
        if !matches!(row.state, SuggestionState::Open | SuggestionState::Applied) {
            return Err(Error::refused("suggestion.decided"));
        }
        if command.version.is_some_and(|version| version != row.version) {
            return Err(Error::Stale);
        }
        let (state, value) = match command.decision {
            Decision::Accept => (SuggestionState::Accepted, Some(row.value.clone())),
            Decision::Correct(Value::Null) => return Err(Error::invalid("/value", "suggestion.value_required")),
            Decision::Correct(value) => (SuggestionState::Corrected, Some(value)),
            Decision::Reject => (SuggestionState::Rejected, None),
        };
        if let Some(value) = &value {
            let form = self.engine.form_version(self.tx, &ticket.form, ticket.form_version).await?;
            sight::refuse_unwritable(self.ctx.access(), &form.form, std::iter::once(row.field.as_str()), "")?;
            let fields: Map<String, Value> = [(row.field.clone(), value.clone())].into_iter().collect();
            self.ticket_change(&mut ticket, fields).await?;
        }
        row.state = state;
        row.decided_by = self.ctx.actor().user_id();
        row.decided_at = Some(self.now());
        row.decided_value.clone_from(&value);
        self.tx.suggestion_update(&row).await?;
        row.version += 1;
        let data = json!({
            "suggestion": row.id, "field": row.field, "proposed": row.value, "confidence": row.confidence,
            "decision": row.state.as_str(), "value": value, "model": row.model_id,
        });
        self.record(EventKind::SuggestionDecided, Some(row.ticket_id), Some(row.id.to_string()), data);
        Ok(row)
    }
}
