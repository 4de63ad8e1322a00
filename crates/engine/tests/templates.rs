//! Every template folder holds together: each document passes the checks that publishing makes, what refers to
//! something finds it, and the saved tests of each flow take the way they expect.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use domain::access::RoleDefinition;
use domain::autonomy::AiDefinition;
use domain::calendar::{Calendar, CalendarDefinition};
use domain::flow::def::{FieldRight, FlowTest, Who};
use domain::flow::{Act, Acting, Effect, Flow, FlowDefinition, Input, InstanceState, Message, StepContext, TaskKind};
use domain::flow::{TaskSpec, TaskWanted};
use domain::form::{Form, FormDefinition};
use domain::id::UserId;
use domain::message::MessageDefinition;
use domain::problem::{Problem, Severity};
use domain::rule::{Act as RuleAct, RuleDefinition};
use domain::sla::{Calendars, SlaDefinition};
use domain::time::Timestamp;
use domain::view::ViewDefinition;
use lang::{Condition, Types};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A template as its documents, by folder and key.
struct Template {
    name: String,
    documents: BTreeMap<String, BTreeMap<String, Value>>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates")
}

fn json_files(folder: &Path) -> Vec<(String, Value)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let files = entries.map(|entry| entry.expect("an entry").path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    files
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a file that can be read");
            let document = serde_json::from_str(&text);
            let document = document.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, document)
        })
        .collect()
}

