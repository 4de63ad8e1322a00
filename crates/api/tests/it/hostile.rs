//! Nonsense through the real router: whatever comes in, the answer is a refusal of ours, never a failure.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::app::{Answer, TestApp};
use testkit::matrix::Fresh;

testkit::on_both! {
    nonsense_is_refused_and_never_fails
    the_words_of_a_rule_are_told_in_the_readers_language
}

/// Numbers that repeat: the same nonsense in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    fn value(&mut self, depth: usize) -> Value {
        const TEXTS: [&str; 12] = [
            "",
            " ",
            "\u{0}",
            "'; DROP TABLE ticket; --",
            "%_\\\"'",
            "../../etc/passwd",
            "<img src=x onerror=alert(1)>",
            "{{title}}",
            "usr_01m3x8eqv9f6k8te25qcv4y0ah",
            "9999-99-99T99:99:99Z",
            "-0",
            "𝕏\u{202e}\u{feff}漏水",
        ];
        match self.roll(if depth == 0 { 6 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.roll(2) == 0),
            2 => json!([0, -1, 1, i64::MAX, i64::MIN][self.roll(5)]),
            3 => json!([0.1, 1e308, -1e-308, 9_007_199_254_740_993.0][self.roll(4)]),
            4 => json!(TEXTS[self.roll(TEXTS.len())]),
            5 => json!("长".repeat(self.roll(3) * 5_000)),
            6 => (0..self.roll(4)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                const NAMES: [&str; 14] = [
                    "f",
                    "op",
                    "v",
                    "all",
                    "any",
                    "not",
                    "some",
                    "where",
                    "var",
                    "title",
                    "parts",
                    "act",
                    "fields",
                    "__proto__",
                ];
                let members =
                    (0..self.roll(4)).map(|_| (NAMES[self.roll(NAMES.len())].to_owned(), self.value(depth - 1)));
                Value::Object(members.collect())
            }
        }
    }
}

/// A refusal of ours or a success; a failure of the server would be a bug.
fn judge(place: &str, answer: &Answer) {
    let place: String = place.chars().take(300).collect();
    assert!(!answer.status.is_server_error(), "{place}: {} {}", answer.status, answer.text());
    if answer.status.is_client_error() {
        assert!(!answer.code().is_empty(), "{place}: {}", answer.text());
        assert_ne!(answer.json()["detail"], "", "{place}: {}", answer.text());
    }
}

async fn nonsense_is_refused_and_never_fails(fresh: Fresh) {
    let settings = api::Settings { requests_per_minute: 1_000_000, ..api::Settings::default() };
    let app = TestApp::start_with(&fresh, settings).await;
    let admin = app.sign_in("admin").await;
    let made = admin.post("/tickets", &json!({"type": "repair", "data": {"title": "空调漏水"}})).await.ok();
    app.run_jobs().await;
    let ticket = format!("/tickets/{}", made["id"].as_str().expect("an id"));
    let task = admin.get(&ticket).await.ok()["tasks"][0]["id"].clone();
    let task = format!("/tasks/{}/acts", task.as_str().expect("an id"));
    let form = admin.get("/definitions/form/repair").await.ok()["document"].clone();
    let fields: Vec<String> = form["fields"].as_array().expect("fields").iter().map(|one| text(&one["id"])).collect();
    let mut dice = Dice(42);
    for round in 0..150 {
        let value = dice.value(4);
        let field = &fields[dice.roll(fields.len())];
        let filter = encoded(&value.to_string());
        let words = encoded(value.as_str().unwrap_or("' OR 1=1 --"));
        for path in [
            format!("/tickets?filter={filter}"),
            format!("/tickets?q={words}"),
            format!("/tickets?sort={words}"),
            format!("/tickets?after={words}"),
            format!("/tickets/{words}"),
            format!("/records?type=place&q={words}&after={words}"),
            format!("/people?q={words}"),
            format!("/definitions/form/{words}"),
            format!("/files/{words}"),
        ] {
            judge(&format!("{round} GET {path}"), &admin.get(&path).await);
        }
        let operator = ["eq", "in", "gt", "contains", "under", "between"][dice.roll(6)];
        let kind = ["flow", "sla", "calendar", "rule", "role", "ai"][dice.roll(6)];
        let condition = json!({"f": field, "op": operator, "v": value});
        let path = format!("/tickets?filter={}", encoded(&condition.to_string()));
        judge(&format!("{round} GET {condition}"), &admin.get(&path).await);
        for (path, body) in [
            ("/tickets".to_owned(), json!({"type": "repair", "data": {"title": "空调漏水", field.as_str(): value}})),
            ("/tickets".to_owned(), json!({"type": "repair", "data": value})),
            (task.clone(), json!({"act": "complete", "fields": {field.as_str(): value}})),
            (format!("{ticket}/comments"), json!({"body": value, "visibility": "public"})),
            (format!("{ticket}/acts"), value.clone()),
            ("/records".to_owned(), json!({"type": "place", "data": {"title": value, "code": value}})),
            ("/definitions/check".to_owned(), json!({"kind": "form", "document": broken(&form, &mut dice)})),
            (
                "/definitions/check".to_owned(),
                json!({"kind": "view", "document": {"kind": "view", "key": "x", "where": value}}),
            ),
            ("/definitions/check".to_owned(), json!({"kind": kind, "document": value})),
            ("/definitions/import".to_owned(), json!({"files": {"views/x.json": value}})),
        ] {
            judge(&format!("{round} POST {path} {body}"), &admin.post(&path, &body).await);
        }
        let changed = admin.patch(&ticket, 1, &json!({"fields": {field.as_str(): value}})).await;
        judge(&format!("{round} PATCH {field} {value}"), &changed);
        let mut bytes = value.to_string().into_bytes();
        bytes.truncate(dice.roll(bytes.len() + 1));
        bytes.push(0xff);
        let raw = admin.raw(Method::POST, "/tickets", "application/json", bytes).await;
        assert_eq!(raw.status, StatusCode::BAD_REQUEST, "{}", raw.text());
    }
    let verdict = admin.post("/audit/verify", &json!({})).await;
    judge("the chain", &verdict);
}

/// The document with one member somewhere replaced by nonsense.
fn broken(document: &Value, dice: &mut Dice) -> Value {
    let mut document = document.clone();
    let mut pointers = Vec::new();
    collect(&document, String::new(), &mut pointers);
    let pointer = pointers.swap_remove(dice.roll(pointers.len()));
    *document.pointer_mut(&pointer).expect("is there") = dice.value(2);
    document
}

/// The place of every value of a document.
fn collect(value: &Value, here: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| collect(member, format!("{here}/{name}"), pointers));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, format!("{here}/{index}"), pointers));
        }
        _ => {}
    }
    pointers.push(here);
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn encoded(text: &str) -> String {
    text.bytes().take(2_000).map(|byte| format!("%{byte:02X}")).collect()
}

async fn the_words_of_a_rule_are_told_in_the_readers_language(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let agent = app.sign_in("agent").await;
    let body = json!({"type": "repair", "data": {"title": "空调漏水", "hours": "1"}});
    for (language, words) in [("en", "Hours are given: say what was done"), ("zh", "填了工时，请写一下处理过程")]
    {
        let answer = agent.clone().with("accept-language", language).post("/tickets", &body).await;
        assert_eq!((answer.code().as_str(), answer.json()["detail"].as_str()), ("form.rule", Some(words)));
    }
}
