//! Every operation of the contract, called by everybody.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};
use testkit::app::{Answer, Client, PEOPLE, TestApp};
use testkit::matrix::Fresh;

testkit::on_both! {
    nobody_gets_in_without_a_credential
    a_foreign_id_answers_like_a_made_up_one
    every_role_gets_a_definite_answer
}

/// An operation of the contract with its path as a template.
struct Operation {
    method: Method,
    path: String,
    open: bool,
    has_body: bool,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(api::document_text()).expect("is JSON");
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("has paths") {
        for (method, operation) in item.as_object().expect("has methods") {
            found.push(Operation {
                method: method.to_uppercase().parse().expect("a method"),
                path: path.trim_start_matches("/api/v1").to_owned(),
                open: operation["security"].as_array().is_some_and(|rules| rules.contains(&json!({}))),
                has_body: operation["requestBody"].is_object(),
            });
        }
    }
    assert!(found.len() > 50, "the walk covers the contract");
    found
}

/// Ids of one tenant, by the first part of the path they belong to.
type Ids = BTreeMap<&'static str, String>;

/// One of everything that has an id, in the tenant of this administrator.
async fn make(app: &TestApp, admin: &Client<'_>) -> Ids {
    let body = json!({"type": "repair", "data": {"title": "空调漏水"}});
    let ticket = admin.post("/tickets", &body).await.ok();
    app.run_jobs().await;
    let shown = admin.get(&format!("/tickets/{}", ticket["id"].as_str().expect("an id"))).await.ok();
    let record = json!({"type": "place", "data": {"title": "A座", "code": "A"}});
    let record = admin.post("/records", &record).await.ok();
    let token = admin.post("/tokens", &json!({"name": "x", "scopes": ["read"]})).await.ok();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let jobs = admin.get("/jobs?state=done").await.ok();
    [
        ("tickets", text(&ticket["id"])),
        ("tasks", text(&shown["tasks"][0]["id"])),
        ("suggestions", text(&shown["suggestions"][0]["id"])),
        ("records", text(&record["id"])),
        ("tokens", text(&token["id"])),
        ("jobs", text(&jobs["items"][0]["id"])),
    ]
    .into_iter()
    .filter(|(_, id)| !id.is_empty())
    .collect()
}

fn fill(path: &str, ids: &Ids) -> String {
    let noun = path.split('/').nth(1).unwrap_or_default();
    let id = ids.get(noun).cloned().unwrap_or_else(|| "none".into());
    path.replace("{id}", &id).replace("{kind}", "form").replace("{key}", "nothing").replace("{version}", "1")
}

/// An id of the same kind that nobody has.
fn made_up(ids: &Ids) -> Ids {
    ids.iter()
        .map(|(noun, id)| {
            let (prefix, _) = id.split_once('_').expect("a prefix");
            (*noun, format!("{prefix}_01m3x8eqv9f6k8te25qcv4y0ah"))
        })
        .collect()
}

fn body_for(operation: &Operation) -> Value {
    match operation.path.as_str() {
        path if path.ends_with("/acts") => json!({"act": "urge"}),
        path if path.ends_with("/comments") => json!({"body": "x", "visibility": "public"}),
        path if path.ends_with("/decision") => json!({"decision": "reject"}),
        path if path.ends_with("/dispatch") => json!({"person": "usr_01m3x8eqv9f6k8te25qcv4y0ah"}),
        "/tickets/{id}/draft" => json!({"version": 0, "visibility": "public", "body": "x"}),
        "/tickets/{id}/draft/send" => json!({"version": 1, "hold_seconds": 0}),
        "/tickets/{id}/presence" => json!({"page": "x", "doing": "viewing"}),
        "/tickets/{id}/mute" => json!({"muted": true}),
        path if path.ends_with("/draft") => json!({"document": {"kind": "form", "key": "nothing"}}),
        path if path.ends_with("/publish") => json!({"note": ""}),
        path if path.ends_with("/rollback") => json!({"version": 1, "note": ""}),
        path if path.ends_with("{id}") => json!({"fields": {}}),
        _ => json!({}),
    }
}

