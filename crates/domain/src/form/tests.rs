//! Forms from document to stored data.

use std::collections::HashMap;

use lang::Env;
use serde_json::{Value, json};

use super::{FileFacts, Form, FormDefinition, Given, RecordFacts, check};
use crate::id::{FileId, OrgId, RecordId, UserId};
use crate::problem::{self, Problem};

fn env() -> Env {
    // 2026-02-13T20:30:00Z: in China it is the 14th already.
    Env {
        now_ms: 1_771_014_600_000,
        offset_minutes: 480,
        me: Some(UserId::from_u128(7).to_string()),
        org: Some(OrgId::from_u128(8).to_string()),
        ..Env::default()
    }
}

fn form(fields: Value, rules: Value) -> Form {
    let document = json!({ "kind": "form", "key": "test", "fields": fields, "rules": rules });
    Form::from_document(&document).expect("the form is sound")
}

fn codes(problems: &[Problem]) -> Vec<(&str, &str)> {
    problems.iter().map(|problem| (problem.pointer.as_str(), problem.code.as_str())).collect()
}

/// One field of `kind` with more members: what each answer becomes, or the code that refuses it.
fn check_answers(members: Value, cases: &[(Value, Result<Value, &str>)]) {
    let mut field = members;
    field["id"] = json!("f");
    let form = form(json!([field]), json!([]));
    for (answer, expected) in cases {
        let found = form.validate(&json!({ "f": answer }), None, &env());
        let found = found.map(|data| data.get("f").cloned().unwrap_or(Value::Null));
        let found = found.map_err(|problems| problems[0].code.clone());
        assert_eq!(found, expected.clone().map_err(str::to_owned), "{answer} for {field}");
    }
}

#[test]
fn texts_are_tidied_and_measured() {
    let cases = [
        (json!("  漏水\r\n了\u{7} "), Ok(json!("漏水\n了"))),
        (json!("Cafe\u{301}"), Ok(json!("Caf\u{e9}"))),
        (json!("   "), Ok(Value::Null)),
        (json!("a\u{0}b"), Ok(json!("ab"))),
        (json!("水"), Err("form.too_short")),
        (json!("一二三四五六七"), Err("form.too_long")),
        (json!(5), Err("form.wrong_type")),
        (json!(["x"]), Err("form.wrong_type")),
        (json!(null), Ok(Value::Null)),
    ];
    check_answers(json!({ "type": "text", "min": 2, "max": 6 }), &cases);
}

#[test]
fn numbers_become_decimal_texts() {
    let cases = [
        (json!("12.5"), Ok(json!("12.50"))),
        (json!(12.5), Ok(json!("12.50"))),
        (json!(" 7 "), Ok(json!("7.00"))),
        (json!("-0.00"), Ok(json!("0.00"))),
        (json!("1.005"), Err("form.scale")),
        (json!("-0.01"), Err("form.below")),
        (json!("100.01"), Err("form.above")),
        (json!("1e3"), Err("form.wrong_type")),
        (json!("1,000"), Err("form.wrong_type")),
        (json!("99999999999999999999"), Err("form.wrong_type")),
        (json!(true), Err("form.wrong_type")),
        (json!(""), Ok(Value::Null)),
    ];
    check_answers(json!({ "type": "money", "min": "0", "max": 100 }), &cases);
    let rating = [
        (json!(4), Ok(json!("4"))),
        (json!(0), Ok(Value::Null)),
        (json!(6), Err("form.above")),
        (json!(-1), Err("form.below")),
    ];
    check_answers(json!({ "type": "rating" }), &rating);
}

