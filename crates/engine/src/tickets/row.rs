//! A ticket as one flat row of fields: what conditions, rules and forms see.

use domain::problem::Problem;
use domain::ticket::{Priority, Status};
use domain::time::Timestamp;
use serde_json::{Map, Value, json};
use store::TicketRow;

/// System and form fields under their ids.
pub fn flat(ticket: &TicketRow) -> Value {
    let mut row = match &ticket.data {
        Value::Object(data) => data.clone(),
        _ => Map::new(),
    };
    for field in domain::ticket::SYSTEM_FIELDS {
        row.insert(field.id.to_owned(), get(ticket, field.id));
    }
    Value::Object(row)
}

/// The value of one field; null when it is empty or unknown.
pub fn get(ticket: &TicketRow, field: &str) -> Value {
    let time = |at: Option<Timestamp>| at.map_or(Value::Null, |at| at.to_string().into());
    match field {
        "number" => ticket.number.clone().into(),
        "type" => ticket.form.clone().into(),
        "title" => ticket.title.clone().into(),
        "status" => ticket.status.as_str().into(),
        "priority" => ticket.priority.into(),
        "category" => json!(ticket.category),
        "owner" => json!(ticket.owner_id),
        "team" => json!(ticket.team_id),
        "requester" => json!(ticket.requester_id),
        "org" => json!(ticket.org_id),
        "place" => json!(ticket.place_id),
        "asset" => json!(ticket.asset_id),
        "created_at" => time(Some(ticket.created_at)),
        "updated_at" => time(Some(ticket.updated_at)),
        "solved_at" => time(ticket.solved_at),
        "closed_at" => time(ticket.closed_at),
        "due_at" => time(ticket.due_at),
        other => ticket.data.get(other).cloned().unwrap_or(Value::Null),
    }
}

/// Puts a value into a settable system field. The form has already judged form fields.
///
/// # Errors
/// A problem at `/{field}` when the value is not one the field can hold.
pub fn set_system(ticket: &mut TicketRow, field: &str, value: &Value) -> Result<(), Problem> {
    match field {
        "title" => {
            let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
            let text = text.ok_or_else(|| Problem::new("/title", "form.required"))?;
            if text.chars().count() > 300 {
                return Err(Problem::new("/title", "form.too_long").with("max", 300));
            }
            ticket.title = text.to_owned();
        }
        "status" => {
            let status = value.as_str().and_then(Status::parse);
            ticket.status = status.ok_or_else(|| not_an_option("/status", value))?;
        }
        "priority" => ticket.priority = priority(value)?.level(),
        "category" => ticket.category = text_or_null(field, value)?,
        "owner" => ticket.owner_id = id_or_null(field, value)?,
        "team" => ticket.team_id = id_or_null(field, value)?,
        "requester" => ticket.requester_id = id_or_null(field, value)?,
        "org" => ticket.org_id = id_or_null(field, value)?,
        "place" => ticket.place_id = id_or_null(field, value)?,
        "asset" => ticket.asset_id = id_or_null(field, value)?,
        _ => {
            let problem = Problem::new(format!("/{field}"), "access.field");
            return Err(problem.with("field", field));
        }
    }
    Ok(())
}

/// Empties a system field for readers who may not see it; [`domain::ticket::is_always_shown`] ones stay.
pub(crate) fn hide_system(ticket: &mut TicketRow, field: &str) {
    match field {
        "category" => ticket.category = None,
        "owner" => ticket.owner_id = None,
        "team" => ticket.team_id = None,
        "requester" => ticket.requester_id = None,
        "org" => ticket.org_id = None,
        "place" => ticket.place_id = None,
        "asset" => ticket.asset_id = None,
        "solved_at" => ticket.solved_at = None,
        "closed_at" => ticket.closed_at = None,
        "due_at" => (ticket.due_at, ticket.sla_state) = (None, None),
        _ => {}
    }
}

fn priority(value: &Value) -> Result<Priority, Problem> {
    let level = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    level.and_then(Priority::new).ok_or_else(|| not_an_option("/priority", value))
}

fn text_or_null(field: &str, value: &Value) -> Result<Option<String>, Problem> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(Problem::new(format!("/{field}"), "form.wrong_type").with("expected", "text")),
    }
}

fn id_or_null<T: std::str::FromStr>(field: &str, value: &Value) -> Result<Option<T>, Problem> {
    let Some(text) = text_or_null(field, value)? else { return Ok(None) };
    let id = text.parse();
    id.map(Some).map_err(|_| Problem::new(format!("/{field}"), "form.bad_reference"))
}

fn not_an_option(pointer: &str, value: &Value) -> Problem {
    Problem::new(pointer, "form.not_an_option").with("value", value.clone())
}
