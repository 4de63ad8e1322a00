//! Learns from confirmed answers, measures itself on the latest ones, and waits to be promoted.

use ai::classify::{Classifier, Example, TrainOptions, train};
use ai::measure::{Judged, classification};
use domain::access::Action;
use domain::event::EventKind;
use domain::id::ModelId;
use domain::job::Job;
use domain::problem::Problem;
use serde_json::{Value, json};
use store::{ModelRow, ModelState, TicketRow};

use super::predict;
use crate::configuration::{AiPolicy, Published};
use crate::error::{Error, Result};
use crate::tickets::row;
use crate::{Ctx, Engine, Work};

/// Fewer labelled tickets teach nothing worth showing.
pub(super) const MIN_EXAMPLES: usize = 40;
/// More are not needed and would only take time.
const MAX_EXAMPLES: u32 = 50_000;

/// What a training run came to.
#[derive(Debug, Clone)]
pub struct Trained {
    pub model: ModelId,
    pub target: String,
    pub number: i64,
    pub metrics: Value,
    /// It was put into use at once, because nothing was in use before.
    pub promoted: bool,
}

/// Trains the model of `form.field`. The latest 15 % of the tickets by time are held out to measure it, beside the
/// model in use; the model that is kept has then seen all of them.
///
/// # Errors
/// `model.not_enough_data`, `access.denied`.
#[tracing::instrument(name = "model.train", skip_all, fields(target))]
pub async fn retrain(engine: &Engine, ctx: &Ctx, target: &str) -> Result<Trained> {
    ctx.require(Action::ModelManage)?;
    let name = target.to_owned();
    let lesson = engine.read(ctx, move |work| Box::pin(async move { work.lesson(&name).await })).await?;
    if lesson.examples.len() < MIN_EXAMPLES {
        let problem = Problem::new("", "model.not_enough_data");
        let problem = problem.with("needed", MIN_EXAMPLES).with("found", lesson.examples.len());
        return Err(Error::Refused(problem));
    }
    let Lesson { examples, active } = lesson;
    let count = examples.len();
    let learned = tokio::task::spawn_blocking(move || learn(&examples, active.as_deref())).await;
    let (bytes, metrics) = learned.map_err(|_| Error::refused("server.internal"))??;
    let target = target.to_owned();
    engine.tx(ctx, move |work| Box::pin(async move { work.keep_model(target, count, bytes, metrics).await })).await
}

/// Enqueues the training of one target, or of every target of every policy.
///
/// # Errors
/// `access.denied`, `request.invalid_value` for a target that no policy names.
pub async fn request_retrain(engine: &Engine, ctx: &Ctx, target: Option<String>) -> Result<()> {
    ctx.require(Action::ModelManage)?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let policies: Vec<_> = work.configuration.ai.values().cloned().collect();
                let all = policies.iter().flat_map(|policy| {
                    let definition = &policy.compiled.definition;
                    definition.targets.keys().map(move |field| format!("{}.{field}", definition.form))
                });
                let wanted: Vec<String> = all.filter(|name| target.as_ref().is_none_or(|one| one == name)).collect();
                if wanted.is_empty() {
                    let problem = Problem::new("/target", "request.invalid_value");
                    return Err(Error::Invalid(vec![problem.with("reason", "no policy names this target")]));
                }
                for target in wanted {
                    let dedup = format!("retrain:{target}");
                    work.enqueue(&Job::Retrain { target }, work.now(), Some(dedup)).await?;
                }
                Ok(())
            })
        })
        .await
}

struct Lesson {
    /// Oldest first.
    examples: Vec<Example>,
    /// The bytes of the model in use, for comparison.
    active: Option<Vec<u8>>,
}

