//! Judges the answers of a form as a whole.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lang::{Checked, Env, Rows};
use serde_json::{Map, Value};

use super::clean::{clean, unknown_field};
use super::compile::Form;
use super::document::FieldType;
use super::field::Field;
use crate::problem::Problem;
use crate::ticket::system_field;

/// What the caller knows besides the answers. What it does not give is not checked.
#[derive(Debug, Clone, Default)]
pub struct Given<'a> {
    /// Files that the answers may name, by id.
    pub files: Option<&'a HashMap<String, FileFacts>>,
    /// Records that references may name, by id; `copy` fills in from them.
    pub records: Option<&'a HashMap<String, RecordFacts>>,
    /// Conditions that chosen records must meet, by reference field, or `table.column`; see [`Form::filter`].
    pub filters: HashMap<String, Checked>,
    /// What surrounds the answers: fields of the ticket that the form does not show.
    pub around: Map<String, Value>,
    /// Options by dictionary.
    pub dictionaries: HashMap<String, Vec<String>>,
    /// Serial numbers to give out, by field.
    pub serials: BTreeMap<String, String>,
    /// Fields that are needed besides those the form requires: what a task asks for.
    pub required: BTreeSet<String>,
}

/// What is known about a file before it is attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    pub name: String,
    /// What its content was found to be, not what the sender called it.
    pub media_type: String,
    pub bytes: u64,
}

/// What is known about a record before it is referred to.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordFacts {
    /// Key of its form.
    pub form: String,
    /// Its fields, flat, as filters and copies see them.
    pub row: Value,
    /// It may stay where it stands, but not be chosen anew.
    pub archived: bool,
}

impl Form {
    /// The data to store for `input`, or every problem with it.
    ///
    /// `previous` is the flat row before a change: fields that `input` leaves out keep their value, and what was
    /// missing or wrong before does not stop a change of something else. Without it the input starts a new row, and
    /// defaults apply. Computed fields are worked out, hidden ones are gone. Empty fields are absent, except that
    /// an empty system field is null, so that a column can be cleared.
    ///
    /// # Errors
    /// Problems with pointers into `input`.
    pub fn validate(&self, input: &Value, previous: Option<&Value>, env: &Env) -> Result<Value, Vec<Problem>> {
        self.validate_given(input, previous, &Given::default(), env)
    }

    /// The same with knowledge about files, records, dictionaries and tasks.
    ///
    /// # Errors
    /// Problems with pointers into `input`.
    pub fn validate_given(
        &self,
        input: &Value,
        previous: Option<&Value>,
        given: &Given<'_>,
        env: &Env,
    ) -> Result<Value, Vec<Problem>> {
        let Value::Object(answers) = input else {
            return Err(vec![Problem::new("", "form.wrong_type").with("expected", "object")]);
        };
        let (problems, row, copies) = (Vec::new(), Map::new(), BTreeMap::new());
        let mut judge = Judge { form: self, given, env, problems, row, copies };
        judge.start(answers, previous);
        judge.take(answers, previous);
        judge.copy(answers, previous);
        judge.finish(previous)
    }
}

struct Judge<'a> {
    form: &'a Form,
    given: &'a Given<'a>,
    env: &'a Env,
    problems: Vec<Problem>,
    row: Map<String, Value>,
    /// Answers to locked fields that a reference fills in, until the record has its say.
    copies: BTreeMap<String, Value>,
}

