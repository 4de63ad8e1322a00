//! Calendars by example: the days people ask about, and what is wrong with a document.

use domain::calendar::{Calendar, CalendarDefinition, Cause};
use domain::problem;
use domain::time::Timestamp;
use serde_json::{Value, json};

use crate::documents;

const HOUR: i64 = 3_600_000;

fn calendar(key: &str) -> Calendar {
    let documents = documents::all();
    documents::compile(documents.iter().find(|document| document["key"] == key).expect("a calendar"))
}

fn local(text: &str) -> Timestamp {
    format!("{}:00+08:00", text.replace(' ', "T")).parse().expect("an instant")
}

#[test]
fn due_times_around_the_make_up_days() {
    let cases = [
        // Saturday 14 is worked, the festival lasts to Monday 23.
        ("office", "2026-02-13 17:30", 2.0, "2026-02-14 10:30"),
        ("office", "2026-02-13 17:30", 12.0, "2026-02-24 11:30"),
        ("office", "2026-02-13 17:30", 0.5, "2026-02-13 18:00"),
        ("office", "2026-02-13 18:00", 1.0, "2026-02-14 10:00"),
        ("office", "2026-02-14 18:00", 9.0, "2026-02-24 18:00"),
        ("office", "2026-02-27 17:00", 2.0, "2026-02-28 10:00"),
        // Sunday 4 January is worked for the new year.
        ("office", "2026-01-01 10:00", 1.0, "2026-01-04 10:00"),
        ("office", "2025-09-30 17:00", 10.0, "2025-10-09 18:00"),
        // Two windows: noon does not count; the make-up Saturday has Friday's windows.
        ("halves", "2026-02-13 11:00", 3.0, "2026-02-13 16:00"),
        ("halves", "2026-02-14 08:30", 4.0, "2026-02-14 14:30"),
        ("clinic", "2026-02-14 09:00", 1.0, "2026-02-15 09:00"),
        // The night shift goes on into a day off.
        ("night", "2026-04-02 23:00", 7.0, "2026-04-03 06:00"),
        ("seasons", "2026-01-03 09:00", 3.0, "2026-01-03 21:00"),
        ("seasons", "2026-02-27 17:00", 1.0, "2026-03-02 09:00"),
        ("always", "2026-02-16 00:00", 24.0, "2026-02-17 00:00"),
    ];
    for (key, start, hours, due) in cases {
        let working = (hours * HOUR as f64) as i64;
        assert_eq!(calendar(key).add(local(start), working), local(due), "{key} {start} + {hours} h");
    }
}

#[test]
fn segments_name_their_causes() {
    let found = calendar("office").segments(local("2026-02-13 17:00"), local("2026-02-24 10:00"));
    let spring = domain::text::Text::Languages(
        [("zh".to_owned(), "春节".to_owned()), ("en".to_owned(), "Spring Festival".to_owned())].into(),
    );
    let expected = [
        ("2026-02-13 18:00", true, Cause::Hours),
        ("2026-02-14 09:00", false, Cause::OutsideHours),
        ("2026-02-14 18:00", true, Cause::MakeupDay { name: spring.clone() }),
        ("2026-02-15 00:00", false, Cause::OutsideHours),
        ("2026-02-24 00:00", false, Cause::Holiday { name: spring }),
        ("2026-02-24 09:00", false, Cause::OutsideHours),
        ("2026-02-24 10:00", true, Cause::Hours),
    ];
    let found: Vec<_> = found.into_iter().map(|piece| (piece.to, piece.open, piece.cause)).collect();
    let expected: Vec<_> = expected.map(|(to, open, cause)| (local(to), open, cause)).into();
    assert_eq!(found, expected);

    let weekend = calendar("office").segments(local("2026-03-06 18:00"), local("2026-03-09 09:00"));
    let causes: Vec<_> = weekend.into_iter().map(|piece| piece.cause).collect();
    assert_eq!(causes, [Cause::OutsideHours, Cause::RestDay, Cause::OutsideHours]);
    let own = calendar("seasons").segments(local("2026-02-28 00:00"), local("2026-02-28 12:00"));
    assert_eq!(serde_json::to_value(&own[0]).expect("json")["cause"], "day_off");
    assert_eq!(serde_json::to_value(&own[0]).expect("json")["name"], "厂休");
}

#[test]
fn the_end_of_the_holiday_data_is_said() {
    let office = calendar("office");
    assert_eq!(office.data_until().map(|date| date.to_string()).as_deref(), Some("2026-12-31"));
    assert!(!office.is_beyond_data(local("2026-12-31 23:59")));
    assert!(office.is_beyond_data(local("2027-01-01 00:00")));
    // The week alone decides.
    assert!(office.is_open(local("2027-10-01 10:00")));
    assert_eq!(calendar("always").data_until(), None);
}

#[test]
fn a_day_in_a_target_is_the_length_of_the_model_day() {
    for (key, hours) in [("office", 9.0), ("halves", 5.75), ("night", 11.75), ("always", 24.0), ("santiago", 8.0)] {
        assert_eq!(calendar(key).day_ms(), (hours * HOUR as f64) as i64, "{key}");
    }
}

