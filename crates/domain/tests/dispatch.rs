//! Dispatch: each limit and each factor by table, and what must hold for any job and any crew.

use std::sync::Arc;

use domain::autonomy::{Mode, Verdict};
use domain::calendar::{Calendar, CalendarDefinition};
use domain::dispatch::{DispatchPolicy, Engineer, Factor, Input, Job, Ranking, Weights, open_spans, rank};
use domain::id::{OrgId, TicketId, UserId};
use domain::problem;
use domain::time::Timestamp;
use serde_json::{Value, json};

#[path = "sla/random.rs"]
mod random;
use random::Random;

fn local(text: &str) -> Timestamp {
    format!("{}:00+08:00", text.replace(' ', "T")).parse().expect("an instant")
}

/// A Friday before a make-up Saturday.
fn now() -> Timestamp {
    local("2026-02-13 10:00")
}

fn merged(mut base: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().expect("an object") {
        base[name] = value.clone();
    }
    base
}

fn job(changes: &Value) -> Job {
    let base = json!({"ticket": TicketId::from_u128(1), "priority": 2});
    serde_json::from_value(merged(base, changes)).expect("a job")
}

fn engineer(number: u128, changes: &Value) -> Engineer {
    let hours = json!([{"from": local("2026-02-13 09:00"), "to": local("2026-02-13 18:00")}]);
    let base = json!({"user": UserId::from_u128(number), "hours": hours, "load": 1, "capacity": 5});
    serde_json::from_value(merged(base, changes)).expect("an engineer")
}

fn only(job: &Job, engineer: Engineer) -> Ranking {
    rank(job, &[engineer], &Weights::default(), now())
}

#[test]
fn each_limit_leaves_out_with_its_facts() {
    let org = OrgId::from_u128(7);
    let other = OrgId::from_u128(8);
    let user = UserId::from_u128(2);
    let (morning, noon) = (local("2026-02-13 08:00"), local("2026-02-13 17:30"));
    let window = |from: &str, to: &str| json!({"from": local(from), "to": local(to)});
    let expired = local("2026-01-31 00:00");
    let cases = [
        (json!({}), json!({"active": false}), json!({"code": "inactive"})),
        (json!({"refused": [user]}), json!({}), json!({"code": "refused"})),
        (
            json!({"skills": [{"skill": "lift", "level": 2}]}),
            json!({"skills": {"water": 3}}),
            json!({"code": "skill_missing", "skill": "lift", "need": 2}),
        ),
        (
            json!({"skills": [{"skill": "lift", "level": 2}]}),
            json!({"skills": {"lift": 1}}),
            json!({"code": "skill_level", "skill": "lift", "need": 2, "have": 1}),
        ),
        (
            json!({"certificates": ["电梯维修证"]}),
            json!({}),
            json!({"code": "certificate_missing", "certificate": "电梯维修证"}),
        ),
        (
            json!({"certificates": ["电梯维修证"]}),
            json!({"certificates": [{"name": "电梯维修证", "expires_at": expired}]}),
            json!({"code": "certificate_expired", "certificate": "电梯维修证", "expired_at": expired}),
        ),
        (
            json!({"certificates": ["a"]}),
            json!({"certificates": [{"name": "a", "expires_at": expired}, {"name": "a", "expires_at": now()}]}),
            json!({"code": "certificate_expired", "certificate": "a", "expired_at": now()}),
        ),
        (
            json!({"zone": "north"}),
            json!({"zones": ["south"]}),
            json!({"code": "zone", "zone": "north", "serves": ["south"]}),
        ),
        (json!({"org": org}), json!({"orgs": [other]}), json!({"code": "org", "org": org, "serves": [other]})),
        (
            json!({"window": window("2026-02-13 20:00", "2026-02-13 22:00"), "effort_ms": 1_800_000}),
            json!({}),
            json!({"code": "outside_hours", "open_ms": 0, "needed_ms": 1_800_000}),
        ),
        (
            json!({"window": window("2026-02-13 17:00", "2026-02-13 22:00"), "effort_ms": 7_200_000}),
            json!({}),
            json!({"code": "outside_hours", "open_ms": 3_600_000, "needed_ms": 7_200_000}),
        ),
        // A window that is over cannot be kept.
        (
            json!({"window": window("2026-02-13 09:00", "2026-02-13 09:30")}),
            json!({}),
            json!({"code": "outside_hours", "open_ms": 0, "needed_ms": 1}),
        ),
        (
            json!({"window": window("2026-02-13 10:00", "2026-02-13 12:00"), "effort_ms": 3_600_000}),
            json!({"absences": [{"from": morning, "to": noon, "reason": "培训"}]}),
            json!({"code": "absent", "from": morning, "to": noon, "reason": "培训"}),
        ),
        (json!({}), json!({"hours": []}), json!({"code": "outside_hours", "open_ms": 0, "needed_ms": 1})),
        (json!({}), json!({"load": 5}), json!({"code": "capacity", "load": 5, "capacity": 5})),
    ];
    for (job_changes, changes, expected) in cases {
        let ranking = only(&job(&job_changes), engineer(2, &changes));
        assert_eq!(ranking.best, None, "{expected}");
        let left_out = &ranking.left_out[0];
        assert_eq!(serde_json::to_value(&left_out.limits).expect("json"), json!([expected]));
    }
}

