//! From documents to things that run, kind by kind; the only place that knows how each kind is checked.

use std::collections::HashMap;
use std::sync::Arc;

use domain::access::RoleDefinition;
use domain::autonomy::AiDefinition;
use domain::calendar::{Calendar, CalendarDefinition};
use domain::definition::Kind;
use domain::flow::{self, Flow, FlowDefinition};
use domain::form::{Form, FormDefinition};
use domain::message::MessageDefinition;
use domain::problem::Problem;
use domain::rule::RuleDefinition;
use domain::sla::{Policy, SlaDefinition};
use domain::view::ViewDefinition;
use lang::{Checked, Condition, Types};
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::{DefinitionVersionRow, OrgRow, TeamRow};

use super::{AiPolicy, Catalogue, Conditional, Configuration, Published};
use crate::error::{Error, Result};
use crate::tickets::all_types;

/// Compiles everything that is active. What does not compile any more is left out and logged.
pub(super) fn configuration(
    revision: i64,
    definitions: Vec<DefinitionVersionRow>,
    orgs: Vec<OrgRow>,
    teams: Vec<TeamRow>,
) -> Configuration {
    let paths: HashMap<String, String> = orgs.iter().map(|org| (org.id.to_string(), org.path.clone())).collect();
    let mut configuration = Configuration {
        revision,
        forms: Catalogue::new(),
        flows: Catalogue::new(),
        sla: domain::sla::Policies::new(),
        calendars: domain::sla::Calendars::new(),
        rules: Catalogue::new(),
        roles: Catalogue::new(),
        views: Catalogue::new(),
        messages: Catalogue::new(),
        ai: Catalogue::new(),
        indexed: std::collections::BTreeSet::new(),
        orgs: orgs.into_iter().map(|org| (org.id, org)).collect(),
        teams: teams.into_iter().map(|team| (team.id, team)).collect(),
        org_paths: Arc::new(paths),
    };
    let mut definitions = definitions;
    definitions.sort_by_key(|row| order(row.kind));
    for row in definitions {
        if let Err(error) = add(&mut configuration, &row) {
            let key = format!("{}/{}", row.kind.as_str(), row.key);
            tracing::error!(definition.key = %key, error = ?error, "A published definition does not compile");
        }
    }
    configuration
}

/// Kinds in an order that lets each refer to those before it.
const fn order(kind: Kind) -> u8 {
    match kind {
        Kind::Calendar => 0,
        Kind::Form => 1,
        Kind::Role | Kind::Template => 2,
        Kind::Sla | Kind::Flow => 3,
        Kind::Rule | Kind::View | Kind::Ai => 4,
    }
}

fn add(to: &mut Configuration, row: &DefinitionVersionRow) -> Result<(), Vec<Problem>> {
    let key = row.key.clone();
    match row.kind {
        Kind::Calendar => {
            let calendar = Calendar::compile(&read::<CalendarDefinition>(&row.document)?)?;
            to.calendars.insert(key, Arc::new(calendar));
        }
        Kind::Form => {
            let form = compile_form(&row.document)?;
            if form.definition().ticket.is_some() {
                to.indexed.extend(form.filterable().map(|(field, _)| field.to_owned()));
            }
            to.forms.insert(key, published(row, form));
        }
        Kind::Role => {
            to.roles.insert(key, published(row, Arc::new(read::<RoleDefinition>(&row.document)?)));
        }
        Kind::Template => {
            to.messages.insert(key, published(row, read::<MessageDefinition>(&row.document)?));
        }
        Kind::Sla => {
            let definition: SlaDefinition = read(&row.document)?;
            let policy = Policy::compile(&definition, row.version, &all_types(to), &to.calendars)?;
            to.sla.insert(policy.id.clone(), Arc::new(policy));
        }
        Kind::Flow => {
            let flow = compile_flow(&row.document, &to.forms)?;
            to.flows.insert(key, published(row, flow));
        }
        Kind::Rule => {
            let definition: RuleDefinition = read(&row.document)?;
            let types = all_types(to).with_old_row();
            let condition = optional(definition.when.as_ref(), &types, "/when")?;
            to.rules.insert(key, published(row, Conditional { definition, condition }));
        }
        Kind::View => {
            let definition: ViewDefinition = read(&row.document)?;
            let condition = optional(definition.condition.as_ref(), &all_types(to), "/where")?;
            to.views.insert(key, published(row, Conditional { definition, condition }));
        }
        Kind::Ai => {
            to.ai.insert(key, published(row, compile_ai(&row.document)?));
        }
    }
    Ok(())
}

