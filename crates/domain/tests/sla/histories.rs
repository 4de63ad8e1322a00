//! Random histories: `replay` and `evaluate` against the minute-by-minute simulation.

use std::collections::BTreeSet;

use domain::sla::{Clock, EntryKind, Fact, FactKind, State, evaluate, next_wakeup, replay, steps_due};
use domain::ticket::Status;
use domain::time::Timestamp;
use lang::Env;
use serde_json::json;

use crate::policies;
use crate::random::Random;
use crate::simulate::{Kind, Sim, simulate};

const HISTORIES: usize = 2_400;

#[test]
fn every_history_gives_the_same_clocks() {
    let documents = policies::documents();
    let compiled = policies::compile(&documents);
    let mut random = Random::new(42);
    let (mut clocks_seen, mut breached, mut paused, mut met) = (0, 0, 0, 0);
    for number in 0..HISTORIES {
        let (facts, now) = history(&mut random);
        let slow = simulate(&documents, &facts, now);
        let fast = replay(&compiled, &facts, &Env::default());
        assert_eq!(fast.len(), slow.len(), "history {number}: {}", json(&facts));
        for (clock, sim) in fast.iter().zip(&slow) {
            let clock = evaluate(&compiled, clock, at(now));
            let difference = difference(&clock, sim, now);
            assert!(difference.is_empty(), "history {number}: {difference}\n{}\n{clock:?}", json(&facts));
            clocks_seen += 1;
            breached += i32::from(clock.state == State::Breached);
            paused += i32::from(clock.ledger.iter().any(|entry| entry.kind == EntryKind::Paused));
            met += i32::from(clock.state == State::Met);
        }
    }
    // The histories must be worth comparing.
    let enough = clocks_seen > 3 * HISTORIES && breached > 800 && paused > 800 && met > 800;
    assert!(enough, "{clocks_seen} clocks, {breached} breached, {paused} paused, {met} met");
}

#[test]
fn the_order_in_which_facts_arrive_does_not_matter() {
    let compiled = policies::compile(&policies::documents());
    let mut random = Random::new(9);
    for _ in 0..100 {
        let (mut facts, _) = history(&mut random);
        facts.dedup_by_key(|fact| fact.at);
        let straight = replay(&compiled, &facts, &Env::default());
        facts.reverse();
        assert_eq!(replay(&compiled, &facts, &Env::default()), straight);
        let again: Vec<Fact> = serde_json::from_str(&json(&facts)).expect("facts");
        assert_eq!(again, facts);
    }
}

/// The facts, and a minute after them.
fn history(random: &mut Random) -> (Vec<Fact>, i64) {
    let policy = random.pick(&["repair", "contract"]);
    let priority = random.between(1, 4) as u8;
    let days = ["2026-02-12", "2026-02-13", "2026-02-26", "2026-04-02", "2026-09-18", "2025-09-27", "2025-12-31"];
    let day: Timestamp = format!("{}T00:00:00Z", random.pick(&days)).parse().expect("an instant");
    let first = day.millis() / 60_000 + random.between(-120, 1_500);
    let mut facts = vec![policies::created(at(first), priority, policy)];
    // Some facts fall exactly on a due time, some together.
    let office = crate::slow::all();
    let mut minutes: Vec<i64> = Vec::new();
    for _ in 0..random.between(1, 12) {
        let around = first + random.below(5 * 1_440);
        let minute = match random.below(6) {
            0 => office[0].1.add(first, random.pick(&[30, 120, 192, 240, 432, 540])),
            1 => minutes.last().copied().unwrap_or(first),
            2 => office[0].1.add(minutes.last().copied().unwrap_or(first), random.pick(&[0, 30, 60, 240])),
            _ => around,
        };
        minutes.push(minute);
    }
    minutes.sort_unstable();
    facts.extend(minutes.iter().map(|minute| Fact::new(at(*minute), kind(random))));
    let last = minutes.last().copied().unwrap_or(first);
    (facts, last + random.below(2_000))
}

fn kind(random: &mut Random) -> FactKind {
    let fields = |value: serde_json::Value| value.as_object().expect("an object").clone();
    match random.below(18) {
        0 | 1 => FactKind::StatusChanged { to: Status::Waiting },
        2 | 3 => FactKind::StatusChanged { to: Status::Open },
        4 => FactKind::Hold { reason: Some("等配件".into()) },
        5 | 6 => FactKind::Unhold,
        7 => FactKind::PriorityChanged { to: random.between(1, 4) as u8 },
        8 => FactKind::FieldChanged { fields: fields(json!({"parts_missing": true})) },
        9 => FactKind::FieldChanged { fields: fields(json!({"parts_missing": false})) },
        10 if random.one_in(2) => FactKind::FieldChanged { fields: fields(json!({"arrived": "09:00"})) },
        10 => FactKind::FirstResponse,
        11 | 12 => FactKind::PublicReply,
        13 => FactKind::Solved,
        14 | 15 => FactKind::Reopened,
        16 if random.one_in(2) => FactKind::Closed,
        16 if random.one_in(3) => FactKind::Withdrawn,
        _ => {
            FactKind::PolicyChanged { to: random.pick(&[None, Some("repair"), Some("contract")]).map(policies::first) }
        }
    }
}

