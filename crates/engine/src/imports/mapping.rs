//! Which column becomes which field.

use std::collections::BTreeMap;

use domain::problem::Problem;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::source::Row;

/// How a file's columns become tickets of one type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The ticket type (form key).
    #[serde(rename = "type")]
    pub form: String,
    /// Column that identifies a row; a row seen before is skipped, so an import can be repeated.
    #[serde(default)]
    pub key: Option<String>,
    /// Target field → where its value comes from. System fields and form fields alike, and `log`.
    pub fields: BTreeMap<String, Source>,
    /// Zone of times that name none.
    #[serde(default = "default_zone")]
    pub zone: String,
}

fn default_zone() -> String {
    "Asia/Shanghai".to_owned()
}

/// Where a field's value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The column.
    #[serde(default)]
    pub from: Option<String>,
    /// A fixed value, or the one for rows where the column is empty.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub value: Value,
    /// Their word → ours. A word without an entry is kept.
    #[serde(default)]
    pub map: BTreeMap<String, Value>,
}

/// Fields that a mapping may name beside the form's own.
pub(super) const SYSTEM_FIELDS: [&str; 14] = [
    "title",
    "status",
    "priority",
    "category",
    "owner",
    "team",
    "requester",
    "org",
    "place",
    "asset",
    "created_at",
    "solved_at",
    "closed_at",
    "rating",
];

impl Mapping {
    /// The row's values by target field; absent where the column is empty.
    ///
    /// # Errors
    /// A problem for each value that cannot be read, with the field in the pointer.
    pub fn apply(&self, row: &Row) -> Result<Map<String, Value>, Vec<Problem>> {
        let mut values = Map::new();
        let mut problems = Vec::new();
        for (field, source) in &self.fields {
            let Some(found) = source.read(row) else { continue };
            match self.convert(field, found) {
                Ok(value) => {
                    values.insert(field.clone(), value);
                }
                Err(reason) => {
                    let problem = Problem::new(format!("/{field}"), "request.invalid_value");
                    problems.push(problem.with("reason", reason));
                }
            }
        }
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }

    /// The text that identifies the row, when the mapping names a key column.
    pub fn row_key(&self, row: &Row) -> Option<String> {
        match row.cells.get(self.key.as_ref()?)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    fn convert(&self, field: &str, value: Value) -> Result<Value, String> {
        match (field, &value) {
            ("created_at" | "solved_at" | "closed_at", Value::String(text)) => {
                let instant = instant(text, &self.zone).ok_or_else(|| format!("`{text}` is not a time"))?;
                Ok(instant.to_string().into())
            }
            ("priority" | "rating", Value::String(text)) => {
                let level: f64 = text.trim().parse().map_err(|_| format!("`{text}` is not a number"))?;
                Ok((level as i64).into())
            }
            _ => Ok(value),
        }
    }
}

impl Source {
    fn read(&self, row: &Row) -> Option<Value> {
        let cell = self.from.as_ref().and_then(|column| row.cells.get(column)).filter(|cell| !is_blank(cell));
        let Some(cell) = cell else {
            return (!self.value.is_null()).then(|| self.value.clone());
        };
        let word = match cell {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some(self.map.get(&word).unwrap_or(cell).clone())
    }
}

fn is_blank(cell: &Value) -> bool {
    match cell {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// Reads RFC 3339, or a date with an optional time in the mapping's zone.
fn instant(text: &str, zone: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(found) = text.parse::<Timestamp>() {
        return Some(found);
    }
    let normal = text.replace('/', "-").replacen(' ', "T", 1);
    let local: jiff::civil::DateTime = match normal.parse() {
        Ok(found) => found,
        Err(_) => normal.parse::<jiff::civil::Date>().ok()?.at(0, 0, 0, 0),
    };
    let zoned = local.in_tz(zone).ok()?;
    Some(Timestamp::from(zoned.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(cells: Value) -> Row {
        Row { number: 1, cells: serde_json::from_value(cells).expect("an object") }
    }

    #[test]
    fn values_are_mapped_filled_and_converted() {
        let mapping: Mapping = serde_json::from_value(json!({
            "type": "repair", "key": "no",
            "fields": {
                "title": {"from": "标题"},
                "category": {"from": "类别", "map": {"网络": "net"}},
                "status": {"value": "closed"},
                "created_at": {"from": "时间"},
                "priority": {"from": "级别", "value": 2}
            }
        }))
        .expect("a mapping");
        let found = mapping
            .apply(&row(json!({"标题": "断网", "类别": "网络", "时间": "2026/02/13 17:30:00", "级别": " ", "no": 7})));
        let expected = json!({"category": "net", "created_at": "2026-02-13T09:30:00.000Z", "priority": 2, "status": "closed", "title": "断网"});
        assert_eq!(found.map(Value::Object), Ok(expected));
        assert_eq!(mapping.row_key(&row(json!({"no": 7}))), Some("7".to_owned()));
        let problems =
            mapping.apply(&row(json!({"标题": "x", "时间": "昨天", "级别": "高"}))).expect_err("two problems");
        let pointers: Vec<_> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        assert_eq!(pointers, ["/created_at", "/priority"]);
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in [
            ("2026-02-13T09:30:00Z", Some("2026-02-13T09:30:00.000Z")),
            ("2017-10-14T14:25:14", Some("2017-10-14T06:25:14.000Z")),
            ("2017-10-14", Some("2017-10-13T16:00:00.000Z")),
            ("14.10.2017", None),
        ] {
            assert_eq!(instant(text, "Asia/Shanghai").map(|at| at.to_string()).as_deref(), expected, "{text}");
        }
    }
}
