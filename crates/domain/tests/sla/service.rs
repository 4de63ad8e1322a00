//! Service levels by example: one story a test, and what is wrong with a document.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::problem;
use domain::sla::{
    Clock, Fact, FactKind, Policies, Policy, PolicyId, SlaDefinition, State, choose, evaluate, next_wakeup, replay,
    steps_due, ticket_due,
};
use domain::ticket::Status;
use domain::time::Timestamp;
use lang::Env;
use serde_json::{Value, json};

use crate::policies;

fn local(text: &str) -> Timestamp {
    format!("{}:00+08:00", text.replace(' ', "T")).parse().expect("an instant")
}

fn resolution(target: Value) -> Policies {
    let mut document = json!({"kind": "resolution", "calendar": "office", "in": "PT4H"});
    for (name, value) in target.as_object().expect("an object") {
        document[name] = value.clone();
    }
    policies::compile(&[json!({"kind": "sla", "key": "p", "targets": [document]})])
}

fn history(priority: u8, facts: &[(&str, FactKind)]) -> Vec<Fact> {
    let (first, _) = facts[0];
    let mut found = vec![policies::created(local(first), priority, "p")];
    found.extend(facts.iter().skip(1).map(|(at, kind)| Fact::new(local(at), kind.clone())));
    found
}

fn at(policies: &Policies, facts: &[Fact], now: &str) -> Vec<Clock> {
    let clocks = replay(policies, facts, &Env::default());
    clocks.iter().map(|clock| evaluate(policies, clock, local(now))).collect()
}

#[test]
fn a_pause_moves_the_due_time_and_the_ledger_says_why() {
    let policies = resolution(json!({"pause": [{"status": "waiting"}]}));
    let facts = history(
        2,
        &[
            ("2026-02-13 16:00", FactKind::Unhold),
            ("2026-02-13 17:00", FactKind::StatusChanged { to: Status::Waiting }),
            ("2026-02-14 10:00", FactKind::StatusChanged { to: Status::Open }),
        ],
    );
    let waiting = &at(&policies, &facts[..2], "2026-02-13 20:00")[0];
    assert_eq!((waiting.state, waiting.due_at, waiting.remaining_ms), (State::Paused, None, 3 * 3_600_000));
    assert_eq!(next_wakeup(waiting, &BTreeSet::new()), None);

    let clocks = at(&policies, &facts, "2026-02-24 08:00");
    assert_eq!(clocks[0].due_at, Some(local("2026-02-14 13:00")));
    assert_eq!((clocks[0].state, clocks[0].breached_at), (State::Breached, Some(local("2026-02-14 13:00"))));
    let ledger = serde_json::to_value(&clocks[0].ledger).expect("json");
    let short: Vec<_> = ledger
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| (entry["kind"].clone(), entry["cause"].clone()))
        .collect();
    let expected = [
        ("running", "hours"),
        ("paused", "status"),
        ("running", "makeup_day"),
        ("outside_hours", "outside_hours"),
        ("outside_hours", "holiday"),
        ("outside_hours", "outside_hours"),
    ];
    assert_eq!(short, expected.map(|(kind, cause)| (json!(kind), json!(cause))));
    assert_eq!(ledger[1]["status"], "waiting");
    assert_eq!(ledger[4]["name"]["zh"], "春节");
    let text = serde_json::to_string(&clocks).expect("json");
    assert_eq!(serde_json::from_str::<Vec<Clock>>(&text).expect("clocks"), clocks);
}

