//! What a role may not see or do stays out of its reach, whichever way it asks.

use axum::body::Body;
use axum::http::Method;
use futures_util::StreamExt;
use serde_json::{Value, json};
use testkit::app::{Answer, Client, TestApp};
use testkit::matrix::Fresh;

testkit::on_both! {
    a_hidden_field_leaks_nowhere
    hidden_fields_of_records_are_neither_told_nor_written
    urging_writes_no_fields
    handing_out_work_is_not_deciding
    a_scope_narrows_comments_and_acts
    a_secret_is_answered_once
    a_form_without_its_flow_takes_no_reports
    loose_files_are_imported_and_lost_ones_refused
}

/// Publishes a role's document after a change.
async fn change_role(admin: &Client<'_>, key: &str, change: impl Fn(&mut Value)) -> Answer {
    let path = format!("/definitions/role/{key}");
    let shown = admin.get(&path).await.ok();
    let mut document = shown["document"].clone();
    change(&mut document);
    let version = |value: &Value| format!("\"{}\"", value["version"]);
    let draft = admin.clone().with("if-match", &version(&shown));
    let draft = draft.json(Method::PUT, &format!("{path}/draft"), &json!({"document": document})).await.ok();
    admin.clone().with("if-match", &version(&draft)).post(&format!("{path}/publish"), &json!({})).await
}

