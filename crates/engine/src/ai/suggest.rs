//! Reads a new ticket and writes proposals: category, priority, team, and the facts found in its text.

use std::sync::Arc;

use ai::classify::{Document, Part, Reason};
use domain::actor::Actor;
use domain::autonomy::Verdict;
use domain::event::EventKind;
use domain::id::{SuggestionId, TicketId};
use serde_json::{Map, Value, json};
use store::{SuggestionRow, SuggestionState, TicketRow};

use super::facts;
use super::predict::{self, Active};
use crate::configuration::{AiPolicy, Published};
use crate::error::Result;
use crate::tickets::row;
use crate::{Ctx, Engine, Work};

/// Words shown as reasons.
const REASONS: usize = 5;

/// The job behind a new ticket. Running it twice changes nothing: a field that has a proposal gets no second one.
///
/// # Errors
/// Only what trying again can help.
pub async fn suggest(engine: &Engine, ctx: &Ctx, ticket: TicketId) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let Some(mut row) = work.tx.ticket_by_id(ticket).await? else { return Ok(()) };
                if row.status.is_active() {
                    work.propose_all(&mut row).await?;
                }
                Ok(())
            })
        })
        .await
}

/// The same, at once, for a flow; answers what was proposed by field, and the lowest confidence.
pub(crate) async fn suggest_now(work: &mut Work<'_>, ticket: &mut TicketRow) -> Result<Value> {
    work.propose_all(ticket).await?;
    let rows = work.tx.suggestion_list(ticket.id).await?;
    let mut result = Map::new();
    let mut confidence = 1.0_f64;
    for row in rows.iter().filter(|row| row.state != SuggestionState::Rejected) {
        result.insert(row.field.clone(), row.decided_value.clone().unwrap_or_else(|| row.value.clone()));
        confidence = confidence.min(row.confidence);
    }
    result.insert("confidence".to_owned(), json!(confidence));
    Ok(Value::Object(result))
}

/// One proposal before it is kept.
pub(super) struct Proposal {
    pub(super) field: String,
    pub(super) value: Value,
    pub(super) confidence: f64,
    pub(super) reasons: Value,
    pub(super) model: Option<domain::id::ModelId>,
    pub(super) verdict: Verdict,
}

impl Work<'_> {
    async fn propose_all(&mut self, ticket: &mut TicketRow) -> Result<()> {
        let Some(policy) = self.configuration.ai_for(&ticket.form).cloned() else { return Ok(()) };
        let known = self.tx.suggestion_list(ticket.id).await?;
        let document = predict::document(&policy.compiled, ticket);
        let mut proposals = self.classified(&policy, &document).await?;
        proposals.extend(facts::proposals(self, &policy, ticket, &document).await?);
        proposals.retain(|proposal| !known.iter().any(|row| row.field == proposal.field));
        for proposal in proposals {
            self.keep_proposal(ticket, proposal).await?;
        }
        Ok(())
    }

    async fn classified(&mut self, policy: &Arc<Published<AiPolicy>>, document: &Document) -> Result<Vec<Proposal>> {
        let mut proposals = Vec::new();
        for (field, limits) in &policy.compiled.definition.targets {
            let Some(active) = predict::active(self, policy, field).await? else { continue };
            let found = active.suggester.predict(document);
            let verdict = limits.verdict(&found.label, found.probability, found.unknown);
            if verdict == Verdict::Drop || (found.unknown && active.model.is_none()) {
                continue;
            }
            let Some(value) = predict::value_of(self, field, &found.label) else { continue };
            proposals.push(Proposal {
                field: field.clone(),
                value,
                confidence: found.probability,
                reasons: reasons(&active, document),
                model: active.model.as_ref().map(|model| model.id),
                verdict,
            });
        }
        Ok(proposals)
    }

    async fn keep_proposal(&mut self, ticket: &mut TicketRow, proposal: Proposal) -> Result<()> {
        let state = match proposal.verdict {
            Verdict::Apply => SuggestionState::Applied,
            Verdict::Keep => SuggestionState::Silent,
            Verdict::Show | Verdict::Drop => SuggestionState::Open,
        };
        let same = row::get(ticket, &proposal.field) == proposal.value;
        let row = SuggestionRow {
            id: self.ctx.id(SuggestionId::new),
            ticket_id: ticket.id,
            field: proposal.field.clone(),
            value: proposal.value.clone(),
            confidence: proposal.confidence,
            reasons: proposal.reasons,
            model_id: proposal.model,
            state,
            decided_by: None,
            decided_at: None,
            decided_value: None,
            created_at: self.now(),
            version: 1,
        };
        self.tx.suggestion_insert(&row).await?;
        let name = proposal.model.map(|id| id.to_string()).unwrap_or_default();
        let mut acting = self.acting(Actor::model(&name, "AI"));
        let data = json!({
            "suggestion": row.id, "field": row.field, "value": row.value, "confidence": row.confidence,
            "state": row.state.as_str(), "model": row.model_id,
        });
        acting.record(EventKind::SuggestionMade, Some(ticket.id), Some(row.id.to_string()), data);
        if state == SuggestionState::Applied && !same {
            let fields: Map<String, Value> = [(proposal.field, proposal.value)].into_iter().collect();
            acting.ticket_change(ticket, fields).await?;
        }
        Ok(())
    }
}

/// Reasons with their place in title and text joined by a line break, as the page shows them.
fn reasons(active: &Active, document: &Document) -> Value {
    let shift = if document.text.is_empty() { 0 } else { document.title.chars().count() + 1 };
    let place = |reason: &Reason| match reason.part {
        Part::Title => Some(0),
        Part::Text => Some(shift),
        Part::Field(_) => None,
    };
    let shown = active.suggester.explain(document, REASONS);
    let shown = shown.iter().filter_map(|reason| {
        let shift = place(reason)?;
        Some(json!({
            "text": reason.text, "start": reason.start + shift, "end": reason.end + shift, "weight": reason.weight,
        }))
    });
    Value::Array(shown.collect())
}