#[test]
fn days_and_instants_must_exist() {
    let dates = [
        (json!("2026-02-13"), Ok(json!("2026-02-13"))),
        (json!("2026-02-30"), Err("form.bad_date")),
        (json!("13.02.2026"), Err("form.bad_date")),
        (json!("2025-12-31"), Err("form.below")),
        (json!("2027-01-01"), Err("form.above")),
        (json!(20_260_213), Err("form.wrong_type")),
    ];
    check_answers(json!({ "type": "date", "min": "2026-01-01", "max": "2026-12-31" }), &dates);
    let instants = [
        (json!("2026-02-13T17:30:00+08:00"), Ok(json!("2026-02-13T09:30:00.000Z"))),
        (json!("2026-02-30T17:30:00+08:00"), Err("form.bad_date")),
        (json!("2026-02-13T17:30"), Err("form.bad_date")),
    ];
    check_answers(json!({ "type": "datetime" }), &instants);
    let ranges = [
        (json!({ "to": "2026-02-14", "from": "2026-02-13" }), Ok(json!({ "from": "2026-02-13", "to": "2026-02-14" }))),
        (json!({ "from": "2026-02-14", "to": "2026-02-13" }), Err("form.bad_date")),
        (json!({ "from": "2026-02-14" }), Err("form.bad_date")),
        (json!({ "from": "2026-02-14", "to": "2026-02-15", "x": 1 }), Err("form.unknown_field")),
        (json!("2026-02-14"), Err("form.wrong_type")),
    ];
    check_answers(json!({ "type": "date-range" }), &ranges);
}

#[test]
fn choices_take_their_options_only() {
    let select = [
        (json!("gas"), Ok(json!("gas"))),
        (json!("Gas"), Err("form.not_an_option")),
        (json!(["gas"]), Err("form.wrong_type")),
    ];
    check_answers(json!({ "type": "select", "options": ["gas", { "value": "cold", "label": "冷柜" }] }), &select);
    let many = [
        (json!(["b", "a", "b"]), Ok(json!(["b", "a"]))),
        (json!(["a"]), Err("form.too_few")),
        (json!(["a", "b", "c"]), Err("form.too_many")),
        (json!(["a", "x"]), Err("form.not_an_option")),
        (json!("a"), Err("form.wrong_type")),
        (json!(["a", 5]), Err("form.wrong_type")),
    ];
    check_answers(json!({ "type": "multi-select", "options": ["a", "b", "c"], "min": 2, "max": 2 }), &many);
    let levels = json!([{ "value": "hw", "children": ["pc", "printer"] }, "sw"]);
    let cascade = [
        (json!(["hw", "pc"]), Ok(json!(["hw", "pc"]))),
        (json!(["hw"]), Ok(json!(["hw"]))),
        (json!(["pc"]), Err("form.not_an_option")),
        (json!(["sw", "pc"]), Err("form.not_an_option")),
    ];
    check_answers(json!({ "type": "cascade", "options": levels }), &cascade);
    let dictionary = [(json!("anything"), Ok(json!("anything"))), (json!(5), Err("form.wrong_type"))];
    check_answers(json!({ "type": "select", "options": { "dict": "kinds" } }), &dictionary);
}

#[test]
fn contacts_places_and_references_are_checked() {
    let user = UserId::from_u128(1).to_string();
    let record = RecordId::from_u128(1).to_string();
    check_answers(
        json!({ "type": "person" }),
        &[(json!(user), Ok(json!(user))), (json!(record), Err("form.bad_reference"))],
    );
    check_answers(json!({ "type": "org" }), &[(json!(user), Err("form.bad_reference"))]);
    check_answers(
        json!({ "type": "ref", "to": "asset" }),
        &[(json!(record), Ok(json!(record))), (json!("rec_1"), Err("form.bad_reference"))],
    );
    check_answers(
        json!({ "type": "phone" }),
        &[(json!("138 1234 5678"), Ok(json!("13812345678"))), (json!("abc"), Err("form.bad_phone"))],
    );
    check_answers(
        json!({ "type": "email" }),
        &[(json!("A@B.CN"), Ok(json!("A@b.cn"))), (json!("a@b"), Err("form.bad_email"))],
    );
    let addresses = [
        (json!("人民路 1 号"), Ok(json!({ "street": "人民路 1 号" }))),
        (json!({ "region": "上海市", "street": "" }), Ok(json!({ "region": "上海市" }))),
        (json!({ "region": "" }), Ok(Value::Null)),
        (json!({ "planet": "x" }), Err("form.unknown_field")),
        (json!({ "street": 5 }), Err("form.wrong_type")),
    ];
    check_answers(json!({ "type": "address" }), &addresses);
    let places = [
        (json!({ "lat": 31.230_416_2, "lng": "121.5" }), Ok(json!({ "lat": 31.230_416, "lng": 121.5 }))),
        (json!({ "lat": 91, "lng": 0 }), Err("form.wrong_type")),
        (json!({ "lat": 1 }), Err("form.wrong_type")),
    ];
    check_answers(json!({ "type": "location" }), &places);
    check_answers(
        json!({ "type": "bool" }),
        &[(json!(false), Ok(json!(false))), (json!("false"), Err("form.wrong_type"))],
    );
    check_answers(json!({ "type": "info", "text": "Mind the gap" }), &[(json!("x"), Err("form.unknown_field"))]);
    check_answers(json!({ "type": "serial" }), &[(json!("mine"), Ok(Value::Null))]);
}

