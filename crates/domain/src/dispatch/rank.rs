//! The order of those who fit, and the account of those who do not.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::factor::{Factor, Field, factors, round};
use super::input::{Engineer, Job};
use super::limit::{Limit, limits};
use super::policy::Weights;
use crate::id::{TicketId, UserId};
use crate::time::Timestamp;

/// Everybody, either in order or left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    pub ticket: TicketId,
    pub at: Timestamp,
    pub best: Option<UserId>,
    /// The best first.
    pub candidates: Vec<Candidate>,
    pub left_out: Vec<LeftOut>,
}

/// Somebody who could do it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub user: UserId,
    /// From 0 to 1; the sum of the contributions.
    pub score: f64,
    pub factors: Vec<FactorScore>,
    /// Against the best, the largest loss first; empty for the best.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behind: Vec<Behind>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactorScore {
    #[serde(flatten)]
    pub factor: Factor,
    pub value: f64,
    /// Its share of all weights.
    pub weight: f64,
    pub contribution: f64,
}

/// What a candidate loses to the best by one factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Behind {
    /// Place in `factors`.
    pub index: usize,
    pub difference: f64,
}

/// Somebody who cannot do it. `limits` is never empty; the first is the one to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    pub user: UserId,
    pub limits: Vec<Limit>,
}

/// Ranks the engineers for one job. The order in which they are given does not matter.
pub fn rank(job: &Job, engineers: &[Engineer], weights: &Weights, now: Timestamp) -> Ranking {
    let mut ordered: Vec<&Engineer> = engineers.iter().collect();
    ordered.sort_by_key(|engineer| engineer.user);
    let (mut fitting, mut starts, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for engineer in ordered {
        let (failed, starts_at) = limits(job, engineer, weights, now);
        if failed.is_empty() {
            fitting.push(engineer);
            starts.push(starts_at);
        } else {
            left_out.push(LeftOut { user: engineer.user, limits: failed });
        }
    }
    let field = Field::of(job, &fitting);
    let mut scored: Vec<(&Engineer, Candidate)> = Vec::new();
    for (engineer, starts_at) in fitting.into_iter().zip(starts) {
        let reasons = factors(job, engineer, &field, starts_at, weights, now);
        scored.push((engineer, candidate(engineer.user, reasons)));
    }
    scored.sort_by(order);
    let mut candidates: Vec<Candidate> = scored.into_iter().map(|(_, candidate)| candidate).collect();
    explain(&mut candidates);
    Ranking { ticket: job.ticket, at: now, best: candidates.first().map(|best| best.user), candidates, left_out }
}

fn candidate(user: UserId, reasons: Vec<(Factor, f64, f64)>) -> Candidate {
    let total: f64 = reasons.iter().map(|(_, _, weight)| weight).sum();
    let mut score = 0.0;
    let mut factors = Vec::new();
    for (factor, value, weight) in reasons {
        let share = if total > 0.0 { weight / total } else { 0.0 };
        let contribution = round(value * share);
        score += contribution;
        factors.push(FactorScore { factor, value, weight: round(share), contribution });
    }
    Candidate { user, score: round(score).clamp(0.0, 1.0), factors, behind: Vec::new() }
}

fn order((one, first): &(&Engineer, Candidate), (other, second): &(&Engineer, Candidate)) -> Ordering {
    let by_score = second.score.total_cmp(&first.score);
    let tie = (one.recent, one.load, one.user).cmp(&(other.recent, other.load, other.user));
    by_score.then(tie)
}

fn explain(candidates: &mut [Candidate]) {
    let Some((best, rest)) = candidates.split_first_mut() else {
        return;
    };
    for candidate in rest {
        let pairs = best.factors.iter().zip(&candidate.factors).enumerate();
        let losses =
            pairs.map(|(index, (best, own))| Behind { index, difference: round(best.contribution - own.contribution) });
        candidate.behind = losses.filter(|behind| behind.difference > 0.0).collect();
        candidate.behind.sort_by(|one, other| other.difference.total_cmp(&one.difference));
    }
}