#[test]
fn next_open_and_next_close() {
    let office = calendar("office");
    assert_eq!(office.next_open(local("2026-02-14 18:00")), local("2026-02-24 09:00"));
    assert_eq!(office.next_open(local("2026-02-14 12:00")), local("2026-02-14 12:00"));
    assert_eq!(office.next_close(local("2026-02-14 12:00")), Some(local("2026-02-14 18:00")));
    assert_eq!(office.next_close(local("2026-02-14 18:00")), Some(local("2026-02-14 18:00")));
    assert_eq!(calendar("always").next_close(local("2026-02-14 18:00")), None);
}

#[test]
fn faults_have_a_place_and_a_code() {
    let cases = [
        (json!({"zone": "Asia/Peking"}), "/zone", "calendar.unknown_zone"),
        (json!({"week": {"mon": ["9:00-18:00"]}}), "/week/mon/0", "calendar.bad_window"),
        (json!({"week": {"mon": ["09:00-24:01"]}}), "/week/mon/0", "calendar.bad_window"),
        (json!({"week": {"mon": ["09:00-09:00"]}}), "/week/mon/0", "calendar.bad_window"),
        (json!({"week": {"mon": ["24:00-09:00"]}}), "/week/mon/0", "calendar.bad_window"),
        (json!({"week": {"mon": ["09:00-12:00", "08:00-09:30"]}}), "/week/mon/0", "calendar.windows_overlap"),
        (json!({"week": {"sun": ["22:00-06:00"], "mon": ["05:00-12:00"]}}), "/week/mon/0", "calendar.windows_overlap"),
        (json!({"week": {}}), "/week", "calendar.never_open"),
        (json!({"holidays": "xx"}), "/holidays", "calendar.unknown_holidays"),
        (json!({"day": "P1D"}), "/day", "calendar.bad_day_length"),
        (json!({"day": "PT25H"}), "/day", "calendar.bad_day_length"),
        (json!({"days": [{"date": "2026-02-30", "off": true}]}), "/days/0/date", "calendar.bad_date"),
        (json!({"days": [{"date": "2026-02-03"}]}), "/days/0", "calendar.off_or_work"),
        (
            json!({"days": [{"date": "2026-02-03", "off": true, "work": ["09:00-10:00"]}]}),
            "/days/0",
            "calendar.off_or_work",
        ),
        (json!({"days": [{"date": "2026-02-07", "work": "sun"}]}), "/days/0", "calendar.off_or_work"),
        (json!({"days": [{"date": "2026-02-07", "to": "2026-02-01", "off": true}]}), "/days/0", "calendar.bad_period"),
        (
            json!({"days": [{"date": "2026-02-01", "to": "2026-02-05", "off": true}, {"date": "2026-02-05", "off": true}]}),
            "/days/1",
            "calendar.day_twice",
        ),
        (
            json!({"days": [{"date": "2026-02-01", "to": "9999-12-31", "off": true}]}),
            "/days/0",
            "calendar.too_many_days",
        ),
        (json!({"periods": [{"makeup": "ignore"}]}), "/periods/0", "calendar.bad_period"),
        (
            json!({"periods": [{"valid_from": "2026-03-01", "valid_to": "2026-02-01"}]}),
            "/periods/0",
            "calendar.bad_period",
        ),
        (
            json!({"periods": [{"valid_from": "2026-03-01"}, {"valid_to": "2026-03-01"}]}),
            "/periods/0",
            "calendar.periods_overlap",
        ),
        (json!({"periods": [{"valid_from": "2026-03-01", "week": {}}]}), "/periods/0/week", "calendar.never_open"),
    ];
    for (change, pointer, code) in cases {
        let mut document =
            json!({"kind": "calendar", "key": "x", "zone": "Asia/Shanghai", "week": {"mon": ["09:00-18:00"]}});
        for (name, value) in change.as_object().expect("an object") {
            document[name] = value.clone();
        }
        let definition: CalendarDefinition = serde_json::from_value(document).expect("the shape is right");
        let problems = definition.check();
        assert!(
            problems.iter().any(|problem| problem.pointer == pointer && problem.code == code),
            "{change}: {problems:?}"
        );
        assert!(problem::find(code).is_some(), "{code} is on the list");
    }
}

#[test]
fn unknown_members_are_refused_and_documents_round_trip() {
    let wrong = json!({"kind": "calendar", "key": "x", "zone": "Asia/Shanghai", "week": {}, "lunch": true});
    assert!(serde_json::from_value::<CalendarDefinition>(wrong).is_err());
    for document in documents::all() {
        let definition: CalendarDefinition = serde_json::from_value(document).expect("a calendar");
        let again: Value = serde_json::to_value(&definition).expect("json");
        assert_eq!(serde_json::from_value::<CalendarDefinition>(again).expect("a calendar"), definition);
    }
}
