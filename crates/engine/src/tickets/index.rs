//! Keeps a ticket findable: filterable fields in the side table, words in the search index.

use domain::form::Form;
use serde_json::Value;
use store::{FieldValue, TicketRow};

use super::row;
use crate::Work;
use crate::error::Result;

/// Rewrites what lists and search know of the ticket, in the same transaction as the ticket.
pub(crate) async fn write(work: &mut Work<'_>, form: &Form, ticket: &TicketRow) -> Result<()> {
    let values = field_values(form, ticket);
    work.tx.ticket_fields_replace(ticket.id, &values).await?;
    let text = search_text(form, ticket);
    work.tx.ticket_search_replace(ticket.id, &text).await?;
    Ok(())
}

/// Typed values of the fields that the form marks filterable, one per value.
pub(crate) fn field_values(form: &Form, ticket: &TicketRow) -> Vec<FieldValue> {
    typed_values(form, |field| row::get(ticket, field))
}

/// The same for anything that answers for its fields.
pub(crate) fn typed_values(form: &Form, value_of: impl Fn(&str) -> Value) -> Vec<FieldValue> {
    let mut values = Vec::new();
    for (field, kind) in form.filterable() {
        let found = value_of(field);
        let items = match &found {
            Value::Array(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        values.extend(items.iter().filter_map(|item| typed(field, kind, item)));
    }
    values
}

fn typed(field: &str, kind: &lang::Type, value: &Value) -> Option<FieldValue> {
    let text = |text: &str| FieldValue { field: field.to_owned(), text: Some(text.to_owned()), number: None };
    let number = |number: i64| FieldValue { field: field.to_owned(), text: None, number: Some(number) };
    match kind {
        lang::Type::Number { scale } | lang::Type::Money { scale } => lang::scaled(value, *scale).map(number),
        lang::Type::DateTime => value.as_str().and_then(lang::parse_instant).map(number),
        lang::Type::Bool => value.as_bool().map(|flag| text(if flag { "true" } else { "false" })),
        lang::Type::Table { .. } | lang::Type::Opaque => None,
        _ => value.as_str().filter(|found| !found.is_empty()).map(text),
    }
}

/// Everything a person may look for: number, title, and the texts of the form's fields that are not personal.
fn search_text(form: &Form, ticket: &TicketRow) -> String {
    words_of(form, ticket, |_| true)
}

/// The same, of the fields that `shows` lets through.
pub(crate) fn words_of(form: &Form, ticket: &TicketRow, shows: impl Fn(&str) -> bool) -> String {
    let mut text = format!("{} {}", ticket.number, ticket.title);
    for field in form.searchable().filter(|field| shows(field)) {
        if let Some(found) = row::get(ticket, field).as_str() {
            text.push(' ');
            text.push_str(found);
        }
    }
    text
}