#[test]
fn what_is_enough_is_enough() {
    let window = json!({"from": local("2026-02-13 08:00"), "to": local("2026-02-13 11:00")});
    let expiry = local("2026-02-13 10:01");
    let cases = [
        (json!({"skills": [{"skill": "lift", "level": 2}]}), json!({"skills": {"lift": 2}})),
        (json!({"certificates": ["a"]}), json!({"certificates": [{"name": "a", "expires_at": expiry}]})),
        (json!({"certificates": ["a"]}), json!({"certificates": [{"name": "a", "expires_at": now()}, {"name": "a"}]})),
        (json!({"zone": "north"}), json!({})),
        (json!({"org": OrgId::from_u128(7)}), json!({"orgs": []})),
        // Only the hour of the window that is still ahead has to be free.
        (json!({"window": window, "effort_ms": 36_000_000}), json!({})),
        (json!({}), json!({"absences": [{"from": local("2026-02-13 08:00"), "to": local("2026-02-13 17:59")}]})),
        (json!({}), json!({"load": 4})),
    ];
    for (job_changes, changes) in cases {
        let ranking = only(&job(&job_changes), engineer(2, &changes));
        assert!(ranking.best.is_some(), "{job_changes} {changes}: {:?}", ranking.left_out);
    }
}

#[test]
fn all_failed_limits_are_told() {
    let needs = json!({"skills": [{"skill": "lift", "level": 2}], "certificates": ["a"], "zone": "north"});
    let ranking = only(&job(&needs), engineer(2, &json!({"zones": ["south"], "load": 9})));
    let limits = serde_json::to_value(&ranking.left_out[0].limits).expect("json");
    let codes: Vec<_> = limits.as_array().expect("a list").iter().map(|limit| limit["code"].clone()).collect();
    assert_eq!(codes, ["skill_missing", "certificate_missing", "zone", "capacity"]);
}

