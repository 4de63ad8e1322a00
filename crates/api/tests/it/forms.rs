//! What a form says of files, references and serial numbers, the server holds to.

use axum::http::Method;
use serde_json::{Value, json};
use testkit::app::{Answer, Client, TestApp};
use testkit::matrix::Fresh;

use crate::files::upload;

testkit::on_both! {
    files_must_be_what_the_field_takes
    files_of_others_are_refused
    files_of_a_task_become_the_tickets
    serial_numbers_come_from_the_server_once
    references_stay_within_their_filter
    copied_values_are_the_records_own
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";

/// Puts a definition in force.
pub(crate) async fn publish(admin: &Client<'_>, document: &Value) {
    let answer = try_publish(admin, document).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

pub(crate) async fn try_publish(admin: &Client<'_>, document: &Value) -> Answer {
    let text = |name: &str| document[name].as_str().expect("a text").to_owned();
    let path = format!("/definitions/{}/{}", text("kind"), text("key"));
    let known = admin.get(&path).await;
    let revision = known.json()["version"].as_i64().unwrap_or(0);
    let draft = admin.clone().with("if-match", &format!("\"{revision}\""));
    let saved = draft.json(Method::PUT, &format!("{path}/draft"), &json!({"document": document})).await;
    let revision = saved.ok()["version"].clone();
    let publish = admin.clone().with("if-match", &format!("\"{revision}\""));
    publish.post(&format!("{path}/publish"), &json!({"note": "test"})).await
}

fn form(key: &str, fields: Value) -> Value {
    json!({"kind": "form", "key": key, "schema": 1, "title": {"zh": key, "en": key},
        "ticket": {"prefix": "CK"}, "fields": fields})
}

fn problem(answer: &Answer) -> (u16, String, String) {
    let text = |name: &str| answer.json()["errors"][0][name].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), text("code"), text("pointer"))
}

#[track_caller]
fn refused(answer: &Answer, code: &str, pointer: &str) {
    assert_eq!(problem(answer), (422, code.to_owned(), pointer.to_owned()), "{}", answer.text());
}

async fn file(client: &Client<'_>, kind: &str, content: &[u8]) -> String {
    upload(client, "a.bin", kind, content).await.ok()["id"].as_str().expect("an id").to_owned()
}

async fn files_must_be_what_the_field_takes(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let admin = app.sign_in("admin").await;
    let fields = json!([
        {"id": "title", "type": "text", "required": true},
        {"id": "photos", "type": "image", "max": 2, "max_bytes": 40},
        {"id": "report", "type": "file", "accept": ["application/pdf"]},
        {"id": "sign", "type": "signature"},
        {"id": "lines", "type": "table", "fields": [{"id": "shot", "type": "image", "max_bytes": 40}]}]);
    publish(&admin, &form("check", fields)).await;
    let me = app.sign_in("reporter").await;
    let create = async |data: Value| {
        let mut data = data;
        data["title"] = json!("检查");
        me.post("/tickets", &json!({"type": "check", "data": data})).await
    };
    let png = file(&me, "image/png", PNG).await;
    let disguised = file(&me, "image/png", b"MZ\x90\0 this is a program").await;
    refused(&create(json!({"photos": [disguised]})).await, "form.file_type", "/data/photos");
    let pdf = file(&me, "image/png", b"%PDF-1.7 a paper").await;
    refused(&create(json!({"photos": [pdf]})).await, "form.file_type", "/data/photos");
    refused(&create(json!({"report": [png]})).await, "form.file_type", "/data/report");
    refused(&create(json!({"sign": pdf})).await, "form.file_type", "/data/sign");
    let large = file(&me, "image/png", &[PNG, &[0; 40]].concat()).await;
    refused(&create(json!({"photos": [large]})).await, "form.file_size", "/data/photos");
    refused(&create(json!({"lines": [{}, {"shot": [large]}]})).await, "form.file_size", "/data/lines/1/shot");
    let more = [file(&me, "image/png", PNG).await, file(&me, "image/jpeg", JPEG).await];
    refused(&create(json!({"photos": [png, more[0], more[1]]})).await, "form.too_many", "/data/photos");
    let english = me.clone().with("accept-language", "en");
    let told = english.post("/tickets", &json!({"type": "check", "data": {"title": "x", "photos": [large]}})).await;
    assert_eq!(told.json()["detail"], "The file \"a.bin\" is too large; the limit is 40 B");

    let whole = json!({"photos": [png], "report": [pdf], "sign": more[0], "lines": [{"shot": [more[1]]}]});
    let made = create(whole).await.ok();
    let agent = app.sign_in("agent").await;
    for id in [&png, &pdf, &more[0], &more[1]] {
        assert_eq!(agent.get(&format!("/files/{id}")).await.status, 200, "every file became the ticket's");
    }
    let path = format!("/tickets/{}", made["id"].as_str().expect("an id"));
    let version = agent.get(&path).await.ok()["version"].as_i64().expect("a version");
    let late = file(&agent, "image/png", b"no picture").await;
    let change = |id: &str| json!({"fields": {"photos": [png, id]}});
    refused(&agent.patch(&path, version, &change(&late)).await, "form.file_type", "/fields/photos");
    let late = file(&agent, "image/png", PNG).await;
    let changed = agent.patch(&path, version, &change(&late)).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(me.get(&format!("/files/{late}")).await.status, 200);
}