#[test]
fn answering_at_the_very_due_time_is_in_time() {
    let policies = resolution(json!({"in": "PT2H"}));
    for (solved, state) in [("2026-03-02 12:00", State::Met), ("2026-03-02 12:01", State::Breached)] {
        let facts = history(2, &[("2026-03-02 10:00", FactKind::Unhold), (solved, FactKind::Solved)]);
        let clock = &at(&policies, &facts, "2026-03-05 10:00")[0];
        assert_eq!((clock.state, clock.met_at), (state, Some(local(solved))), "{solved}");
        assert!(steps_due(clock, local("2026-03-05 10:00"), &BTreeSet::new()).is_empty());
    }
    let open = history(2, &[("2026-03-02 10:00", FactKind::Unhold)]);
    assert_eq!(at(&policies, &open, "2026-03-02 11:59")[0].state, State::Running);
    assert_eq!(at(&policies, &open, "2026-03-02 12:00")[0].state, State::Breached);
}

#[test]
fn steps_come_in_order_and_once() {
    let notify = json!(["owner"]);
    let policies = resolution(json!({"in": "P1D", "steps": [
        {"at": "+PT2H", "notify": notify}, {"at": "80%", "notify": notify}, {"at": "-PT1H", "notify": notify},
        {"at": "-PT10H", "notify": notify}, {"at": "due", "raise_priority": true}]}));
    let facts = history(2, &[("2026-02-13 17:00", FactKind::Unhold)]);
    let clock = &at(&policies, &facts, "2026-02-24 09:30")[0];
    // A day is nine hours here; a step ten hours before the due time never comes.
    let planned: Vec<_> =
        clock.steps.iter().map(|step| (step.id.step.as_str(), step.at.expect("an instant"))).collect();
    assert_eq!(
        planned,
        [
            ("+PT2H", local("2026-02-24 10:00")),
            ("80%", local("2026-02-14 15:12")),
            ("-PT1H", local("2026-02-14 16:00")),
            ("due", local("2026-02-14 17:00")),
        ]
    );
    let mut fired = BTreeSet::new();
    let names = |fired: &BTreeSet<_>, now: &str| -> Vec<String> {
        steps_due(clock, local(now), fired).iter().map(|step| step.id.to_string()).collect()
    };
    assert!(names(&fired, "2026-02-14 15:11").is_empty());
    assert_eq!(names(&fired, "2026-02-14 17:00"), ["resolution/1/80%", "resolution/1/-PT1H", "resolution/1/due"]);
    fired.insert("resolution/1/80%".parse().expect("an id"));
    fired.insert("resolution/1/-PT1H".parse().expect("an id"));
    assert_eq!(names(&fired, "2026-02-14 17:00"), ["resolution/1/due"]);
    assert_eq!(next_wakeup(clock, &fired).map(|(at, id)| (at, id.is_due())), Some((local("2026-02-14 17:00"), true)));
    fired.insert("resolution/1/due".parse().expect("an id"));
    assert_eq!(next_wakeup(clock, &fired).map(|(at, _)| at), Some(local("2026-02-24 10:00")));
}

#[test]
fn a_higher_priority_shortens_the_same_cycle() {
    let policies = resolution(json!({"in": {"4": "PT1H", "else": "PT8H"}}));
    let raised = ("2026-03-02 12:00", FactKind::PriorityChanged { to: 4 });
    let facts = history(2, &[("2026-03-02 10:00", FactKind::Unhold), raised]);
    let clock = &at(&policies, &facts, "2026-03-02 12:00")[0];
    assert_eq!((clock.cycle, clock.elapsed_ms, clock.remaining_ms), (1, 2 * 3_600_000, -3_600_000));
    assert_eq!(clock.breached_at, Some(local("2026-03-02 12:00")));
}

#[test]
fn reopening_starts_a_new_cycle_or_goes_on() {
    let facts = history(
        2,
        &[
            ("2026-03-02 10:00", FactKind::Unhold),
            ("2026-03-02 11:00", FactKind::Solved),
            ("2026-03-03 09:00", FactKind::Reopened),
        ],
    );
    let target = json!({"kind": "resolution", "calendar": "office", "in": "PT4H"});
    for (reopen, cycles, due) in [("new_cycle", 2, "2026-03-03 13:00"), ("continue", 1, "2026-03-03 12:00")] {
        let policies = policies::compile(&[json!({"kind": "sla", "key": "p", "reopen": reopen, "targets": [target]})]);
        let clocks = at(&policies, &facts, "2026-03-03 09:30");
        assert_eq!(clocks.len(), cycles, "{reopen}");
        assert_eq!(ticket_due(&clocks), Some(local(due)), "{reopen}");
        assert_eq!(ticket_due(&at(&policies, &facts[..2], "2026-03-02 12:00")), None);
    }
}

