//! Start, working minutes, due: computed by the slow implementation, checked in, asked of the fast one.

use std::fmt::Write as _;
use std::path::PathBuf;

use domain::time::Timestamp;

use crate::documents;
use crate::random::Random;
use crate::slow::{self, FIRST};

const TRIPLES: usize = 2_400;
/// Three years from 2023-12-20.
const SPAN: i64 = 3 * 366 * 1_440;
const DURATIONS: [i64; 12] = [1, 15, 30, 60, 120, 240, 480, 540, 960, 1_440, 2_880, 4_800];

#[test]
fn the_fast_calendar_agrees_with_every_triple() {
    let text = std::fs::read_to_string(path()).expect("the checked-in triples");
    let calendars: Vec<_> =
        documents::all().iter().map(|document| (key(document), documents::compile(document))).collect();
    let mut checked = 0;
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [name, start, minutes, due] = fields[..] else { panic!("{line}") };
        let (_, calendar) = calendars.iter().find(|(key, _)| key == name).expect("a calendar");
        let start: Timestamp = start.parse().expect("an instant");
        let due: Timestamp = due.parse().expect("an instant");
        let working = minutes.parse::<i64>().expect("minutes") * 60_000;
        assert_eq!(calendar.add(start, working), due, "{line}");
        assert_eq!(calendar.between(start, due), working, "{line}");
        checked += 1;
    }
    assert_eq!(checked, TRIPLES);
}

#[test]
fn the_checked_in_triples_are_those_of_the_slow_implementation() {
    assert!(
        std::fs::read_to_string(path()).expect("the triples") == triples(),
        "run the ignored test to write them anew"
    );
}

#[test]
#[ignore = "writes the triples"]
fn write() {
    std::fs::write(path(), triples()).expect("written");
}

#[test]
fn every_minute_and_every_segment_agrees() {
    let mut random = Random::new(77);
    for (document, slow) in slow::all() {
        let fast = documents::compile(document);
        for _ in 0..150 {
            let from = start(&mut random);
            let to = from + random.between(1, 6 * 1_440);
            let note = format!("{} {from} {to}", document["key"]);
            assert_eq!(fast.between(at(from), at(to)), slow.between(from, to) * 60_000, "{note}");
            let mut cursor = at(from);
            for segment in fast.segments(at(from), at(to)) {
                assert_eq!(segment.from, cursor, "{note}");
                assert!(segment.to > segment.from, "{note}");
                cursor = segment.to;
                for minute in segment.from.millis() / 60_000..segment.to.millis() / 60_000 {
                    assert_eq!(slow.is_open(minute), segment.open, "{note} {minute}");
                }
            }
            assert_eq!(cursor, at(to), "{note}");
            let open = (from..).find(|minute| slow.is_open(*minute)).expect("opens");
            assert_eq!(fast.next_open(at(from)), at(open), "{note}");
            assert_eq!(fast.is_open(at(from)), slow.is_open(from), "{note}");
            let closed = (from..from + 40 * 1_440).find(|minute| !slow.is_open(*minute)).map(at);
            if closed.is_some() {
                assert_eq!(fast.next_close(at(from)), closed, "{note}");
            }
        }
    }
}

#[test]
fn milliseconds_are_exact_and_the_due_time_is_the_earliest() {
    let mut random = Random::new(5);
    for document in documents::all() {
        let calendar = documents::compile(&document);
        for _ in 0..200 {
            let start = at(start(&mut random)).plus_millis(random.below(60_000));
            let working = random.between(1, 40 * 3_600_000);
            let due = calendar.add(start, working);
            assert_eq!(calendar.between(start, due), working);
            assert_eq!(calendar.between(start, due.plus_millis(-1)), working - 1);
            let first = random.below(working);
            assert_eq!(calendar.add(calendar.add(start, first), working - first), due);
        }
    }
}

fn triples() -> String {
    let mut random = Random::new(20_260_213);
    let mut text = String::from("calendar,start,minutes,due\n");
    for number in 0..TRIPLES {
        let (document, slow) = &slow::all()[number % slow::all().len()];
        let start = start(&mut random);
        let minutes = if random.one_in(2) { random.pick(&DURATIONS) } else { random.between(1, 2_000) };
        let due = slow.add(start, minutes);
        writeln!(text, "{},{},{minutes},{}", key(document), short(start), short(due))
            .expect("a string takes everything");
    }
    text
}

/// Half of them around the days on which a rule changes.
fn start(random: &mut Random) -> i64 {
    let anywhere = FIRST + 19 * 1_440 + random.below(SPAN);
    let interesting = [
        "2024-02-09",
        "2024-03-09",
        "2024-03-30",
        "2024-04-06",
        "2024-04-30",
        "2024-09-07",
        "2024-09-30",
        "2024-11-02",
        "2025-01-25",
        "2025-04-05",
        "2025-07-20",
        "2025-09-27",
        "2025-10-04",
        "2025-10-25",
        "2025-10-31",
        "2025-12-23",
        "2025-12-31",
        "2026-02-13",
        "2026-02-27",
        "2026-03-07",
        "2026-04-04",
        "2026-05-30",
        "2026-09-05",
        "2026-10-03",
        "2026-12-31",
    ];
    if random.one_in(2) {
        return anywhere;
    }
    let day: Timestamp = format!("{}T00:00:00Z", random.pick(&interesting)).parse().expect("an instant");
    day.millis() / 60_000 + random.between(-600, 2 * 1_440)
}

fn key(document: &serde_json::Value) -> String {
    document["key"].as_str().expect("a key").to_owned()
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(minute * 60_000)
}

fn short(minute: i64) -> String {
    at(minute).to_string().replace(":00.000Z", ":00Z")
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/sla_triples.csv")
}
