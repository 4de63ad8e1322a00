//! The calendars that the comparisons run over; each has something that goes wrong easily.

use domain::calendar::{Calendar, CalendarDefinition};
use serde_json::{Value, json};

pub(crate) fn all() -> Vec<Value> {
    let mut found = chinese();
    found.extend(abroad());
    found
}

pub(crate) fn compile(document: &Value) -> Calendar {
    let definition: CalendarDefinition = serde_json::from_value(document.clone()).expect("a calendar");
    Calendar::compile(&definition).expect("a sound calendar")
}

fn chinese() -> Vec<Value> {
    let day = ["09:00-18:00"];
    let halves = ["08:30-12:00", "13:30-17:30"];
    vec![
        json!({"kind": "calendar", "key": "office", "zone": "Asia/Shanghai", "holidays": "cn",
            "week": {"mon": day, "tue": day, "wed": day, "thu": day, "fri": day}}),
        json!({"kind": "calendar", "key": "halves", "zone": "Asia/Shanghai", "holidays": "cn", "makeup_as": "fri",
            "week": {"mon": halves, "tue": halves, "wed": halves, "thu": halves,
                "fri": ["08:30-12:00", "14:00-16:15"], "sat": ["09:00-11:30"]}}),
        json!({"kind": "calendar", "key": "clinic", "zone": "Asia/Shanghai", "holidays": "cn", "makeup": "ignore",
            "holiday_hours": ["08:00-10:00", "15:00-16:00"],
            "week": {"mon": ["08:00-20:00"], "tue": ["08:00-20:00"], "wed": ["08:00-20:00"], "thu": ["08:00-20:00"],
                "fri": ["08:00-20:00"], "sun": ["10:00-14:00"]}}),
        json!({"kind": "calendar", "key": "night", "zone": "Asia/Shanghai", "holidays": "cn",
            "week": {"mon": ["22:00-06:00", "07:15-11:00"], "tue": ["22:00-06:00"], "wed": ["16:00-00:30"],
                "thu": ["22:00-06:00"], "fri": ["22:00-21:00"], "sun": ["00:00-24:00"]}}),
        json!({"kind": "calendar", "key": "seasons", "zone": "Asia/Shanghai", "holidays": "cn",
            "week": {"mon": halves, "tue": halves, "wed": halves, "thu": halves, "fri": halves},
            "days": [
                {"date": "2025-07-21", "to": "2025-08-03", "off": true, "name": "高温假"},
                {"date": "2026-01-03", "work": ["10:00-12:00", "20:00-02:00"], "name": "盘点"},
                {"date": "2026-02-28", "off": true, "name": "厂休"},
                {"date": "2026-10-04", "work": "tue", "name": "抢修"}],
            "periods": [
                {"valid_from": "2024-05-01", "valid_to": "2024-09-30",
                    "week": {"mon": ["08:00-11:30", "15:00-18:30"], "tue": ["08:00-11:30", "15:00-18:30"],
                        "thu": ["08:00-11:30", "15:00-18:30"], "fri": ["08:00-11:30"]}},
                {"valid_from": "2025-04-20", "valid_to": "2025-10-20", "holidays": "none"},
                {"valid_to": "2024-01-31", "makeup": "ignore"},
                {"valid_from": "2026-06-01", "week": "24x7", "holiday_hours": ["00:00-12:00"]}]}),
        json!({"kind": "calendar", "key": "always", "zone": "Asia/Shanghai", "week": "24x7"}),
    ]
}

fn abroad() -> Vec<Value> {
    let early = ["01:30-03:30", "09:00-17:00"];
    vec![
        json!({"kind": "calendar", "key": "new_york", "zone": "America/New_York",
            "week": {"mon": early, "tue": early, "wed": early, "thu": early, "fri": early, "sat": ["23:00-01:30"],
                "sun": ["02:15-02:45", "04:00-05:00"]}}),
        json!({"kind": "calendar", "key": "berlin", "zone": "Europe/Berlin",
            "week": {"mon": ["20:00-04:00"], "wed": ["20:00-04:00"], "sat": ["20:00-02:00"], "sun": ["02:00-03:00"]},
            "days": [{"date": "2025-12-24", "to": "2025-12-26", "off": true}]}),
        json!({"kind": "calendar", "key": "lord_howe", "zone": "Australia/Lord_Howe",
            "week": {"tue": ["09:00-17:00"], "sat": ["00:00-24:00"], "sun": ["00:00-24:00"]}}),
        // Summer time starts and ends at midnight here.
        json!({"kind": "calendar", "key": "santiago", "zone": "America/Santiago",
            "week": {"mon": ["09:00-17:00"], "sat": ["18:00-23:30"], "sun": ["00:00-08:00", "23:30-00:30"]}}),
    ]
}