#[test]
fn files_are_judged_by_what_is_known_of_them() {
    let form = form(
        json!([{ "id": "photos", "type": "file", "accept": ["image/*"], "min": 1, "max": 2, "max_bytes": 100 }]),
        json!([]),
    );
    let id = |n: u128| FileId::from_u128(n).to_string();
    let facts = |media_type: &str, bytes| FileFacts { name: "a".into(), media_type: media_type.into(), bytes };
    let files = HashMap::from([
        (id(1), facts("image/png", 100)),
        (id(2), facts("image/jpeg", 101)),
        (id(3), facts("application/pdf", 1)),
        (id(4), facts("image/png", 1)),
        (id(5), facts("image/png", 1)),
    ]);
    let given = Given { files: Some(&files), ..Given::default() };
    let cases = [
        (json!([id(1), id(4), id(1)]), Ok(json!([id(1), id(4)]))),
        (json!([id(2)]), Err("form.file_size")),
        (json!([id(3)]), Err("form.file_type")),
        (json!([id(9)]), Err("form.file_unusable")),
        (json!(["x"]), Err("form.bad_reference")),
        (json!([id(1), id(4), id(5)]), Err("form.too_many")),
        (json!(id(1)), Err("form.wrong_type")),
    ];
    for (answer, expected) in cases {
        let found = form.validate_given(&json!({ "photos": answer }), None, &given, &env());
        let found = found.map(|data| data["photos"].clone()).map_err(|problems| problems[0].code.clone());
        assert_eq!(found, expected.map_err(str::to_owned), "{answer}");
    }
}

fn repair() -> Form {
    let fields = json!([
        { "id": "title", "type": "text", "required": true },
        { "id": "cat", "type": "select", "options": ["cold", "gas"], "filterable": true },
        { "id": "store", "type": "org", "default": { "var": "me.org" }, "readonly": true },
        { "id": "seen", "type": "date", "default": { "var": "today" } },
        { "id": "total", "type": "money", "calc": "sum(parts.sum)" },
        { "id": "parts", "type": "table", "max": 3, "fields": [
            { "id": "sku", "type": "text", "required": true }, { "id": "qty", "type": "number", "min": 1 },
            { "id": "price", "type": "money" }, { "id": "sum", "type": "money", "calc": "qty * price" } ] },
        { "id": "reason", "type": "text" },
        { "id": "detail", "type": "text" }
    ]);
    let rules = json!([
        { "when": { "f": "total", "op": "gt", "v": "5000.00" }, "show": ["reason"], "require": ["reason"] },
        { "when": { "f": "reason", "op": "not_empty" }, "show": ["detail"] },
        { "when": { "f": "cat", "op": "eq", "v": "gas" }, "readonly": ["seen"] },
        { "when": { "all": [{ "f": "cat", "op": "eq", "v": "cold" }, { "f": "parts", "op": "empty" }] },
          "error": { "zh": "至少一项配件", "en": "At least one part" }, "at": "parts" }
    ]);
    form(fields, rules)
}

