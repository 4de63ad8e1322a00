//! Evaluation over JSON rows, without allocating.

use std::cmp::Ordering;

use serde_json::Value;

use super::Quantifier;
use super::plan::{Check, Checked, CountRelation, Field, Kind, List, Node, Operand, Relation, Test};
use crate::civil::parse_date;
use crate::env::Env;
use crate::read;

/// The rows a condition looks at: flat objects of field → value.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    pub row: &'a Value,
    /// The row before the change, for `changed`; `None` where everything was empty.
    pub old: Option<&'a Value>,
    /// The surrounding row, addressed as `form.…`.
    pub outer: Option<&'a Value>,
}

impl<'a> Rows<'a> {
    pub fn of(row: &'a Value) -> Self {
        Self { row, old: None, outer: None }
    }
}

impl Checked {
    /// Whether `row` fulfils the condition.
    pub fn evaluate(&self, row: &Value, env: &Env) -> bool {
        node(&self.root, Rows::of(row), env)
    }

    /// The same with an old or outer row.
    pub fn evaluate_rows(&self, rows: Rows<'_>, env: &Env) -> bool {
        node(&self.root, rows, env)
    }
}

fn node(part: &Node, rows: Rows<'_>, env: &Env) -> bool {
    match part {
        Node::All(list) => list.iter().all(|inner| node(inner, rows, env)),
        Node::Any(list) => list.iter().any(|inner| node(inner, rows, env)),
        Node::Not(inner) => !node(inner, rows, env),
        Node::Test(test) => holds(test, rows, env) != test.negative,
        Node::Rows { quantifier, table, condition } => {
            let mut matching = table_rows(table, rows).map(|inner| node(condition, inner, env));
            match quantifier {
                Quantifier::Some => matching.any(|is_true| is_true),
                Quantifier::Every => matching.all(|is_true| is_true),
                Quantifier::None => !matching.any(|is_true| is_true),
            }
        }
        Node::Count { table, condition, test } => {
            let count = table_rows(table, rows).filter(|inner| node(condition, *inner, env)).count();
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            let is_true = match test.relation {
                CountRelation::Equal(value) => count == value,
                CountRelation::Order(relation, value) => relation.holds(count.cmp(&value)),
                CountRelation::Between(low, high) => low <= count && count <= high,
            };
            is_true != test.negative
        }
    }
}

fn table_rows<'a>(table: &Field, rows: Rows<'a>) -> impl Iterator<Item = Rows<'a>> {
    let outer = Some(rows.row);
    read::rows(table.value(rows)).map(move |row| Rows { row, old: None, outer })
}

/// The positive meaning of a test.
fn holds(test: &Test, rows: Rows<'_>, env: &Env) -> bool {
    let field = &test.field;
    let value = field.value(rows);
    match &test.check {
        Check::Empty => read::is_empty(value),
        Check::Changed => changed(field, value, rows.old.and_then(|old| read::lookup(old, &field.path))),
        Check::Equal(right) => compare(field, value, right, rows, env) == Some(Ordering::Equal),
        Check::Order(relation, right) => {
            compare(field, value, right, rows, env).is_some_and(|order| relation.holds(order))
        }
        Check::Between(low, high) => {
            compare(field, value, low, rows, env).is_some_and(Ordering::is_ge)
                && compare(field, value, high, rows, env).is_some_and(Ordering::is_le)
        }
        Check::OneOf(list) => field.read(value).is_some_and(|scalar| list.has(scalar, env)),
        Check::Contains(right) => {
            both_texts(field, value, right, rows, env).is_some_and(|(text, part)| find_folded(text, part))
        }
        Check::Starts(right) => {
            both_texts(field, value, right, rows, env).is_some_and(|(text, start)| starts_folded(text, start))
        }
        Check::HasAny(list) => read::texts(value).any(|text| list.has(Scalar::Text(text), env)),
        Check::HasAll(list) => list.all_in(value, env),
        Check::Under(right) => {
            both_texts(field, value, right, rows, env).is_some_and(|(org, root)| env.is_under(org, root))
        }
    }
}

impl Relation {
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Lt => order.is_lt(),
            Self::Lte => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Gte => order.is_ge(),
        }
    }
}

/// A value ready to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scalar<'a> {
    Text(&'a str),
    Number(i64),
}