async fn files_of_others_are_refused(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (me, agent) = (app.sign_in("reporter").await, app.sign_in("agent").await);
    let report = |photos: Value| json!({"type": "repair", "data": {"title": "空调漏水", "photos": photos}});
    let mine = file(&me, "image/png", PNG).await;
    refused(&agent.post("/tickets", &report(json!([mine]))).await, "form.file_unusable", "/data/photos");
    let nobodys = domain::id::FileId::from_u128(7).to_string();
    refused(&me.post("/tickets", &report(json!([nobodys]))).await, "form.file_unusable", "/data/photos");
    let made = me.post("/tickets", &report(json!([mine]))).await.ok();
    refused(&me.post("/tickets", &report(json!([mine]))).await, "form.file_unusable", "/data/photos");

    // The file of an internal note does not come to light by naming it in a field.
    let secret = file(&agent, "image/png", PNG).await;
    let path = format!("/tickets/{}", made["id"].as_str().expect("an id"));
    let note = json!({"body": "内部", "visibility": "internal", "files": [secret]});
    assert_eq!(agent.post(&format!("{path}/comments"), &note).await.status, 201);
    assert_eq!(me.get(&format!("/files/{secret}")).await.status, 404);
    let stranger = app.sign_in_at(&app.other, "reporter").await;
    refused(&stranger.post("/tickets", &report(json!([mine]))).await, "form.file_unusable", "/data/photos");
}

async fn files_of_a_task_become_the_tickets(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let admin = app.sign_in("admin").await;
    let flow = json!({"kind": "flow", "key": "check_flow", "schema": 1, "form": "check", "start": {"on": "submit"},
        "nodes": [
            {"id": "look", "type": "work", "name": {"zh": "检查", "en": "Check"},
             "who": [{"by": "user", "user": "engineer"}], "fields": {"after": "required"}, "due": {"in": "PT1H"}},
            {"id": "done", "type": "end"}],
        "edges": [["start", "look"], ["look", "done"]]});
    let fields = json!([{"id": "title", "type": "text", "required": true}, {"id": "after", "type": "image"}]);
    let mut document = form("check", fields);
    publish(&admin, &document).await;
    publish(&admin, &flow).await;
    document["ticket"]["flow"] = json!("check_flow");
    publish(&admin, &document).await;

    let me = app.sign_in("reporter").await;
    let made = me.post("/tickets", &json!({"type": "check", "data": {"title": "检查"}})).await.ok();
    let engineer = app.sign_in("engineer").await;
    let shown = engineer.get(&format!("/tickets/{}", made["id"].as_str().expect("an id"))).await.ok();
    let task = format!("/tasks/{}/acts", shown["tasks"][0]["id"].as_str().expect("a task"));
    let fake = file(&engineer, "image/png", b"no picture").await;
    let complete = |id: &str| json!({"act": "complete", "fields": {"after": [id]}});
    let acting = engineer.clone().with("if-match", &format!("\"{}\"", shown["tasks"][0]["version"]));
    refused(&acting.post(&task, &complete(&fake)).await, "form.file_type", "/fields/after");
    let empty = acting.post(&task, &json!({"act": "complete"})).await;
    refused(&empty, "flow.field_required", "/fields/after");
    let photo = file(&engineer, "image/png", PNG).await;
    acting.post(&task, &complete(&photo)).await.ok();
    assert_eq!(me.get(&format!("/files/{photo}")).await.status, 200, "the requester sees what was done");
}