fn published<T>(row: &DefinitionVersionRow, compiled: T) -> Arc<Published<T>> {
    let document = Arc::new(row.document.clone());
    Arc::new(Published { key: row.key.clone(), version: row.version, document, compiled })
}

/// Everything that is wrong with a document of a kind, within the configuration around it.
pub fn check_document(kind: Kind, document: &Value, around: &Configuration) -> Vec<Problem> {
    let found = match kind {
        Kind::Calendar => read::<CalendarDefinition>(document).map(|calendar| calendar.check()),
        Kind::Form => FormDefinition::parse(document).map(|form| check_form(form, around)),
        Kind::Role => read::<RoleDefinition>(document).map(|role| check_role(&role)),
        Kind::Template => read::<MessageDefinition>(document).map(|message| message.check()),
        Kind::Sla => read::<SlaDefinition>(document).map(|sla| sla.check(&all_types(around), &around.calendars)),
        Kind::Flow => read::<FlowDefinition>(document).map(|definition| check_flow(&definition, around)),
        Kind::Rule => read::<RuleDefinition>(document).map(|rule| check_rule(&rule, around)),
        Kind::View => read::<ViewDefinition>(document).map(|view| {
            let mut problems = view.check();
            problems.extend(optional(view.condition.as_ref(), &all_types(around), "/where").err().unwrap_or_default());
            problems
        }),
        Kind::Ai => read::<AiDefinition>(document).map(|policy| check_ai(&policy, document, around)),
    };
    found.unwrap_or_else(|problems| problems)
}

/// The form itself, and its reference filters against the forms they lead to.
fn check_form(definition: FormDefinition, around: &Configuration) -> Vec<Problem> {
    let mut problems = domain::form::check(&definition);
    // A form may come before its flow, which in turn names the form; so a flow that is not there yet is a warning.
    let flow = definition.ticket.as_ref().and_then(|section| section.flow.as_deref());
    if let Some(key) = flow.filter(|key| !around.flows.contains_key(*key)) {
        let problem = Problem::new("/ticket/flow", "definition.reference").with("kind", "flow").with("key", key);
        problems.push(problem.warning());
    }
    let own = definition.key.clone();
    let Ok(form) = domain::form::compile(definition) else { return problems };
    let filters = form.filtered_references().filter_map(|(path, to)| {
        let other = around.forms.get(to).filter(|_| to != own).map(|other| other.compiled.types());
        match other.or((to == own).then(|| form.types())) {
            Some(types) => form.filter(&path, types).err(),
            None => {
                let problem = Problem::new("/fields", "definition.reference").with("kind", "form");
                Some(vec![problem.with("key", to)])
            }
        }
    });
    problems.iter().cloned().chain(filters.flatten()).collect()
}

fn check_role(role: &RoleDefinition) -> Vec<Problem> {
    let mut problems = role.check();
    let types = domain::ticket::system_types();
    for (action, condition) in &role.scope {
        let pointer = format!("/scope/{action}");
        problems.extend(optional(Some(condition), &types, &pointer).err().unwrap_or_default());
    }
    problems
}

fn check_flow(definition: &FlowDefinition, around: &Configuration) -> Vec<Problem> {
    match flow_types(definition, &around.forms) {
        Ok(types) => flow::check(definition, &types),
        Err(problems) => problems,
    }
}

fn check_rule(rule: &RuleDefinition, around: &Configuration) -> Vec<Problem> {
    let mut problems = rule.check();
    let types = all_types(around).with_old_row();
    problems.extend(optional(rule.when.as_ref(), &types, "/when").err().unwrap_or_default());
    for (index, act) in rule.then.iter().enumerate() {
        match act {
            domain::rule::Act::Set(fields) => {
                let missing = fields.keys().filter(|field| types.get(field).is_none());
                problems.extend(missing.map(|field| {
                    Problem::new(format!("/then/{index}/set/{field}"), "form.unknown_field")
                        .with("field", field.as_str())
                }));
            }
            domain::rule::Act::Notify(notify) if !around.messages.contains_key(&notify.template) => {
                let problem = Problem::new(format!("/then/{index}/notify/template"), "definition.reference");
                problems.push(problem.with("kind", "template").with("key", notify.template.as_str()));
            }
            domain::rule::Act::Notify(_) | domain::rule::Act::Note(_) => {}
        }
    }
    problems
}