impl Judge<'_> {
    fn start(&mut self, answers: &Map<String, Value>, previous: Option<&Value>) {
        if let Some(Value::Object(before)) = previous {
            self.row = before.clone();
            return;
        }
        for field in self.form.fields().iter().filter(|field| !answers.contains_key(&field.id)) {
            if let Some(value) = default_of(field, self.env) {
                self.row.insert(field.id.clone(), value);
            }
        }
        for (field, serial) in &self.given.serials {
            if self.form.field(field).is_some_and(|field| field.kind == FieldType::Serial) {
                self.row.insert(field.clone(), Value::String(serial.clone()));
            }
        }
    }

    fn take(&mut self, answers: &Map<String, Value>, previous: Option<&Value>) {
        for (id, answer) in answers {
            let Some(field) = self.form.field(id).filter(|field| field.kind != FieldType::Info) else {
                self.problems.push(unknown_field("", id));
                continue;
            };
            // The page sends back what it shows; computed fields are ours.
            if field.is_computed() || is_same(self.row.get(id), answer) {
                continue;
            }
            let found = clean(field, answer, &format!("/{id}"), self.given);
            // A reference fills it in; what comes back may be a mask, which the field's type does not take.
            if self.is_filled_in(field) {
                self.copies.insert(id.clone(), found.unwrap_or_else(|_| answer.clone()));
                continue;
            }
            match found {
                Ok(value) if is_same(self.row.get(id), &value) => {}
                Ok(value) => self.accept(field, value, previous.is_none()),
                Err(found) => self.problems.extend(found),
            }
        }
    }

    /// Locked, and the knowledge is there to fill it in from a reference.
    fn is_filled_in(&self, field: &Field) -> bool {
        field.definition.readonly && self.form.is_copy_target(&field.id) && self.given.records.is_some()
    }

    fn accept(&mut self, field: &Field, value: Value, is_new: bool) {
        if field.definition.readonly && !self.form.is_copy_target(&field.id) {
            let as_default = is_new && default_of(field, self.env).is_some_and(|default| default == value);
            if !as_default {
                self.problems.push(Problem::new(format!("/{}", field.id), "form.read_only"));
                return;
            }
        }
        self.row.insert(field.id.clone(), value);
    }

    /// Fills in what references bring along, where the caller gave the record. A locked field holds what the record
    /// says and nothing else; any other is only filled in ahead, and what people wrote stays.
    fn copy(&mut self, answers: &Map<String, Value>, previous: Option<&Value>) {
        let before = |field: &str| previous.and_then(|previous| previous.get(field));
        for field in self.form.fields().iter().filter(|field| !field.definition.copy.is_empty()) {
            let id = self.row.get(&field.id).and_then(Value::as_str).map(str::to_owned);
            let is_chosen = previous.is_none() || id.as_deref() != before(&field.id).and_then(Value::as_str);
            let Some(record) = self.copied_from(&field.id, id.as_deref()) else {
                continue;
            };
            for (target, member) in &field.definition.copy {
                let Some(target) = self.form.field(target) else {
                    continue;
                };
                let expected = clean(target, record.get(member).unwrap_or(&Value::Null), "", self.given);
                let expected = expected.unwrap_or(Value::Null);
                let is_locked = target.definition.readonly;
                let is_written = !is_locked
                    && answers
                        .get(&target.id)
                        .is_some_and(|answer| previous.is_none() || !is_same(before(&target.id), answer));
                match self.copies.remove(&target.id) {
                    Some(sent) if !agrees(&sent, &expected) => {
                        let code = if id.is_some() { "form.copy_differs" } else { "form.read_only" };
                        let problem = Problem::new(format!("/{}", target.id), code);
                        self.problems.push(problem.with("field", field.id.as_str()));
                    }
                    Some(_) => {
                        self.row.insert(target.id.clone(), expected);
                    }
                    None if is_chosen && !is_written && (id.is_some() || answers.contains_key(&field.id)) => {
                        self.row.insert(target.id.clone(), expected);
                    }
                    None => {}
                }
            }
        }
    }

    /// The row that `field` copies from: empty when nothing is chosen, `None` when nothing is known of the record.
    fn copied_from(&self, field: &str, id: Option<&str>) -> Option<Value> {
        let pointer = format!("/{field}");
        if self.problems.iter().any(|problem| problem.pointer == pointer) {
            return None;
        }
        match id {
            None => Some(Value::Null),
            Some(id) => self.given.records?.get(id).map(|record| record.row.clone()),
        }
    }

    /// Chosen records must meet the filter of their field. A choice that was outside before the change may stay.
    fn filters(&mut self, row: &Map<String, Value>, previous: Option<&Value>) {
        let Some(records) = self.given.records.filter(|_| !self.given.filters.is_empty()) else {
            return;
        };
        let mut outer = self.given.around.clone();
        outer.extend(row.clone());
        let outer = Value::Object(outer);
        for (path, filter) in &self.given.filters {
            let fits = |id: &str, outer: &Value| {
                let record = records.get(id);
                record.is_none_or(|record| {
                    filter.evaluate_rows(Rows { row: &record.row, old: None, outer: Some(outer) }, self.env)
                })
            };
            let earlier: Vec<&str> = previous
                .map(|previous| chosen(previous, path))
                .unwrap_or_default()
                .into_iter()
                .map(|(_, id)| id)
                .collect();
            for (pointer, id) in chosen(&outer, path) {
                let was_outside = earlier.contains(&id) && previous.is_some_and(|previous| !fits(id, previous));
                if !fits(id, &outer) && !was_outside {
                    self.problems.push(Problem::new(pointer, "form.outside_filter"));
                }
            }
        }
    }

    fn finish(mut self, previous: Option<&Value>) -> Result<Value, Vec<Problem>> {
        let mut row = std::mem::take(&mut self.row);
        let state = self.form.settle(&mut row, self.env);
        self.filters(&row, previous);
        let before = previous.map(|previous| (previous, self.form.state(previous, self.env)));
        let locked_before = before.as_ref().map(|(_, state)| &state.readonly);
        for id in state.readonly.iter().filter(|id| locked_before.is_none_or(|locked| locked.contains(*id))) {
            self.refuse_locked(id, &row, previous);
        }
        for id in state.required.iter().chain(&self.given.required) {
            let field = self.form.field(id);
            let is_open = field.is_some_and(|field| !field.is_computed()) && state.visible.contains(id);
            let was_missing = before.as_ref().is_some_and(|(row, state)| {
                state.required.contains(id) && lang::is_empty(row.get(id)) && !self.given.required.contains(id)
            });
            let pointer = format!("/{id}");
            let has_problem = self.problems.iter().any(|problem| problem.pointer.starts_with(&pointer));
            if is_open && lang::is_empty(row.get(id)) && !was_missing && !has_problem {
                self.problems.push(Problem::new(pointer, "form.required"));
            }
        }
        let known = before.map(|(_, state)| state.errors).unwrap_or_default();
        self.problems.extend(state.errors.into_iter().filter(|error| !known.contains(error)));
        if self.problems.is_empty() { Ok(self.form.pick(row)) } else { Err(self.problems) }
    }

    /// A rule locks the field: it keeps the value it had. Fields that are always locked were refused on the way in.
    fn refuse_locked(&mut self, id: &str, row: &Map<String, Value>, previous: Option<&Value>) {
        let Some(field) = self.form.field(id) else {
            return;
        };
        let always = field.definition.readonly || field.is_computed();
        let before = previous.and_then(|previous| previous.get(id));
        if !always && previous.is_some() && !is_same(row.get(id), before.unwrap_or(&Value::Null)) {
            self.problems.push(Problem::new(format!("/{id}"), "form.read_only"));
        }
    }
}