#[test]
fn every_public_reply_opens_the_next_update_until_solved() {
    let policies = resolution(json!({"kind": "update", "in": "PT2H"}));
    let facts = history(
        2,
        &[
            ("2026-03-02 10:00", FactKind::Unhold),
            ("2026-03-02 11:00", FactKind::PublicReply),
            ("2026-03-02 13:30", FactKind::PublicReply),
            ("2026-03-02 14:00", FactKind::Solved),
            ("2026-03-02 15:00", FactKind::PublicReply),
        ],
    );
    let clocks = at(&policies, &facts, "2026-03-09 10:00");
    let states: Vec<_> = clocks.iter().map(|clock| (clock.cycle, clock.state)).collect();
    assert_eq!(states, [(1, State::Met), (2, State::Breached), (3, State::Met)]);
}

#[test]
fn a_due_time_beyond_the_known_holidays_is_provisional() {
    let policies = resolution(json!({"in": "P2D"}));
    for (start, provisional) in [("2026-12-28 10:00", false), ("2026-12-30 10:00", true)] {
        let facts = history(2, &[(start, FactKind::Unhold)]);
        assert_eq!(at(&policies, &facts, start)[0].provisional, provisional, "{start}");
    }
}

#[test]
fn the_smallest_order_that_matches_wins() {
    let target = json!({"kind": "resolution", "calendar": "office", "in": "PT4H"});
    let urgent = json!({"f": "priority", "op": "gte", "v": 3});
    let policies = policies::compile(&[
        json!({"kind": "sla", "key": "a_rest", "order": 9, "targets": [target]}),
        json!({"kind": "sla", "key": "urgent", "order": 1, "when": urgent, "targets": [target]}),
        json!({"kind": "sla", "key": "devices", "order": 0, "forms": ["device"], "targets": [target]}),
        json!({"kind": "sla", "key": "zz_urgent", "order": 1, "when": urgent, "targets": [target]}),
    ]);
    for (fields, expected) in [
        (json!({"type": "repair", "priority": 4}), "urgent"),
        (json!({"type": "repair", "priority": 2}), "a_rest"),
        (json!({"type": "device", "priority": 4}), "devices"),
    ] {
        let chosen = choose(&policies, &fields, &Env::default()).expect("a policy");
        assert_eq!(chosen.id.key, expected, "{fields}");
    }
}

#[test]
fn a_ticket_is_judged_by_the_version_it_was_matched_with() {
    let document = |length: &str| {
        let target = json!({"kind": "resolution", "calendar": "office", "in": length});
        let definition = json!({"kind": "sla", "key": "p", "targets": [target]});
        serde_json::from_value::<SlaDefinition>(definition).expect("a policy")
    };
    let mut policies = Policies::new();
    for (version, length) in [(1, "PT4H"), (2, "PT2H")] {
        let policy = Policy::compile(&document(length), version, &policies::types(), &policies::calendars());
        let policy = policy.expect("a sound policy");
        policies.insert(policy.id.clone(), Arc::new(policy));
    }
    let mut facts = vec![policies::created(local("2026-03-02 10:00"), 2, "p")];
    let clock = |facts: &[Fact]| at(&policies, facts, "2026-03-02 11:00").remove(0);
    assert_eq!((clock(&facts).policy.version, clock(&facts).target_ms), (1, 4 * 3_600_000), "two is published, too");
    let matched_again = PolicyId { key: "p".into(), version: 2 };
    facts.push(Fact::new(local("2026-03-02 10:30"), FactKind::PolicyChanged { to: Some(matched_again) }));
    let now = clock(&facts);
    assert_eq!((now.policy.version, now.cycle, now.target_ms), (2, 1, 2 * 3_600_000));
    assert_eq!(now.elapsed_ms, 3_600_000, "the time that is used stays used");
}