impl Field {
    fn value<'a>(&self, rows: Rows<'a>) -> Option<&'a Value> {
        let row = if self.outer { rows.outer? } else { rows.row };
        read::lookup(row, &self.path)
    }

    /// The value as its type, or `None` when it is missing, empty or of another type.
    pub(super) fn read<'a>(&self, value: Option<&'a Value>) -> Option<Scalar<'a>> {
        let value = value?;
        match self.kind {
            Kind::Text => read::text(value).map(Scalar::Text),
            Kind::Number { scale } => Some(Scalar::Number(read::scaled(value, scale)? * self.factor)),
            Kind::Date => read::date(value).map(Scalar::Number),
            Kind::Instant => read::instant(value).map(Scalar::Number),
            Kind::Bool => value.as_bool().map(|truth| Scalar::Number(i64::from(truth))),
            Kind::List | Kind::Table | Kind::Opaque => None,
        }
    }
}

impl Operand {
    /// The value for this evaluation, or `None` when there is none.
    pub(super) fn resolve<'a>(&'a self, field: &Field, rows: Rows<'a>, env: &'a Env) -> Option<Scalar<'a>> {
        match self {
            Self::Text(text) => Some(Scalar::Text(text)),
            Self::Number(number) => Some(Scalar::Number(*number)),
            Self::Field(other) => other.read(other.value(rows)),
            Self::Me => env.me.as_deref().map(Scalar::Text),
            Self::Actor => env.actor.as_deref().map(Scalar::Text),
            Self::MyOrg => env.org.as_deref().map(Scalar::Text),
            Self::Today => Some(Scalar::Number(env.today().number())),
            Self::TodayStart => Some(Scalar::Number(env.today_start())),
            Self::Now => Some(Scalar::Number(env.now_ms)),
            Self::Shifted { sign, by } if field.kind == Kind::Date => {
                Some(Scalar::Number(by.shift_date(env.today(), *sign).number()))
            }
            Self::Shifted { sign, by } => Some(Scalar::Number(by.shift_instant(env.now_ms, env.offset_minutes, *sign))),
        }
    }
}

impl List {
    fn has(&self, scalar: Scalar<'_>, env: &Env) -> bool {
        match (self, scalar) {
            (Self::Texts(texts), Scalar::Text(text)) => texts.binary_search_by(|item| item.as_str().cmp(text)).is_ok(),
            (Self::Numbers(numbers), Scalar::Number(number)) => numbers.binary_search(&number).is_ok(),
            (Self::OrgsBelow, Scalar::Text(text)) => env.orgs_below.contains(text),
            (Self::Roles, Scalar::Text(text)) => env.roles.contains(text),
            _ => false,
        }
    }

    /// Whether every item is among the texts of `value`; false for an empty list.
    fn all_in(&self, value: Option<&Value>, env: &Env) -> bool {
        let present = |item: &str| read::texts(value).any(|text| text == item);
        match self {
            Self::Texts(texts) => !texts.is_empty() && texts.iter().all(|item| present(item)),
            Self::Roles => !env.roles.is_empty() && env.roles.iter().all(|item| present(item)),
            Self::OrgsBelow => !env.orgs_below.is_empty() && env.orgs_below.iter().all(|item| present(item)),
            Self::Numbers(_) => false,
        }
    }
}

fn compare(field: &Field, value: Option<&Value>, right: &Operand, rows: Rows<'_>, env: &Env) -> Option<Ordering> {
    let left = field.read(value)?;
    let right = right.resolve(field, rows, env)?;
    Some(left.cmp(&right))
}

fn both_texts<'a>(
    field: &Field,
    value: Option<&'a Value>,
    right: &'a Operand,
    rows: Rows<'a>,
    env: &'a Env,
) -> Option<(&'a str, &'a str)> {
    match (field.read(value)?, right.resolve(field, rows, env)?) {
        (Scalar::Text(text), Scalar::Text(other)) => Some((text, other)),
        _ => None,
    }
}

/// Whether two values of a field differ; missing, empty and wrongly typed ones are equal to each other.
fn changed(field: &Field, new: Option<&Value>, old: Option<&Value>) -> bool {
    match field.kind {
        Kind::List => read::texts(new).ne(read::texts(old)),
        Kind::Table | Kind::Opaque => match (read::is_empty(new), read::is_empty(old)) {
            (true, true) => false,
            (false, false) => new != old,
            _ => true,
        },
        _ => field.read(new) != field.read(old),
    }
}

/// Whether `text` contains `part`, A–Z equal to a–z. Works on bytes: UTF-8 never matches inside a character.
fn find_folded(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

fn starts_folded(text: &str, start: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= start.len() && bytes[..start.len()].eq_ignore_ascii_case(start.as_bytes())
}

/// The date that a date operand's number stands for, for SQL.
pub(super) fn date_text(number: i64) -> String {
    let date = crate::civil::CivilDate::from_number(number);
    let text = crate::civil::format_date(date);
    debug_assert!(parse_date(&text).is_some());
    text
}
