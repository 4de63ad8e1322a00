//! How long the questions take. Run by hand: `cargo test --release -p domain --test sla timing -- --ignored --nocapture`.

use std::hint::black_box;
use std::time::Instant;

use domain::sla::{Fact, FactKind, evaluate, replay};
use domain::ticket::Status;
use domain::time::Timestamp;
use lang::Env;

use crate::{documents, policies};

#[test]
#[ignore = "prints figures"]
fn print() {
    let start: Timestamp = "2026-02-11T09:30:00Z".parse().expect("an instant");
    for document in documents::all() {
        let calendar = documents::compile(&document);
        for hours in [4, 40, 400] {
            let name = format!("{} add {hours} h", document["key"]);
            let micros = measure(2_000, |turn| {
                black_box(calendar.add(start.plus_millis(turn * 60_000), hours * 3_600_000));
            });
            println!("{name}: {micros:.2} µs");
        }
    }
    let compiled = policies::compile(&policies::documents());
    let facts = busy_fortnight(start);
    let micros = measure(200, |_| {
        for clock in replay(&compiled, &facts, &Env::default()) {
            black_box(evaluate(&compiled, &clock, start.plus_millis(15 * 86_400_000)));
        }
    });
    println!("replay 60 facts, then evaluate: {micros:.2} µs");
}

/// Microseconds a turn.
fn measure(turns: i64, mut work: impl FnMut(i64)) -> f64 {
    let begin = Instant::now();
    for turn in 0..turns {
        work(turn);
    }
    begin.elapsed().as_secs_f64() * 1e6 / turns as f64
}

fn busy_fortnight(start: Timestamp) -> Vec<Fact> {
    let mut facts = vec![policies::created(start, 4, "repair")];
    for turn in 1..60 {
        let kind = match turn % 3 {
            0 => FactKind::StatusChanged { to: Status::Waiting },
            1 => FactKind::StatusChanged { to: Status::Open },
            _ => FactKind::PublicReply,
        };
        facts.push(Fact::new(start.plus_millis(turn * 6 * 3_600_000), kind));
    }
    facts
}
