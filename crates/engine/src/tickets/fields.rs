//! Where each field of a ticket lives: in a column of its own, or in the form's data.

use domain::form::Form;
use domain::problem::Problem;
use serde_json::{Map, Value};
use store::TicketRow;

use super::row;
use crate::error::{Error, Result};

/// System fields that the form does not show, and the rest, which the form judges.
pub(crate) fn separate(form: &Form, fields: Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let outside = |field: &str| domain::ticket::system_field(field).is_some() && !form.has_field(field);
    fields.into_iter().partition(|(field, _)| outside(field))
}

/// The ticket's current values of the form's fields.
pub(crate) fn answers(form: &Form, ticket: &TicketRow) -> Map<String, Value> {
    let ids = form.field_ids();
    ids.map(|id| (id.to_owned(), row::get(ticket, id))).filter(|(_, value)| !value.is_null()).collect()
}

/// Puts judged values where they live: system fields into columns, the rest into `data`.
///
/// # Errors
/// A problem under `prefix` for each value a column cannot hold.
pub(crate) fn place(ticket: &mut TicketRow, values: Map<String, Value>, prefix: &str) -> Result<()> {
    let mut own = Map::new();
    let mut problems = Vec::new();
    for (field, value) in values {
        match domain::ticket::system_field(&field) {
            Some(system) if system.settable => {
                let keeps = matches!(system.id, "title" | "priority" | "status" | "org");
                if !(value.is_null() && keeps) {
                    problems.extend(row::set_system(ticket, system.id, &value).err());
                }
            }
            Some(_) => {}
            None => {
                own.insert(field, value);
            }
        }
    }
    ticket.data = Value::Object(own);
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(under(prefix, problems))) }
}

/// The problems with `prefix` in front of each pointer.
pub(crate) fn under(prefix: &str, problems: Vec<Problem>) -> Vec<Problem> {
    let at = |problem: Problem| Problem { pointer: format!("{prefix}{}", problem.pointer), ..problem };
    problems.into_iter().map(at).collect()
}
