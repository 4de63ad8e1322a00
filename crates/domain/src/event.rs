//! Facts: append-only, with actor, time and what changed.
//!
//! The same rows are the ticket's timeline, the audit chain, the outbox of live updates and the input of
//! the SLA replay, so a fact carries enough to be read alone.

use serde_json::Value;

use crate::actor::Actor;
use crate::id::TicketId;
use crate::names::named_enum;
use crate::time::Timestamp;

named_enum! {
    /// What happened. Append-only: rows carry these names for ever.
    pub enum EventKind {
    /// `data`: the ticket's first fields.
    TicketCreated = "ticket.created",
    /// `data.changes`: `{field: {"from","to"}}`, system and form fields alike.
    TicketChanged = "ticket.changed",
    TicketLinked = "ticket.linked",
    TicketUnlinked = "ticket.unlinked",
    TicketRated = "ticket.rated",
    TicketUrged = "ticket.urged",
    /// `data`: comment id, visibility; the body stays in its row so that it can be erased.
    CommentAdded = "comment.added",
    FileAdded = "file.added",
    FlowStarted = "flow.started",
    /// `data.log`: the step's own entries (nodes entered and left).
    FlowMoved = "flow.moved",
    FlowEnded = "flow.ended",
    FlowIncident = "flow.incident",
    TaskOpened = "task.opened",
    TaskChanged = "task.changed",
    TaskClosed = "task.closed",
    SlaStarted = "sla.started",
    SlaWarned = "sla.warned",
    SlaBreached = "sla.breached",
    SlaMet = "sla.met",
    SlaEscalated = "sla.escalated",
    SuggestionMade = "suggestion.made",
    SuggestionDecided = "suggestion.decided",
    DispatchRanked = "dispatch.ranked",
    RuleApplied = "rule.applied",
    RecordCreated = "record.created",
    RecordChanged = "record.changed",
    DefinitionDrafted = "definition.drafted",
    DefinitionPublished = "definition.published",
    DefinitionRolledBack = "definition.rolled_back",
    SessionOpened = "session.opened",
    SessionRefused = "session.refused",
    SessionClosed = "session.closed",
    TokenCreated = "token.created",
    TokenRevoked = "token.revoked",
    PersonCreated = "person.created",
    PersonChanged = "person.changed",
    TeamCreated = "team.created",
    OrgCreated = "org.created",
    TemplateInstalled = "template.installed",
    ImportFinished = "import.finished",
    ModelTrained = "model.trained",
    ModelPromoted = "model.promoted",
    JobRetried = "job.retried",
    AuditVerified = "audit.verified",
    }
}

/// A fact about to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    pub kind: EventKind,
    pub at: Timestamp,
    pub actor: Actor,
    pub ticket: Option<TicketId>,
    /// Id of the thing it is about, when that is not the ticket.
    pub subject: Option<String>,
    pub data: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(EventKind::parse("ticket.exploded"), None);
    }
}
