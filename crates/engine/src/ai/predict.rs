//! The active model of a target, loaded once.

use std::collections::HashMap;
use std::sync::Arc;

use ai::classify::{ClassRules, Classifier, ClassifierPolicy, Document, Suggester};
use moka::sync::Cache;
use serde_json::Value;
use store::{ModelRow, TicketRow};

use crate::Work;
use crate::configuration::{AiPolicy, Published};
use crate::error::Result;
use crate::tickets::row;

/// What answers for a target, by policy version and model: neither changes, so it is kept while there is room.
#[derive(Clone)]
pub struct ModelCache(Cache<String, Arc<Active>>);

impl Default for ModelCache {
    fn default() -> Self {
        Self(Cache::new(256))
    }
}

/// Keywords and the model in use, ready to answer.
pub(super) struct Active {
    /// Absent while only keywords answer.
    pub(super) model: Option<ModelRow>,
    pub(super) suggester: Suggester,
}

/// What answers for `field`; `None` when there are neither keywords nor a model.
pub(super) async fn active(
    work: &mut Work<'_>,
    policy: &Published<AiPolicy>,
    field: &str,
) -> Result<Option<Arc<Active>>> {
    let target = format!("{}.{field}", policy.compiled.definition.form);
    let model = work.tx.model_active("classify", &target).await?;
    let number = model.as_ref().map_or(0, |model| model.number);
    let slot = format!("{}:{}:{}:{target}:{number}", work.ctx.tenant(), policy.key, policy.version);
    if let Some(known) = work.engine.models.0.get(&slot) {
        return Ok(Some(known));
    }
    let classifier = match &model {
        Some(model) => Classifier::from_bytes(&work.tx.model_content(model.id).await?).ok(),
        None => None,
    };
    let keywords = policy.compiled.definition.keywords.get(field);
    let classes = keywords.into_iter().flatten().map(|(label, words)| ClassRules {
        label: label.clone(),
        keywords: words.clone(),
        examples: Vec::new(),
    });
    let rules = ClassifierPolicy { classes: classes.collect(), strength: 1.5, history: 30 };
    if rules.classes.is_empty() && classifier.is_none() {
        return Ok(None);
    }
    let sizes = model.as_ref().and_then(|model| model.metrics.get("classes")).and_then(Value::as_object);
    let sizes: HashMap<&str, u32> = sizes
        .into_iter()
        .flatten()
        .map(|(label, count)| (label.as_str(), count.as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0)))
        .collect();
    let Ok(suggester) = Suggester::with_model(&rules, classifier, &sizes) else { return Ok(None) };
    let fresh = Arc::new(Active { model: model.clone(), suggester });
    work.engine.models.0.insert(slot, Arc::clone(&fresh));
    Ok(Some(fresh))
}

/// What the models read of a ticket: its title and the texts that the policy names.
pub(super) fn document(policy: &AiPolicy, ticket: &TicketRow) -> Document {
    let texts = policy.definition.text.iter().filter(|field| *field != "title");
    let found: Vec<String> = texts
        .filter_map(|field| row::get(ticket, field).as_str().map(str::to_owned))
        .filter(|text| !text.is_empty())
        .collect();
    Document { title: ticket.title.clone(), text: found.join("\n"), fields: Vec::new() }
}

/// The text in which reasons and found facts are counted: title, line break, the rest.
pub(super) fn whole_text(document: &Document) -> String {
    if document.text.is_empty() { document.title.clone() } else { format!("{}\n{}", document.title, document.text) }
}

/// A label as the value of the field it is for: teams are learned by key and kept by id, priorities are numbers.
pub(super) fn value_of(work: &Work<'_>, field: &str, label: &str) -> Option<Value> {
    match field {
        "team" => work.configuration.team_by_key(label).map(|team| team.id.to_string().into()),
        "priority" => label.parse::<i64>().ok().map(Value::from),
        _ => Some(label.into()),
    }
}
