//! The history is always the same, balanced, varied, and possible.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::calendar::{Calendar, CalendarDefinition};
use domain::ticket::Status;
use domain::time::Timestamp;
use serde_json::Value;

use super::{Generator, Plan, SampleTicket, Source};

fn source(template: &str) -> Source {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates").join(template);
    let read = |path: &Path| -> Value {
        let text = std::fs::read_to_string(path).expect("a file of the template");
        serde_json::from_str(&text).expect("JSON")
    };
    let mut sample = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("sample")).expect("a sample folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        sample.insert(name, read(&path));
    }
    let calendar: CalendarDefinition =
        serde_json::from_value(read(&folder.join("calendars/work.json"))).expect("a calendar");
    Source::read(&sample, Calendar::compile(&calendar).expect("a sound calendar")).expect("a sound sample")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn plan(tickets: usize) -> Plan {
    Plan {
        form: "repair".to_owned(),
        seed: 7,
        tickets,
        from: at("2026-01-01T00:00:00+08:00"),
        until: at("2026-07-01T00:00:00+08:00"),
    }
}

fn history() -> (Source, Vec<SampleTicket>) {
    let source = source("repair");
    let tickets = Generator::new(&source, plan(5400)).collect();
    (source, tickets)
}

#[test]
fn the_same_seed_tells_the_same_history() {
    let source = source("repair");
    let tell = |seed| {
        let plan = Plan { seed, ..plan(300) };
        let tickets: Vec<_> = Generator::new(&source, plan).collect();
        serde_json::to_string(&tickets).expect("serialises")
    };
    assert_eq!(tell(1), tell(1));
    assert_ne!(tell(1), tell(2));
}

#[test]
fn five_thousand_reports_no_two_alike() {
    let (_, tickets) = history();
    assert_eq!(tickets.len(), 5400);
    let texts: BTreeSet<_> = tickets.iter().map(|ticket| (&ticket.title, &ticket.description)).collect();
    assert!(texts.len() >= 5300, "{} different texts", texts.len());
    let titles: BTreeSet<_> = tickets.iter().map(|ticket| &ticket.title).collect();
    assert!(titles.len() >= 4000, "{} different titles", titles.len());
    for ticket in &tickets {
        let text = format!("{}{}", ticket.title, ticket.description);
        assert!(!text.contains(['{', '}', '|', '[', ']']), "a pattern shows: {text}");
        assert!((2..=120).contains(&ticket.title.chars().count()), "{}", ticket.title);
    }
}

#[test]
fn classes_are_balanced_as_in_life() {
    let (source, tickets) = history();
    let mut counts = BTreeMap::new();
    for ticket in &tickets {
        *counts.entry(ticket.category.as_str()).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), source.phrases.categories.len());
    let (least, most) = (counts.values().min(), counts.values().max());
    assert!(least >= Some(&100) && most <= Some(&1100), "{counts:?}");
    let priorities: BTreeSet<_> = tickets.iter().map(|ticket| ticket.priority).collect();
    assert_eq!(priorities, BTreeSet::from([1, 2, 3, 4]));
    let reopened = tickets.iter().filter(|ticket| ticket.reopened).count();
    assert!((150..700).contains(&reopened), "{reopened} came back");
}

#[test]
fn sign_in_troubles_surge_when_a_month_begins() {
    let (source, tickets) = history();
    let share = |start: bool| {
        let day = |ticket: &&SampleTicket| {
            let local = ticket.created_at.to_jiff().to_zoned(source.zone.clone());
            (local.day() <= 3) == start
        };
        let of_days: Vec<_> = tickets.iter().filter(day).collect();
        let accounts = of_days.iter().filter(|ticket| ticket.category == "account").count();
        accounts as f64 / of_days.len() as f64
    };
    assert!(share(true) > 2.0 * share(false), "{} against {}", share(true), share(false));
}

