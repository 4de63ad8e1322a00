//! Reads a ticket's events as facts for its clocks.

use std::collections::BTreeSet;

use domain::event::{EventKind, NewEvent};
use domain::id::TicketId;
use domain::sla::{Fact, FactKind, PolicyId};
use domain::ticket::Status;
use domain::time::Timestamp;
use serde_json::{Map, Value};

use super::MAX_EVENTS;
use crate::Work;
use crate::error::Result;

/// Everything so far, with what this transaction has recorded.
pub(super) async fn all(work: &mut Work<'_>, ticket: TicketId) -> Result<Vec<Fact>> {
    let events = work.tx.event_list_for_ticket(ticket, 0, MAX_EVENTS).await?;
    let mut facts: Vec<Fact> = events.iter().flat_map(|event| read(event.kind, event.at, &event.data)).collect();
    facts.extend(pending(work, ticket));
    Ok(facts)
}

/// What this transaction has recorded and not yet written.
pub(super) fn pending(work: &Work<'_>, ticket: TicketId) -> Vec<Fact> {
    let own = work.tx.events_pending().filter(|event| event.ticket == Some(ticket));
    own.flat_map(|event| read(event.kind, event.at, &event.data)).collect()
}

/// The same from events that are yet to be recorded.
pub(super) fn of_story(story: &[NewEvent]) -> Vec<Fact> {
    story.iter().flat_map(|event| read(event.kind, event.at, &event.data)).collect()
}

/// The policy that holds after these facts.
pub(super) fn policy(facts: &[Fact]) -> Option<PolicyId> {
    facts.iter().rev().find_map(|fact| match &fact.kind {
        FactKind::PolicyChanged { to } => Some(to.clone()),
        _ => None,
    })?
}

/// Every policy that held at some time.
pub(super) fn policies(facts: &[Fact]) -> BTreeSet<&PolicyId> {
    let named = facts.iter().filter_map(|fact| match &fact.kind {
        FactKind::PolicyChanged { to } => to.as_ref(),
        _ => None,
    });
    named.collect()
}

/// The fields that these facts changed.
pub(super) fn changed(facts: &[Fact]) -> BTreeSet<&str> {
    let fields = facts.iter().filter_map(|fact| match &fact.kind {
        FactKind::FieldChanged { fields } => Some(fields.keys()),
        _ => None,
    });
    fields.flatten().map(String::as_str).collect()
}

fn read(kind: EventKind, at: Timestamp, data: &Value) -> Vec<Fact> {
    let found = match kind {
        EventKind::TicketCreated => created(data),
        EventKind::SlaStarted => {
            let key = data.get("policy").and_then(Value::as_str).map(str::to_owned);
            let version = data.get("version").and_then(Value::as_i64);
            vec![FactKind::PolicyChanged { to: key.zip(version).map(|(key, version)| PolicyId { key, version }) }]
        }
        EventKind::TicketChanged => {
            let changes = data.get("changes").and_then(Value::as_object);
            let to = |change: &Value| change.get("to").cloned().unwrap_or(Value::Null);
            let fields: Map<String, Value> =
                changes.into_iter().flatten().map(|(field, change)| (field.clone(), to(change))).collect();
            vec![FactKind::FieldChanged { fields }]
        }
        EventKind::CommentAdded => {
            let public = data.get("visibility").and_then(Value::as_str) == Some("public");
            let own = data.get("by_requester").and_then(Value::as_bool) == Some(true);
            if public && !own { vec![FactKind::PublicReply] } else { Vec::new() }
        }
        EventKind::TaskChanged => task_changed(data.get("change").unwrap_or(&Value::Null)),
        EventKind::TaskClosed if data.get("by").is_some_and(Value::is_string) => vec![FactKind::FirstResponse],
        EventKind::FlowEnded if data.get("cancelled").and_then(Value::as_bool) == Some(true) => {
            vec![FactKind::Withdrawn]
        }
        _ => Vec::new(),
    };
    found.into_iter().map(|kind| Fact::new(at, kind)).collect()
}

fn created(data: &Value) -> Vec<FactKind> {
    let fields = data.get("fields").and_then(Value::as_object).cloned().unwrap_or_default();
    let status = fields.get("status").and_then(Value::as_str).and_then(Status::parse).unwrap_or(Status::New);
    let priority = fields.get("priority").and_then(Value::as_u64).and_then(|level| u8::try_from(level).ok());
    vec![FactKind::Created { status, priority: priority.unwrap_or(2), policy: None, fields }]
}

fn task_changed(change: &Value) -> Vec<FactKind> {
    match change.get("change").and_then(Value::as_str) {
        Some("people") if change.get("holder").is_some_and(Value::is_string) => vec![FactKind::FirstResponse],
        Some("held") => {
            let reason = change.get("reason").and_then(Value::as_str).map(str::to_owned);
            vec![FactKind::Hold { reason }]
        }
        Some("resumed") => vec![FactKind::Unhold],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn events_become_facts() {
        let at = Timestamp::from_millis(5);
        let one = |kind, data: Value| read(kind, at, &data).into_iter().map(|fact| fact.kind).next();
        assert!(matches!(
            one(EventKind::TicketCreated, json!({"fields": {"status": "new", "priority": 4}})),
            Some(FactKind::Created { priority: 4, status: Status::New, .. })
        ));
        let to = Some(PolicyId { key: "p".into(), version: 3 });
        let started = json!({"policy": "p", "version": 3});
        assert_eq!(one(EventKind::SlaStarted, started), Some(FactKind::PolicyChanged { to }));
        let none = json!({"policy": null, "version": null});
        assert_eq!(one(EventKind::SlaStarted, none), Some(FactKind::PolicyChanged { to: None }));
        assert_eq!(one(EventKind::CommentAdded, json!({"visibility": "public"})), Some(FactKind::PublicReply));
        assert_eq!(one(EventKind::CommentAdded, json!({"visibility": "internal"})), None);
        assert_eq!(one(EventKind::CommentAdded, json!({"visibility": "public", "by_requester": true})), None);
        let held = json!({"change": {"change": "held", "reason": "等配件"}});
        assert_eq!(one(EventKind::TaskChanged, held), Some(FactKind::Hold { reason: Some("等配件".into()) }));
        assert_eq!(one(EventKind::TaskClosed, json!({"by": null})), None);
        assert_eq!(one(EventKind::FlowEnded, json!({"cancelled": true})), Some(FactKind::Withdrawn));
    }
}