impl Form {
    /// The form's own fields of a row, in the form's order.
    fn pick(&self, mut row: Map<String, Value>) -> Value {
        let mut data = Map::new();
        for field in self.fields() {
            match row.remove(&field.id).filter(|value| !lang::is_empty(Some(value))) {
                Some(value) => {
                    data.insert(field.id.clone(), value);
                }
                None if self.definition().ticket.is_some() && system_field(&field.id).is_some() => {
                    data.insert(field.id.clone(), Value::Null);
                }
                None => {}
            }
        }
        Value::Object(data)
    }
}

/// The ids that stand at a reference field, or in a column of a table, with the pointers to them.
fn chosen<'r>(row: &'r Value, path: &str) -> Vec<(String, &'r str)> {
    let Some((table, column)) = path.split_once('.') else {
        return row.get(path).and_then(Value::as_str).map(|id| (format!("/{path}"), id)).into_iter().collect();
    };
    let rows = row.get(table).and_then(Value::as_array).into_iter().flatten().enumerate();
    rows.filter_map(|(at, row)| Some((format!("/{table}/{at}/{column}"), row.get(column)?.as_str()?))).collect()
}

/// Whether what came back is what the record says: the same, nothing, or the mask of it.
fn agrees(sent: &Value, expected: &Value) -> bool {
    sent.is_null() || sent == expected || *sent == crate::masking::mask(expected)
}

fn is_same(old: Option<&Value>, new: &Value) -> bool {
    match (lang::is_empty(old), lang::is_empty(Some(new))) {
        (true, true) => true,
        (false, false) => old == Some(new),
        _ => false,
    }
}

/// The value a new row starts with.
pub(super) fn default_of(field: &Field, env: &Env) -> Option<Value> {
    let default = field.definition.default.as_ref()?;
    let Some(name) = default.get("var").and_then(Value::as_str) else {
        return clean(field, default, "", &Given::default()).ok().filter(|value| !value.is_null());
    };
    match name {
        "me" => env.me.clone().map(Value::String),
        "me.org" => env.org.clone().map(Value::String),
        "now" => Some(Value::String(lang::format_instant(env.now_ms))),
        "today" => {
            let local = lang::format_instant(env.now_ms + i64::from(env.offset_minutes) * 60_000);
            Some(Value::String(local.chars().take(10).collect()))
        }
        _ => None,
    }
}