#[test]
fn formulas_rules_and_defaults_work_together() {
    let form = repair();
    let input = json!({ "title": "冷柜", "cat": "cold", "total": "1.00", "reason": "x", "detail": "y",
        "parts": [{ "sku": "a", "qty": "2", "price": "10.50", "sum": "9.99" }, { "sku": "b" }] });
    let data = form.validate(&input, None, &env()).expect("sound");
    let expected = json!({ "title": "冷柜", "cat": "cold", "store": OrgId::from_u128(8).to_string(), "seen": "2026-02-14", "total": "21.00",
        "parts": [{ "sku": "a", "qty": "2", "price": "10.50", "sum": "21.00" }, { "sku": "b" }] });
    assert_eq!(data, expected);
    assert_eq!(data.as_object().expect("object").keys().next().map(String::as_str), Some("title"));

    let dear = json!({ "title": "x", "parts": [{ "sku": "a", "qty": "1", "price": "5000.01" }] });
    let problems = form.validate(&dear, None, &env()).expect_err("a reason is needed");
    assert_eq!(codes(&problems), [("/reason", "form.required")]);
    let mut dear = dear;
    dear["reason"] = json!("urgent");
    dear["detail"] = json!("shown because there is a reason");
    assert_eq!(form.validate(&dear, None, &env()).expect("sound")["detail"], dear["detail"]);
}

#[test]
fn every_problem_is_reported_at_its_place() {
    let form = repair();
    let input = json!({ "cat": "cold", "nope": 1, "store": OrgId::from_u128(9).to_string(), "a/b~": 1 });
    let problems = form.validate(&input, None, &env()).expect_err("several faults");
    let expected = [
        ("/nope", "form.unknown_field"),
        ("/store", "form.read_only"),
        ("/a~1b~0", "form.unknown_field"),
        ("/title", "form.required"),
        ("/parts", "form.rule"),
    ];
    assert_eq!(codes(&problems), expected);
    let rows = json!({ "title": "x", "parts": [{ "sku": "a", "qty": "0", "x": 1 }, "row", { "qty": "1" }] });
    let problems = form.validate(&rows, None, &env()).expect_err("rows have faults");
    let expected = [
        ("/parts/0/x", "form.unknown_field"),
        ("/parts/0/qty", "form.below"),
        ("/parts/1", "form.wrong_type"),
        ("/parts/2/sku", "form.required"),
    ];
    assert_eq!(codes(&problems), expected);
    assert_eq!(codes(&form.validate(&json!([]), None, &env()).expect_err("no object")), [("", "form.wrong_type")]);
    for (_, code) in expected {
        assert!(problem::find(code).is_some(), "{code} is listed");
    }
}

#[test]
fn a_change_is_judged_by_what_it_changes() {
    let form = repair();
    // The stored row lacks its title and holds an option that is gone: neither stops another change.
    let before = json!({ "cat": "steam", "seen": "2026-01-01", "status": "open" });
    let change = |input: Value| form.validate(&input, Some(&before), &env());
    let data = change(json!({ "cat": "steam", "detail": null, "seen": "2026-01-02" })).expect("sound");
    assert_eq!(data, json!({ "cat": "steam", "seen": "2026-01-02", "total": "0.00" }));
    assert_eq!(codes(&change(json!({ "cat": "water" })).expect_err("no option")), [("/cat", "form.not_an_option")]);
    assert_eq!(codes(&change(json!({ "cat": "cold" })).expect_err("rule")), [("/parts", "form.rule")]);
    let locked = json!({ "title": "x", "cat": "gas", "seen": "2026-01-01" });
    let refused = form.validate(&json!({ "seen": "2026-01-05" }), Some(&locked), &env());
    assert_eq!(codes(&refused.expect_err("locked by a rule")), [("/seen", "form.read_only")]);
    let refused = form.validate(&json!({ "title": "" }), Some(&locked), &env());
    assert_eq!(codes(&refused.expect_err("title was there")), [("/title", "form.required")]);

    let given = Given { required: ["title".to_owned()].into(), ..Given::default() };
    let asked = form.validate_given(&json!({ "seen": "2026-01-02" }), Some(&before), &given, &env());
    assert_eq!(codes(&asked.expect_err("the task needs it")), [("/title", "form.required")]);
}