async fn serial_numbers_come_from_the_server_once(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let admin = app.sign_in("admin").await;
    let fields = json!([
        {"id": "title", "type": "text", "required": true},
        {"id": "no", "type": "serial", "prefix": "BX-{yyyy}{mm}-", "filterable": true},
        {"id": "words", "type": "text", "calc": "concat(\"No. \", no)"}]);
    publish(&admin, &form("count", fields)).await;
    let agent = app.sign_in("agent").await;
    let body = |title: &str| json!({"type": "count", "data": {"title": title, "no": "BX-202603-99999"}});
    let number = async |made: Value| {
        let shown = agent.get(&format!("/tickets/{}", made["id"].as_str().expect("an id"))).await.ok();
        assert_eq!(shown["data"]["words"], format!("No. {}", shown["data"]["no"].as_str().expect("a number")));
        shown["data"]["no"].as_str().expect("a number").to_owned()
    };
    let first = number(agent.post("/tickets", &body("一")).await.ok()).await;
    assert_eq!(first, "BX-202603-00001", "what the client sends does not count");

    // Refused reports and repeated requests take no number.
    assert_eq!(agent.post("/tickets", &json!({"type": "count", "data": {}})).await.status, 422);
    let keyed = agent.clone().with("idempotency-key", "once");
    let one = keyed.post("/tickets", &body("二")).await.ok();
    let mut again = keyed.post("/tickets", &body("二")).await;
    while again.code() == "request.in_flight" {
        again = keyed.post("/tickets", &body("二")).await;
    }
    assert_eq!(again.ok()["id"], one["id"]);
    assert_eq!(number(one).await, "BX-202603-00002");

    let many = futures_util::future::join_all((0..12).map(|n| {
        let agent = agent.clone();
        async move { agent.post("/tickets", &body(&format!("同时 {n}"))).await.ok() }
    }));
    let mut seen = Vec::new();
    for made in many.await {
        seen.push(number(made).await);
    }
    seen.sort_unstable();
    let expected: Vec<String> = (3..15).map(|n| format!("BX-202603-{n:05}")).collect();
    assert_eq!(seen, expected);

    app.clock.advance(31 * 86_400_000);
    let agent = app.sign_in("agent").await;
    let made = agent.post("/tickets", &body("四月")).await.ok();
    let shown = agent.get(&format!("/tickets/{}", made["id"].as_str().expect("an id"))).await.ok();
    assert_eq!(shown["data"]["no"], "BX-202604-00001", "a new month is a new series");
    let path = format!("/tickets/{}", made["id"].as_str().expect("an id"));
    let version = shown["version"].as_i64().expect("a version");
    agent.patch(&path, version, &json!({"fields": {"title": "改了", "no": "BX-1"}})).await.ok();
    assert_eq!(agent.get(&path).await.ok()["data"]["no"], "BX-202604-00001", "and it stays");
}

async fn record(client: &Client<'_>, kind: &str, data: Value) -> String {
    client.post("/records", &json!({"type": kind, "data": data})).await.ok()["id"].as_str().expect("an id").to_owned()
}

async fn with_machines<'a>(app: &'a TestApp) -> (Client<'a>, [String; 3]) {
    let admin = app.sign_in("admin").await;
    let machine = json!({"kind": "form", "key": "machine", "schema": 1, "title": "machine",
        "record": {"title": "name"}, "fields": [
            {"id": "name", "type": "text", "required": true}, {"id": "hall", "type": "text"},
            {"id": "until", "type": "date"}, {"id": "keeper", "type": "phone", "pii": "contact"}]});
    publish(&admin, &machine).await;
    let filter = json!({"f": "hall", "op": "eq", "v": {"f": "form.hall"}});
    let fields = json!([
        {"id": "title", "type": "text", "required": true}, {"id": "hall", "type": "text"},
        {"id": "machine", "type": "ref", "to": "machine", "filter": filter, "copy": {"warranty": "until", "tel": "keeper"}},
        {"id": "warranty", "type": "date", "readonly": true}, {"id": "tel", "type": "phone"},
        {"id": "lines", "type": "table", "fields": [{"id": "other", "type": "ref", "to": "machine", "filter": filter}]}]);
    publish(&admin, &form("stop", fields)).await;
    let row =
        |name: &str, hall: &str| json!({"name": name, "hall": hall, "until": "2027-01-01", "keeper": "13812345678"});
    let ids = [
        record(&admin, "machine", row("压机 1", "A")).await,
        record(&admin, "machine", row("压机 2", "A")).await,
        record(&admin, "machine", row("压机 3", "B")).await,
    ];
    (admin, ids)
}

