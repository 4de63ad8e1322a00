//! What speaks for somebody, from 0 to 1.

use serde::{Deserialize, Serialize};

use super::input::{Engineer, Job, Place, Point};
use super::policy::Weights;
use crate::time::Timestamp;

/// Mean radius of the earth.
const EARTH_METRES: f64 = 6_371_008.8;
/// What is said when nothing is known.
const NEUTRAL: f64 = 0.5;
/// Another site, at a distance that nobody knows.
const ELSEWHERE: f64 = 0.25;
const URGENT: u8 = 4;

/// A reason with the facts behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "factor", rename_all = "snake_case")]
pub enum Factor {
    /// `hours` is absent when nothing is learned yet; `usual_hours` gives one half.
    Speed {
        hours: Option<f64>,
        n: u32,
        usual_hours: Option<f64>,
    },
    /// `shared` levels of the place's path of `levels`.
    Distance {
        metres: Option<i64>,
        shared: usize,
        levels: usize,
    },
    Load {
        load: u32,
        capacity: u32,
    },
    Fairness {
        recent: u32,
        mean: f64,
    },
    /// Levels above what is needed, on average.
    Fit {
        surplus: f64,
        urgent: bool,
    },
    Preference {
        preferred: bool,
        asked: bool,
        vip: bool,
    },
    Wait {
        starts_at: Option<Timestamp>,
        minutes: i64,
    },
}

/// What the candidates have in common.
pub(super) struct Field {
    pub(super) usual_hours: Option<f64>,
    pub(super) mean_recent: f64,
}

impl Field {
    /// Over the candidates in the order of their ids, so that sums do not depend on the order of arrival.
    pub(super) fn of(job: &Job, candidates: &[&Engineer]) -> Self {
        let known: Vec<f64> = candidates.iter().filter_map(|engineer| hours(engineer)).collect();
        let usual = match job.effort_ms {
            effort if effort > 0 => Some(effort as f64 / 3_600_000.0),
            _ if known.is_empty() => None,
            _ => Some(known.iter().sum::<f64>() / known.len() as f64),
        };
        let recent: u64 = candidates.iter().map(|engineer| u64::from(engineer.recent)).sum();
        let mean_recent = if candidates.is_empty() { 0.0 } else { recent as f64 / candidates.len() as f64 };
        Self { usual_hours: usual.map(round), mean_recent: round(mean_recent) }
    }
}

/// Each factor with its value and its weight.
pub(super) fn factors(
    job: &Job,
    engineer: &Engineer,
    field: &Field,
    starts_at: Option<Timestamp>,
    weights: &Weights,
    now: Timestamp,
) -> Vec<(Factor, f64, f64)> {
    let preference = weights.preference * if job.vip { weights.vip_factor } else { 1.0 };
    let (speed, distance) = (speed(engineer, field), distance(job, engineer, weights));
    let (wait, preferred) = (wait(starts_at, weights, now), self::preference(job, engineer));
    let all = [
        (speed, weights.speed),
        (distance, weights.distance),
        (load(engineer), weights.load),
        (fairness(engineer, field), weights.fairness),
        (fit(job, engineer), weights.fit),
        (preferred, preference),
        (wait, weights.wait),
    ];
    all.into_iter().map(|((factor, value), weight)| (factor, round(value.clamp(0.0, 1.0)), weight)).collect()
}

fn speed(engineer: &Engineer, field: &Field) -> (Factor, f64) {
    let hours = hours(engineer);
    let value = match (hours, field.usual_hours) {
        (Some(own), Some(usual)) if own + usual > 0.0 => usual / (own + usual),
        _ => NEUTRAL,
    };
    let n = engineer.handling.map_or(0, |handling| handling.n);
    (Factor::Speed { hours, n, usual_hours: field.usual_hours }, value)
}

