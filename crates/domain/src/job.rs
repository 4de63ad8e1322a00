//! Work that is due later: durable, typed, run at least once.
//!
//! A job carries ids and re-reads the world, so running it twice changes nothing.
//! Variants are append-only: rows already carry their names.

use serde::{Deserialize, Serialize};

use crate::id::{InstanceId, TicketId, UserId};

/// A job's payload, one variant a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Job {
    /// Let the models read a new ticket and write suggestions.
    Suggest { ticket: TicketId },
    /// A clock of this ticket may have something due: warn, breach, escalate.
    SlaTimer { ticket: TicketId },
    /// A timer of a flow instance is due.
    FlowTimer { instance: InstanceId, timer: u32 },
    /// Run an action that a flow asked for, and tell the flow how it ended.
    FlowAction { instance: InstanceId, token: u32, run: u32 },
    /// Rank engineers for a task in a pool; assign where the policy allows.
    Dispatch { ticket: TicketId },
    /// Tell people about what happened to a ticket after this number of the log.
    Notify { ticket: TicketId, event_seq: i64 },
    /// Train the models of one target from confirmed answers.
    Retrain { target: String },
    /// A text was held long enough: send it, if it is still the same.
    SendDraft { ticket: TicketId, user: UserId, version: i64 },
    /// Send a person what is due by one channel, as one message.
    Deliver { user: UserId, channel: String },
}

impl Job {
    /// The name in the `kind` column.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Suggest { .. } => "suggest",
            Self::SlaTimer { .. } => "sla_timer",
            Self::FlowTimer { .. } => "flow_timer",
            Self::FlowAction { .. } => "flow_action",
            Self::Dispatch { .. } => "dispatch",
            Self::Notify { .. } => "notify",
            Self::Retrain { .. } => "retrain",
            Self::SendDraft { .. } => "send_draft",
            Self::Deliver { .. } => "deliver",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_carries_its_kind() {
        let job = Job::Suggest { ticket: TicketId::from_u128(1) };
        let json = serde_json::to_value(&job).expect("a job serialises");
        assert_eq!(json["kind"], job.kind());
        assert_eq!(serde_json::from_value::<Job>(json).ok(), Some(job));
    }
}