async fn call(client: &Client<'_>, app: &TestApp, operation: &Operation, ids: &Ids) -> Answer {
    let path = fill(&operation.path, ids);
    let query = if operation.path == "/records" && operation.method == Method::GET { "?type=place" } else { "" };
    let body = if operation.has_body { Body::from(body_for(operation).to_string()) } else { Body::empty() };
    let mut request = client.request(operation.method.clone(), &format!("{path}{query}"), body);
    if operation.has_body {
        request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().expect("a header value"));
    }
    request.headers_mut().insert(header::IF_MATCH, "\"1\"".parse().expect("a header value"));
    app.send(request).await
}

fn is_stream(operation: &Operation) -> bool {
    operation.path == "/stream"
}

async fn nobody_gets_in_without_a_credential(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let forged = app.anonymous().with("authorization", "Bearer gdn_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    for operation in operations() {
        // So that no limit on requests answers in place of the sign-in.
        app.clock.advance(60_000);
        for client in [app.anonymous(), forged.clone()] {
            let answer = call(&client, &app, &operation, &Ids::new()).await;
            let place = format!("{} {}", operation.method, operation.path);
            if operation.open {
                assert!(!answer.status.is_server_error(), "{place}: {}", answer.text());
            } else {
                let found = (answer.status.as_u16(), answer.code());
                assert_eq!(found, (401, "access.sign_in_required".to_owned()), "{place}");
            }
        }
    }
}

async fn a_foreign_id_answers_like_a_made_up_one(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let ids = make(&app, &app.sign_in("admin").await).await;
    for noun in ["tickets", "tasks", "records", "tokens"] {
        assert!(ids.contains_key(noun), "{noun} was made");
    }
    let stranger = app.sign_in_at(&app.other, "admin").await;
    let mut compared = 0;
    for operation in operations().iter().filter(|operation| operation.path.contains("{id}") && !is_stream(operation)) {
        let noun = operation.path.split('/').nth(1).unwrap_or_default();
        if !ids.contains_key(noun) {
            continue;
        }
        let foreign = call(&stranger, &app, operation, &ids).await;
        let invented = call(&stranger, &app, operation, &made_up(&ids)).await;
        let place = format!("{} {}", operation.method, operation.path);
        assert_eq!(foreign.status.as_u16(), 404, "{place}: {}", foreign.text());
        let bare = |answer: &Answer| {
            let mut body = answer.json();
            body["request_id"].take();
            body
        };
        assert_eq!(bare(&foreign), bare(&invented), "{place}");
        compared += 1;
    }
    assert!(compared >= 12, "{compared} operations were compared");
    let shown = app.sign_in("admin").await.get(&format!("/tickets/{}", ids["tickets"])).await.ok();
    assert_eq!(shown["title"], "空调漏水", "the stranger changed nothing");
}

async fn every_role_gets_a_definite_answer(fresh: Fresh) {
    let settings =
        api::Settings { sign_in_per_minute: 100_000, anonymous_per_minute: 100_000, ..api::Settings::default() };
    let app = TestApp::start_with(&fresh, settings).await;
    let ids = make(&app, &app.sign_in("admin").await).await;
    let mut denied: BTreeMap<&str, usize> = BTreeMap::new();
    for (login, _) in PEOPLE {
        // Signing out belongs to the walk, so every operation gets a session of its own.
        for operation in operations().iter().filter(|operation| !is_stream(operation)) {
            let client = app.sign_in(login).await;
            let answer = call(&client, &app, operation, &ids).await;
            let place = format!("{login}: {} {}", operation.method, operation.path);
            assert!(!answer.status.is_server_error(), "{place}: {}", answer.text());
            assert_ne!(answer.status.as_u16(), 401, "{place}: {}", answer.text());
            if !answer.status.is_success() {
                assert!(!answer.code().is_empty(), "{place}: {} {}", answer.status, answer.text());
            }
            *denied.entry(login).or_default() += usize::from(answer.status == 403);
        }
    }
    assert!(denied["admin"] <= 1, "{denied:?}");
    assert!(denied["reporter"] > denied["agent"] && denied["agent"] > denied["admin"], "{denied:?}");
}
