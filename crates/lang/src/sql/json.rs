//! Typed extraction from a JSON document in SQL, with the same verdicts as reading the row in memory.
//!
//! Data is canonical when it comes here: numbers are decimal texts with exactly the declared decimals, instants are
//! UTC with milliseconds. Anything else reads as missing. Guards come before casts, because PostgreSQL raises errors.

use super::{Column, Columns, Dialect};
use crate::types::Type;

/// Columns for fields that live in one JSON document.
#[derive(Debug, Clone)]
pub struct JsonColumns {
    pub dialect: Dialect,
    /// A trusted expression of type TEXT on SQLite and JSONB on PostgreSQL.
    pub document: String,
}

impl Columns for JsonColumns {
    fn column(&self, field: &str, kind: &Type) -> Option<Column> {
        json_column(self.dialect, &self.document, field, kind)
    }
}

/// The column for `path` of the JSON expression `document`; `None` when the path has other characters than `a-z 0-9 _ .`.
pub fn json_column(dialect: Dialect, document: &str, path: &str, kind: &Type) -> Option<Column> {
    let sound = |part: &str| {
        let first = part.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
        first && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    if !path.split('.').all(sound) {
        return None;
    }
    let place = Place::new(dialect, document, path);
    let empty = place.empty();
    Some(match kind {
        Type::Text | Type::Choice { .. } | Type::Person | Type::Org | Type::Reference { .. } => {
            Column::Value { expression: place.text(), empty }
        }
        Type::Number { scale } | Type::Money { scale } => {
            let expression = number(dialect, &place.text(), usize::from(*scale));
            Column::Value { expression, empty }
        }
        Type::Date => Column::Value { expression: date(dialect, &place.text()), empty },
        Type::DateTime => Column::Value { expression: instant(dialect, &place.text()), empty },
        Type::Bool => Column::Value { expression: place.truth(), empty },
        Type::MultiChoice { .. } => {
            let from = format!("{} AS m WHERE m.value IS NOT NULL", place.items(ItemKind::Text));
            Column::Values { from, value: "m.value".to_owned(), empty }
        }
        Type::Table { .. } => {
            let from = format!("{} AS r WHERE r.value IS NOT NULL", place.items(ItemKind::Object));
            Column::Table { from, row: "r.value".to_owned(), empty }
        }
        Type::Files | Type::Opaque => Column::Presence { empty },
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ItemKind {
    Text,
    Object,
}

/// One value inside a document, as expressions for its JSON and its JSON type.
struct Place {
    dialect: Dialect,
    json: String,
    type_of: String,
    raw_text: String,
}

impl Place {
    fn new(dialect: Dialect, document: &str, path: &str) -> Self {
        match dialect {
            Dialect::Sqlite => Self {
                dialect,
                json: format!("({document} -> '$.{path}')"),
                type_of: format!("json_type({document}, '$.{path}')"),
                raw_text: format!("json_extract({document}, '$.{path}')"),
            },
            Dialect::Postgres => {
                let json = format!("({document} -> '{}')", path.replace('.', "' -> '"));
                Self {
                    dialect,
                    type_of: format!("jsonb_typeof({json})"),
                    raw_text: format!("({json} #>> '{{}}')"),
                    json,
                }
            }
        }
    }

    fn text(&self) -> String {
        let text_type = if self.dialect == Dialect::Sqlite { "text" } else { "string" };
        format!("CASE {} WHEN '{text_type}' THEN NULLIF({}, '') END", self.type_of, self.raw_text)
    }

    fn truth(&self) -> String {
        match self.dialect {
            Dialect::Sqlite => format!("CASE {} WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' END", self.type_of),
            Dialect::Postgres => format!("CASE {} WHEN 'boolean' THEN {} END", self.type_of, self.raw_text),
        }
    }

    fn empty(&self) -> String {
        let cast = if self.dialect == Dialect::Sqlite { "" } else { "::jsonb" };
        let json = &self.json;
        format!("({json} IS NULL OR {json} IN ('null'{cast}, '\"\"'{cast}, '[]'{cast}))")
    }

    /// A derived table with one `value` for each item of the list; NULL for items of another type.
    fn items(&self, kind: ItemKind) -> String {
        let (json, type_of) = (&self.json, &self.type_of);
        match self.dialect {
            Dialect::Sqlite => {
                let value = match kind {
                    ItemKind::Text => "CASE j.type WHEN 'text' THEN NULLIF(j.value, '') END",
                    ItemKind::Object => "CASE j.type WHEN 'object' THEN j.value END",
                };
                let list = format!("CASE {type_of} WHEN 'array' THEN {json} ELSE '[]' END");
                format!("(SELECT {value} AS value FROM json_each({list}) AS j)")
            }
            Dialect::Postgres => {
                let value = match kind {
                    ItemKind::Text => "CASE jsonb_typeof(j.value) WHEN 'string' THEN NULLIF(j.value #>> '{}', '') END",
                    ItemKind::Object => "CASE jsonb_typeof(j.value) WHEN 'object' THEN j.value END",
                };
                let list = format!("CASE {type_of} WHEN 'array' THEN {json} ELSE '[]'::jsonb END");
                format!("(SELECT {value} AS value FROM jsonb_array_elements({list}) AS j(value))")
            }
        }
    }
}

/// A decimal text with exactly `scale` decimals and at most 15 digits, as a scaled integer.
fn number(dialect: Dialect, text: &str, scale: usize) -> String {
    let guard = match (dialect, scale) {
        (Dialect::Sqlite, 0) => "v.d <> '' AND v.d NOT GLOB '*[^0-9]*' AND length(v.d) <= 15".to_owned(),
        (Dialect::Sqlite, _) => format!(
            "v.d GLOB '[0-9]*.{}' AND substr(v.d, 1, length(v.d) - {}) NOT GLOB '*[^0-9]*' AND length(v.d) <= 16",
            "[0-9]".repeat(scale),
            scale + 1
        ),
        (Dialect::Postgres, 0) => "v.d ~ '^[0-9]{1,15}$'".to_owned(),
        (Dialect::Postgres, _) => format!("v.d ~ '^[0-9]{{1,{}}}[.][0-9]{{{scale}}}$'", 15 - scale),
    };
    format!(
        "(SELECT CASE WHEN {guard} THEN CAST(replace(v.x, '.', '') AS BIGINT) END \
         FROM (SELECT u.x AS x, CASE substr(u.x, 1, 1) WHEN '-' THEN substr(u.x, 2) ELSE u.x END AS d \
         FROM (SELECT {text} AS x) AS u) AS v)"
    )
}

fn date(dialect: Dialect, text: &str) -> String {
    let guard = match dialect {
        Dialect::Sqlite => "v.x GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'",
        Dialect::Postgres => "v.x ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'",
    };
    format!("(SELECT CASE WHEN {guard} AND {DATE_IN_RANGE} THEN v.x END FROM (SELECT {text} AS x) AS v)")
}

const DATE_IN_RANGE: &str = "substr(v.x, 1, 4) <> '0000' AND substr(v.x, 6, 2) BETWEEN '01' AND '12' \
                             AND substr(v.x, 9, 2) BETWEEN '01' AND '31'";

/// A canonical instant as UTC milliseconds, by integer arithmetic that cannot fail on days a month lacks.
fn instant(dialect: Dialect, text: &str) -> String {
    let guard = match dialect {
        Dialect::Sqlite => {
            "v.x GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9]Z'"
        }
        Dialect::Postgres => "v.x ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9][.][0-9]{3}Z$'",
    };
    let part = |from: u8, length: u8| format!("CAST(substr(v.x, {from}, {length}) AS BIGINT)");
    let (month, day) = (part(6, 2), part(9, 2));
    let year = format!("({} - CASE WHEN substr(v.x, 6, 2) <= '02' THEN 1 ELSE 0 END)", part(1, 4));
    let days = format!(
        "365 * {year} + {year} / 4 - {year} / 100 + {year} / 400 + (153 * (({month} + 9) % 12) + 2) / 5 + {day} - 719469"
    );
    let seconds = format!("((({days}) * 24 + {}) * 60 + {}) * 60 + {}", part(12, 2), part(15, 2), part(18, 2));
    format!(
        "(SELECT CASE WHEN {guard} AND {DATE_IN_RANGE} AND substr(v.x, 12, 2) < '24' \
         THEN ({seconds}) * 1000 + {} END FROM (SELECT {text} AS x) AS v)",
        part(21, 3)
    )
}
