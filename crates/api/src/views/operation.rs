//! Numbers, models, jobs, audit.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Named, TextView, Time};

/// The four charts of the start page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OverviewView {
    pub(crate) open_by_status: Vec<StatusCount>,
    pub(crate) sla_rate: Vec<SlaDay>,
    pub(crate) load_by_engineer: Vec<PersonLoad>,
    pub(crate) created_closed: Vec<CreatedDay>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatusCount {
    pub(crate) status: String,
    pub(crate) count: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlaDay {
    #[schema(example = "2026-02-13")]
    pub(crate) day: String,
    pub(crate) met: i64,
    pub(crate) breached: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonLoad {
    pub(crate) person: Named,
    pub(crate) open: i64,
    pub(crate) overdue: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedDay {
    #[schema(example = "2026-02-13")]
    pub(crate) day: String,
    pub(crate) created: i64,
    pub(crate) closed: i64,
}

/// A trained model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelView {
    pub(crate) id: String,
    /// The field it answers, such as `repair.category`.
    pub(crate) target: String,
    pub(crate) version: i64,
    /// In use now.
    pub(crate) active: bool,
    pub(crate) trained_at: Time,
    /// Examples it learned from.
    pub(crate) examples: i64,
    /// Measured on examples it has not seen.
    #[schema(value_type = Object)]
    pub(crate) metrics: Value,
}

/// Work that is due, running, done or given up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) attempts: i64,
    pub(crate) due_at: Time,
    pub(crate) created_at: Time,
    #[schema(required)]
    pub(crate) error: Option<String>,
    #[schema(value_type = Object)]
    pub(crate) payload: Value,
}

/// What checking the chain of events found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditVerdict {
    pub(crate) valid: bool,
    pub(crate) checked: i64,
    /// Position of the first broken event.
    #[schema(required)]
    pub(crate) broken_at: Option<i64>,
    #[schema(required)]
    pub(crate) reason: Option<String>,
}

/// Who fits best, and why everybody else does not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RankingView {
    #[schema(required)]
    pub(crate) best: Option<Named>,
    pub(crate) ranked: Vec<CandidateView>,
    pub(crate) left_out: Vec<LeftOutView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CandidateView {
    pub(crate) person: Named,
    pub(crate) score: f64,
    pub(crate) reasons: Vec<ExplanationView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeftOutView {
    pub(crate) person: Named,
    pub(crate) reasons: Vec<ExplanationView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplanationView {
    pub(crate) code: String,
    #[schema(value_type = Object)]
    pub(crate) params: Map<String, Value>,
    /// How well it fits, 0 to 1.
    #[schema(required)]
    pub(crate) value: Option<f64>,
    /// How much that counts, 0 to 1.
    #[schema(required)]
    pub(crate) weight: Option<f64>,
    /// What it added to the score.
    #[schema(required)]
    pub(crate) points: Option<f64>,
}

/// An entry of the closed list of problem codes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CodeView {
    pub(crate) code: String,
    pub(crate) status: u16,
    pub(crate) text: TextView,
}
