//! Looks up what a ranking is made from: the job, the people who could do it, their hours, load and learned speed.

use std::collections::{BTreeMap, HashMap, HashSet};

use ai::handling::{Case, HandlingTimes};
use domain::dispatch::{
    Certificate, Engineer, Handling, Input, Job, Place, Point, SkillNeed, Span, Weights, open_spans,
};
use domain::id::UserId;
use domain::time::Timestamp;
use serde_json::Value;
use store::{TicketRow, UserRow};

use crate::Work;
use crate::error::Result;

/// Jobs assigned within this time count as recent, ms.
const RECENT_MS: i64 = 7 * 86_400_000;
/// Finished jobs of a category that teach how long it takes.
const HISTORY: u32 = 2_000;
const HOUR_MS: f64 = 3_600_000.0;

pub(super) async fn input(work: &mut Work<'_>, ticket: &TicketRow) -> Result<Input> {
    let policy = work.configuration.ai_for(&ticket.form).cloned();
    let weights = policy.as_ref().map(|policy| policy.compiled.dispatch.weights.clone()).unwrap_or_default();
    let place = place(work, ticket).await?;
    let handling = handling(work, ticket).await?;
    let job = job(ticket, &place, handling.usual_ms);
    let engineers = engineers(work, ticket, &weights, &handling).await?;
    Ok(Input { job, engineers, weights, now: work.now() })
}

/// Where the work is, as far as the place's record says.
struct Site {
    place: Option<Place>,
    zone: Option<String>,
}

async fn place(work: &mut Work<'_>, ticket: &TicketRow) -> Result<Site> {
    let Some(id) = ticket.place_id else { return Ok(Site { place: None, zone: None }) };
    let Some(record) = work.tx.record_by_id(id).await? else { return Ok(Site { place: None, zone: None }) };
    let text = |name: &str| record.data.get(name).and_then(Value::as_str).map(str::to_owned);
    let path = ["site", "building", "floor", "room"].iter().filter_map(|part| text(part)).collect();
    let place = Place { path, point: point(record.data.get("location")) };
    Ok(Site { place: Some(place), zone: text("zone") })
}

fn job(ticket: &TicketRow, site: &Site, effort_ms: i64) -> Job {
    let skill = |category: &String| SkillNeed { skill: category.clone(), level: 1 };
    Job {
        ticket: ticket.id,
        category: ticket.category.clone(),
        priority: u8::try_from(ticket.priority).unwrap_or(2),
        skills: ticket.category.iter().map(skill).collect(),
        certificates: Vec::new(),
        zone: site.zone.clone(),
        org: None,
        place: site.place.clone(),
        window: None,
        effort_ms,
        vip: false,
        preferred: Vec::new(),
        refused: Vec::new(),
    }
}

async fn handling(work: &mut Work<'_>, ticket: &TicketRow) -> Result<Learned> {
    let Some(category) = &ticket.category else { return Ok(Learned::default()) };
    let rows = work.tx.ticket_handling(&ticket.form, category, HISTORY).await?;
    let people: HashSet<UserId> = rows.iter().map(|(owner, _)| *owner).collect();
    let case = |(owner, millis): (UserId, i64)| Case {
        engineer: owner.to_string(),
        category: category.clone(),
        hours: millis as f64 / HOUR_MS,
    };
    let times = HandlingTimes::learn(&rows.into_iter().map(case).collect::<Vec<_>>());
    let estimate = |user: UserId| {
        let found = times.estimate(Some(&user.to_string()), category)?;
        Some((user, Handling { hours: found.hours, n: found.cases }))
    };
    let usual = times.estimate(None, category).map_or(0.0, |usual| usual.hours);
    Ok(Learned { by_person: people.into_iter().filter_map(estimate).collect(), usual_ms: (usual * HOUR_MS) as i64 })
}

/// What finished work of the same category teaches.
#[derive(Default)]
struct Learned {
    by_person: HashMap<UserId, Handling>,
    usual_ms: i64,
}