#[test]
fn nothing_happens_before_its_cause_or_after_the_end() {
    let (_, tickets) = history();
    let plan = plan(0);
    let mut open = 0;
    for ticket in &tickets {
        let key = &ticket.key;
        assert!(ticket.created_at >= plan.from && ticket.created_at < plan.until, "{key}");
        let mut last = ticket.created_at;
        for entry in &ticket.log {
            assert!(entry.at >= last && entry.at <= plan.until, "{key}: {entry:?}");
            last = entry.at;
        }
        let steps = [Some(ticket.created_at), ticket.first_response_at, ticket.solved_at, ticket.closed_at];
        let known: Vec<_> = steps.iter().flatten().collect();
        assert!(known.is_sorted() && known.iter().all(|at| **at <= plan.until), "{key}: {steps:?}");
        let expected = match (ticket.first_response_at, ticket.solved_at, ticket.closed_at) {
            (None, None, None) => Status::New,
            (Some(_), None, None) => Status::Open,
            (Some(_), Some(_), None) => Status::Solved,
            (Some(_), Some(_), Some(_)) => Status::Closed,
            _ => panic!("{key}: {steps:?}"),
        };
        assert_eq!(ticket.status, expected, "{key}");
        assert_eq!(ticket.owner.is_some(), ticket.status != Status::New, "{key}");
        assert_eq!(ticket.hours.is_some(), ticket.solved_at.is_some(), "{key}");
        assert!(ticket.rating.is_none() || ticket.closed_at.is_some(), "{key}");
        open += usize::from(ticket.status != Status::Closed);
    }
    assert!((10..400).contains(&open), "{open} still open");
}

#[test]
fn ordinary_work_is_done_in_working_time() {
    let (source, tickets) = history();
    for ticket in tickets.iter().filter(|ticket| ticket.priority < 4) {
        let Some(first) = ticket.first_response_at else {
            continue;
        };
        // The end of a window is the last instant of work.
        let just_before = first.plus_millis(-1);
        assert!(source.calendar.is_open(just_before), "{}: {first}", ticket.key);
    }
}

#[test]
fn skill_shows_in_the_hours() {
    let (source, tickets) = history();
    let mean = |low: u8, high: u8| {
        let hours = tickets.iter().filter_map(|ticket| {
            let owner = ticket.owner.as_ref()?;
            let mut fit = source.engineers(&ticket.category);
            let (_, level) = fit.find(|(person, _)| person.login == *owner)?;
            let hours: f64 = ticket.hours.as_ref()?.parse().ok()?;
            let category = source.phrases.categories.iter().find(|own| own.key == ticket.category)?;
            (low..=high).contains(&level).then(|| hours / category.hours.median)
        });
        let hours: Vec<f64> = hours.collect();
        hours.iter().sum::<f64>() / hours.len() as f64
    };
    assert!(mean(1, 2) > 1.4 * mean(5, 5), "{} against {}", mean(1, 2), mean(5, 5));
}

#[test]
fn a_sample_that_does_not_fit_is_refused_by_name() {
    let mut sample = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/repair");
    let read = |name: &str| -> Value {
        let text = std::fs::read_to_string(folder.join(name)).expect("a file");
        serde_json::from_str(&text).expect("JSON")
    };
    for name in ["organisation", "places", "assets", "parts", "phrases"] {
        sample.insert(name.to_owned(), read(&format!("sample/{name}.json")));
    }
    let calendar: CalendarDefinition = serde_json::from_value(read("calendars/work.json")).expect("a calendar");
    let refuse = |sample: &BTreeMap<String, Value>| {
        let calendar = Calendar::compile(&calendar).expect("sound");
        Source::read(sample, calendar).err().map(|error| error.to_string())
    };
    assert_eq!(refuse(&sample), None);
    let mut broken = sample.clone();
    broken.insert(
        "organisation".to_owned(),
        serde_json::json!({"zone":"Asia/Shanghai","orgs":[],"teams":[],"people":[]}),
    );
    assert_eq!(refuse(&broken).as_deref(), Some("category `electric`: there is no team `power`"));
    sample.remove("parts");
    assert_eq!(refuse(&sample).as_deref(), Some("sample/parts.json is missing"));
}
