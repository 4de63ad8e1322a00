//! What the rules of a form say about answers: seen, needed, locked, wrong.

use std::collections::BTreeSet;

use lang::Env;
use serde_json::{Map, Value};

use super::compile::Form;
use crate::problem::Problem;

/// How a form stands with certain answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    pub visible: BTreeSet<String>,
    pub required: BTreeSet<String>,
    pub readonly: BTreeSet<String>,
    /// Rules that are broken, at the fields that show them.
    pub errors: Vec<Problem>,
}

/// Hiding a field may hide others; more rounds than this means that rules chase each other.
const MAX_ROUNDS: usize = 6;

impl Form {
    /// Applies formulas and rules to `row` until hidden fields are gone from it, and answers how the form stands.
    /// `row` may hold other fields than the form's; they are only read.
    pub fn settle(&self, row: &mut Map<String, Value>, env: &Env) -> State {
        let mut whole = Value::Object(std::mem::take(row));
        for _ in 0..MAX_ROUNDS {
            self.calculate(&mut whole, env);
            let hidden = self.hidden(&whole, env);
            let mut removed = false;
            if let Value::Object(members) = &mut whole {
                for field in &hidden {
                    removed |= members.remove(*field).is_some_and(|value| !lang::is_empty(Some(&value)));
                }
            }
            if !removed {
                break;
            }
        }
        let state = self.state(&whole, env);
        if let Value::Object(members) = whole {
            *row = members;
        }
        state
    }

    /// How the form stands with the answers of `row`.
    pub fn state(&self, row: &Value, env: &Env) -> State {
        let hidden = self.hidden(row, env);
        let mut state = State::default();
        for field in self.fields() {
            let id = || field.id.clone();
            if !hidden.contains(field.id.as_str()) {
                state.visible.insert(id());
            }
            if field.definition.required {
                state.required.insert(id());
            }
            if field.definition.readonly || field.is_computed() {
                state.readonly.insert(id());
            }
        }
        for rule in self.rules() {
            if !rule.when.evaluate(row, env) {
                continue;
            }
            state.required.extend(rule.require.iter().cloned());
            state.readonly.extend(rule.readonly.iter().cloned());
            if let Some(error) = &rule.error {
                let pointer = rule.at.as_ref().map_or(String::new(), |at| format!("/{at}"));
                let message = serde_json::to_value(error).unwrap_or(Value::Null);
                state.errors.push(Problem::new(pointer, "form.rule").with("message", message));
            }
        }
        state.required.retain(|id| !hidden.contains(id.as_str()));
        state
    }

    /// Works out every formula, in the order in which they need each other.
    fn calculate(&self, row: &mut Value, env: &Env) {
        for calculation in self.calculations() {
            match &calculation.column {
                None => {
                    let result = calculation.formula.evaluate(row, env);
                    put(row, &calculation.field, result);
                }
                Some(column) => {
                    let results: Vec<Value> = table_rows(row, &calculation.field)
                        .map(|inner| calculation.formula.evaluate_within(inner, Some(row), env))
                        .collect();
                    let Some(Value::Array(items)) = row.get_mut(&calculation.field) else {
                        continue;
                    };
                    for (item, result) in items.iter_mut().zip(results) {
                        put(item, column, result);
                    }
                }
            }
        }
    }

    /// Fields that some rule shows, and none does now.
    fn hidden(&self, row: &Value, env: &Env) -> BTreeSet<&str> {
        let mut hidden: BTreeSet<&str> = BTreeSet::new();
        let mut shown: BTreeSet<&str> = BTreeSet::new();
        for rule in self.rules().iter().filter(|rule| !rule.show.is_empty()) {
            let holds = rule.when.evaluate(row, env);
            let side = if holds { &mut shown } else { &mut hidden };
            side.extend(rule.show.iter().map(String::as_str));
        }
        hidden.retain(|field| !shown.contains(field));
        hidden
    }
}

fn table_rows<'a>(row: &'a Value, table: &str) -> impl Iterator<Item = &'a Value> {
    row.get(table).and_then(Value::as_array).into_iter().flatten()
}

fn put(row: &mut Value, field: &str, value: Value) {
    let Value::Object(members) = row else {
        return;
    };
    if value.is_null() {
        members.remove(field);
    } else {
        members.insert(field.to_owned(), value);
    }
}