fn asset(n: u128, form: &str, row: Value, archived: bool) -> (String, RecordFacts) {
    (RecordId::from_u128(n).to_string(), RecordFacts { form: form.to_owned(), row, archived })
}

#[test]
fn references_bring_values_along() {
    let fields = json!([
        { "id": "asset", "type": "ref", "to": "asset", "copy": { "warranty": "until", "spot": "spot", "tel": "tel" } },
        { "id": "warranty", "type": "date", "readonly": true },
        { "id": "spot", "type": "text" },
        { "id": "tel", "type": "phone", "readonly": true }
    ]);
    let form = form(fields, json!([]));
    let row = |until: &str| json!({ "until": until, "spot": "A-3", "tel": "13812345678" });
    let records = HashMap::from([
        asset(5, "asset", row("2027-01-01"), false),
        asset(6, "asset", row("2028-01-01"), false),
        asset(7, "place", json!({}), false),
        asset(8, "asset", json!({}), true),
    ]);
    let id = |n: u128| RecordId::from_u128(n).to_string();
    let given = Given { records: Some(&records), ..Given::default() };
    let judge = |input: Value, previous: Option<&Value>| form.validate_given(&input, previous, &given, &env());
    let refused = |input: Value, previous: Option<&Value>| {
        let problems = judge(input, previous).expect_err("is refused");
        problems.into_iter().map(|problem| (problem.pointer, problem.code)).collect::<Vec<_>>()
    };
    let at = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];

    let whole = json!({ "asset": id(5), "warranty": "2027-01-01", "spot": "A-3", "tel": "13812345678" });
    assert_eq!(judge(json!({ "asset": id(5) }), None), Ok(whole.clone()));
    assert_eq!(judge(whole.clone(), None), Ok(whole.clone()));
    // Somebody who sees only the mask of the number sends the mask back.
    let masked = json!({ "asset": id(5), "tel": crate::masking::mask(&json!("13812345678")) });
    assert_eq!(judge(masked, None), Ok(whole.clone()));
    let own = judge(json!({ "asset": id(5), "spot": "B-1" }), None).expect("an open field is only filled in ahead");
    assert_eq!(own["spot"], "B-1");
    let forged = json!({ "asset": id(5), "warranty": "2099-01-01" });
    assert_eq!(refused(forged, None), at("/warranty", "form.copy_differs"));
    assert_eq!(refused(json!({ "warranty": "2099-01-01" }), None), at("/warranty", "form.read_only"));
    assert_eq!(refused(json!({ "asset": id(7) }), None), at("/asset", "form.bad_reference"));
    assert_eq!(refused(json!({ "asset": id(8) }), None), at("/asset", "form.archived"));
    assert_eq!(refused(json!({ "asset": id(9), "warranty": "2099-01-01" }), None), at("/asset", "form.bad_reference"));

    let moved = judge(json!({ "asset": id(6), "warranty": "2027-01-01" }), Some(&whole)).expect("sound");
    assert_eq!(moved["warranty"], "2028-01-01");
    let forged = json!({ "warranty": "2099-01-01" });
    assert_eq!(refused(forged, Some(&whole)), at("/warranty", "form.copy_differs"));
    let other = judge(json!({ "spot": "B-1" }), Some(&whole)).expect("sound");
    assert_eq!((&other["spot"], &other["warranty"]), (&json!("B-1"), &json!("2027-01-01")));
    assert_eq!(judge(json!({ "asset": null }), Some(&whole)), Ok(json!({})));
}

