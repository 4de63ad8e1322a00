//! Evaluation of formulas. `None` is a missing value.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value as Json;

use super::check::{CheckedFormula, Field, Node, Part, Read, Source};
use super::{Binary, Function};
use crate::civil::{CivilDate, format_date, format_instant, local_day};
use crate::decimal::{Decimal, format_scaled};
use crate::env::Env;
use crate::read;

impl CheckedFormula {
    /// The result as it is stored: decimal text, text, date, instant, truth value, or null when missing.
    pub fn evaluate(&self, row: &Json, env: &Env) -> Json {
        self.evaluate_within(row, None, env)
    }

    /// The same for a formula of a table's column; `outer` is the row around the table.
    pub fn evaluate_within(&self, row: &Json, outer: Option<&Json>, env: &Env) -> Json {
        let context = Context { row, outer, table_row: None, env };
        let value = context.value(&self.root);
        match (value, self.scale) {
            (Some(Value::Number(number)), Some(scale)) => match number.stored(scale) {
                Some(units) => Json::String(format_scaled(units, scale)),
                None => Json::Null,
            },
            (Some(Value::Truth(truth)), _) => Json::Bool(truth),
            (Some(value), _) => match value.text() {
                text if text.is_empty() => Json::Null,
                text => Json::String(text.into_owned()),
            },
            (None, _) => Json::Null,
        }
    }
}

#[derive(Clone, Copy)]
struct Context<'a> {
    row: &'a Json,
    outer: Option<&'a Json>,
    table_row: Option<&'a Json>,
    env: &'a Env,
}

enum Value<'a> {
    Number(Decimal),
    Text(Cow<'a, str>),
    Truth(bool),
    Date(CivilDate),
    Instant(i64),
}

impl<'a> Value<'a> {
    fn text(self) -> Cow<'a, str> {
        match self {
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Text(text) => text,
            Self::Truth(truth) => Cow::Borrowed(if truth { "true" } else { "false" }),
            Self::Date(date) => Cow::Owned(format_date(date)),
            Self::Instant(millis) => Cow::Owned(format_instant(millis)),
        }
    }
}