#[test]
fn each_factor_decides_when_the_rest_is_equal() {
    let place = |path: &[&str]| json!({"path": path});
    let at = |lat: f64, lon: f64| json!({"point": {"lat": lat, "lon": lon}});
    let there = json!({"place": {"path": ["site", "b", "3"], "point": {"lat": 31.2304, "lon": 121.4737}}});
    let preferred = json!({"preferred": [UserId::from_u128(2)]});
    let skill = |level: u8| json!({"skills": {"lift": level}});
    let need = |priority: u8| json!({"priority": priority, "skills": [{"skill": "lift", "level": 1}]});
    let later = json!([{"from": local("2026-02-13 15:00"), "to": local("2026-02-13 18:00")}]);
    let cases = [
        // The engineer with the higher number is better each time, so that no tie-break helps.
        (
            "speed",
            json!({"effort_ms": 7_200_000}),
            json!({"handling": {"hours": 3.0, "n": 9}}),
            json!({"handling": {"hours": 1.5, "n": 9}}),
        ),
        ("speed", json!({}), json!({"handling": {"hours": 3.0, "n": 9}}), json!({"handling": {"hours": 1.5, "n": 9}})),
        ("distance", there.clone(), json!({"place": at(31.3, 121.5)}), json!({"place": at(31.231, 121.474)})),
        (
            "distance",
            there.clone(),
            json!({"place": place(&["site", "b", "2"])}),
            json!({"place": place(&["site", "b", "3"])}),
        ),
        ("distance", there.clone(), json!({"place": place(&["elsewhere"])}), json!({"place": place(&["site"])})),
        ("load", json!({}), json!({"load": 3}), json!({"load": 0})),
        ("fairness", json!({}), json!({"recent": 6}), json!({"recent": 2})),
        ("fit", need(2), skill(4), skill(1)),
        ("fit", need(4), skill(1), skill(4)),
        ("preference", preferred, json!({}), json!({})),
        ("wait", json!({}), json!({"hours": later}), json!({})),
    ];
    for (factor, job_changes, worse, better) in cases {
        let crew = [engineer(1, &worse), engineer(2, &better)];
        let ranking = rank(&job(&job_changes), &crew, &Weights::default(), now());
        assert_eq!(ranking.best, Some(UserId::from_u128(2)), "{factor}: {ranking:?}");
        let second = &ranking.candidates[1];
        assert_eq!(second.behind.len(), 1, "{factor}: {second:?}");
        let reason = &second.factors[second.behind[0].index];
        assert_eq!(serde_json::to_value(reason).expect("json")["factor"], factor);
        assert!(ranking.candidates[0].behind.is_empty());
    }
}

#[test]
fn distance_is_measured_on_the_globe() {
    // Beijing to Shanghai.
    let there = json!({"place": {"point": {"lat": 39.9042, "lon": 116.4074}}});
    let here = json!({"place": {"point": {"lat": 31.2304, "lon": 121.4737}}});
    let ranking = only(&job(&there), engineer(2, &here));
    let factor = &ranking.candidates[0].factors[1].factor;
    let Factor::Distance { metres: Some(metres), .. } = factor else { panic!("{factor:?}") };
    assert!((1_066_000..1_069_000).contains(metres), "{metres}");
}

#[test]
fn ties_fall_to_the_less_burdened_and_then_to_the_id() {
    let crew = [engineer(5, &json!({})), engineer(3, &json!({})), engineer(4, &json!({}))];
    let order: Vec<_> = rank(&job(&json!({})), &crew, &Weights::default(), now())
        .candidates
        .iter()
        .map(|candidate| candidate.user)
        .collect();
    assert_eq!(order, [3, 4, 5].map(UserId::from_u128));
    let unfair = Weights { fairness: 0.0, ..Weights::default() };
    let crew = [engineer(3, &json!({"recent": 2})), engineer(4, &json!({"recent": 1}))];
    assert_eq!(rank(&job(&json!({})), &crew, &unfair, now()).best, Some(UserId::from_u128(4)));
}

#[test]
fn a_vip_is_given_whom_they_asked_for() {
    let crew = [engineer(1, &json!({"load": 0})), engineer(2, &json!({"load": 3}))];
    for (vip, best) in [(false, 1), (true, 2)] {
        let asked = json!({"preferred": [UserId::from_u128(2)], "vip": vip});
        assert_eq!(rank(&job(&asked), &crew, &Weights::default(), now()).best, Some(UserId::from_u128(best)));
    }
}

#[test]
fn working_time_comes_from_calendars() {
    let document = json!({"kind": "calendar", "key": "office", "zone": "Asia/Shanghai", "holidays": "cn",
        "week": {"mon": ["08:30-12:00", "12:00-17:30"], "fri": ["08:30-12:00", "13:00-17:30"]}});
    let definition: CalendarDefinition = serde_json::from_value(document).expect("a calendar");
    let calendar = Arc::new(Calendar::compile(&definition).expect("sound"));
    let spans = open_spans(&calendar, now(), now().plus_millis(48 * 3_600_000));
    let found: Vec<_> = spans.iter().map(|span| (span.from, span.to)).collect();
    let expected = [
        ("2026-02-13 10:00", "2026-02-13 12:00"),
        ("2026-02-13 13:00", "2026-02-13 17:30"),
        ("2026-02-14 08:30", "2026-02-14 17:30"),
    ];
    assert_eq!(found, expected.map(|(from, to)| (local(from), local(to))));
}