#[test]
fn a_reference_takes_only_records_within_its_filter() {
    let fields = json!([
        { "id": "store", "type": "text" },
        { "id": "asset", "type": "ref", "to": "asset", "filter": { "f": "store", "op": "eq", "v": { "f": "form.store" } } },
        { "id": "parts", "type": "table", "fields": [
            { "id": "part", "type": "ref", "to": "part", "filter": { "f": "stock", "op": "gt", "v": 0 } },
            { "id": "note", "type": "text" } ] }
    ]);
    let form = form(fields, json!([]));
    let assets = lang::Types::new().with("store", lang::Type::Text);
    let parts = lang::Types::new().with("stock", lang::Type::Number { scale: 0 });
    let types = |to: &str| if to == "asset" { &assets } else { &parts };
    let filters: HashMap<_, _> = form
        .filtered_references()
        .map(|(path, to)| {
            let filter = form.filter(&path, types(to)).expect("sound").expect("there is one");
            (path, filter)
        })
        .collect();
    assert_eq!(filters.len(), 2);
    let records = HashMap::from([
        asset(1, "asset", json!({ "store": "A" }), false),
        asset(2, "asset", json!({ "store": "B" }), false),
        asset(3, "part", json!({ "stock": "4" }), false),
        asset(4, "part", json!({ "stock": "0" }), false),
    ]);
    let id = |n: u128| RecordId::from_u128(n).to_string();
    let given = Given { records: Some(&records), filters, ..Given::default() };
    let judge = |input: Value, previous: Option<&Value>| {
        let found = form.validate_given(&input, previous, &given, &env());
        found
            .map(drop)
            .map_err(|problems| codes(&problems).iter().map(|(at, code)| format!("{at} {code}")).collect::<Vec<_>>())
    };
    let outside = |pointer: &str| Err(vec![format!("{pointer} form.outside_filter")]);
    assert_eq!(judge(json!({ "store": "A", "asset": id(1), "parts": [{ "part": id(3) }] }), None), Ok(()));
    assert_eq!(judge(json!({ "store": "A", "asset": id(2) }), None), outside("/asset"));
    assert_eq!(judge(json!({ "asset": id(1) }), None), outside("/asset"));
    assert_eq!(judge(json!({ "parts": [{ "part": id(3) }, { "part": id(4) }] }), None), outside("/parts/1/part"));
    // What was chosen before stays, until the change itself takes it outside.
    let before = json!({ "store": "A", "asset": id(1), "parts": [{ "part": id(4) }] });
    assert_eq!(judge(json!({ "parts": [{ "part": id(4), "note": "x" }] }), Some(&before)), Ok(()));
    assert_eq!(judge(json!({ "store": "B" }), Some(&before)), outside("/asset"));
}

#[test]
fn ticket_forms_know_the_system_fields() {
    let document = json!({ "kind": "form", "key": "r", "ticket": { "prefix": "WX", "flow": "f" },
        "fields": [{ "id": "title", "type": "text" }, { "id": "category", "type": "select", "options": ["a"], "filterable": true },
                   { "id": "urgency", "type": "select", "options": ["a"], "filterable": true, "pii": "contact" }],
        "rules": [{ "when": { "f": "status", "op": "eq", "v": "closed" }, "readonly": ["urgency"] }],
        "list": { "columns": ["number", "urgency"], "search": ["title", "urgency"] } });
    let form = Form::from_document(&document).expect("sound");
    assert!(form.types().get("due_at").is_some());
    assert_eq!(form.filterable().map(|(id, _)| id).collect::<Vec<_>>(), ["urgency"]);
    assert_eq!(form.searchable().collect::<Vec<_>>(), ["title"]);
    assert_eq!(form.validate(&json!({ "category": "a" }), None, &env()), Ok(json!({ "title": null, "category": "a" })));
    let wrong = json!({ "kind": "form", "key": "r", "ticket": {}, "fields": [{ "id": "status", "type": "text" }] });
    assert_eq!(codes(&Form::from_document(&wrong).expect_err("reserved")), [("/fields/0/id", "form.malformed")]);
}

