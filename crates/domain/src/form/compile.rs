//! A form ready to judge answers.

use std::collections::{BTreeSet, HashMap};

use lang::{Checked, CheckedFormula, Condition, Formula, Type, Types};
use serde_json::Value;

use super::check::{check, condition};
use super::document::{FieldType, FormDefinition};
use super::field::Field;
use crate::problem::{Problem, Severity};
use crate::text::Text;
use crate::ticket::{system_field, system_types};

/// A sound form with its conditions and formulas checked.
#[derive(Debug, Clone)]
pub struct Form {
    definition: FormDefinition,
    fields: Vec<Field>,
    by_id: HashMap<String, usize>,
    types: Types,
    rules: Vec<Rule>,
    calculations: Vec<Calculation>,
    copy_targets: BTreeSet<String>,
}

/// A rule with its condition checked.
#[derive(Debug, Clone)]
pub struct Rule {
    pub when: Checked,
    pub show: Vec<String>,
    pub require: Vec<String>,
    pub readonly: Vec<String>,
    pub error: Option<Text>,
    pub at: Option<String>,
}

/// A formula and the field or column that takes its result.
#[derive(Debug, Clone)]
pub(super) struct Calculation {
    pub(super) field: String,
    pub(super) column: Option<String>,
    pub(super) formula: CheckedFormula,
}

/// Compiles a sound definition.
///
/// # Errors
/// What [`check`] finds wrong.
pub fn compile(definition: FormDefinition) -> Result<Form, Vec<Problem>> {
    let mut problems = check(&definition);
    problems.retain(|problem| problem.severity == Severity::Error);
    if !problems.is_empty() {
        return Err(problems);
    }
    let fields: Vec<Field> = definition.fields.iter().map(Field::new).collect();
    let types = types_of(&definition, &fields);
    let by_id = fields.iter().enumerate().map(|(at, field)| (field.id.clone(), at)).collect();
    let rules = rules(&definition, &types)?;
    let calculations = ordered(calculations(&fields, &types)?)?;
    let copy_targets = fields.iter().flat_map(|field| field.definition.copy.keys().cloned()).collect();
    Ok(Form { definition, fields, by_id, types, rules, calculations, copy_targets })
}

impl Form {
    /// Reads, checks and compiles a document.
    ///
    /// # Errors
    /// Every problem with the document.
    pub fn from_document(document: &Value) -> Result<Self, Vec<Problem>> {
        FormDefinition::parse(document).and_then(compile)
    }

    pub fn definition(&self) -> &FormDefinition {
        &self.definition
    }

    pub fn key(&self) -> &str {
        &self.definition.key
    }

    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    pub fn field(&self, id: &str) -> Option<&Field> {
        self.by_id.get(id).and_then(|at| self.fields.get(*at))
    }

    pub fn has_field(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Ids of all fields that hold a value, in the form's order.
    pub fn field_ids(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|field| field.kind != FieldType::Info).map(|field| field.id.as_str())
    }

    /// The form's fields and the ticket's or record's own, for conditions and formulas.
    pub fn types(&self) -> &Types {
        &self.types
    }

    /// Fields that the side table holds: marked filterable, and no column of their own.
    pub fn filterable(&self) -> impl Iterator<Item = (&str, &Type)> {
        let is_ticket = self.definition.ticket.is_some();
        let marked = self.fields.iter().filter(|field| field.definition.filterable);
        let own = marked.filter(move |field| !(is_ticket && system_field(&field.id).is_some()));
        own.map(|field| (field.id.as_str(), &field.declared))
    }

    /// Fields whose words the search finds: those the list names, without personal data.
    pub fn searchable(&self) -> impl Iterator<Item = &str> {
        let named = self.definition.list.search.iter().map(String::as_str);
        named.filter(|id| self.data_class(id).is_none())
    }

    /// The class of personal data a field holds.
    pub fn data_class(&self, id: &str) -> Option<&str> {
        self.field(id)?.definition.pii.as_deref()
    }

    /// The words for an option of a choice.
    pub fn option_label(&self, field: &str, value: &str) -> Option<Text> {
        fn find(options: &[super::FieldOption], value: &str) -> Option<Text> {
            options.iter().find_map(|option| {
                if option.value == value { Some(option.label.clone()) } else { find(&option.children, value) }
            })
        }
        find(self.field(field)?.options(), value).filter(|label| !label.is_empty())
    }