/// What differs, in words; empty when nothing does.
fn difference(clock: &Clock, sim: &Sim, now: i64) -> String {
    let mut found = String::new();
    let mut compare = |name: &str, fast: String, slow: String| {
        if fast != slow {
            found.push_str(&format!("{}/{} {name}: {fast}, slow {slow}; ", sim.name, sim.cycle));
        }
    };
    let time = |minute: Option<i64>| format!("{:?}", minute.map(at));
    compare("name", format!("{}/{}", clock.target, clock.cycle), format!("{}/{}", sim.name, sim.cycle));
    compare("start", format!("{:?}", clock.started_at), format!("{:?}", at(sim.start)));
    compare("length", clock.target_ms.to_string(), (sim.length * 60_000).to_string());
    compare("elapsed", clock.elapsed_ms.to_string(), (sim.elapsed * 60_000).to_string());
    compare("remaining", clock.remaining_ms.to_string(), ((sim.length - sim.elapsed) * 60_000).to_string());
    compare("met", format!("{:?}", clock.met_at), time(sim.met));
    compare("cancelled", format!("{:?}", clock.cancelled_at), time(sim.cancelled));
    compare("breached", format!("{:?}", clock.breached_at), time(sim.breached));
    compare("state", format!("{:?}", clock.state), format!("{:?}", state(sim)));
    compare("ledger", kinds(clock), slow_kinds(sim));
    if sim.open() {
        let ahead = (!sim.paused).then(|| sim.calendar.add(now, sim.length - sim.elapsed));
        compare("due", format!("{:?}", clock.due_at), time(sim.breached.or(ahead)));
        let next = next_wakeup(clock, &BTreeSet::new()).map(|(at, _)| at);
        let steps = sim.steps.iter().filter_map(|(_, threshold, reached)| {
            reached.or_else(|| (!sim.paused).then(|| sim.calendar.add(now, threshold - sim.elapsed)))
        });
        compare("wakeup", format!("{next:?}"), time(steps.min()));
    }
    let due: BTreeSet<String> =
        steps_due(clock, at(now), &BTreeSet::new()).iter().map(|step| step.id.step.clone()).collect();
    let reached = sim.steps.iter().filter(|(_, _, reached)| sim.open() && reached.is_some());
    let reached: BTreeSet<String> = reached.map(|(id, _, _)| id.clone()).collect();
    compare("steps due", format!("{due:?}"), format!("{reached:?}"));
    for (id, _, reached) in &sim.steps {
        let step = clock.steps.iter().find(|step| step.id.step == *id);
        let fast = step.and_then(|step| step.at).filter(|step| *step <= at(now));
        compare(id, format!("{fast:?}"), time(*reached));
    }
    found
}

fn state(sim: &Sim) -> State {
    match sim {
        Sim { cancelled: Some(_), .. } => State::Cancelled,
        Sim { breached: Some(_), .. } => State::Breached,
        Sim { met: Some(_), .. } => State::Met,
        Sim { paused: true, .. } => State::Paused,
        _ => State::Running,
    }
}

/// The ledger as lengths by kind; the cause is left out, so neighbours of a kind are one.
fn kinds(clock: &Clock) -> String {
    let mut found: Vec<(Kind, i64)> = Vec::new();
    let mut cursor = clock.started_at;
    for entry in &clock.ledger {
        assert_eq!(entry.from, cursor, "a gap in the ledger");
        cursor = entry.to;
        let kind = match entry.kind {
            EntryKind::Running => Kind::Running,
            EntryKind::Paused => Kind::Paused,
            EntryKind::OutsideHours => Kind::Outside,
        };
        lengthen(&mut found, kind, entry.to.millis_since(entry.from) / 60_000);
    }
    format!("{found:?}")
}

fn slow_kinds(sim: &Sim) -> String {
    let mut found = Vec::new();
    for kind in &sim.minutes {
        lengthen(&mut found, *kind, 1);
    }
    format!("{found:?}")
}

fn lengthen(found: &mut Vec<(Kind, i64)>, kind: Kind, minutes: i64) {
    match found.last_mut() {
        Some((last, length)) if *last == kind => *length += minutes,
        _ => found.push((kind, minutes)),
    }
}

fn json(facts: &[Fact]) -> String {
    serde_json::to_string(facts).expect("json")
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(minute * 60_000)
}
