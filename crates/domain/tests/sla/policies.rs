//! The policies of the replay tests, and facts in short form.

use std::sync::Arc;

use domain::sla::{Calendars, Fact, FactKind, Policies, Policy, PolicyId, SlaDefinition};
use domain::ticket::{Status, system_types};
use domain::time::Timestamp;
use lang::{Type, Types};
use serde_json::{Value, json};

use crate::documents;

pub(crate) fn types() -> Types {
    system_types().with("parts_missing", Type::Bool).with("arrived", Type::Text)
}

pub(crate) fn calendars() -> Calendars {
    let compiled = |document: &Value| {
        (document["key"].as_str().expect("a key").to_owned(), Arc::new(documents::compile(document)))
    };
    documents::all().iter().map(compiled).collect()
}

pub(crate) fn compile(documents: &[Value]) -> Policies {
    let calendars = calendars();
    let compiled = |document: &Value| {
        let definition: SlaDefinition = serde_json::from_value(document.clone()).expect("a policy");
        let policy = Policy::compile(&definition, 1, &types(), &calendars).expect("a sound policy");
        (policy.id.clone(), Arc::new(policy))
    };
    documents.iter().map(compiled).collect()
}

pub(crate) fn documents() -> Vec<Value> {
    let missing = json!({"f": "parts_missing", "op": "eq", "v": true});
    let arrived = json!({"f": "arrived", "op": "not_empty"});
    vec![
        json!({"kind": "sla", "key": "repair", "reopen": "new_cycle", "targets": [
            {"kind": "first_response", "calendar": "office", "in": {"4": "PT30M", "3": "PT2H", "else": "PT4H"},
                "steps": [{"at": "50%", "notify": ["owner"]}]},
            {"kind": "update", "calendar": "halves", "in": {"4": "PT2H", "3": "PT5H"}, "pause": [{"status": "waiting"}],
                "steps": [{"at": "due", "raise_priority": true}]},
            {"kind": "resolution", "calendar": "office", "in": {"4": "PT4H", "1": "P3D", "else": "P1D"},
                "pause": [{"status": "waiting"}, {"hold": true}, {"when": missing}],
                "steps": [{"at": "80%", "notify": ["owner"]}, {"at": "-PT1H", "notify": ["team"]},
                    {"at": "due", "raise_priority": true}, {"at": "+PT2H", "notify": ["manager"]},
                    {"id": "late", "at": "150%", "notify": ["manager"]}]},
            {"kind": "milestone", "id": "on_site", "calendar": "night", "in": "PT3H", "until": arrived,
                "pause": [{"hold": true}], "steps": [{"at": "-PT2H", "notify": ["team"]}]}]}),
        json!({"kind": "sla", "key": "contract", "reopen": "continue", "order": 5,
            "when": {"f": "priority", "op": "gte", "v": 3}, "targets": [
            {"kind": "first_response", "calendar": "always", "in": "PT1H"},
            {"kind": "resolution", "calendar": "seasons", "in": {"4": "PT6H", "3": "PT10H", "2": "P2D"},
                "pause": [{"hold": true}, {"status": "waiting"}],
                "steps": [{"at": "80%", "notify": ["owner"]}, {"at": "-PT7H", "notify": ["owner"]}]},
            {"kind": "milestone", "id": "on_site", "calendar": "clinic", "in": "PT5H", "until": arrived}]}),
    ]
}

/// The first version of a policy.
pub(crate) fn first(key: &str) -> PolicyId {
    PolicyId { key: key.to_owned(), version: 1 }
}

pub(crate) fn created(at: Timestamp, priority: u8, policy: &str) -> Fact {
    let fields = json!({"type": "repair", "parts_missing": false}).as_object().expect("an object").clone();
    Fact::new(at, FactKind::Created { status: Status::New, priority, policy: Some(first(policy)), fields })
}
