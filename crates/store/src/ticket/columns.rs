//! Where the fields of a ticket live: the only identifiers that a condition can reach.

use std::collections::BTreeSet;

use lang::{Column, Columns, Type, json_column};

use crate::dialect::{Dialect, json_document};

/// System fields are columns, filterable form fields are rows of the side table, the rest is JSON.
#[derive(Debug, Clone, Copy)]
pub struct TicketColumns<'a> {
    pub dialect: Dialect,
    /// Form fields that every ticket of every form has in the side table.
    pub indexed: &'a BTreeSet<String>,
}

impl Columns for TicketColumns<'_> {
    fn column(&self, field: &str, kind: &Type) -> Option<Column> {
        if let Some(column) = system_column(field) {
            return Some(Column::real(column));
        }
        let is_sound = domain::definition::is_key(field);
        if is_sound && self.indexed.contains(field) && !matches!(kind, Type::Table { .. } | Type::Opaque) {
            let value = match kind {
                Type::Number { .. } | Type::Money { .. } | Type::DateTime => "s.number_value",
                _ => "s.text_value",
            };
            let from = format!(
                "ticket_field s WHERE s.tenant_id = t.tenant_id AND s.ticket_id = t.id AND s.field = '{field}' \
                 AND {value} IS NOT NULL"
            );
            return Some(Column::side(from, value));
        }
        json_column(self.dialect, &json_document(self.dialect, "t.data"), field, kind)
    }

    fn org_path(&self, id: &str) -> Option<String> {
        Some(format!("(SELECT o.path FROM org_unit o WHERE o.tenant_id = t.tenant_id AND o.id = {id})"))
    }
}

pub(super) fn system_column(field: &str) -> Option<&'static str> {
    Some(match field {
        "number" => "t.number",
        "type" => "t.form",
        "title" => "t.title",
        "status" => "t.status",
        "priority" => "t.priority",
        "category" => "t.category",
        "owner" => "t.owner_id",
        "team" => "t.team_id",
        "requester" => "t.requester_id",
        "org" => "t.org_id",
        "place" => "t.place_id",
        "asset" => "t.asset_id",
        "created_at" => "t.created_at",
        "updated_at" => "t.updated_at",
        "solved_at" => "t.solved_at",
        "closed_at" => "t.closed_at",
        "due_at" => "t.due_at",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_field_has_a_column() {
        for field in domain::ticket::SYSTEM_FIELDS {
            assert!(system_column(field.id).is_some(), "{}", field.id);
        }
    }

    #[test]
    fn a_hostile_field_name_has_no_column() {
        let hostile = "a' OR '1'='1".to_owned();
        let indexed = BTreeSet::from([hostile.clone()]);
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            let columns = TicketColumns { dialect, indexed: &indexed };
            assert!(columns.column(&hostile, &Type::Text).is_none());
        }
    }
}
