//! The fields that every ticket has, whatever its form.

use lang::{Choice, Type, Types};

use super::Status;

/// A system field and how conditions see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemField {
    pub id: &'static str,
    /// People may set it; the others follow from what happens.
    pub settable: bool,
}

/// All of them. A form field with the same id is the system field, shown on that form.
pub const SYSTEM_FIELDS: [SystemField; 17] = [
    field("number", false),
    field("type", false),
    field("title", true),
    field("status", true),
    field("priority", true),
    field("category", true),
    field("owner", true),
    field("team", true),
    field("requester", true),
    field("org", true),
    field("place", true),
    field("asset", true),
    field("created_at", false),
    field("updated_at", false),
    field("solved_at", false),
    field("closed_at", false),
    field("due_at", false),
];

const fn field(id: &'static str, settable: bool) -> SystemField {
    SystemField { id, settable }
}

/// The entry of a field id, if it is a system field.
pub fn system_field(id: &str) -> Option<&'static SystemField> {
    SYSTEM_FIELDS.iter().find(|field| field.id == id)
}

/// What makes a row a ticket: nobody who sees the ticket can be kept from these, and no role may say so.
pub fn is_always_shown(id: &str) -> bool {
    matches!(id, "number" | "type" | "title" | "status" | "priority" | "created_at" | "updated_at")
}

/// Their types for conditions.
pub fn system_types() -> Types {
    let statuses = Status::ALL.map(|status| Choice { value: status.as_str().into(), label: status.as_str().into() });
    let text = |types: Types, id: &str| types.with(id, Type::Text);
    let types = ["number", "type", "title"].into_iter().fold(Types::new(), text);
    let types = types
        .with("status", Type::Choice { options: Some(statuses.into()) })
        .with("priority", Type::Number { scale: 0 })
        .with("category", Type::Choice { options: None })
        .with("owner", Type::Person)
        .with("requester", Type::Person)
        .with("team", Type::Reference { to: "team".into() })
        .with("org", Type::Org)
        .with("place", Type::Reference { to: "place".into() })
        .with("asset", Type::Reference { to: "asset".into() });
    let times = ["created_at", "updated_at", "solved_at", "closed_at", "due_at"];
    times.into_iter().fold(types, |types, id| types.with(id, Type::DateTime))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_field_has_a_type() {
        let types = system_types();
        for field in SYSTEM_FIELDS {
            assert!(types.get(field.id).is_some(), "{}", field.id);
        }
        assert_eq!(types.iter().count(), SYSTEM_FIELDS.len());
    }
}
