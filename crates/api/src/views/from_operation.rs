//! From the engine's numbers and verdicts to what clients see.

use domain::dispatch::{FactorScore, Limit};
use engine::dispatch::ShownRanking;
use engine::operations::Verdict;
use engine::stats::{self, Overview};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    AuditVerdict, CandidateView, CreatedDay, ExplanationView, LeftOutView, Named, OverviewView, PersonLoad,
    RankingView, SlaDay, StatusCount, person,
};

pub(crate) fn ranking(shown: &ShownRanking) -> RankingView {
    let ranked = shown.ranking.candidates.iter().map(|candidate| CandidateView {
        person: person(&shown.names, candidate.user),
        score: candidate.score,
        reasons: candidate.factors.iter().map(factor).collect(),
    });
    let left_out = shown.ranking.left_out.iter().map(|candidate| LeftOutView {
        person: person(&shown.names, candidate.user),
        reasons: candidate.limits.iter().map(limit).collect(),
    });
    RankingView {
        best: shown.ranking.best.map(|id| person(&shown.names, id)),
        ranked: ranked.collect(),
        left_out: left_out.collect(),
    }
}

fn factor(scored: &FactorScore) -> ExplanationView {
    let (code, params) = named(&scored.factor, "factor");
    ExplanationView {
        code,
        params,
        value: Some(scored.value),
        weight: Some(scored.weight),
        points: Some(scored.contribution),
    }
}

fn limit(limit: &Limit) -> ExplanationView {
    let (code, params) = named(limit, "code");
    ExplanationView { code, params, value: None, weight: None, points: None }
}

/// A tagged document as its name and the rest.
fn named(value: &impl Serialize, tag: &str) -> (String, Map<String, Value>) {
    let mut params = match serde_json::to_value(value) {
        Ok(Value::Object(params)) => params,
        _ => Map::new(),
    };
    let code = params.remove(tag).and_then(|code| code.as_str().map(str::to_owned));
    (code.unwrap_or_default(), params)
}

impl From<Overview> for OverviewView {
    fn from(overview: Overview) -> Self {
        let status = |row: stats::StatusCount| StatusCount { status: row.status, count: row.count };
        let sla = |row: stats::SlaDay| SlaDay { day: row.day, met: row.met, breached: row.breached };
        let load = |row: stats::Load| PersonLoad {
            person: Named { id: row.person.to_string(), name: row.name },
            open: row.open,
            overdue: row.overdue,
        };
        let day = |row: stats::FlowDay| CreatedDay { day: row.day, created: row.created, closed: row.closed };
        Self {
            open_by_status: overview.open_by_status.into_iter().map(status).collect(),
            sla_rate: overview.sla_rate.into_iter().map(sla).collect(),
            load_by_engineer: overview.load_by_engineer.into_iter().map(load).collect(),
            created_closed: overview.created_closed.into_iter().map(day).collect(),
        }
    }
}

impl From<Verdict> for AuditVerdict {
    fn from(verdict: Verdict) -> Self {
        Self { valid: verdict.valid, checked: verdict.checked, broken_at: verdict.broken_at, reason: verdict.reason }
    }
}
