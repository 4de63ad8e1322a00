//! What is wrong with a form document, all of it at once.

use std::collections::BTreeSet;

use lang::{Checked, Condition, MAX_SCALE, Types};
use serde_json::Value;

use super::clean::clean;
use super::compile::{calculations, ordered, types_of};
use super::document::{Bound, Choices, FieldDefinition, FieldOption, FieldType, FormDefinition, malformed};
use super::field::Field;
use super::validate::Given;
use crate::definition::is_key;
use crate::problem::Problem;
use crate::ticket::system_field;

const MAX_FIELDS: usize = 300;
const MAX_COLUMNS: usize = 50;
const MAX_RULES: usize = 200;
const MAX_OPTIONS: usize = 2_000;
const MAX_ROWS: usize = 1_000;
const MAX_FILES: usize = 50;
const MAX_TEXT: usize = 100_000;

/// Everything that is wrong with a definition.
pub fn check(definition: &FormDefinition) -> Vec<Problem> {
    let mut checker = Checker { definition, problems: Vec::new(), ids: BTreeSet::new() };
    checker.head();
    checker.fields();
    checker.names();
    checker.layout();
    checker.languages();
    checker.problems
}

/// Reads and checks a condition at a place of the document.
pub(super) fn condition(document: &Value, types: &Types, pointer: &str) -> Result<Checked, Vec<Problem>> {
    let place = |problem: lang::Problem| Problem::from(problem.under(pointer));
    let parsed = Condition::parse(document).map_err(|problem| vec![place(problem)])?;
    parsed.check(types).map_err(|problems| problems.into_iter().map(place).collect())
}

struct Checker<'a> {
    definition: &'a FormDefinition,
    problems: Vec<Problem>,
    ids: BTreeSet<&'a str>,
}