#[test]
fn faulty_documents_are_refused_with_code_and_place() {
    let whole = |fields: Value, more: Value| {
        let mut document = json!({ "kind": "form", "key": "x", "fields": fields });
        for (name, value) in more.as_object().expect("object") {
            document[name] = value.clone();
        }
        document
    };
    let text = json!({ "id": "a", "type": "text" });
    let cases = [
        (json!([]), "", "form.malformed"),
        (json!({ "kind": "form", "key": "x" }), "/fields", "form.malformed"),
        (whole(json!([text, { "id": "b", "typ": "text" }]), json!({})), "/fields/1", "form.malformed"),
        (whole(json!([text, { "id": "b", "type": "blob" }]), json!({})), "/fields/1", "form.malformed"),
        (whole(json!([text]), json!({ "layuot": [] })), "", "form.malformed"),
        (whole(json!([text, text]), json!({})), "/fields/1/id", "form.duplicate_id"),
        (whole(json!([{ "id": "A", "type": "text" }]), json!({})), "/fields/0/id", "form.malformed"),
        (whole(json!([{ "id": "a", "type": "number", "scale": 7 }]), json!({})), "/fields/0/scale", "form.malformed"),
        (whole(json!([{ "id": "a", "type": "text", "scale": 2 }]), json!({})), "/fields/0/scale", "form.malformed"),
        (
            whole(json!([{ "id": "a", "type": "number", "min": 5, "max": "4" }]), json!({})),
            "/fields/0/min",
            "form.malformed",
        ),
        (whole(json!([{ "id": "a", "type": "number", "min": "5.5" }]), json!({})), "/fields/0/min", "form.malformed"),
        (whole(json!([{ "id": "a", "type": "select" }]), json!({})), "/fields/0/options", "form.malformed"),
        (
            whole(json!([{ "id": "a", "type": "select", "options": ["x", "x"] }]), json!({})),
            "/fields/0/options/1/value",
            "form.duplicate_id",
        ),
        (
            whole(json!([{ "id": "a", "type": "select", "options": ["x"], "default": "y" }]), json!({})),
            "/fields/0/default",
            "form.not_an_option",
        ),
        (whole(json!([{ "id": "a", "type": "ref" }]), json!({})), "/fields/0/to", "form.malformed"),
        (whole(json!([{ "id": "a", "type": "table" }]), json!({})), "/fields/0/fields", "form.malformed"),
        (
            whole(
                json!([{ "id": "a", "type": "table", "fields": [{ "id": "b", "type": "table", "fields": [text] }] }]),
                json!({}),
            ),
            "/fields/0/fields/0/type",
            "form.malformed",
        ),
        (
            whole(json!([text]), json!({ "layout": [{ "section": "s", "items": ["z"] }] })),
            "/layout/0/items/0",
            "form.unknown_field",
        ),
        (
            whole(json!([text]), json!({ "layout": [{ "section": "s", "items": ["a", "a"] }] })),
            "/layout/0/items/1",
            "form.duplicate_id",
        ),
        (
            whole(json!([text]), json!({ "rules": [{ "when": { "all": [] }, "show": ["z"] }] })),
            "/rules/0/show/0",
            "form.unknown_field",
        ),
        (whole(json!([text]), json!({ "rules": [{ "when": { "all": [] } }] })), "/rules/0", "form.malformed"),
        (
            whole(
                json!([text]),
                json!({ "rules": [{ "when": { "not": { "f": "z", "op": "empty" } }, "show": ["a"] }] }),
            ),
            "/rules/0/when/not/f",
            "condition.unknown_field",
        ),
        (
            whole(json!([text]), json!({ "rules": [{ "when": { "f": "a", "op": "gt", "v": "1" }, "show": ["a"] }] })),
            "/rules/0/when/op",
            "condition.operator_not_allowed",
        ),
        (
            whole(json!([{ "id": "a", "type": "number", "calc": "1 +" }]), json!({})),
            "/fields/0/calc",
            "formula.malformed",
        ),
        (
            whole(json!([{ "id": "a", "type": "number", "calc": "z + 1" }]), json!({})),
            "/fields/0/calc",
            "formula.unknown_field",
        ),
        (
            whole(
                json!([{ "id": "a", "type": "number", "calc": "b + 1" }, { "id": "b", "type": "number", "calc": "a * 2" }]),
                json!({}),
            ),
            "/fields",
            "form.formula_cycle",
        ),
        (whole(json!([{ "id": "a", "type": "text", "script": "s" }]), json!({})), "/fields/0/script", "form.malformed"),
        (whole(json!([text]), json!({ "ticket": {}, "record": {} })), "/record", "form.malformed"),
        (whole(json!([text]), json!({ "list": { "search": ["z"] } })), "/list/search/0", "form.unknown_field"),
    ];
    for (document, pointer, code) in cases {
        let problems = Form::from_document(&document).expect_err("the document has a fault");
        assert_eq!(codes(&problems), [(pointer, code)], "{document}");
        let entry = problem::find(code).expect("the code is listed");
        for name in entry.zh.split('{').skip(1).filter_map(|part| part.split('}').next()) {
            assert!(problems[0].params.contains_key(name), "{code} needs {name}");
        }
    }
    let cycle = json!([{ "id": "t", "type": "table", "fields": [{ "id": "x", "type": "number", "calc": "form.total" }] },
        { "id": "total", "type": "number", "calc": "sum(t.x)" }]);
    let problems = Form::from_document(&whole(cycle, json!({}))).expect_err("a cycle through a table");
    assert_eq!(problems[0].params["cycle"], "t.x → total");
}

