//! What a choice is made from. Everything is plain data: the caller has looked up people, calendars and models.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::policy::Weights;
use super::rank::{Ranking, rank};
use crate::calendar::Calendar;
use crate::id::{OrgId, TicketId, UserId};
use crate::time::Timestamp;

/// A whole question, to be kept beside its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub job: Job,
    pub engineers: Vec<Engineer>,
    pub weights: Weights,
    pub now: Timestamp,
}

impl Input {
    /// Answers the question again.
    pub fn rank(&self) -> Ranking {
        rank(&self.job, &self.engineers, &self.weights, self.now)
    }
}

/// What is to be done, where and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    pub ticket: TicketId,
    #[serde(default)]
    pub category: Option<String>,
    /// From 1 (low) to 4 (urgent).
    pub priority: u8,
    #[serde(default)]
    pub skills: Vec<SkillNeed>,
    #[serde(default)]
    pub certificates: Vec<String>,
    #[serde(default)]
    pub zone: Option<String>,
    #[serde(default)]
    pub org: Option<OrgId>,
    #[serde(default)]
    pub place: Option<Place>,
    /// When it has to be done; `None` for as soon as possible.
    #[serde(default)]
    pub window: Option<Span>,
    /// The usual length of such work, 0 when unknown.
    #[serde(default)]
    pub effort_ms: i64,
    #[serde(default)]
    pub vip: bool,
    /// Whom the customer asked for.
    #[serde(default)]
    pub preferred: Vec<UserId>,
    /// Whom the customer does not want.
    #[serde(default)]
    pub refused: Vec<UserId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkillNeed {
    pub skill: String,
    pub level: u8,
}

/// Somebody who might do it; each person once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engineer {
    pub user: UserId,
    #[serde(default = "yes")]
    pub active: bool,
    /// Level by skill.
    #[serde(default)]
    pub skills: BTreeMap<String, u8>,
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    /// Empty for everywhere.
    #[serde(default)]
    pub zones: Vec<String>,
    /// Every organisation served, those below included; empty for all.
    #[serde(default)]
    pub orgs: Vec<OrgId>,
    /// Working time ahead, from [`open_spans`]: in order, without overlap.
    #[serde(default)]
    pub hours: Vec<Span>,
    #[serde(default)]
    pub absences: Vec<Absence>,
    /// Open jobs.
    pub load: u32,
    /// Open jobs at most.
    pub capacity: u32,
    /// Jobs assigned lately.
    #[serde(default)]
    pub recent: u32,
    /// Learned handling time for the job's category.
    #[serde(default)]
    pub handling: Option<Handling>,
    #[serde(default)]
    pub place: Option<Place>,
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    pub name: String,
    /// `None` for one that does not expire.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// A stretch of time; `to` is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    pub from: Timestamp,
    pub to: Timestamp,
    #[serde(default)]
    pub reason: Option<String>,
}

/// An estimate from `n` finished jobs, already drawn towards the mean where `n` is small.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handling {
    pub hours: f64,
    pub n: u32,
}

/// Where somebody or something is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// From the outside in: site, building, floor, room.
    #[serde(default)]
    pub path: Vec<String>,
    #[serde(default)]
    pub point: Option<Point>,
}

/// Degrees north and east.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub lat: f64,
    pub lon: f64,
}

/// The working time of a calendar between two instants, as an engineer's `hours`.
pub fn open_spans(calendar: &Calendar, from: Timestamp, to: Timestamp) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for segment in calendar.segments(from, to).into_iter().filter(|segment| segment.open) {
        match spans.last_mut() {
            Some(last) if last.to == segment.from => last.to = segment.to,
            _ => spans.push(Span { from: segment.from, to: segment.to }),
        }
    }
    spans
}