async fn upload(client: &Client<'_>) -> String {
    let head =
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n";
    let body = [head.as_bytes(), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\r\n--x--\r\n"].concat();
    let sent = client.raw(Method::POST, "/files", "multipart/form-data; boundary=x", body).await.ok();
    sent["id"].as_str().expect("an id").to_owned()
}

fn id(value: &Value) -> &str {
    value["id"].as_str().expect("an id")
}

async fn a_hidden_field_leaks_nowhere(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (admin, agent) = (app.sign_in("admin").await, app.sign_in("agent").await);
    let reporter = app.sign_in("reporter").await;
    let file = upload(&agent).await;
    let data = json!({
        "title": "空调漏水", "description": "unicorn 独角兽", "category": "hvac", "photos": [file], "phone": "13911112222",
        "requester": app.user("reporter").await.to_string(),
    });
    let made = agent.post("/tickets", &json!({"type": "repair", "data": data})).await.ok();
    let path = format!("/tickets/{}", id(&made));
    let search = format!("/tickets?q={}", "%E7%8B%AC%E8%A7%92%E5%85%BD");
    let hits = |answer: Answer| answer.ok()["items"].as_array().map_or(0, Vec::len);
    assert_eq!(hits(reporter.get(&search).await), 1, "found while it may be seen");
    assert_eq!(reporter.get(&format!("/files/{file}")).await.status, 200);

    let hidden = json!({"*": {
        "description": "none", "category": "none", "photos": "none", "due_at": "none", "phone": "masked",
    }});
    assert_eq!(change_role(&admin, "requester", |role| role["fields"] = hidden.clone()).await.status, 201);
    let seen = reporter.get(&path).await;
    let shown = seen.ok();
    assert_eq!((&shown["category"], &shown["due_at"], &shown["clocks"]), (&Value::Null, &Value::Null, &json!([])));
    assert_eq!(shown["data"]["phone"], "139****2222");
    let row = reporter.get("/tickets").await;
    let story = reporter.get(&format!("{path}/timeline?limit=200")).await;
    for answer in [&seen, &row, &story] {
        for word in ["unicorn", "hvac", "13911112222", file.as_str()] {
            assert!(!answer.text().contains(word), "{word} in {}", answer.text());
        }
    }
    for query in [search.as_str(), "/tickets?q=unicorn", "/tickets?q=unic"] {
        assert_eq!(hits(reporter.get(query).await), 0, "{query}");
        assert_eq!(hits(agent.get(query).await), 1, "{query}");
    }
    let number = made["number"].as_str().expect("a number");
    for query in ["%E7%A9%BA%E8%B0%83", number] {
        assert_eq!(hits(reporter.get(&format!("/tickets?q={query}")).await), 1, "the title and number are open");
    }
    for query in [
        "filter=%7B%22f%22%3A%22category%22%2C%22op%22%3A%22eq%22%2C%22v%22%3A%22hvac%22%7D",
        "filter=%7B%22f%22%3A%22due_at%22%2C%22op%22%3A%22not_empty%22%7D",
        "sort=due_at",
    ] {
        let answer = reporter.get(&format!("/tickets?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "access.field"), "{query}");
    }
    assert_eq!(reporter.get(&format!("/files/{file}")).await.code(), "request.not_found");
    assert_eq!(agent.get(&format!("/files/{file}")).await.status, 200);
    assert_eq!(reporter.get("/tickets?view=all_open").await.code(), "definition.unknown", "somebody else's view");
    assert_eq!(agent.get("/tickets?view=all_open").await.status, 200);

    // A change of nothing but hidden fields is no event for them; neither is a note.
    let version = agent.get(&path).await.ok()["version"].as_i64().expect("a version");
    agent.patch(&path, version, &json!({"fields": {"category": "leak"}})).await.ok();
    agent.post(&format!("{path}/comments"), &json!({"body": "内部", "visibility": "internal"})).await.ok();
    let changed = story.ok()["items"].as_array().expect("events").len();
    let after = reporter.get(&format!("{path}/timeline?limit=200")).await.ok();
    assert_eq!(after["items"].as_array().map(Vec::len), Some(changed), "{after}");
    agent.post(&format!("{path}/comments"), &json!({"body": "马上到", "visibility": "public"})).await.ok();
    let mut request = reporter.request(Method::GET, "/stream", Body::empty());
    request.headers_mut().insert("last-event-id", "0".parse().expect("a header value"));
    let mut stream = app.open(request).await.into_body().into_data_stream();
    let mut told = String::new();
    while !told.contains("comment.added") {
        let chunk = stream.next().await.expect("the stream goes on").expect("a chunk");
        told.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert_eq!(told.matches("event: comment.added").count(), 1, "the note stays inside: {told}");
    assert!(!told.contains("suggestion.made"));

    let always = change_role(&admin, "requester", |role| role["fields"] = json!({"*": {"priority": "none"}})).await;
    assert_eq!((always.status.as_u16(), always.code().as_str()), (422, "definition.malformed"), "nothing half hidden");
}

async fn hidden_fields_of_records_are_neither_told_nor_written(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (admin, agent) = (app.sign_in("admin").await, app.sign_in("agent").await);
    let data = json!({"title": "A座", "code": "A", "zone": "east"});
    let made = admin.post("/records", &json!({"type": "place", "data": data})).await.ok();
    let field = "zone";
    let fields = json!({"place": {field: "none"}});
    assert_eq!(change_role(&admin, "agent", |role| role["fields"] = fields.clone()).await.status, 201);
    let path = format!("/records/{}", id(&made));
    let answer = agent.patch(&path, 1, &json!({"fields": {"title": "B座"}})).await;
    assert_eq!(answer.ok()["data"].get(field), None, "{}", answer.text());
    let refused = agent.patch(&path, 2, &json!({"fields": {field: "x"}})).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (403, "access.field"), "{}", refused.text());
    let twice = json!({"type": "place", "data": {"title": "A座", "code": "A"}});
    let taken = admin.post("/records", &twice).await;
    assert_eq!((taken.status.as_u16(), taken.code().as_str()), (409, "record.code_taken"), "{}", taken.text());
    let refused = agent.post("/records", &json!({"type": "place", "data": {"title": "C", field: "x"}})).await;
    assert_eq!(refused.code(), "access.field");
}

/// A ticket whose triage task is open.
async fn reported(app: &TestApp, by: &Client<'_>) -> String {
    let made = by.post("/tickets", &json!({"type": "repair", "data": {"title": "空调漏水"}})).await.ok();
    app.run_jobs().await;
    format!("/tickets/{}", id(&made))
}

async fn task(client: &Client<'_>, path: &str) -> Value {
    client.get(path).await.ok()["tasks"][0].clone()
}

async fn urging_writes_no_fields(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (agent, reporter) = (app.sign_in("agent").await, app.sign_in("reporter").await);
    let path = reported(&app, &reporter).await;
    let acts = format!("/tasks/{}/acts", id(&task(&agent, &path).await));
    let sneaky = json!({"act": "urge", "fields": {"estimate": "1.00"}});
    let answer = reporter.post(&acts, &sneaky).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "access.field"), "{}", answer.text());
    assert_eq!(agent.get(&path).await.ok()["data"].get("estimate"), None);
    assert_eq!(reporter.post(&acts, &json!({"act": "urge"})).await.status, 200);
}

async fn handing_out_work_is_not_deciding(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (admin, agent) = (app.sign_in("admin").await, app.sign_in("agent").await);
    let path = reported(&app, &app.sign_in("reporter").await).await;
    let triage = task(&admin, &path).await;
    let acts = format!("/tasks/{}/acts", id(&triage));
    let me = app.user("agent").await.to_string();
    let assigned = agent.post(&acts, &json!({"act": "assign", "to": me})).await;
    assert_eq!(assigned.status, 200, "work is handed out: {}", assigned.text());
    let offered = task(&agent, &path).await["acts"].clone();
    assert!(!offered.as_array().expect("acts").contains(&json!("return")), "the node does not offer it: {offered}");
    let fields = json!({"category": "hvac", "estimate": "5000.00", "estimate_reason": "压缩机"});
    agent.post(&acts, &json!({"act": "complete", "fields": fields})).await.ok();
    let approval = task(&agent, &path).await;
    assert_eq!(approval["kind"], "approve");
    assert_eq!(approval["acts"], json!([]), "an approval is not the desk's to arrange");
    let acts = format!("/tasks/{}/acts", id(&approval));
    for act in [
        json!({"act": "assign", "to": me}),
        json!({"act": "transfer", "to": me}),
        json!({"act": "hold", "reason": "x"}),
        json!({"act": "approve"}),
    ] {
        assert_eq!(agent.post(&acts, &act).await.code(), "task.not_yours", "{act}");
    }
    let manager = app.sign_in("manager").await;
    let lead = app.user("lead").await.to_string();
    assert_eq!(manager.post(&acts, &json!({"act": "assign", "to": lead})).await.status, 200);
}

async fn a_scope_narrows_comments_and_acts(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (admin, agent) = (app.sign_in("admin").await, app.sign_in("agent").await);
    let path = reported(&app, &app.sign_in("reporter").await).await;
    let own = json!({"f": "owner", "op": "eq", "v": {"var": "me"}});
    let scope = json!({"comment.internal": own, "comment.public": own, "ticket.assign": own});
    assert_eq!(change_role(&admin, "agent", |role| role["scope"] = scope.clone()).await.status, 201);
    let offered = agent.get(&path).await.ok()["acts"].clone();
    for act in ["comment", "internal_note", "assign"] {
        assert!(!offered.as_array().expect("acts").contains(&json!(act)), "{act} in {offered}");
    }
    for visibility in ["public", "internal"] {
        let comment = json!({"body": "x", "visibility": visibility});
        assert_eq!(agent.post(&format!("{path}/comments"), &comment).await.code(), "access.denied", "{visibility}");
    }
    let assign = json!({"act": "assign", "owner": app.user("agent").await.to_string()});
    assert_eq!(agent.post(&format!("{path}/acts"), &assign).await.code(), "access.denied");
    admin.post(&format!("{path}/acts"), &assign).await.ok();
    assert_eq!(
        agent.post(&format!("{path}/comments"), &json!({"body": "x", "visibility": "public"})).await.status,
        201
    );

    let foreign = upload(&app.sign_in("lead").await).await;
    let comment = json!({"body": "x", "visibility": "public", "files": [foreign]});
    assert_eq!(agent.post(&format!("{path}/comments"), &comment).await.code(), "form.bad_reference");
}

async fn a_secret_is_answered_once(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let admin = app.sign_in("admin").await.with("idempotency-key", "k");
    let body = json!({"name": "x", "scopes": ["read"]});
    let first = admin.post("/tokens", &body).await.ok();
    assert!(first["secret"].as_str().is_some_and(|secret| secret.starts_with("gdn_")));
    let second = admin.post("/tokens", &body).await;
    assert_eq!((second.status.as_u16(), second.code().as_str()), (409, "request.answer_lost"), "{}", second.text());
    assert_eq!(admin.get("/tokens").await.ok()["items"].as_array().map(Vec::len), Some(1), "and made once");
}

async fn a_form_without_its_flow_takes_no_reports(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let admin = app.sign_in("admin").await;
    let form = json!({"kind": "form", "key": "ghost", "schema": 1, "ticket": {"prefix": "GH", "flow": "no_such_flow"},
        "fields": [{"id": "title", "type": "text"}]});
    let checked = admin.post("/definitions/check", &json!({"kind": "form", "document": form})).await.ok();
    assert_eq!(checked["passes"], true, "its flow may come later: {checked}");
    assert_eq!(checked["problems"][0]["severity"], "warning");
    assert_eq!(checked["problems"][0]["pointer"], "/ticket/flow");
    admin.post("/definitions/import", &json!({"files": {"forms/ghost.json": form}})).await.ok();
    let made = admin.post("/tickets", &json!({"type": "ghost", "data": {"title": "x y"}})).await;
    assert_eq!(made.code(), "definition.unknown", "{}", made.text());
    assert_eq!(admin.get("/tickets").await.ok()["items"], json!([]), "nothing half written");
}

async fn loose_files_are_imported_and_lost_ones_refused(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let admin = app.sign_in("admin").await;
    let view = json!({"kind": "view", "key": "mine", "title": "我的", "columns": ["number"]});
    let answer = admin.post("/definitions/import", &json!({"files": {"views/mine.json": view}})).await;
    assert_eq!(answer.ok()["documents"], 1);
    let answer = admin.post("/definitions/import", &json!({"files": {"view/mine.json": view}})).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (422, "definition.malformed"));
    let answer = admin.post("/definitions/view/mine/rollback", &json!({"version": 99})).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (422, "form.not_an_option"), "{}", answer.text());
}