#[test]
fn automatic_needs_score_and_lead() {
    let crew = [engineer(1, &json!({"load": 0})), engineer(2, &json!({"load": 4}))];
    let ranking = rank(&job(&json!({})), &crew, &Weights::default(), now());
    let nobody = rank(&job(&json!({})), &[], &Weights::default(), now());
    let score = ranking.candidates[0].score;
    let lead = score - ranking.candidates[1].score;
    for (mode, threshold, wanted, expected) in [
        (Mode::Off, 0.0, 0.0, Verdict::Drop),
        (Mode::Silent, 0.0, 0.0, Verdict::Keep),
        (Mode::Suggest, 0.0, 0.0, Verdict::Show),
        (Mode::Automatic, score, lead - 0.001, Verdict::Apply),
        (Mode::Automatic, score + 0.001, 0.0, Verdict::Show),
        (Mode::Automatic, score, lead + 0.001, Verdict::Show),
    ] {
        let policy = DispatchPolicy { mode, threshold, lead: wanted, weights: Weights::default() };
        assert_eq!(policy.verdict(&ranking), expected, "{policy:?}");
        let empty = if expected == Verdict::Apply { Verdict::Show } else { expected };
        assert_eq!(policy.verdict(&nobody), empty);
    }
}

#[test]
fn policies_are_checked() {
    assert!(DispatchPolicy::default().check("/dispatch").is_empty());
    let none = json!({"speed": 0, "distance": 0, "load": 0, "fairness": 0, "fit": 0, "preference": 0, "wait": 0});
    for (document, pointer) in [
        (json!({"threshold": 1.5}), "/dispatch/threshold"),
        (json!({"lead": -0.1}), "/dispatch/lead"),
        (json!({"weights": {"speed": -1}}), "/dispatch/weights/speed"),
        (json!({"weights": none}), "/dispatch/weights"),
        (json!({"weights": {"half_km": 0}}), "/dispatch/weights/half_km"),
        (json!({"weights": {"horizon_hours": 0}}), "/dispatch/weights/horizon_hours"),
    ] {
        let policy: DispatchPolicy = serde_json::from_value(document.clone()).expect("a policy");
        let problems = policy.check("/dispatch");
        assert!(problems.iter().any(|problem| problem.pointer == pointer), "{document}: {problems:?}");
        assert!(problems.iter().all(|problem| problem::find(&problem.code).is_some()));
    }
    assert!(serde_json::from_value::<DispatchPolicy>(json!({"wieghts": {}})).is_err());
}

fn random_input(random: &mut Random) -> Input {
    const SKILLS: [&str; 3] = ["lift", "water", "net"];
    let some = |random: &mut Random| -> Value {
        let levels = SKILLS.iter().filter(|_| random.one_in(2)).map(|skill| (*skill).to_owned()).collect::<Vec<_>>();
        levels.into_iter().map(|skill| (skill, json!(random.between(1, 5)))).collect::<serde_json::Map<_, _>>().into()
    };
    let point = |random: &mut Random| {
        json!({"path": [random.pick(&["a", "b"]), random.pick(&["1", "2"])],
        "point": {"lat": 31.0 + random.below(1_000) as f64 / 1_000.0, "lon": 121.0 + random.below(1_000) as f64 / 1_000.0}})
    };
    let needs: Vec<_> =
        SKILLS.iter().filter(|_| random.one_in(4)).map(|skill| json!({"skill": skill, "level": 2})).collect();
    let mut changes = json!({"priority": random.between(1, 4), "skills": needs, "vip": random.one_in(3), "place": point(random),
        "effort_ms": random.pick(&[0, 3_600_000]), "zone": random.pick(&[None, Some("north")])});
    if random.one_in(2) {
        changes["preferred"] = json!([UserId::from_u128(random.between(1, 9) as u128)]);
    }
    let mut engineers = Vec::new();
    for number in 1..=random.between(1, 9) as u128 {
        let start = now().plus_millis(random.between(-4, 30) * 1_800_000);
        let hours = json!([{"from": start, "to": start.plus_millis(14_400_000)}]);
        let mut own = json!({"skills": some(random), "load": random.below(6), "recent": random.below(8), "hours": hours,
            "zones": random.pick(&[vec![], vec!["north"], vec!["south"]].each_ref()), "active": !random.one_in(12)});
        if random.one_in(2) {
            own["place"] = point(random);
        }
        if random.one_in(2) {
            own["handling"] = json!({"hours": random.between(1, 900) as f64 / 97.0, "n": random.below(50)});
        }
        engineers.push(engineer(number, &own));
    }
    let weights = Weights {
        speed: random.below(100) as f64 / 37.0,
        load: random.below(100) as f64 / 53.0,
        wait: random.below(10) as f64 / 7.0,
        ..Weights::default()
    };
    Input { job: job(&changes), engineers, weights, now: now() }
}