async fn references_stay_within_their_filter(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (admin, [one, two, other]) = with_machines(&app).await;
    let me = app.sign_in("reporter").await;
    let create = async |data: Value| me.post("/tickets", &json!({"type": "stop", "data": data})).await;
    let report = |hall: &str, machine: &str| json!({"title": "停机", "hall": hall, "machine": machine});
    refused(&create(report("A", &other)).await, "form.outside_filter", "/data/machine");
    let lines = json!({"title": "停机", "hall": "A", "lines": [{"other": one}, {"other": other}]});
    refused(&create(lines).await, "form.outside_filter", "/data/lines/1/other");
    let place = record(&admin, "place", json!({"title": "一楼", "code": "P1"})).await;
    refused(&create(report("A", &place)).await, "form.bad_reference", "/data/machine");
    let nothing = domain::id::RecordId::from_u128(7).to_string();
    refused(&create(report("A", &nothing)).await, "form.bad_reference", "/data/machine");

    let made = create(report("A", &one)).await.ok();
    let agent = app.sign_in("agent").await;
    let path = format!("/tickets/{}", made["id"].as_str().expect("an id"));
    let version = agent.get(&path).await.ok()["version"].as_i64().expect("a version");
    let change = async |fields: Value| agent.patch(&path, version, &json!({"fields": fields})).await;
    refused(&change(json!({"machine": other})).await, "form.outside_filter", "/fields/machine");
    refused(&change(json!({"hall": "B"})).await, "form.outside_filter", "/fields/machine");
    let archive = admin.patch(&format!("/records/{two}"), 1, &json!({"archived": true})).await;
    assert_eq!(archive.status, 200, "{}", archive.text());
    refused(&change(json!({"machine": two})).await, "form.archived", "/fields/machine");
    assert_eq!(change(json!({"machine": other, "hall": "B"})).await.status, 200);

    // The picker is offered what may be chosen, and nothing else.
    let titles = async |query: &str| {
        let page = me.get(&format!("/records?type=machine{query}")).await.ok();
        let items = page["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles("").await, ["压机 1", "压机 3"]);
    assert_eq!(titles("&field=stop.machine&answers=%7B%22hall%22%3A%22B%22%7D").await, ["压机 3"]);
    assert_eq!(titles("&field=stop.lines.other&answers=%7B%22hall%22%3A%22A%22%7D").await, ["压机 1"]);
    assert!(titles("&field=stop.machine").await.is_empty(), "no hall, no machine");
    for (query, code) in [
        ("field=stop.title", "form.unknown_field"),
        ("field=nothing.machine", "definition.unknown"),
        ("field=machine", "request.invalid_value"),
        ("field=stop.machine&answers=%7B", "request.invalid_value"),
    ] {
        assert_eq!(me.get(&format!("/records?type=machine&{query}")).await.code(), code, "{query}");
    }

    // A filter that names what the other form does not have is refused at publish.
    let filter = json!({"f": "colour", "op": "eq", "v": "red"});
    let fields =
        json!([{"id": "title", "type": "text"}, {"id": "m", "type": "ref", "to": "machine", "filter": filter}]);
    let answer = try_publish(&admin, &form("broken", fields)).await;
    assert_eq!(problem(&answer).1, "condition.unknown_field", "{}", answer.text());
}

async fn copied_values_are_the_records_own(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (_, [one, ..]) = with_machines(&app).await;
    let me = app.sign_in("reporter").await;
    let create = async |data: Value| me.post("/tickets", &json!({"type": "stop", "data": data})).await;
    let forged = json!({"title": "停机", "hall": "A", "machine": one, "warranty": "2099-01-01"});
    refused(&create(forged).await, "form.copy_differs", "/data/warranty");
    refused(&create(json!({"title": "停机", "warranty": "2099-01-01"})).await, "form.read_only", "/data/warranty");
    let made = create(json!({"title": "停机", "hall": "A", "machine": one})).await.ok();
    let path = format!("/tickets/{}", made["id"].as_str().expect("an id"));
    let agent = app.sign_in("agent").await;
    let shown = agent.get(&path).await.ok();
    assert_eq!((&shown["data"]["warranty"], &shown["data"]["tel"]), (&json!("2027-01-01"), &json!("13812345678")));
    let version = shown["version"].as_i64().expect("a version");
    let forged = agent.patch(&path, version, &json!({"fields": {"warranty": "2099-01-01"}})).await;
    refused(&forged, "form.copy_differs", "/fields/warranty");
    let cleared = agent.patch(&path, version, &json!({"fields": {"machine": null}})).await;
    assert_eq!(cleared.status, 200, "{}", cleared.text());
    assert_eq!(agent.get(&path).await.ok()["data"].get("warranty"), None);
}