#[test]
fn shipped_forms_are_sound_and_survive_a_round_trip() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates");
    let mut seen = 0;
    for template in std::fs::read_dir(folder).expect("templates") {
        let forms = template.expect("entry").path().join("forms");
        for file in std::fs::read_dir(&forms).into_iter().flatten() {
            let path = file.expect("entry").path();
            let document: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect("text")).expect("json");
            let definition =
                FormDefinition::parse(&document).unwrap_or_else(|problems| panic!("{path:?}: {problems:?}"));
            assert_eq!(check(&definition), [], "{path:?}");
            let again = serde_json::to_value(&definition).expect("json");
            assert_eq!(FormDefinition::parse(&again).expect("round trip"), definition);
            seen += 1;
        }
    }
    assert!(seen >= 6, "{seen}");
}

/// The page works from the same file, see `web/src/lang/forms.test.ts`.
#[test]
fn a_form_stands_as_the_shared_vectors_say() {
    let vectors: Value = serde_json::from_str(include_str!("vectors.json")).expect("json");
    let form = Form::from_document(&vectors["form"]).expect("sound");
    let env: Env = serde_json::from_value(vectors["env"].clone()).expect("env");
    let names = |value: &Value| -> Vec<String> { serde_json::from_value(value.clone()).expect("names") };
    for case in vectors["cases"].as_array().expect("cases") {
        let name = &case["name"];
        let mut row = case["answers"].as_object().expect("answers").clone();
        let state = form.settle(&mut row, &env);
        let hidden = form.fields().iter().map(|field| field.id.clone()).filter(|id| !state.visible.contains(id));
        let mut hidden: Vec<String> = hidden.collect();
        hidden.sort();
        assert_eq!(hidden, names(&case["hidden"]), "{name}");
        assert_eq!(state.required.into_iter().collect::<Vec<_>>(), names(&case["required"]), "{name}");
        assert_eq!(state.readonly.into_iter().collect::<Vec<_>>(), names(&case["readonly"]), "{name}");
        let errors: Vec<String> = state.errors.iter().map(|error| error.pointer.replacen('/', "", 1)).collect();
        assert_eq!(errors, names(&case["errors"]), "{name}");
        for (field, value) in case["values"].as_object().expect("values") {
            assert_eq!(row.get(field).unwrap_or(&Value::Null), value, "{name}: {field}");
        }
    }
}