impl Work<'_> {
    async fn lesson(&mut self, target: &str) -> Result<Lesson> {
        let (form, field) = split(target)?;
        let policy = self.configuration.ai_for(form).cloned().ok_or(Error::NotFound)?;
        let mut tickets = self.tx.ticket_training_rows(form, field, MAX_EXAMPLES).await?;
        tickets.sort_by_key(|ticket| ticket.created_at);
        let examples = tickets.iter().filter_map(|ticket| self.example(&policy, field, ticket)).collect();
        let active = match self.tx.model_active("classify", target).await? {
            Some(model) => Some(self.tx.model_content(model.id).await?),
            None => None,
        };
        Ok(Lesson { examples, active })
    }

    fn example(&self, policy: &Published<AiPolicy>, field: &str, ticket: &TicketRow) -> Option<Example> {
        let label = match field {
            "team" => self.configuration.teams.get(&ticket.team_id?)?.key.clone(),
            _ => match row::get(ticket, field) {
                Value::String(text) if !text.is_empty() => text,
                Value::Number(number) => number.to_string(),
                _ => return None,
            },
        };
        Some(Example { document: predict::document(&policy.compiled, ticket), label })
    }

    async fn keep_model(&mut self, target: String, count: usize, bytes: Vec<u8>, metrics: Value) -> Result<Trained> {
        let in_use = self.tx.model_active("classify", &target).await?;
        let number = self.tx.model_next_number("classify", &target).await?;
        let model = ModelRow {
            id: self.ctx.id(ModelId::new),
            task: "classify".to_owned(),
            target: target.clone(),
            number,
            state: ModelState::Candidate,
            metrics: metrics.clone(),
            trained_on: json!({ "examples": count }),
            created_at: self.now(),
        };
        self.tx.model_insert(&model, &bytes).await?;
        let data = json!({"target": target, "number": number, "examples": count, "metrics": metrics});
        self.record(EventKind::ModelTrained, None, Some(model.id.to_string()), data);
        let promoted = in_use.is_none();
        if promoted {
            self.tx.model_promote(&model).await?;
            let data = json!({"target": target, "number": number, "before": null});
            self.record(EventKind::ModelPromoted, None, Some(model.id.to_string()), data);
        }
        Ok(Trained { model: model.id, target, number, metrics, promoted })
    }
}

fn split(target: &str) -> Result<(&str, &str)> {
    target.split_once('.').ok_or_else(|| {
        let problem = Problem::new("/target", "request.invalid_value");
        Error::Invalid(vec![problem.with("reason", "a target is written form.field")])
    })
}

/// The bytes of the model that saw everything, and what one that did not see the latest would have got right.
fn learn(examples: &[Example], active: Option<&[u8]>) -> Result<(Vec<u8>, Value)> {
    let refused = |error: ai::classify::TrainError| {
        let problem = Problem::new("", "request.invalid_value").with("reason", error.to_string());
        Error::Refused(problem)
    };
    let options = TrainOptions::default();
    let held_from = examples.len() - examples.len() * 15 / 100;
    let (past, latest) = examples.split_at(held_from);
    let trial = train(past, &options).map_err(refused)?;
    let mut metrics = json!({"held_out": measure(&trial, latest), "n": latest.len()});
    if let Some(active) = active.and_then(|bytes| Classifier::from_bytes(bytes).ok()) {
        metrics["in_use"] = measure(&active, latest);
    }
    let mut classes = std::collections::BTreeMap::<&str, u32>::new();
    for example in examples {
        *classes.entry(&example.label).or_default() += 1;
    }
    metrics["classes"] = json!(classes);
    let model = train(examples, &options).map_err(refused)?;
    Ok((model.to_bytes(), metrics))
}

fn measure(model: &Classifier, examples: &[Example]) -> Value {
    let judged: Vec<Judged> = examples
        .iter()
        .map(|example| {
            let found = model.predict(&example.document);
            Judged {
                truth: example.label.clone(),
                label: found.label,
                probability: found.probability,
                unknown: found.unknown,
            }
        })
        .collect();
    json!(classification(&judged, "oos"))
}