async fn engineers(
    work: &mut Work<'_>,
    ticket: &TicketRow,
    weights: &Weights,
    learned: &Learned,
) -> Result<Vec<Engineer>> {
    let tasks = work.tx.task_list_open(ticket.id).await?;
    let team = tasks.iter().find_map(|task| task.team_id);
    let members: Option<HashSet<UserId>> = match team {
        Some(team) => Some(work.tx.team_member_ids(team).await?.into_iter().collect()),
        None => None,
    };
    let people = work.tx.user_list_active().await?;
    let now = work.now();
    let loads: HashMap<UserId, i64> = work.tx.ticket_open_by_owner().await?.into_iter().collect();
    let recent = work.tx.ticket_recent_by_owner(now.plus_millis(-RECENT_MS)).await?;
    let recent: HashMap<UserId, i64> = recent.into_iter().collect();
    let until = now.plus_millis(i64::from(weights.horizon_hours) * 3_600_000);
    let mut hours: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    let mut found = Vec::new();
    for person in people {
        let Some(profile) = person.profile.get("engineer").filter(|profile| profile.is_object()) else { continue };
        if members.as_ref().is_some_and(|members| !members.contains(&person.id)) {
            continue;
        }
        let calendar = profile.get("calendar").and_then(Value::as_str).unwrap_or("work");
        let spans =
            hours.entry(calendar.to_owned()).or_insert_with(|| match work.configuration.calendars.get(calendar) {
                Some(calendar) => open_spans(calendar, now, until),
                None => vec![Span { from: now, to: until }],
            });
        let count = |counts: &HashMap<UserId, i64>| {
            counts.get(&person.id).and_then(|count| u32::try_from(*count).ok()).unwrap_or_default()
        };
        let handling = learned.by_person.get(&person.id).copied();
        found.push(engineer(&person, profile, spans.clone(), count(&loads), count(&recent), handling));
    }
    Ok(found)
}

fn engineer(
    person: &UserRow,
    profile: &Value,
    hours: Vec<Span>,
    load: u32,
    recent: u32,
    handling: Option<Handling>,
) -> Engineer {
    let skills = profile.get("skills").and_then(Value::as_object).into_iter().flatten();
    let skills = skills.filter_map(|(skill, level)| Some((skill.clone(), u8::try_from(level.as_u64()?).ok()?)));
    let certificates = profile.get("certificates").and_then(Value::as_array).into_iter().flatten();
    let certificates = certificates.filter_map(|certificate| {
        let name = certificate.get("kind")?.as_str()?.to_owned();
        let until = certificate.get("valid_until").and_then(Value::as_str);
        Some(Certificate { name, expires_at: until.and_then(day_after) })
    });
    let zones = profile.get("zones").and_then(Value::as_array).into_iter().flatten();
    let capacity = profile.get("capacity").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
    Engineer {
        user: person.id,
        active: true,
        skills: skills.collect(),
        certificates: certificates.collect(),
        zones: zones.filter_map(|zone| zone.as_str().map(str::to_owned)).collect(),
        orgs: Vec::new(),
        hours,
        absences: Vec::new(),
        load,
        capacity: capacity.unwrap_or(10),
        recent,
        handling,
        place: point(profile.get("location")).map(|point| Place { path: Vec::new(), point: Some(point) }),
    }
}

/// A certificate counts through its last day, local time.
fn day_after(date: &str) -> Option<Timestamp> {
    let last: jiff::civil::Date = date.parse().ok()?;
    let next = last.tomorrow().ok()?.in_tz("Asia/Shanghai").ok()?;
    Some(next.timestamp().into())
}

fn point(value: Option<&Value>) -> Option<Point> {
    let value = value?;
    let number = |names: [&str; 2]| names.iter().find_map(|name| value.get(*name)?.as_f64());
    Some(Point { lat: number(["lat", "latitude"])?, lon: number(["lon", "lng"])? })
}
