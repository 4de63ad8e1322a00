//! Where a page of tickets ends and the next begins.

use std::fmt;
use std::str::FromStr;

use domain::id::TicketId;
use domain::view::Sort;

use super::TicketRow;
use crate::value::Value;

/// The last row of a page: its sort value and its id. Rows that change meanwhile neither repeat others nor hide them.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    pub(super) sort: Sort,
    pub(super) value: Value,
    pub(super) id: TicketId,
}

/// A text that is no cursor of this list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a cursor of the list")]
pub struct BadCursor;

impl Cursor {
    pub fn of(row: &TicketRow, sort: &Sort) -> Self {
        let value = match sort.field.as_str() {
            "number" => Value::Text(row.number.clone()),
            "priority" => Value::Int(row.priority),
            "updated_at" => Value::Int(row.updated_at.millis()),
            "due_at" => row.due_at.map_or(Value::Null, |at| Value::Int(at.millis())),
            "solved_at" => row.solved_at.map_or(Value::Null, |at| Value::Int(at.millis())),
            _ => Value::Int(row.created_at.millis()),
        };
        Self { sort: sort.clone(), value, id: row.id }
    }

    /// # Errors
    /// [`BadCursor`] for anything that [`fmt::Display`] did not write.
    pub fn parse(text: &str) -> Result<Self, BadCursor> {
        text.parse()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.sort.descending { "-" } else { "" };
        write!(f, "{sign}{}~{}~", self.sort.field, self.id)?;
        match &self.value {
            Value::Int(number) => write!(f, "i{number}"),
            Value::Text(text) => write!(f, "t{text}"),
            _ => write!(f, "n"),
        }
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let mut parts = text.splitn(3, '~');
        let (Some(sort), Some(id), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(BadCursor);
        };
        let sort = Sort::parse(sort).map_err(|_| BadCursor)?;
        let id = id.parse().map_err(|_| BadCursor)?;
        let kind = value.chars().next().ok_or(BadCursor)?;
        let rest = &value[kind.len_utf8()..];
        let is_text = sort.field == "number";
        let value = match kind {
            'i' if !is_text => Value::Int(rest.parse().map_err(|_| BadCursor)?),
            't' if is_text => Value::Text(rest.to_owned()),
            'n' if rest.is_empty() && matches!(sort.field.as_str(), "due_at" | "solved_at") => Value::Null,
            _ => return Err(BadCursor),
        };
        Ok(Self { sort, value, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_and_nonsense_is_refused() {
        let id = TicketId::from_u128(9);
        let good = [
            ("-created_at", Value::Int(1_790_000_000_000)),
            ("number", Value::Text("WX~1".into())),
            ("due_at", Value::Null),
            ("priority", Value::Int(-3)),
        ];
        for (sort, value) in good {
            let cursor = Cursor { sort: Sort::parse(sort).expect("sortable"), value, id };
            assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor));
        }
        let bad = [
            String::new(),
            "x".into(),
            format!("-created_at~{id}~"),
            format!("-created_at~{id}~tx"),
            format!("-created_at~{id}~n"),
            format!("title~{id}~tx"),
            format!("number~{id}~i5"),
            "number~tkt_1~tx".into(),
            format!("priority~{id}~i9999999999999999999999"),
        ];
        for text in bad {
            assert_eq!(Cursor::parse(&text), Err(BadCursor), "{text}");
        }
    }
}
