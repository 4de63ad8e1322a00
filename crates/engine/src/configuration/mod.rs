//! Everything a tenant has configured, compiled once and shared until it changes.
//!
//! A tenant has a configuration revision. Each transaction reads that one number; when it is the number of the
//! snapshot at hand, the snapshot is right. Publishing, and changes of units and teams, raise it in their own
//! transaction. Several nodes need nothing else.

mod compile;
mod version;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use domain::access::{Access, Grant, RoleDefinition};
use domain::autonomy::AiDefinition;
use domain::definition::Kind;
use domain::dispatch::DispatchPolicy;
use domain::flow::Flow;
use domain::form::Form;
use domain::id::{OrgId, TeamId};
use domain::message::MessageDefinition;
use domain::rule::RuleDefinition;
use domain::sla::{Calendars, Policies};
use domain::text::Text;
use domain::time::Timestamp;
use domain::view::ViewDefinition;
use lang::Checked;
use serde_json::Value;
use store::{OrgRow, TeamRow, Tx};

pub use compile::{check_document, condition};
pub use version::{FlowVersion, FormVersion};

use crate::error::{Error, Result};
use crate::{Ctx, Engine};

/// A compiled definition with the version it came from.
#[derive(Debug)]
pub struct Published<T> {
    pub key: String,
    pub version: i64,
    pub document: Arc<Value>,
    pub compiled: T,
}

/// A document with its Condition, checked.
#[derive(Debug)]
pub struct Conditional<T> {
    pub definition: T,
    pub condition: Option<Checked>,
}

type Catalogue<T> = BTreeMap<String, Arc<Published<T>>>;

/// A tenant's active definitions and its organisation.
pub struct Configuration {
    pub revision: i64,
    pub forms: Catalogue<Form>,
    pub flows: Catalogue<Flow>,
    /// The active version of each; a ticket may have been matched with an older one.
    pub sla: Policies,
    pub calendars: Calendars,
    pub rules: Catalogue<Conditional<RuleDefinition>>,
    pub roles: Catalogue<Arc<RoleDefinition>>,
    pub views: Catalogue<Conditional<ViewDefinition>>,
    pub messages: Catalogue<MessageDefinition>,
    pub ai: Catalogue<AiPolicy>,
    /// Form fields that the side table holds for every form that has them.
    pub indexed: BTreeSet<String>,
    pub orgs: BTreeMap<OrgId, OrgRow>,
    pub teams: BTreeMap<TeamId, TeamRow>,
    org_paths: Arc<HashMap<String, String>>,
}

/// The `ai` document of a ticket type, with its parts read.
#[derive(Debug)]
pub struct AiPolicy {
    pub definition: AiDefinition,
    pub extract: Option<ai::extract::ExtractPolicy>,
    pub dispatch: DispatchPolicy,
}

impl Configuration {
    /// The form of a ticket type.
    ///
    /// # Errors
    /// `ticket.no_such_type` when no published form of that key describes tickets.
    pub fn ticket_type(&self, key: &str) -> Result<&Arc<Published<Form>>> {
        let form = self.forms.get(key).filter(|form| form.compiled.definition().ticket.is_some());
        form.ok_or_else(|| {
            let problem = domain::problem::Problem::new("/type", "ticket.no_such_type");
            Error::Invalid(vec![problem.with("type", key)])
        })
    }

    /// The flow that a new ticket of this form starts, if it names one.
    pub fn flow_of(&self, form: &Published<Form>) -> Option<&Arc<Published<Flow>>> {
        let section = form.compiled.definition().ticket.as_ref()?;
        self.flows.get(section.flow.as_ref()?)
    }

    /// What the models may do for a ticket type.
    pub fn ai_for(&self, form: &str) -> Option<&Arc<Published<AiPolicy>>> {
        self.ai.values().find(|policy| policy.compiled.definition.form == form)
    }

    pub fn team_by_key(&self, key: &str) -> Option<&TeamRow> {
        self.teams.values().find(|team| team.key == key)
    }

    pub fn org_name(&self, id: OrgId) -> Option<&str> {
        self.orgs.get(&id).map(|org| org.name.as_str())
    }

    /// What a Condition may know about the caller of `ctx`.
    pub fn env(&self, ctx: &Ctx) -> lang::Env {
        self.env_for(ctx.access(), ctx.actor().user_id().map(|id| id.to_string()), ctx.now())
    }

    pub fn env_for(&self, access: &Access, actor: Option<String>, now: Timestamp) -> lang::Env {
        let own = access.org.and_then(|id| self.orgs.get(&id));
        let below = own.map(|own| {
            let below = self.orgs.values().filter(|org| org.path.starts_with(&own.path));
            below.map(|org| org.id.to_string()).collect()
        });
        lang::Env {
            now_ms: now.millis(),
            offset_minutes: offset_minutes(now),
            me: access.user.map(|id| id.to_string()).or_else(|| actor.clone()),
            actor,
            org: access.org.map(|id| id.to_string()),
            orgs_below: below.unwrap_or_default(),
            roles: access.role_keys().into_iter().map(str::to_owned).collect(),
            org_paths: Arc::clone(&self.org_paths),
        }
    }

    /// The grants behind `[{"role": key, "org": id|null}]`; roles that no longer exist give nothing.
    pub fn grants(&self, held: &Value) -> Vec<Grant> {
        let held = held.as_array().into_iter().flatten();
        held.filter_map(|entry| {
            let key = entry.get("role").or(Some(entry)).and_then(Value::as_str)?;
            let org = entry.get("org").and_then(Value::as_str).and_then(|id| id.parse().ok());
            Some(Grant { role: Arc::clone(&self.roles.get(key)?.compiled), org })
        })
        .collect()
    }

    /// The words for an option of a choice field.
    pub fn option_label(form: &Form, field: &str, value: &str) -> Option<Text> {
        form.option_label(field, value)
    }
}

/// Minutes that the product's zone is ahead of UTC. Tenants are Chinese unless their settings say otherwise.
fn offset_minutes(now: Timestamp) -> i32 {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap_or(jiff::tz::TimeZone::UTC);
    zone.to_offset(now.to_jiff()).seconds() / 60
}

impl Engine {
    /// The tenant's configuration as of this transaction.
    ///
    /// # Errors
    /// When it cannot be read; a definition that no longer compiles is left out and logged, so that one broken
    /// document never stops a tenant.
    pub async fn configuration(&self, tx: &mut Tx) -> Result<Arc<Configuration>> {
        let revision = tx.configuration_revision().await?;
        if let Some(known) = self.configurations.get(&tx.tenant()).filter(|known| known.revision == revision) {
            return Ok(known);
        }
        let fresh = self.configuration_uncached(tx).await?;
        self.configurations.insert(tx.tenant(), Arc::clone(&fresh));
        Ok(fresh)
    }

    /// The configuration as this transaction sees it, its own unfinished changes included; those may still be rolled
    /// back, so it is not kept.
    pub(crate) async fn configuration_uncached(&self, tx: &mut Tx) -> Result<Arc<Configuration>> {
        let revision = tx.configuration_revision().await?;
        let definitions = tx.definition_list_active().await?;
        let orgs = tx.org_list().await?;
        let teams = tx.team_list().await?;
        Ok(Arc::new(compile::configuration(revision, definitions, orgs, teams)))
    }
}

/// Names a definition in a refusal.
pub(crate) fn unknown(kind: Kind, key: &str) -> Error {
    let problem = domain::problem::Problem::new("", "definition.unknown");
    Error::Refused(problem.with("kind", kind.as_str()).with("key", key))
}
