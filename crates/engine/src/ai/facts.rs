//! Facts in a ticket's text: device, place, phone, time, symptom, with where they stand.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ai::classify::Document;
use ai::extract::{Entity, Extractor, ListEntry, Moment};
use domain::autonomy::Verdict;
use moka::sync::Cache;
use serde_json::{Value, json};
use store::TicketRow;

use super::suggest::Proposal;
use crate::Work;
use crate::configuration::{AiPolicy, Published};
use crate::error::Result;
use crate::tickets::row;

/// Extractors by policy version. Their lists of assets and places may lag behind the records by this long.
const LISTS_LIVE: Duration = Duration::from_secs(60);
/// Lists of records that policies can name, with their forms.
const LISTS: [(&str, &str); 3] = [("assets", "asset"), ("places", "place"), ("parts", "part")];

/// Prepared extractors.
#[derive(Clone)]
pub(crate) struct ExtractorCache(Cache<String, Arc<Extractor>>);

impl Default for ExtractorCache {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(256).time_to_live(LISTS_LIVE).build())
    }
}

/// Proposals for fields that are still empty, out of what stands in the text.
pub(super) async fn proposals(
    work: &mut Work<'_>,
    policy: &Published<AiPolicy>,
    ticket: &TicketRow,
    document: &Document,
) -> Result<Vec<Proposal>> {
    let Some(extractor) = extractor(work, policy).await? else { return Ok(Vec::new()) };
    let text = super::predict::whole_text(document);
    let moment = Moment { now_ms: work.now().millis(), offset_minutes: work.env().offset_minutes };
    let mut found: Vec<Proposal> = Vec::new();
    for fact in extractor.extract(&text, &moment) {
        let Some(field) = policy.compiled.definition.fill.get(&fact.entity) else { continue };
        let is_taken = found.iter().any(|proposal| proposal.field == *field);
        if !is_taken && !fact.ambiguous && is_blank(&row::get(ticket, field)) {
            found.push(proposal(field, &fact));
        }
    }
    Ok(found)
}

fn proposal(field: &str, fact: &Entity) -> Proposal {
    Proposal {
        field: field.to_owned(),
        value: fact.value.clone().into(),
        confidence: fact.confidence,
        reasons: json!([{"text": fact.text, "start": fact.start, "end": fact.end, "weight": 1.0}]),
        model: None,
        verdict: Verdict::Show,
    }
}

async fn extractor(work: &mut Work<'_>, policy: &Published<AiPolicy>) -> Result<Option<Arc<Extractor>>> {
    let Some(rules) = &policy.compiled.extract else { return Ok(None) };
    let slot = format!("{}:{}:{}", work.ctx.tenant(), policy.key, policy.version);
    if let Some(known) = work.engine.extractors.0.get(&slot) {
        return Ok(Some(known));
    }
    let mut lists = HashMap::new();
    for (list, form) in LISTS {
        let titles = work.tx.record_names(form).await?;
        let entry = |(id, key, title): (domain::id::RecordId, Option<String>, String)| ListEntry {
            value: id.to_string(),
            names: key.into_iter().chain([title]).collect(),
        };
        lists.insert(list.to_owned(), titles.into_iter().map(entry).collect());
    }
    let Ok(extractor) = Extractor::new(rules, &lists) else { return Ok(None) };
    let extractor = Arc::new(extractor);
    work.engine.extractors.0.insert(slot, Arc::clone(&extractor));
    Ok(Some(extractor))
}

fn is_blank(value: &Value) -> bool {
    matches!(value, Value::Null) || value.as_str().is_some_and(str::is_empty)
}