impl<'a> Checker<'a> {
    fn head(&mut self) {
        let definition = self.definition;
        if definition.kind != "form" {
            self.fault("/kind", "the kind is `form`");
        }
        if !is_key(&definition.key) {
            self.fault("/key", "a key is lower case letters, digits and _");
        }
        if definition.ticket.is_some() && definition.record.is_some() {
            self.fault("/record", "a form describes tickets or records, not both");
        }
        if definition.fields.is_empty() || definition.fields.len() > MAX_FIELDS {
            self.fault("/fields", format!("a form has 1 to {MAX_FIELDS} fields"));
        }
        if definition.rules.len() > MAX_RULES {
            self.fault("/rules", format!("a form has at most {MAX_RULES} rules"));
        }
        let prefix = definition.ticket.as_ref().and_then(|section| section.prefix.as_deref());
        if let Some(prefix) = prefix
            && !((1..=8).contains(&prefix.len())
                && prefix.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()))
        {
            self.fault("/ticket/prefix", "a prefix is 1 to 8 capital letters and digits");
        }
        if let Some(record) = &definition.record {
            for (member, field) in [("code", &record.code), ("title", &record.title)] {
                if let Some(field) = field {
                    self.known(field, format!("/record/{member}"));
                }
            }
        }
    }

    fn fields(&mut self) {
        let definition = self.definition;
        for (at, field) in definition.fields.iter().enumerate() {
            let pointer = format!("/fields/{at}");
            self.id(&field.id, &pointer);
            if !self.ids.insert(&field.id) {
                self.problems
                    .push(Problem::new(format!("{pointer}/id"), "form.duplicate_id").with("id", field.id.as_str()));
            }
            if definition.ticket.is_some() {
                self.system(field, &pointer);
            }
            self.field(field, &pointer);
            self.columns(field, &pointer);
        }
    }

    /// A field with the id of a system field is that field, so it must hold the same.
    fn system(&mut self, field: &FieldDefinition, pointer: &str) {
        let Some(system) = system_field(&field.id) else {
            return;
        };
        let fits = match system.id {
            "title" => field.kind == FieldType::Text,
            "category" => matches!(field.kind, FieldType::Select | FieldType::Text),
            "priority" => field.kind == FieldType::Number,
            "requester" => field.kind == FieldType::Person,
            "org" => field.kind == FieldType::Org,
            "place" | "asset" => field.kind == FieldType::Ref && field.to.as_deref() == Some(system.id),
            _ => false,
        };
        if !fits {
            self.fault(format!("{pointer}/id"), format!("`{}` belongs to the ticket itself", system.id));
        }
    }

    fn columns(&mut self, field: &FieldDefinition, pointer: &str) {
        if field.kind != FieldType::Table {
            return;
        }
        if field.fields.is_empty() || field.fields.len() > MAX_COLUMNS {
            self.fault(format!("{pointer}/fields"), format!("a table has 1 to {MAX_COLUMNS} columns"));
        }
        let mut seen = BTreeSet::new();
        for (at, column) in field.fields.iter().enumerate() {
            let pointer = format!("{pointer}/fields/{at}");
            self.id(&column.id, &pointer);
            if !seen.insert(column.id.as_str()) {
                self.problems
                    .push(Problem::new(format!("{pointer}/id"), "form.duplicate_id").with("id", column.id.as_str()));
            }
            if matches!(column.kind, FieldType::Table | FieldType::Serial | FieldType::Info) {
                self.fault(format!("{pointer}/type"), "a table has no column of this type");
            }
            if column.filterable || column.script.is_some() {
                self.fault(&*pointer, "a column is neither filterable nor scripted");
            }
            self.field(column, &pointer);
        }
    }

    fn id(&mut self, id: &str, pointer: &str) {
        let reserved = matches!(id, "form" | "ticket" | "record" | "me");
        if !is_key(id) || reserved {
            self.fault(format!("{pointer}/id"), "an id is lower case letters, digits and _, and no reserved word");
        }
    }

    fn field(&mut self, field: &FieldDefinition, pointer: &str) {
        self.members(field, pointer);
        self.bounds(field, pointer);
        if field.scale.is_some_and(|scale| scale > MAX_SCALE) {
            self.fault(format!("{pointer}/scale"), format!("at most {MAX_SCALE} decimals"));
            return;
        }
        if field.calc.is_some() && field.script.is_some() {
            self.fault(format!("{pointer}/calc"), "a formula or a script, not both");
        }
        if let Some(Choices::List(options)) = &field.options {
            let mut seen = BTreeSet::new();
            self.options(options, &format!("{pointer}/options"), field.kind == FieldType::Cascade, &mut seen);
        }
        if let Some(default) = &field.default {
            self.default(field, default, &format!("{pointer}/default"));
        }
        if let Some(filter) = &field.filter
            && let Err(problem) = Condition::parse(filter)
        {
            self.problems.push(problem.under(&format!("{pointer}/filter")).into());
        }
    }

    /// Members that the type has no use for are mistakes, and some types cannot do without.
    fn members(&mut self, field: &FieldDefinition, pointer: &str) {
        use FieldType as T;
        let kind = field.kind;
        let is_choice = matches!(kind, T::Select | T::MultiSelect | T::Cascade);
        let is_file = matches!(kind, T::File | T::Image);
        let uses = [
            ("scale", field.scale.is_some(), matches!(kind, T::Number | T::Money)),
            ("currency", field.currency.is_some(), kind == T::Money),
            ("options", field.options.is_some(), is_choice),
            ("to", field.to.is_some(), kind == T::Ref),
            ("filter", field.filter.is_some(), kind == T::Ref),
            ("copy", !field.copy.is_empty(), kind == T::Ref),
            ("accept", !field.accept.is_empty(), is_file),
            ("max_bytes", field.max_bytes.is_some(), is_file || kind == T::Signature),
            ("fields", !field.fields.is_empty(), kind == T::Table),
            ("prefix", field.prefix.is_some(), kind == T::Serial),
            ("multiline", field.multiline, matches!(kind, T::Text | T::RichText)),
            ("text", !field.text.is_empty(), kind == T::Info),
            ("min", field.min.is_some(), has_bounds(kind)),
            ("max", field.max.is_some(), has_bounds(kind)),
            ("default", field.default.is_some(), !matches!(kind, T::Info | T::Serial)),
            ("required", field.required, !matches!(kind, T::Info | T::Serial)),
            ("filterable", field.filterable, is_filterable(kind)),
            ("calc", field.calc.is_some(), has_formula(kind)),
        ];
        for (member, _, _) in uses.iter().filter(|(_, used, fits)| *used && !fits) {
            self.fault(format!("{pointer}/{member}"), format!("a {} field has no `{member}`", kind.as_str()));
        }
        if is_choice && field.options.is_none() {
            self.fault(format!("{pointer}/options"), "a choice needs options");
        }
        if let Some(fault) = field.prefix.as_deref().filter(|_| kind == T::Serial).and_then(super::serial::fault) {
            self.fault(format!("{pointer}/prefix"), fault);
        }
        if kind == T::Ref && !field.to.as_deref().is_some_and(is_key) {
            self.fault(format!("{pointer}/to"), "a reference names the kind of record it leads to");
        }
    }

    fn bounds(&mut self, field: &FieldDefinition, pointer: &str) {
        let pair = [("min", &field.min), ("max", &field.max)];
        let mut values = Vec::new();
        for (member, bound) in pair {
            let Some(bound) = bound else {
                continue;
            };
            match limit(field, bound) {
                Some(value) => values.push(value),
                None => self.fault(format!("{pointer}/{member}"), "the limit does not fit the type"),
            }
        }
        if let ([low, high], true) = (values.as_slice(), field.min.is_some() && field.max.is_some())
            && low > high
        {
            self.fault(format!("{pointer}/min"), "the lower limit is above the upper one");
        }
        let most = match field.kind {
            FieldType::Text | FieldType::RichText => MAX_TEXT,
            FieldType::Table => MAX_ROWS,
            FieldType::File | FieldType::Image => MAX_FILES,
            FieldType::Rating => 10,
            _ => return,
        };
        if field.max.as_ref().and_then(Bound::count).is_some_and(|max| max > most) {
            self.fault(format!("{pointer}/max"), format!("at most {most}"));
        }
    }

    fn options<'o>(&mut self, options: &'o [FieldOption], pointer: &str, nested: bool, seen: &mut BTreeSet<&'o str>) {
        for (at, option) in options.iter().enumerate() {
            let pointer = format!("{pointer}/{at}");
            if option.value.is_empty() || option.value.chars().count() > 100 {
                self.fault(format!("{pointer}/value"), "a value has 1 to 100 characters");
            }
            if lang::nfc(&option.value) != option.value {
                self.fault(format!("{pointer}/value"), "a value is written in composed characters");
            }
            if !seen.insert(&option.value) {
                let problem = Problem::new(format!("{pointer}/value"), "form.duplicate_id");
                self.problems.push(problem.with("id", option.value.as_str()));
            }
            if !nested && !option.children.is_empty() {
                self.fault(format!("{pointer}/children"), "only a cascade has levels");
            }
            self.options(&option.children, &format!("{pointer}/children"), nested, seen);
        }
        if seen.len() > MAX_OPTIONS {
            self.fault(pointer, format!("at most {MAX_OPTIONS} options"));
        }
    }

    fn default(&mut self, field: &FieldDefinition, default: &Value, pointer: &str) {
        if let Some(name) = default.get("var").and_then(Value::as_str) {
            let fits = matches!(
                (name, field.kind),
                ("me", FieldType::Person)
                    | ("me.org", FieldType::Org)
                    | ("today", FieldType::Date)
                    | ("now", FieldType::DateTime)
            );
            if !fits {
                self.fault(pointer, format!("`{name}` is no default for this type"));
            }
            return;
        }
        if let Err(faults) = clean(&Field::new(field), default, pointer, &Given::default()) {
            self.problems.extend(faults);
        }
    }

    /// Fields that other parts of the document name.
    fn names(&mut self) {
        let definition = self.definition;
        for (at, field) in definition.fields.iter().enumerate() {
            let pointer = format!("/fields/{at}");
            for target in field.copy.keys() {
                self.known(target, format!("{pointer}/copy/{target}"));
            }
            for (place, needed) in field.after.iter().enumerate() {
                self.known(needed, format!("{pointer}/after/{place}"));
            }
            if let Some(script) = &field.script
                && !definition.scripts.contains_key(script)
            {
                self.fault(format!("{pointer}/script"), format!("there is no script `{script}`"));
            }
        }
        for (at, rule) in definition.rules.iter().enumerate() {
            let lists = [("show", &rule.show), ("require", &rule.require), ("readonly", &rule.readonly)];
            for (member, list) in lists {
                for (place, id) in list.iter().enumerate() {
                    self.known(id, format!("/rules/{at}/{member}/{place}"));
                }
            }
            if let Some(at_field) = &rule.at {
                self.known(at_field, format!("/rules/{at}/at"));
            }
            if lists.iter().all(|(_, list)| list.is_empty()) && rule.error.is_empty() {
                self.fault(format!("/rules/{at}"), "a rule shows, requires, locks or reports something");
            }
        }
        for (at, id) in definition.list.search.iter().enumerate() {
            self.known(id, format!("/list/search/{at}"));
        }
        for (at, id) in definition.list.columns.iter().enumerate() {
            self.known_or_system(id, format!("/list/columns/{at}"));
        }
        for (at, id) in definition.list.sort.iter().enumerate() {
            self.known_or_system(id.strip_prefix('-').unwrap_or(id), format!("/list/sort/{at}"));
        }
    }

    fn layout(&mut self) {
        let mut placed = BTreeSet::new();
        for (at, section) in self.definition.layout.iter().enumerate() {
            if !(1..=4).contains(&section.cols) {
                self.fault(format!("/layout/{at}/cols"), "a section has 1 to 4 columns");
            }
            for (place, id) in section.items.iter().enumerate() {
                let pointer = format!("/layout/{at}/items/{place}");
                if !placed.insert(id.as_str()) {
                    self.problems.push(Problem::new(&*pointer, "form.duplicate_id").with("id", id.as_str()));
                }
                self.known(id, pointer);
            }
        }
    }

    /// Conditions and formulas, once the fields themselves are sound.
    fn languages(&mut self) {
        if !self.problems.is_empty() {
            return;
        }
        let fields: Vec<Field> = self.definition.fields.iter().map(Field::new).collect();
        let types = types_of(self.definition, &fields);
        for (at, rule) in self.definition.rules.iter().enumerate() {
            if let Err(problems) = condition(&rule.when, &types, &format!("/rules/{at}/when")) {
                self.problems.extend(problems);
            }
        }
        if let Err(problems) = calculations(&fields, &types).and_then(ordered) {
            self.problems.extend(problems);
        }
    }

    fn known(&mut self, id: &str, pointer: String) {
        if !self.definition.fields.iter().any(|field| field.id == id) {
            self.problems.push(Problem::new(pointer, "form.unknown_field").with("field", id));
        }
    }

    fn known_or_system(&mut self, id: &str, pointer: String) {
        let is_time = matches!(id, "created_at" | "updated_at");
        if !is_time && system_field(id).is_none() {
            self.known(id, pointer);
        }
    }

    fn fault(&mut self, pointer: impl Into<String>, reason: impl Into<String>) {
        self.problems.push(malformed(pointer, reason));
    }
}