#[test]
fn for_any_job_and_crew() {
    let mut random = Random::new(11);
    let (mut fitting, mut left_out) = (0, 0);
    for _ in 0..2_000 {
        let input = random_input(&mut random);
        let ranking = input.rank();
        fitting += ranking.candidates.len();
        left_out += ranking.left_out.len();
        assert_eq!(ranking.candidates.len() + ranking.left_out.len(), input.engineers.len());
        assert_eq!(ranking.best, ranking.candidates.first().map(|best| best.user));
        assert!(ranking.left_out.iter().all(|person| !person.limits.is_empty()));
        for candidate in &ranking.candidates {
            let sum: f64 = candidate.factors.iter().map(|factor| factor.contribution).sum();
            assert!((0.0..=1.0).contains(&candidate.score) && (sum - candidate.score).abs() < 1e-5, "{candidate:?}");
            assert!(candidate.factors.iter().all(|factor| (0.0..=1.0).contains(&factor.value)));
        }
        assert!(ranking.candidates.is_sorted_by(|one, other| one.score >= other.score));

        let stored: Input = serde_json::from_str(&serde_json::to_string(&input).expect("json")).expect("an input");
        assert_eq!(stored.rank(), ranking);
        let text = serde_json::to_string(&ranking).expect("json");
        assert_eq!(serde_json::from_str::<Ranking>(&text).expect("a ranking"), ranking);

        let mut shuffled = input.clone();
        for end in (1..shuffled.engineers.len()).rev() {
            shuffled.engineers.swap(end, random.below(end as i64 + 1) as usize);
        }
        assert_eq!(shuffled.rank(), ranking);
    }
    assert!(fitting > 1_500 && left_out > 1_500, "{fitting} fit, {left_out} do not");
}

#[test]
fn another_skill_never_shuts_anybody_out() {
    let mut random = Random::new(12);
    for _ in 0..2_000 {
        let mut input = random_input(&mut random);
        let before: Vec<UserId> = input.rank().candidates.iter().map(|candidate| candidate.user).collect();
        let lucky = random.below(input.engineers.len() as i64) as usize;
        let skill = random.pick(&["lift", "water", "net"]);
        *input.engineers[lucky].skills.entry(skill.into()).or_insert(0) += 1;
        let after: Vec<UserId> = input.rank().candidates.iter().map(|candidate| candidate.user).collect();
        assert!(before.iter().all(|user| after.contains(user)), "{input:?}");
    }
}

#[test]
fn more_weight_on_what_the_best_leads_in_keeps_the_best() {
    let mut random = Random::new(13);
    let mut compared = 0;
    for _ in 0..2_000 {
        let mut input = random_input(&mut random);
        let ranking = input.rank();
        let [best, second, ..] = &ranking.candidates[..] else {
            continue;
        };
        // Rounding may turn what is all but equal.
        if best.score - second.score < 1e-4 {
            continue;
        }
        let choices: [fn(&mut Weights) -> &mut f64; 5] = [
            |weights| &mut weights.speed,
            |weights| &mut weights.distance,
            |weights| &mut weights.load,
            |weights| &mut weights.fairness,
            |weights| &mut weights.fit,
        ];
        let index = random.below(5) as usize;
        let others = ranking.candidates.iter().map(|candidate| candidate.factors[index].value);
        if others.fold(0.0, f64::max) > best.factors[index].value {
            continue;
        }
        *choices[index](&mut input.weights) += random.between(1, 50) as f64 / 10.0;
        assert_eq!(input.rank().best, ranking.best, "{input:?}");
        compared += 1;
    }
    assert!(compared > 200, "{compared}");
}
