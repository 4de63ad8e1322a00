//! The right side of a comparison: literals read once by the field's type, fields and variables resolved.

use serde_json::Value;

use super::parse::Limits;
use super::plan::{Field, Kind, List, Operand};
use crate::civil::{Duration, parse_date, parse_instant};
use crate::read;
use crate::types::Type;

/// Numbers of different scales compare only while the difference is at most this, so that 64 bits suffice.
const MAX_SCALE_DIFFERENCE: u8 = 3;

/// What reading a right side needs from the checker.
pub(super) trait Side {
    fn reject(&mut self, key: &str, code: &'static str, detail: &str);
    fn other_field(&mut self, key: &str, written: &str, field: &Field) -> Option<Field>;
}

pub(super) fn operand_for(side: &mut dyn Side, field: &mut Field, key: &str, value: &Value) -> Option<Operand> {
    let Value::Object(object) = value else {
        return literal(side, field, key, value);
    };
    let mut entries = object.iter();
    let (Some((name, argument)), None) = (entries.next(), entries.next()) else {
        side.reject(key, "condition.malformed", "a value is a literal, f, var, ago or in");
        return None;
    };
    let argument = argument.as_str().unwrap_or_default();
    match name.as_str() {
        "f" => {
            let mut other = side.other_field(key, argument, field)?;
            if align(field, &mut other) {
                return Some(Operand::Field(other));
            }
            side.reject(key, "condition.scale_mismatch", argument);
            None
        }
        "var" => variable(side, field, key, argument),
        "ago" => shifted(side, field, key, argument, -1),
        "in" => shifted(side, field, key, argument, 1),
        other => {
            side.reject(key, "condition.malformed", other);
            None
        }
    }
}

/// A list of literals, or a variable that stands for a list.
pub(super) fn list_for(side: &mut dyn Side, field: &Field, value: &Value) -> Option<List> {
    if let Some(name) = value.get("var").and_then(Value::as_str) {
        return match (name, &field.declared) {
            ("me.orgs_below", Type::Org) => Some(List::OrgsBelow),
            ("me.roles", Type::Text | Type::Choice { .. } | Type::MultiChoice { .. }) => Some(List::Roles),
            ("me.orgs_below" | "me.roles", _) => reject(side, "v", "condition.wrong_type", name),
            _ => reject(side, "v", "condition.unknown_variable", name),
        };
    }
    let Value::Array(items) = value else {
        return reject(side, "v", "condition.wrong_type", "a list is needed");
    };
    if items.is_empty() {
        return reject(side, "v", "condition.empty_value", "");
    }
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    let mut sound = true;
    for (at, item) in items.iter().enumerate() {
        match literal(side, field, &format!("v/{at}"), item) {
            Some(Operand::Text(text)) => texts.push(text),
            Some(Operand::Number(number)) => numbers.push(number),
            _ => sound = false,
        }
    }
    texts.sort();
    texts.dedup();
    numbers.sort_unstable();
    numbers.dedup();
    sound.then_some(if numbers.is_empty() { List::Texts(texts) } else { List::Numbers(numbers) })
}

pub(super) fn same_kind(field: &Field, other: &Field) -> bool {
    match (&field.declared, &other.declared) {
        (Type::Number { .. } | Type::Money { .. }, Type::Number { .. } | Type::Money { .. }) => true,
        (Type::Text | Type::Choice { .. }, Type::Text | Type::Choice { .. }) => true,
        (Type::Reference { to: left }, Type::Reference { to: right }) => left == right,
        (Type::Date, Type::Date)
        | (Type::DateTime, Type::DateTime)
        | (Type::Bool, Type::Bool)
        | (Type::Person, Type::Person)
        | (Type::Org, Type::Org) => true,
        _ => false,
    }
}

/// Gives both fields the factor that brings them to the larger scale.
fn align(field: &mut Field, other: &mut Field) -> bool {
    let (Kind::Number { scale: left }, Kind::Number { scale: right }) = (field.kind, other.kind) else {
        return true;
    };
    if left.abs_diff(right) > MAX_SCALE_DIFFERENCE {
        return false;
    }
    let scale = left.max(right);
    field.factor = 10_i64.pow(u32::from(scale - left));
    other.factor = 10_i64.pow(u32::from(scale - right));
    true
}

fn literal(side: &mut dyn Side, field: &Field, key: &str, value: &Value) -> Option<Operand> {
    match field.kind {
        Kind::Text | Kind::List => text_literal(side, field, key, value),
        Kind::Bool => match value {
            Value::Bool(truth) => Some(Operand::Number(i64::from(*truth))),
            _ => reject(side, key, "condition.wrong_type", "true or false is needed"),
        },
        Kind::Number { scale } => match read::scaled(value, scale) {
            Some(number) => Some(Operand::Number(number)),
            None if (scale..=12).any(|finer| read::scaled(value, finer).is_some()) => {
                reject(side, key, "condition.too_precise", &scale.to_string())
            }
            None => reject(side, key, "condition.wrong_type", "a number of at most 15 digits is needed"),
        },
        Kind::Date => match value.as_str().and_then(parse_date).filter(|date| date.exists()) {
            Some(date) => Some(Operand::Number(date.number())),
            None => reject(side, key, "condition.wrong_type", "a date is needed"),
        },
        Kind::Instant => match value.as_str().and_then(parse_instant) {
            Some(millis) => Some(Operand::Number(millis)),
            None => reject(side, key, "condition.wrong_type", "a date and time with zone is needed"),
        },
        Kind::Table | Kind::Opaque => reject(side, key, "condition.wrong_type", "no value compares with this field"),
    }
}

fn text_literal(side: &mut dyn Side, field: &Field, key: &str, value: &Value) -> Option<Operand> {
    let Value::String(text) = value else {
        return reject(side, key, "condition.wrong_type", "a text is needed");
    };
    if text.is_empty() {
        return reject(side, key, "condition.empty_value", "");
    }
    if text.contains('\0') || text.chars().count() > Limits::TEXT_CHARS {
        return reject(side, key, "condition.wrong_type", "the text is too long or has a zero character");
    }
    let text = read::nfc(text);
    if let Type::Choice { options: Some(options) } | Type::MultiChoice { options: Some(options) } = &field.declared
        && !options.iter().any(|option| option.value == text)
    {
        return reject(side, key, "condition.not_an_option", &text);
    }
    Some(Operand::Text(text))
}

fn variable(side: &mut dyn Side, field: &Field, key: &str, name: &str) -> Option<Operand> {
    let operand = match (name, &field.declared) {
        ("me", Type::Person) => Operand::Me,
        ("actor", Type::Person) => Operand::Actor,
        ("me.org", Type::Org) => Operand::MyOrg,
        ("today", Type::Date) => Operand::Today,
        ("today", Type::DateTime) => Operand::TodayStart,
        ("now", Type::DateTime) => Operand::Now,
        ("me" | "actor" | "me.org" | "today" | "now" | "me.orgs_below" | "me.roles", _) => {
            return reject(side, key, "condition.wrong_type", name);
        }
        _ => return reject(side, key, "condition.unknown_variable", name),
    };
    Some(operand)
}

fn shifted(side: &mut dyn Side, field: &Field, key: &str, text: &str, sign: i64) -> Option<Operand> {
    let Some(by) = Duration::parse(text) else {
        return reject(side, key, "condition.wrong_type", "a duration such as P7D is needed");
    };
    let fits = field.kind == Kind::Instant || (field.kind == Kind::Date && by.millis == 0);
    if fits { Some(Operand::Shifted { sign, by }) } else { reject(side, key, "condition.wrong_type", text) }
}

fn reject<T>(side: &mut dyn Side, key: &str, code: &'static str, detail: &str) -> Option<T> {
    side.reject(key, code, detail);
    None
}