impl<'a> Context<'a> {
    fn value(self, node: &'a Node) -> Option<Value<'a>> {
        match node {
            Node::Number(number) => Some(Value::Number(*number)),
            Node::Text(text) => (!text.is_empty()).then(|| Value::Text(Cow::Borrowed(text))),
            Node::Field(field) => self.field(field),
            Node::Negate(inner) => Some(Value::Number(self.number(inner)?.negate())),
            Node::Arithmetic(operator, left, right) => self.arithmetic(*operator, left, right).map(Value::Number),
            Node::If(condition, yes, no) => self.value(if self.truth(condition) { yes } else { no }),
            Node::Compare(..) | Node::And(_) | Node::Or(_) | Node::Not(_) => Some(Value::Truth(self.truth(node))),
            Node::Aggregate(function, parts) => self.aggregate(*function, parts).map(Value::Number),
            Node::Round(inner, scale) => Some(Value::Number(self.number(inner)?.round(*scale)?)),
            Node::Concat(parts) => {
                let mut text = String::new();
                for part in parts {
                    if let Some(value) = self.value(part) {
                        text.push_str(&value.text());
                    }
                }
                Some(Value::Text(Cow::Owned(text)))
            }
            Node::Days(from, to) => {
                let days = self.day(to)? - self.day(from)?;
                Some(Value::Number(Decimal { units: i128::from(days), scale: 0 }))
            }
            Node::Label(field, options) => self.label(field, options),
        }
    }

    fn number(self, node: &'a Node) -> Option<Decimal> {
        match self.value(node)? {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    fn day(self, node: &'a Node) -> Option<i64> {
        match self.value(node)? {
            Value::Date(date) => Some(date.days()),
            Value::Instant(millis) => Some(local_day(millis, self.env.offset_minutes).days()),
            _ => None,
        }
    }

    fn truth(self, node: &'a Node) -> bool {
        match node {
            Node::Compare(operator, left, right) => self.compare(*operator, left, right),
            Node::And(list) => list.iter().all(|inner| self.truth(inner)),
            Node::Or(list) => list.iter().any(|inner| self.truth(inner)),
            Node::Not(inner) => !self.truth(inner),
            _ => matches!(self.value(node), Some(Value::Truth(true))),
        }
    }

    fn compare(self, operator: Binary, left: &'a Node, right: &'a Node) -> bool {
        let order = match (self.value(left), self.value(right)) {
            (Some(left), Some(right)) => order_of(&left, &right),
            _ => None,
        };
        match operator {
            Binary::NotEqual => order != Some(Ordering::Equal),
            Binary::Equal => order == Some(Ordering::Equal),
            Binary::Less => order.is_some_and(Ordering::is_lt),
            Binary::LessOrEqual => order.is_some_and(Ordering::is_le),
            Binary::Greater => order.is_some_and(Ordering::is_gt),
            Binary::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
            Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide => false,
        }
    }

    fn arithmetic(self, operator: Binary, left: &'a Node, right: &'a Node) -> Option<Decimal> {
        let (left, right) = (self.number(left)?, self.number(right)?);
        match operator {
            Binary::Add => left.add(right),
            Binary::Subtract => left.add(right.negate()),
            Binary::Multiply => left.multiply(right),
            Binary::Divide => left.divide(right),
            _ => None,
        }
    }

    fn aggregate(self, function: Function, parts: &'a [Part]) -> Option<Decimal> {
        let mut tally = Tally { count: 0, sum: Some(Decimal::ZERO), best: None };
        for part in parts {
            match part {
                Part::One(node) => tally.push(function, self.value(node)),
                Part::Each { table, node } => {
                    for table_row in read::rows(read::lookup(self.row, table)) {
                        tally.push(function, Context { table_row: Some(table_row), ..self }.value(node));
                    }
                }
                Part::Items(path) => {
                    let items = read::lookup(self.row, path);
                    tally.count += read::rows(items).count() + read::texts(items).count();
                }
            }
        }
        let count = Decimal { units: i128::try_from(tally.count).ok()?, scale: 0 };
        match function {
            Function::Count => Some(count),
            Function::Sum => tally.sum,
            Function::Avg => tally.sum?.divide(count),
            _ => tally.best,
        }
    }

    fn field(self, field: &Field) -> Option<Value<'a>> {
        let value = self.json(field)?;
        match field.read {
            Read::Number { scale } => {
                let units = i128::from(read::scaled(value, scale)?);
                Some(Value::Number(Decimal { units, scale }))
            }
            Read::Text => read::text(value).map(|text| Value::Text(Cow::Borrowed(text))),
            Read::Truth => value.as_bool().map(Value::Truth),
            Read::Date => read::date(value).map(|number| Value::Date(CivilDate::from_number(number))),
            Read::Instant => read::instant(value).map(Value::Instant),
            Read::List => None,
        }
    }

    fn label(self, field: &Field, options: &'a [crate::types::Choice]) -> Option<Value<'a>> {
        let word = |value: &'a str| {
            let option = options.iter().find(|option| option.value == value);
            option.map_or(value, |option| option.label.as_str())
        };
        let value = self.json(field)?;
        if field.read == Read::List {
            let words: Vec<&str> = read::texts(Some(value)).map(word).collect();
            return Some(Value::Text(Cow::Owned(words.join("、"))));
        }
        read::text(value).map(|value| Value::Text(Cow::Borrowed(word(value))))
    }

    fn json(self, field: &Field) -> Option<&'a Json> {
        let row = match field.source {
            Source::Row => self.row,
            Source::Outer => self.outer?,
            Source::TableRow => self.table_row?,
        };
        read::lookup(row, &field.path)
    }
}

/// What an aggregate has seen so far; missing values leave no trace.
struct Tally {
    count: usize,
    /// `None` once the sum was too large.
    sum: Option<Decimal>,
    best: Option<Decimal>,
}

impl Tally {
    fn push(&mut self, function: Function, value: Option<Value<'_>>) {
        let Some(value) = value else {
            return;
        };
        self.count += 1;
        let Value::Number(number) = value else {
            return;
        };
        self.sum = self.sum.and_then(|sum| sum.add(number));
        let better = match (function, self.best) {
            (Function::Min, Some(best)) => number.compare(best) == Some(Ordering::Less),
            (Function::Max, Some(best)) => number.compare(best) == Some(Ordering::Greater),
            _ => true,
        };
        if better {
            self.best = Some(number);
        }
    }
}

fn order_of(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.compare(*right),
        (Value::Text(left), Value::Text(right)) if left.is_empty() || right.is_empty() => None,
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Truth(left), Value::Truth(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Instant(left), Value::Instant(right)) => Some(left.cmp(right)),
        _ => None,
    }
}