    /// Fields that need a number from the server when a row is made, with what stands before the digits.
    pub fn serial_fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let serial = self.fields.iter().filter(|field| field.kind == FieldType::Serial);
        serial.map(|field| (field.id.as_str(), field.definition.prefix.as_deref().unwrap_or_default()))
    }

    /// References that take only some records, by field or `table.column`, with the kind of record they lead to.
    pub fn filtered_references(&self) -> impl Iterator<Item = (String, &str)> {
        let top = self.fields.iter().map(|field| (field.id.clone(), field));
        let inner = self
            .fields
            .iter()
            .flat_map(|table| table.columns.iter().map(|column| (format!("{}.{}", table.id, column.id), column)));
        let filtered = top.chain(inner).filter(|(_, field)| field.definition.filter.is_some());
        filtered.map(|(path, field)| (path, field.definition.to.as_deref().unwrap_or_default()))
    }

    /// The reference at `path`, a field or `table.column`.
    pub fn reference(&self, path: &str) -> Option<&Field> {
        let found = match path.split_once('.') {
            None => self.field(path),
            Some((table, column)) => self.field(table)?.columns.iter().find(|found| found.id == column),
        };
        found.filter(|field| field.kind == FieldType::Ref)
    }

    /// The condition that records must meet to be chosen in `path`, a field or `table.column`; `record` are the types
    /// of the referenced form, `form.…` names this form's fields.
    ///
    /// # Errors
    /// Problems of the condition, under the field's `filter`.
    pub fn filter(&self, path: &str, record: &Types) -> Result<Option<Checked>, Vec<Problem>> {
        let (name, column) = path.split_once('.').map_or((path, None), |(table, column)| (table, Some(column)));
        let Some(at) = self.by_id.get(name) else {
            return Ok(None);
        };
        let (mut field, mut pointer) = (&self.fields[*at], format!("/fields/{at}"));
        if let Some(column) = column {
            let Some(within) = field.columns.iter().position(|found| found.id == column) else {
                return Ok(None);
            };
            pointer = format!("{pointer}/fields/{within}");
            field = &field.columns[within];
        }
        let Some(filter) = &field.definition.filter else {
            return Ok(None);
        };
        let types = record.clone().with_outer(self.types.clone());
        condition(filter, &types, &format!("{pointer}/filter")).map(Some)
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    pub(super) fn calculations(&self) -> &[Calculation] {
        &self.calculations
    }

    pub(super) fn is_copy_target(&self, id: &str) -> bool {
        self.copy_targets.contains(id)
    }
}

/// What conditions of this form may name. The form's own types go before the system's.
pub(super) fn types_of(definition: &FormDefinition, fields: &[Field]) -> Types {
    let mut types = if definition.ticket.is_some() {
        system_types()
    } else if definition.record.is_some() {
        Types::new().with("created_at", Type::DateTime).with("updated_at", Type::DateTime)
    } else {
        Types::new()
    };
    for field in fields {
        field.add_types(&mut types);
    }
    types
}

fn rules(definition: &FormDefinition, types: &Types) -> Result<Vec<Rule>, Vec<Problem>> {
    let mut rules = Vec::with_capacity(definition.rules.len());
    for (at, rule) in definition.rules.iter().enumerate() {
        rules.push(Rule {
            when: condition(&rule.when, types, &format!("/rules/{at}/when"))?,
            show: rule.show.clone(),
            require: rule.require.clone(),
            readonly: rule.readonly.clone(),
            error: (!rule.error.is_empty()).then(|| rule.error.clone()),
            at: rule.at.clone(),
        });
    }
    Ok(rules)
}

/// Every formula of the form, with the pointer to its text.
pub(super) fn calculations(fields: &[Field], types: &Types) -> Result<Vec<Calculation>, Vec<Problem>> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (at, field) in fields.iter().enumerate() {
        let pointer = format!("/fields/{at}");
        if let Some(calc) = &field.definition.calc {
            match formula(calc, types, &field.declared, &format!("{pointer}/calc")) {
                Ok(formula) => found.push(Calculation { field: field.id.clone(), column: None, formula }),
                Err(faults) => problems.extend(faults),
            }
        }
        let Type::Table { fields: columns } = &field.declared else {
            continue;
        };
        let inside = columns.clone().with_outer(types.clone());
        for (at, column) in field.columns.iter().enumerate() {
            let Some(calc) = &column.definition.calc else {
                continue;
            };
            match formula(calc, &inside, &column.declared, &format!("{pointer}/fields/{at}/calc")) {
                Ok(formula) => {
                    found.push(Calculation { field: field.id.clone(), column: Some(column.id.clone()), formula });
                }
                Err(faults) => problems.extend(faults),
            }
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

fn formula(text: &str, types: &Types, target: &Type, pointer: &str) -> Result<CheckedFormula, Vec<Problem>> {
    let parsed = Formula::parse(text).map_err(|error| {
        let problem = Problem::new(pointer, "formula.malformed").with("position", error.position);
        vec![problem.with("reason", error.reason)]
    })?;
    let checked = parsed.check_for(types, target);
    checked.map_err(|problems| problems.into_iter().map(|problem| problem.under(pointer).into()).collect())
}

/// Sorts formulas so that each comes after those it needs.
pub(super) fn ordered(calculations: Vec<Calculation>) -> Result<Vec<Calculation>, Vec<Problem>> {
    let name = |calculation: &Calculation| match &calculation.column {
        Some(column) => format!("{}.{column}", calculation.field),
        None => calculation.field.clone(),
    };
    let needs = |calculation: &Calculation| -> Vec<String> {
        let own = calculation.formula.fields().iter();
        match &calculation.column {
            None => own.cloned().collect(),
            Some(_) => {
                let siblings = own.map(|field| format!("{}.{field}", calculation.field));
                siblings.chain(calculation.formula.outer_fields().iter().cloned()).collect()
            }
        }
    };
    let graph: Vec<(String, Vec<String>)> = calculations.iter().map(|one| (name(one), needs(one))).collect();
    let order = lang::order(&graph).map_err(|cycle| {
        let names = cycle.0.join(" → ");
        vec![Problem::new("/fields", "form.formula_cycle").with("cycle", names)]
    })?;
    let mut slots: Vec<Option<Calculation>> = calculations.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|at| slots[at].take()).collect())
}

/// Conditions that are not tied to a rule, for callers that hold a document's own.
impl Form {
    /// Checks a condition over this form's fields.
    ///
    /// # Errors
    /// Problems with pointers into `document`.
    pub fn condition(&self, document: &Value) -> Result<Checked, Vec<Problem>> {
        let parsed = Condition::parse(document).map_err(|problem| vec![problem.into()])?;
        parsed.check(&self.types).map_err(|problems| problems.into_iter().map(Problem::from).collect())
    }
}