#[test]
fn without_a_policy_or_a_creation_there_are_no_clocks() {
    let policies = policies::compile(&policies::documents());
    let facts = [
        policies::created(local("2026-03-02 10:00"), 2, "unknown"),
        Fact::new(local("2026-03-02 11:00"), FactKind::Solved),
    ];
    assert!(replay(&policies, &facts, &Env::default()).is_empty());
    assert!(replay(&policies, &facts[1..], &Env::default()).is_empty());
}

#[test]
fn faults_have_a_place_and_a_code() {
    let notify = json!(["owner"]);
    let cases = [
        (json!({"calendar": "moon"}), "/targets/0/calendar", "sla.unknown_calendar"),
        (json!({"in": "P1W"}), "/targets/0/in", "sla.bad_duration"),
        (json!({"in": "PT0S"}), "/targets/0/in", "sla.bad_duration"),
        (json!({"in": {"5": "PT1H"}}), "/targets/0/in/5", "sla.bad_priority"),
        (json!({"in": {"4": "1h"}}), "/targets/0/in/4", "sla.bad_duration"),
        (json!({"id": "Über"}), "/targets/0/id", "definition.bad_key"),
        (json!({"pause": [{"hold": false}]}), "/targets/0/pause/0", "definition.malformed"),
        (
            json!({"pause": [{"when": {"f": "nothing", "op": "empty"}}]}),
            "/targets/0/pause/0/when/f",
            "condition.unknown_field",
        ),
        (json!({"until": {"f": "arrived", "op": "not_empty"}}), "/targets/0/until", "sla.milestone_until"),
        (json!({"kind": "milestone"}), "/targets/0/until", "sla.milestone_until"),
        (json!({"steps": [{"at": "soon", "notify": notify}]}), "/targets/0/steps/0/at", "sla.bad_moment"),
        (json!({"steps": [{"at": "80%"}]}), "/targets/0/steps/0", "sla.empty_step"),
        (
            json!({"steps": [{"at": "80%", "notify": notify}, {"at": "80%", "notify": notify}]}),
            "/targets/0/steps/1",
            "sla.duplicate_step",
        ),
        (json!({"steps": [{"id": "due", "at": "80%", "notify": notify}]}), "/targets/0/steps/0", "sla.duplicate_step"),
    ];
    for (change, pointer, code) in cases {
        let mut target = json!({"kind": "resolution", "calendar": "office", "in": "PT4H"});
        for (name, value) in change.as_object().expect("an object") {
            target[name] = value.clone();
        }
        check(json!({"kind": "sla", "key": "p", "targets": [target]}), pointer, code);
    }
    let target = json!({"kind": "resolution", "calendar": "office", "in": "PT4H"});
    check(json!({"kind": "sla", "key": "p", "targets": []}), "/targets", "sla.no_targets");
    check(json!({"kind": "sla", "key": "p", "targets": [target, target]}), "/targets/1", "sla.duplicate_target");
    check(json!({"kind": "sla", "key": "p", "when": {"all": 1}, "targets": [target]}), "/when", "condition.malformed");
}

fn check(document: Value, pointer: &str, code: &str) {
    let definition: SlaDefinition = serde_json::from_value(document.clone()).expect("the shape is right");
    let problems = definition.check(&policies::types(), &policies::calendars());
    let found = problems.iter().any(|problem| problem.pointer == pointer && problem.code == code);
    assert!(found, "{document}: {problems:?}");
    assert!(problem::find(code).is_some(), "{code} is on the list");
    let again = serde_json::to_value(&definition).expect("json");
    assert_eq!(serde_json::from_value::<SlaDefinition>(again).expect("a policy"), definition);
}
