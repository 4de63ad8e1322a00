//! Typed looks into a JSON row; whatever has another type reads as missing.

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use crate::civil::{parse_date, parse_instant};
use crate::decimal::{MAX_STORED, parse_scaled, scale_float};

/// The value at `path` of a row; the path's parts lead through nested objects.
pub(crate) fn lookup<'a>(row: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(row, |value, part| value.as_object()?.get(part))
}

/// Whether a value counts as empty: absent, null, the empty text or the empty list.
pub fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    }
}

/// A text with at least one character.
pub(crate) fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

/// A number as an integer scaled by `scale` digits, from a decimal text or a JSON number.
pub fn scaled(value: &Value, scale: u8) -> Option<i64> {
    match value {
        Value::String(text) => parse_scaled(text, scale),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => {
                let scaled = whole.checked_mul(10_i64.pow(u32::from(scale)))?;
                (scaled.unsigned_abs() <= MAX_STORED.unsigned_abs()).then_some(scaled)
            }
            None => scale_float(number.as_f64()?, scale),
        },
        _ => None,
    }
}

/// A date as a sortable number.
pub(crate) fn date(value: &Value) -> Option<i64> {
    Some(parse_date(value.as_str()?)?.number())
}

/// An instant in UTC milliseconds.
pub(crate) fn instant(value: &Value) -> Option<i64> {
    parse_instant(value.as_str()?)
}

/// The texts of a list; other items do not count.
pub(crate) fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let items = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().filter_map(text)
}

/// The rows of a table; items that are not objects do not count.
pub(crate) fn rows(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let items = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items.iter().filter(|item| item.is_object())
}

/// The composed form in which texts are stored and compared (Unicode NFC).
pub fn nfc(text: &str) -> String {
    text.nfc().collect()
}

pub(crate) fn empty_row() -> Value {
    Value::Object(Map::new())
}
