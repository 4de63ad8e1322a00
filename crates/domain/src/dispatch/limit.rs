//! What leaves somebody out.

use serde::{Deserialize, Serialize};

use super::input::{Engineer, Job, Span};
use super::policy::Weights;
use crate::id::OrgId;
use crate::time::Timestamp;

/// A limit that an engineer fails, with the facts behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Limit {
    Inactive,
    /// The customer does not want this engineer.
    Refused,
    SkillMissing {
        skill: String,
        need: u8,
    },
    SkillLevel {
        skill: String,
        need: u8,
        have: u8,
    },
    CertificateMissing {
        certificate: String,
    },
    CertificateExpired {
        certificate: String,
        expired_at: Timestamp,
    },
    Zone {
        zone: String,
        serves: Vec<String>,
    },
    Org {
        org: OrgId,
        serves: Vec<OrgId>,
    },
    /// Away so long that too little time is left.
    Absent {
        from: Timestamp,
        to: Timestamp,
        reason: Option<String>,
    },
    OutsideHours {
        open_ms: i64,
        needed_ms: i64,
    },
    Capacity {
        load: u32,
        capacity: u32,
    },
}

/// Every limit that the engineer fails, in the order above, and when the work could start.
pub(super) fn limits(
    job: &Job,
    engineer: &Engineer,
    weights: &Weights,
    now: Timestamp,
) -> (Vec<Limit>, Option<Timestamp>) {
    let mut found = Vec::new();
    if !engineer.active {
        found.push(Limit::Inactive);
    }
    if job.refused.contains(&engineer.user) {
        found.push(Limit::Refused);
    }
    for need in &job.skills {
        let skill = need.skill.clone();
        match engineer.skills.get(&need.skill) {
            None => found.push(Limit::SkillMissing { skill, need: need.level }),
            Some(have) if *have < need.level => {
                found.push(Limit::SkillLevel { skill, need: need.level, have: *have });
            }
            Some(_) => {}
        }
    }
    let stretch = stretch(job, weights, now);
    found.extend(job.certificates.iter().filter_map(|name| certificate(name, engineer, stretch.from)));
    found.extend(territory(job, engineer));
    let (time, starts_at) = time(job, engineer, stretch);
    found.extend(time);
    if engineer.load >= engineer.capacity {
        found.push(Limit::Capacity { load: engineer.load, capacity: engineer.capacity });
    }
    (found, starts_at)
}

/// When the work may happen: the job's window as far as it lies ahead, or everything up to the horizon.
fn stretch(job: &Job, weights: &Weights, now: Timestamp) -> Span {
    let horizon = now.plus_millis(i64::from(weights.horizon_hours) * 3_600_000);
    match job.window {
        Some(window) => Span { from: window.from.max(now), to: window.to },
        None => Span { from: now, to: horizon },
    }
}

/// One that is valid when the work may begin is enough; the longest counts.
fn certificate(name: &str, engineer: &Engineer, at: Timestamp) -> Option<Limit> {
    let own = || engineer.certificates.iter().filter(|certificate| certificate.name == name);
    if own().any(|certificate| certificate.expires_at.is_none_or(|expiry| expiry > at)) {
        return None;
    }
    let certificate = name.to_owned();
    Some(match own().filter_map(|certificate| certificate.expires_at).max() {
        Some(expired_at) => Limit::CertificateExpired { certificate, expired_at },
        None => Limit::CertificateMissing { certificate },
    })
}

fn territory(job: &Job, engineer: &Engineer) -> Vec<Limit> {
    let mut found = Vec::new();
    if let Some(zone) = &job.zone
        && !engineer.zones.is_empty()
        && !engineer.zones.contains(zone)
    {
        found.push(Limit::Zone { zone: zone.clone(), serves: engineer.zones.clone() });
    }
    if let Some(org) = job.org
        && !engineer.orgs.is_empty()
        && !engineer.orgs.contains(&org)
    {
        found.push(Limit::Org { org, serves: engineer.orgs.clone() });
    }
    found
}

/// Inside a window the whole effort has to fit, or as much as the window holds; without one, any time will do.
fn time(job: &Job, engineer: &Engineer, stretch: Span) -> (Option<Limit>, Option<Timestamp>) {
    let length = stretch.to.millis_since(stretch.from);
    let needed_ms = match job.window {
        Some(_) => job.effort_ms.min(length).max(1),
        None => 1,
    };
    let hours: Vec<Span> = engineer.hours.iter().filter_map(|span| overlap(*span, stretch)).collect();
    let free = without_absences(&hours, engineer);
    if total(&free) >= needed_ms {
        return (None, free.first().map(|span| span.from));
    }
    let open_ms = total(&hours);
    let absence = engineer.absences.iter().filter(|absence| {
        let absence = Span { from: absence.from, to: absence.to };
        hours.iter().any(|span| overlap(*span, absence).is_some())
    });
    let first = absence.min_by_key(|absence| (absence.from, absence.to)).filter(|_| open_ms >= needed_ms);
    let limit = match first.cloned() {
        Some(absence) => Limit::Absent { from: absence.from, to: absence.to, reason: absence.reason },
        None => Limit::OutsideHours { open_ms: total(&free), needed_ms },
    };
    (Some(limit), None)
}

fn without_absences(hours: &[Span], engineer: &Engineer) -> Vec<Span> {
    let mut free = hours.to_vec();
    for absence in &engineer.absences {
        let mut rest = Vec::new();
        for span in free {
            let before = Span { from: span.from, to: span.to.min(absence.from) };
            let after = Span { from: span.from.max(absence.to), to: span.to };
            if absence.to <= span.from || absence.from >= span.to || absence.from >= absence.to {
                rest.push(span);
                continue;
            }
            rest.extend([before, after].into_iter().filter(|span| span.from < span.to));
        }
        free = rest;
    }
    free
}

fn overlap(one: Span, other: Span) -> Option<Span> {
    let both = Span { from: one.from.max(other.from), to: one.to.min(other.to) };
    (both.from < both.to).then_some(both)
}

fn total(spans: &[Span]) -> i64 {
    spans.iter().map(|span| span.to.millis_since(span.from)).sum()
}