/// The better of what the path and the map say.
fn distance(job: &Job, engineer: &Engineer, weights: &Weights) -> (Factor, f64) {
    let none = Place::default();
    let (there, here) = (job.place.as_ref().unwrap_or(&none), engineer.place.as_ref().unwrap_or(&none));
    let metres = there.point.zip(here.point).map(|(there, here)| metres(there, here));
    let levels = there.path.len();
    let shared = there.path.iter().zip(&here.path).take_while(|(one, other)| one == other).count();
    let by_path = (shared > 0).then(|| 0.5 + 0.5 * shared as f64 / levels as f64);
    let by_map = metres.map(|metres| half(metres as f64 / 1_000.0, weights.half_km));
    let value = match (by_path, by_map) {
        (Some(path), Some(map)) => path.max(map),
        (Some(value), None) | (None, Some(value)) => value,
        (None, None) if levels > 0 && !here.path.is_empty() => ELSEWHERE,
        (None, None) => NEUTRAL,
    };
    (Factor::Distance { metres, shared, levels }, value)
}

fn load(engineer: &Engineer) -> (Factor, f64) {
    let (load, capacity) = (engineer.load, engineer.capacity);
    (Factor::Load { load, capacity }, 1.0 - f64::from(load) / f64::from(capacity.max(1)))
}

fn fairness(engineer: &Engineer, field: &Field) -> (Factor, f64) {
    let (recent, mean) = (engineer.recent, field.mean_recent);
    (Factor::Fairness { recent, mean }, (mean + 1.0) / (mean + 1.0 + f64::from(recent)))
}

/// Experts are kept for hard jobs, except when it is urgent.
fn fit(job: &Job, engineer: &Engineer) -> (Factor, f64) {
    let urgent = job.priority >= URGENT;
    let above = job.skills.iter().map(|need| {
        let have = engineer.skills.get(&need.skill).copied().unwrap_or(0);
        f64::from(have.saturating_sub(need.level))
    });
    let surplus = if job.skills.is_empty() { 0.0 } else { round(above.sum::<f64>() / job.skills.len() as f64) };
    let value = match (job.skills.is_empty(), urgent) {
        (true, _) => NEUTRAL,
        (false, true) => (1.0 + surplus) / (2.0 + surplus),
        (false, false) => 1.0 / (1.0 + surplus),
    };
    (Factor::Fit { surplus, urgent }, value)
}

fn preference(job: &Job, engineer: &Engineer) -> (Factor, f64) {
    let asked = !job.preferred.is_empty();
    let preferred = job.preferred.contains(&engineer.user);
    let value = match (asked, preferred) {
        (false, _) => NEUTRAL,
        (true, true) => 1.0,
        (true, false) => 0.0,
    };
    (Factor::Preference { preferred, asked, vip: job.vip }, value)
}

fn wait(starts_at: Option<Timestamp>, weights: &Weights, now: Timestamp) -> (Factor, f64) {
    let minutes = starts_at.map_or(0, |start| start.millis_since(now).max(0) / 60_000);
    (Factor::Wait { starts_at, minutes }, half(minutes as f64 / 60.0, weights.half_wait_hours))
}

/// 1 at nothing, one half at `middle`, towards 0 beyond.
fn half(amount: f64, middle: f64) -> f64 {
    if middle > 0.0 { 1.0 / (1.0 + amount / middle) } else { NEUTRAL }
}

/// Along the great circle.
fn metres(one: Point, other: Point) -> i64 {
    let (lat, lon) = ((other.lat - one.lat).to_radians(), (other.lon - one.lon).to_radians());
    let (from, to) = (one.lat.to_radians(), other.lat.to_radians());
    let chord = (lat / 2.0).sin().powi(2) + from.cos() * to.cos() * (lon / 2.0).sin().powi(2);
    (2.0 * EARTH_METRES * chord.clamp(0.0, 1.0).sqrt().asin()).round() as i64
}

fn hours(engineer: &Engineer) -> Option<f64> {
    let handling = engineer.handling.filter(|handling| handling.hours.is_finite() && handling.hours >= 0.0);
    handling.map(|handling| round(handling.hours))
}

/// To a millionth: what JSON and another machine's arithmetic may change lies below.
pub(super) fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