fn templates() -> Vec<Template> {
    let entries = std::fs::read_dir(root()).expect("the templates");
    let folders = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir());
    let mut found: Vec<_> = folders
        .map(|folder| {
            let kinds = std::fs::read_dir(&folder).expect("a template").flatten().map(|entry| entry.path());
            let documents = kinds.filter(|path| path.is_dir()).map(|path| {
                let kind = path.file_name().expect("a name").to_string_lossy().into_owned();
                (kind, json_files(&path).into_iter().collect())
            });
            Template {
                name: folder.file_name().expect("a name").to_string_lossy().into_owned(),
                documents: documents.collect(),
            }
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(found.len() >= 2, "the templates are gone");
    found
}

impl Template {
    fn all<T: DeserializeOwned>(&self, folder: &str) -> BTreeMap<String, T> {
        let documents = self.documents.get(folder).into_iter().flatten();
        let read = documents.map(|(key, document)| {
            let read = serde_json::from_value(document.clone());
            (key.clone(), read.unwrap_or_else(|error| panic!("{}/{folder}/{key}: {error}", self.name)))
        });
        read.collect()
    }

    fn forms(&self) -> BTreeMap<String, Form> {
        let forms = self.all::<FormDefinition>("forms").into_iter();
        let compiled = forms.map(|(key, form)| {
            let compiled = domain::form::compile(form);
            (key.clone(), compiled.unwrap_or_else(|problems| panic!("{}/forms/{key}: {problems:#?}", self.name)))
        });
        compiled.collect()
    }

    fn calendars(&self) -> Calendars {
        let mut calendars = Calendars::new();
        for (key, definition) in self.all::<CalendarDefinition>("calendars") {
            let calendar = Calendar::compile(&definition).unwrap_or_else(|problems| panic!("{key}: {problems:#?}"));
            calendars.insert(key, std::sync::Arc::new(calendar));
        }
        calendars
    }

    /// What conditions over tickets may name: the fields of every ticket and of the template's own types.
    fn ticket_types(&self) -> Types {
        let mut types = domain::ticket::system_types();
        for form in self.forms().values().filter(|form| form.definition().ticket.is_some()) {
            for (path, kind) in form.types().iter() {
                if types.get(path).is_none() {
                    types.insert(path, kind.clone());
                }
            }
        }
        types
    }

    fn keys(&self, folder: &str) -> BTreeSet<String> {
        self.documents.get(folder).map(|documents| documents.keys().cloned().collect()).unwrap_or_default()
    }

    fn teams(&self) -> BTreeSet<String> {
        let teams = self.documents["sample"]["organisation"]["teams"].as_array().cloned().unwrap_or_default();
        teams.iter().filter_map(|team| team["key"].as_str().map(str::to_owned)).collect()
    }

    fn sound(&self, what: &str, problems: Vec<Problem>) {
        let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{}/{what}: {errors:#?}", self.name);
    }

    fn condition(&self, what: &str, document: Option<&Value>, types: &Types) {
        let Some(document) = document else { return };
        let condition =
            Condition::parse(document).unwrap_or_else(|problem| panic!("{}/{what}: {problem:?}", self.name));
        let checked = condition.check(types);
        assert!(checked.is_ok(), "{}/{what}: {:?}", self.name, checked.err());
    }
}

#[test]
fn forms_calendars_and_service_levels_are_sound() {
    for template in templates() {
        for (key, form) in template.all::<FormDefinition>("forms") {
            template.sound(&format!("forms/{key}"), domain::form::check(&form));
            let flow = form.ticket.as_ref().and_then(|ticket| ticket.flow.clone());
            assert!(flow.is_none_or(|flow| template.keys("flows").contains(&flow)), "{key} names no flow");
        }
        let calendars = template.calendars();
        let types = template.ticket_types();
        let messages = template.keys("messages");
        for (key, sla) in template.all::<SlaDefinition>("sla") {
            template.sound(&format!("sla/{key}"), sla.check(&types, &calendars));
            let steps = sla.targets.iter().flat_map(|target| &target.steps);
            for name in steps.filter_map(|step| step.template.as_ref()) {
                assert!(messages.contains(name), "sla/{key} names no message {name}");
            }
            assert!(sla.forms.iter().all(|form| template.keys("forms").contains(form)), "sla/{key}");
        }
    }
}

#[test]
fn roles_views_rules_and_messages_are_sound() {
    for template in templates() {
        let types = template.ticket_types();
        let (roles, messages) = (template.keys("roles"), template.keys("messages"));
        for (key, role) in template.all::<RoleDefinition>("roles") {
            template.sound(&format!("roles/{key}"), role.check());
            for (action, scope) in &role.scope {
                // A role may hold for tickets of any type, so its scope names system fields alone.
                template.condition(&format!("roles/{key}/{action}"), Some(scope), &domain::ticket::system_types());
                assert!(role.actions.contains(action), "roles/{key} limits `{action}` and does not allow it");
            }
        }
        for (key, view) in template.all::<ViewDefinition>("views") {
            template.sound(&format!("views/{key}"), view.check());
            template.condition(&format!("views/{key}"), view.condition.as_ref(), &types);
            assert!(view.columns.iter().all(|column| types.get(column).is_some()), "views/{key}: {:?}", view.columns);
            assert!(view.audience.iter().all(|role| roles.contains(role)), "views/{key}: {:?}", view.audience);
        }
        for (key, rule) in template.all::<RuleDefinition>("rules") {
            template.sound(&format!("rules/{key}"), rule.check());
            template.condition(&format!("rules/{key}"), rule.when.as_ref(), &types.clone().with_old_row());
            for act in &rule.then {
                match act {
                    RuleAct::Set(fields) => {
                        assert!(fields.keys().all(|field| types.get(field).is_some()), "rules/{key}: {fields:?}");
                    }
                    RuleAct::Notify(notify) => assert!(messages.contains(&notify.template), "rules/{key}"),
                    RuleAct::Note(text) => assert!(!text.get("en").is_empty(), "rules/{key}"),
                }
            }
        }
        for (key, message) in template.all::<MessageDefinition>("messages") {
            template.sound(&format!("messages/{key}"), message.check());
        }
    }
}

#[test]
fn the_models_know_every_category_from_the_first_day() {
    for template in templates() {
        let forms = template.forms();
        for (key, policy) in template.all::<AiDefinition>("ai") {
            template.sound(&format!("ai/{key}"), policy.check());
            let form = forms.get(&policy.form).unwrap_or_else(|| panic!("ai/{key} names no form"));
            let options = |field: &str| {
                let fields = &form.definition().fields;
                let field = fields.iter().find(|own| own.id == field);
                let document = serde_json::to_value(field.and_then(|field| field.options.clone()));
                let list = document.ok().and_then(|list| list.as_array().cloned()).unwrap_or_default();
                let values = list.iter().filter_map(|option| option["value"].as_str().map(str::to_owned));
                values.collect::<BTreeSet<_>>()
            };
            let known: BTreeSet<_> = policy.keywords["category"].keys().cloned().collect();
            assert_eq!(known, options("category"), "ai/{key}");
            let types = form.types();
            let fields = policy.fill.values().chain(&policy.text).chain(policy.targets.keys());
            for field in fields {
                assert!(types.get(field).is_some(), "ai/{key} names no field {field}");
            }
            let teams = template.teams();
            let named = policy.keywords.get("team").into_iter().flatten();
            assert!(named.map(|(team, _)| team).all(|team| teams.contains(team)), "ai/{key}");
            let extract: ai::extract::ExtractPolicy =
                serde_json::from_value(policy.extract.clone()).expect("an extraction policy");
            let found: BTreeSet<_> = extract.entities.iter().map(|rule| &rule.entity).collect();
            assert!(policy.fill.keys().all(|entity| found.contains(entity)), "ai/{key}: {:?}", policy.fill);
            let extractor = ai::extract::Extractor::new(&extract, &std::collections::HashMap::new());
            assert!(extractor.is_ok(), "ai/{key}: {:?}", extractor.err());
            if !policy.dispatch.is_null() {
                let dispatch: domain::dispatch::DispatchPolicy =
                    serde_json::from_value(policy.dispatch.clone()).expect("a dispatch policy");
                template.sound(&format!("ai/{key}"), dispatch.check("/dispatch"));
            }
        }
    }
}

#[test]
fn both_templates_can_be_installed_side_by_side() {
    let mut seen: BTreeMap<(String, String), (String, Value)> = BTreeMap::new();
    let mut logins = BTreeSet::new();
    for template in templates() {
        for (folder, documents) in template.documents.iter().filter(|(folder, _)| *folder != "sample") {
            for (key, document) in documents {
                let place = (folder.clone(), key.clone());
                let (other, before) = seen.entry(place).or_insert_with(|| (template.name.clone(), document.clone()));
                assert_eq!(before, document, "{folder}/{key} differs between {other} and {}", template.name);
            }
        }
        for person in template.documents["sample"]["organisation"]["people"].as_array().into_iter().flatten() {
            let login = person["login"].as_str().expect("a login").to_owned();
            assert!(logins.insert(login.clone()), "{login} is somebody else already");
            assert!(person.get("password").is_none(), "{login} has a password");
        }
    }
}

#[test]
fn the_sample_refers_to_what_is_there() {
    for template in templates() {
        let sample = &template.documents["sample"];
        let organisation: engine::samples::Organisation =
            serde_json::from_value(sample["organisation"].clone()).expect("an organisation");
        let orgs: BTreeSet<_> = organisation.orgs.iter().map(|org| org.key.as_str()).collect();
        let logins: BTreeSet<_> = organisation.people.iter().map(|person| person.login.as_str()).collect();
        let (teams, roles, calendars) = (template.teams(), template.keys("roles"), template.keys("calendars"));
        for org in &organisation.orgs {
            assert!(org.parent.as_deref().is_none_or(|parent| orgs.contains(parent)), "{org:?}");
            assert!(org.head.as_deref().is_none_or(|head| logins.contains(head)), "{org:?}");
        }
        for team in &organisation.teams {
            assert!(orgs.contains(team.org.as_str()), "{team:?}");
            assert!(team.lead.as_deref().is_none_or(|lead| logins.contains(lead)), "{team:?}");
        }
        for person in &organisation.people {
            assert!(orgs.contains(person.org.as_str()), "{person:?}");
            assert!(person.teams.iter().all(|team| teams.contains(team)), "{person:?}");
            assert!(person.roles.iter().all(|grant| roles.contains(&grant.role)), "{person:?}");
            assert!(person.manager.as_deref().is_none_or(|login| logins.contains(login)), "{person:?}");
            let engineer = person.engineer.as_ref();
            assert!(engineer.is_none_or(|engineer| calendars.contains(&engineer.calendar)), "{person:?}");
        }
        let engineers = organisation.people.iter().filter(|person| person.engineer.is_some()).count();
        let assets = sample["assets"].as_array().map(Vec::len);
        assert_eq!((engineers, assets), (12, Some(60)), "{}", template.name);
        records_fit(&template);
    }
}

/// Sample records have the fields of their forms, and only those; references are codes.
fn records_fit(template: &Template) {
    let forms = template.all::<FormDefinition>("forms");
    let sample = &template.documents["sample"];
    let places: BTreeSet<_> = codes(&sample["places"]);
    for (file, form) in [("places", "place"), ("assets", "asset"), ("parts", "part"), ("knowledge", "knowledge")] {
        let fields: BTreeSet<_> = forms[form].fields.iter().map(|field| field.id.as_str()).collect();
        for record in sample[file].as_array().into_iter().flatten() {
            let own = record.as_object().expect("an object");
            let unknown: Vec<_> = own.keys().filter(|key| !fields.contains(key.as_str())).collect();
            assert!(unknown.is_empty(), "{}/sample/{file}: {unknown:?}", template.name);
            if let Some(place) = own.get("place").and_then(Value::as_str) {
                assert!(places.contains(place), "{}/sample/{file}: {place}", template.name);
            }
        }
    }
}

fn codes(list: &Value) -> BTreeSet<&str> {
    list.as_array().into_iter().flatten().filter_map(|record| record["code"].as_str()).collect()
}

#[test]
fn flows_take_the_ways_their_tests_expect() {
    for template in templates() {
        let forms = template.forms();
        for (key, definition) in template.all::<FlowDefinition>("flows") {
            let form = definition.form.as_ref().and_then(|form| forms.get(form));
            let types = form.map_or_else(domain::ticket::system_types, |form| form.types().clone());
            template.sound(&format!("flows/{key}"), domain::flow::check(&definition, &types));
            people_exist(&template, &key, &definition);
            let flow = domain::flow::compile(&definition, &types)
                .unwrap_or_else(|problems| panic!("{}/flows/{key}: {problems:#?}", template.name));
            assert!(!definition.tests.is_empty(), "{}/flows/{key} has no tests", template.name);
            for test in &definition.tests {
                play(&flow, &key, test);
            }
        }
    }
}

fn people_exist(template: &Template, key: &str, definition: &FlowDefinition) {
    let (teams, roles, messages) = (template.teams(), template.keys("roles"), template.keys("messages"));
    for node in &definition.nodes {
        for who in &node.who {
            let known = match who {
                Who::Pool { group, .. } => teams.contains(group),
                Who::Role { role, .. } => roles.contains(role),
                _ => true,
            };
            assert!(known, "{}/flows/{key}/{}: {who:?}", template.name, node.id);
        }
        let message = node.template.as_ref();
        assert!(message.is_none_or(|name| messages.contains(name)), "{}/flows/{key}/{}", template.name, node.id);
        for field in node.due.iter().filter_map(|due| due.calendar.as_ref()) {
            assert!(template.keys("calendars").contains(field), "{}/flows/{key}/{}", template.name, node.id);
        }
    }
}

/// Plays a flow to its end with people who always agree, and compares the way it took.
fn play(flow: &Flow, key: &str, test: &FlowTest) {
    let mut player = Player {
        flow,
        label: format!("{key}, {}", test.name),
        row: Value::Object(test.given.clone()),
        state: InstanceState::default(),
        inputs: vec![Input::Start { by: Some(REQUESTER), vars: Map::new(), picks: BTreeMap::new(), at: None }],
        result: None,
    };
    while let Some(input) = player.next_input() {
        player.step(input);
    }
    let visited: BTreeSet<_> = player.state.visits.keys().cloned().collect();
    let expected = &test.expect;
    for node in &expected.visits {
        assert!(visited.contains(node), "{}: did not visit {node}, only {visited:?}", player.label);
    }
    for node in &expected.not {
        assert!(!visited.contains(node), "{}: visited {node}", player.label);
    }
    if expected.result.is_some() {
        assert_eq!(player.result, expected.result, "{}: {visited:?}", player.label);
    }
}

const REQUESTER: UserId = UserId::from_u128(7);

struct Player<'a> {
    flow: &'a Flow,
    label: String,
    row: Value,
    state: InstanceState,
    inputs: Vec<Input>,
    result: Option<String>,
}

impl Player<'_> {
    /// What happens next; when everything waits, the requester confirms. `None` at the end.
    fn next_input(&mut self) -> Option<Input> {
        if let Some(input) = self.inputs.pop() {
            return Some(input);
        }
        let message = Message { name: "customer_confirmed".to_owned(), ..Message::default() };
        (self.state.life == domain::flow::Life::Running).then_some(Input::Message(message))
    }

    fn step(&mut self, input: Input) {
        let env = lang::Env::default();
        let now = Timestamp::from_millis(1_780_000_000_000);
        let context = StepContext { now, row: &self.row, env: &env };
        let stepped = domain::flow::step(self.flow, self.state.clone(), input, &context);
        let stepped = stepped.unwrap_or_else(|refused| panic!("{}: {refused:?}", self.label));
        self.state = stepped.state;
        for effect in stepped.effects {
            self.answer(effect);
        }
    }

    /// What the world answers to an effect.
    fn answer(&mut self, effect: Effect) {
        match effect {
            Effect::ResolvePeople { ask, who, .. } => {
                // Each resolver finds somebody else.
                let people = (0..who.len()).map(|index| vec![UserId::from_u128(100 + index as u128)]);
                self.inputs.push(Input::PeopleResolved { ask, people: people.collect() });
            }
            Effect::OpenTask { task, spec } => {
                for (field, right) in &spec.fields {
                    if *right == FieldRight::Required && self.row[field.as_str()].is_null() {
                        self.row[field.as_str()] = "filled in".into();
                    }
                }
                self.inputs.push(act_on(task, &spec));
            }
            Effect::RunAction { token, run, .. } => {
                self.inputs.push(Input::ActionDone { token, run, result: serde_json::json!({}) });
            }
            Effect::Ended { result, .. } => self.result = result,
            Effect::Incident { node, code, note, .. } => {
                panic!("{}: an incident at {node}: {code} {note}", self.label)
            }
            _ => {}
        }
    }
}

fn act_on(task: u32, spec: &TaskSpec) -> Input {
    let who = spec.people.first().copied().unwrap_or(REQUESTER);
    let groups = spec.pools.iter().map(|pool| pool.group.clone()).collect();
    let act = match spec.kind {
        TaskKind::Approve => Act::Approve,
        _ => Act::Complete { outcome: None, vars: Map::new() },
    };
    let actor = Acting { groups, admin: true, ..Acting::person(who) };
    Input::TaskActed(TaskWanted { task, actor, act, comment: None })
}