fn has_bounds(kind: FieldType) -> bool {
    use FieldType as T;
    let counted = matches!(kind, T::Text | T::RichText | T::MultiSelect | T::Table | T::File | T::Image);
    counted || matches!(kind, T::Number | T::Money | T::Date | T::Rating)
}

fn is_filterable(kind: FieldType) -> bool {
    use FieldType as T;
    !matches!(
        kind,
        T::RichText | T::DateRange | T::Table | T::File | T::Image | T::Signature | T::Address | T::Location | T::Info
    )
}

fn has_formula(kind: FieldType) -> bool {
    use FieldType as T;
    matches!(kind, T::Text | T::Number | T::Money | T::Date | T::DateTime | T::Bool)
}

/// A limit as a comparable number, if it fits the field's type.
fn limit(field: &FieldDefinition, bound: &Bound) -> Option<i64> {
    match field.kind {
        FieldType::Date => match bound {
            Bound::Text(text) => lang::parse_date(text).filter(|date| date.exists()).map(|date| date.days()),
            Bound::Number(_) => None,
        },
        FieldType::Number | FieldType::Money | FieldType::Rating => {
            lang::scaled(&bound.to_value(), field.scale().min(MAX_SCALE))
        }
        _ => bound.count().and_then(|count| i64::try_from(count).ok()),
    }
}
