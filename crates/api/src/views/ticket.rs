//! A ticket in a list and on its page.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Named, TextView, Time, Titled};

/// A ticket in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketRow {
    pub(crate) id: String,
    #[schema(example = "WX-00042")]
    pub(crate) number: String,
    /// Key of its form.
    pub(crate) r#type: String,
    pub(crate) type_title: TextView,
    pub(crate) title: String,
    /// `new`, `open`, `waiting`, `solved` or `closed`.
    pub(crate) status: String,
    /// Where its flow stands, in words.
    #[schema(required)]
    pub(crate) stage: Option<TextView>,
    /// 1 (low) to 4 (urgent).
    pub(crate) priority: i64,
    #[schema(required)]
    pub(crate) category: Option<String>,
    #[schema(required)]
    pub(crate) category_label: Option<TextView>,
    #[schema(required)]
    pub(crate) owner: Option<Named>,
    #[schema(required)]
    pub(crate) team: Option<Named>,
    #[schema(required)]
    pub(crate) requester: Option<Named>,
    #[schema(required)]
    pub(crate) org: Option<Named>,
    #[schema(required)]
    pub(crate) place: Option<Titled>,
    #[schema(required)]
    pub(crate) asset: Option<Titled>,
    #[schema(required)]
    pub(crate) due_at: Option<Time>,
    /// `running`, `paused`, `met`, `breached` or `none`.
    pub(crate) sla_state: String,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
    pub(crate) version: i64,
    /// Fields of the form, as far as the caller may see them.
    #[schema(value_type = Object)]
    pub(crate) data: Map<String, Value>,
}

/// A ticket after an act: what changed for everybody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketBrief {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) r#type: String,
    pub(crate) title: String,
    pub(crate) status: String,
    pub(crate) priority: i64,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
    pub(crate) version: i64,
}

/// One ticket with everything its page shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketView {
    #[serde(flatten)]
    pub(crate) row: TicketRow,
    pub(crate) form_version: i64,
    /// What the caller may do with each field: `none`, `masked`, `read`, `write` or `required`.
    pub(crate) field_rights: BTreeMap<String, String>,
    pub(crate) tags: Vec<String>,
    #[schema(required)]
    pub(crate) first_response_at: Option<Time>,
    #[schema(required)]
    pub(crate) solved_at: Option<Time>,
    #[schema(required)]
    pub(crate) closed_at: Option<Time>,
    #[schema(required)]
    pub(crate) rating: Option<RatingView>,
    pub(crate) clocks: Vec<ClockView>,
    /// Whether there is a diagram to ask for under `/flow`.
    pub(crate) has_flow: bool,
    pub(crate) tasks: Vec<TaskView>,
    /// What the caller may do with the ticket itself.
    #[schema(example = json!(["comment", "assign", "urge"]))]
    pub(crate) acts: Vec<String>,
    pub(crate) suggestions: Vec<SuggestionView>,
    pub(crate) links: Vec<LinkView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RatingView {
    /// 1 to 5.
    pub(crate) score: i64,
}

/// A promise of the service agreement, and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockView {
    /// `first_response`, `update` or `resolution`.
    pub(crate) target: String,
    pub(crate) cycle: u32,
    /// `running`, `paused`, `met`, `breached` or `cancelled`.
    pub(crate) state: String,
    pub(crate) started_at: Time,
    #[schema(required)]
    pub(crate) due_at: Option<Time>,
    pub(crate) remaining_ms: i64,
    pub(crate) elapsed_ms: i64,
    #[schema(required)]
    pub(crate) met_at: Option<Time>,
    #[schema(required)]
    pub(crate) breached_at: Option<Time>,
    /// Key of the policy.
    pub(crate) policy: String,
    /// Its version, which holds for the ticket whatever is published later.
    pub(crate) policy_version: i64,
    /// Where the time went, without a gap.
    pub(crate) ledger: Vec<SegmentView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SegmentView {
    pub(crate) from: Time,
    pub(crate) to: Time,
    /// `running`, `paused` or `outside_hours`.
    pub(crate) kind: String,
    pub(crate) cause: CauseView,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CauseView {
    pub(crate) code: String,
    #[schema(value_type = Object)]
    pub(crate) params: Map<String, Value>,
}

/// Open work of one person or pool.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskView {
    pub(crate) id: String,
    /// Id of its node in the flow.
    pub(crate) node: String,
    pub(crate) name: TextView,
    /// `approve` or `work`.
    pub(crate) kind: String,
    pub(crate) state: String,
    #[schema(required)]
    pub(crate) assignee: Option<Named>,
    pub(crate) candidates: Vec<Named>,
    #[schema(required)]
    pub(crate) pool: Option<Named>,
    #[schema(required)]
    pub(crate) due_at: Option<Time>,
    /// What the caller may do with it.
    pub(crate) acts: Vec<String>,
    /// What `complete` may answer.
    pub(crate) outcomes: Vec<String>,
    /// Rights on fields while the task is the caller's.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) version: i64,
}

/// What a model proposes for one field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestionView {
    pub(crate) id: String,
    pub(crate) field: String,
    #[schema(value_type = Object)]
    pub(crate) value: Value,
    #[schema(required)]
    pub(crate) label: Option<TextView>,
    /// Calibrated, 0 to 1.
    pub(crate) confidence: f64,
    pub(crate) reasons: Vec<ReasonView>,
    /// `open`, `accepted`, `corrected`, `rejected` or `applied`.
    pub(crate) state: String,
    #[schema(required)]
    pub(crate) decided_by: Option<Named>,
    pub(crate) model: String,
    pub(crate) version: i64,
}

/// A piece of the text that counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonView {
    pub(crate) text: String,
    /// Characters from the start of the text.
    #[schema(required)]
    pub(crate) start: Option<i64>,
    #[schema(required)]
    pub(crate) end: Option<i64>,
    pub(crate) weight: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkView {
    /// `parent`, `child`, `duplicate` or `related`.
    pub(crate) kind: String,
    pub(crate) ticket: LinkedTicket,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkedTicket {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) status: String,
}

/// A ticket that says much the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimilarView {
    pub(crate) ticket: LinkedTicket,
    /// 0 to 1.
    pub(crate) score: f64,
    /// How it was solved, when it was.
    #[schema(required)]
    pub(crate) resolution: Option<String>,
}

/// A saved view with its count.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SavedViewView {
    pub(crate) key: String,
    pub(crate) title: TextView,
    pub(crate) columns: Vec<String>,
    pub(crate) sort: Vec<String>,
    pub(crate) count: u64,
    /// There are more than `count`.
    pub(crate) capped: bool,
}

/// A suggestion after somebody decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecidedView {
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) version: i64,
}