fn check_ai(policy: &AiDefinition, document: &Value, around: &Configuration) -> Vec<Problem> {
    let mut problems = policy.check();
    if !around.forms.contains_key(&policy.form) {
        let problem = Problem::new("/form", "definition.reference").with("kind", "form");
        problems.push(problem.with("key", policy.form.as_str()));
    }
    problems.extend(compile_ai(document).err().unwrap_or_default());
    problems
}

pub(super) fn form(document: &Value) -> Result<Form> {
    compile_form(document).map_err(Error::Invalid)
}

pub(super) fn flow(document: &Value, forms: &Catalogue<Form>) -> Result<Flow> {
    compile_flow(document, forms).map_err(Error::Invalid)
}

/// A policy as of one version, over today's calendars: a holiday announced since counts for old tickets, too.
pub(super) fn policy(document: &Value, version: i64, around: &Configuration) -> Result<Policy> {
    let definition: SlaDefinition = read(document).map_err(Error::Invalid)?;
    Policy::compile(&definition, version, &all_types(around), &around.calendars).map_err(Error::Invalid)
}

fn compile_form(document: &Value) -> Result<Form, Vec<Problem>> {
    Form::from_document(document)
}

fn compile_flow(document: &Value, forms: &Catalogue<Form>) -> Result<Flow, Vec<Problem>> {
    let definition: FlowDefinition = read(document)?;
    let types = flow_types(&definition, forms)?;
    flow::compile(&definition, &types)
}

/// The fields a flow may name: those of its form and those every ticket has.
fn flow_types(definition: &FlowDefinition, forms: &Catalogue<Form>) -> Result<Types, Vec<Problem>> {
    let Some(key) = &definition.form else { return Ok(domain::ticket::system_types()) };
    match forms.get(key) {
        Some(form) => Ok(form.compiled.types().clone()),
        None => {
            let problem = Problem::new("/form", "definition.reference").with("kind", "form");
            Err(vec![problem.with("key", key.as_str())])
        }
    }
}

fn compile_ai(document: &Value) -> Result<AiPolicy, Vec<Problem>> {
    let definition: AiDefinition = read(document)?;
    let malformed =
        |pointer: &str, reason: String| vec![Problem::new(pointer, "definition.malformed").with("reason", reason)];
    let extract = match &definition.extract {
        Value::Null => None,
        policy => {
            let policy = serde_json::from_value(policy.clone());
            let policy: ai::extract::ExtractPolicy =
                policy.map_err(|error| malformed("/extract", error.to_string()))?;
            let probe = ai::extract::Extractor::new(&policy, &HashMap::new());
            probe.map_err(|error| malformed("/extract", error.to_string()))?;
            Some(policy)
        }
    };
    let dispatch: domain::dispatch::DispatchPolicy = match &definition.dispatch {
        Value::Null => domain::dispatch::DispatchPolicy::default(),
        policy => {
            let policy = serde_json::from_value(policy.clone());
            policy.map_err(|error| malformed("/dispatch", error.to_string()))?
        }
    };
    let problems = dispatch.check("/dispatch");
    if problems.is_empty() { Ok(AiPolicy { definition, extract, dispatch }) } else { Err(problems) }
}

/// A Condition document, read and checked.
///
/// # Errors
/// What is wrong with it, with pointers into the document.
pub fn condition(document: &Value, types: &Types) -> Result<Checked> {
    checked(document, types).map_err(Error::Invalid)
}

fn optional(document: Option<&Value>, types: &Types, pointer: &str) -> Result<Option<Checked>, Vec<Problem>> {
    let Some(document) = document else { return Ok(None) };
    let found = checked(document, types).map_err(|problems| crate::tickets::fields::under(pointer, problems));
    found.map(Some)
}

fn checked(document: &Value, types: &Types) -> Result<Checked, Vec<Problem>> {
    let condition = Condition::parse(document).map_err(|problem| vec![Problem::from(problem)])?;
    condition.check(types).map_err(|problems| problems.into_iter().map(Problem::from).collect())
}

/// Reads a document into its type, naming the member that does not fit.
fn read<T: DeserializeOwned>(document: &Value) -> Result<T, Vec<Problem>> {
    serde_path_to_error::deserialize(document).map_err(|error| {
        let pointer: String = error
            .path()
            .iter()
            .filter_map(|part| match part {
                serde_path_to_error::Segment::Seq { index } => Some(format!("/{index}")),
                serde_path_to_error::Segment::Map { key } => Some(format!("/{key}")),
                _ => None,
            })
            .collect();
        vec![Problem::new(pointer, "definition.malformed").with("reason", error.inner().to_string())]
    })
}
