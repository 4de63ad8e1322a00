//! Bad input: a code for each fault, in both languages, and nothing half-written.

use axum::http::Method;
use serde_json::{Value, json};
use testkit::app::{Client, TestApp};
use testkit::matrix::Fresh;

testkit::on_both! {
    every_fault_has_its_code
    definitions_are_checked
    addresses_and_queries_are_strict
    every_answer_is_guarded
}

async fn every_fault_has_its_code(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let agent = app.sign_in("agent").await;
    let before = written(&app).await;
    let large = format!("{{\"type\":\"repair\",\"data\":{{\"title\":\"{}\"}}}}", "x".repeat(2 << 20));
    let cases: [(&str, &[u8], u16, &str, &str); 14] = [
        ("application/json", b"{\"type\":", 400, "request.malformed", ""),
        ("application/json", b"{\"type\":\"repair\",\"data\":{}} x", 400, "request.malformed", ""),
        ("application/json", b"", 400, "request.malformed", ""),
        ("application/json", b"{\"type\":\"\xff\xfe\",\"data\":{}}", 400, "request.not_utf8", ""),
        ("application/json", b"{\"type\":\"a\",\"type\":\"b\",\"data\":{}}", 400, "request.duplicate_field", ""),
        (
            "application/json",
            b"{\"type\":\"repair\",\"data\":{},\"tenant_id\":\"x\"}",
            422,
            "request.unknown_field",
            "/tenant_id",
        ),
        ("application/json", b"{\"type\":7,\"data\":{}}", 422, "request.wrong_type", "/type"),
        ("application/json", b"{\"type\":\"repair\",\"data\":[]}", 422, "request.wrong_type", "/data"),
        ("application/json", b"{\"type\":\"repair\"}", 422, "request.missing_field", "/data"),
        ("application/json", b"[]", 422, "request.wrong_type", ""),
        ("text/plain", b"{}", 415, "request.media_type", ""),
        ("application/json; charset=gbk", b"{}", 415, "request.media_type", ""),
        ("", b"{}", 415, "request.media_type", ""),
        ("application/json", large.as_bytes(), 413, "request.too_large", ""),
    ];
    for (kind, body, status, code, pointer) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = agent.raw(Method::POST, "/tickets", kind, body).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{shown}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json; charset=utf-8");
        assert_eq!(answer.json()["errors"][0]["pointer"].as_str().unwrap_or_default(), pointer, "{shown}");
        both_languages(&agent, kind, body, code).await;
    }
    let fields = [
        (json!({}), "form.required", "/data/title"),
        (json!({"title": 7}), "form.wrong_type", "/data/title"),
        (json!({"title": "空调漏水", "nonsense": 1}), "form.unknown_field", "/data/nonsense"),
        (json!({"title": "空调漏水", "urgency": "someday"}), "form.not_an_option", "/data/urgency"),
        (json!({"title": "空调漏水", "phone": "12"}), "form.bad_phone", "/data/phone"),
        (json!({"title": "空".repeat(400)}), "form.too_long", "/data/title"),
    ];
    for (data, code, pointer) in fields {
        let answer = agent.post("/tickets", &json!({"type": "repair", "data": data})).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (422, code), "{}", answer.text());
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
    }
    let unknown = agent.post("/tickets", &json!({"type": "nothing", "data": {}})).await;
    assert_eq!((unknown.status.as_u16(), unknown.code().as_str()), (422, "ticket.no_such_type"));
    assert_eq!(written(&app).await, before, "nothing was written");
}

async fn both_languages(client: &Client<'_>, kind: &str, body: &[u8], code: &str) {
    let mut sentences = Vec::new();
    for language in ["zh-CN", "en-GB"] {
        let answer = client.clone().with("accept-language", language).raw(Method::POST, "/tickets", kind, body).await;
        let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(!detail.is_empty() && !detail.contains('{'), "{code}: {detail}");
        sentences.push(detail);
    }
    assert_ne!(sentences[0], sentences[1], "{code}");
}

/// How many events there are: every write leaves one. Signing in leaves one too, so nobody signs in between.
async fn written(app: &TestApp) -> i64 {
    engine::operations::last_event(&app.engine, &app.system()).await.expect("the log can be read")
}

async fn definitions_are_checked(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let admin = app.sign_in("admin").await;
    let check = async |kind: &str, document: Value| {
        let answer = admin.post("/definitions/check", &json!({"kind": kind, "document": document})).await.ok();
        assert_eq!(answer["passes"], false, "{answer}");
        let problems = answer["problems"].as_array().cloned().unwrap_or_default();
        problems.iter().filter_map(|problem| problem["code"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let cyclic = json!({"kind": "form", "key": "loop", "schema": 1, "title": "loop", "fields": [
        {"id": "a", "type": "number", "scale": 0, "label": "a", "calc": "b + 1"},
        {"id": "b", "type": "number", "scale": 0, "label": "b", "calc": "a + 1"}]});
    assert!(check("form", cyclic).await.contains(&"form.formula_cycle".to_owned()));
    let endless = json!({"kind": "flow", "key": "endless", "schema": 1, "title": "endless", "form": "repair",
        "nodes": [{"id": "fix", "type": "work", "name": "fix", "who": [{"by": "role", "role": "engineer"}]}],
        "edges": [["start", "fix"]]});
    assert!(check("flow", endless).await.iter().any(|code| code.starts_with("flow.")));
    let surplus = json!({"kind": "view", "key": "v", "schema": 1, "title": "v", "colour": "red"});
    assert!(!check("view", surplus).await.is_empty());

    let before = written(&app).await;
    let refused = admin
        .clone()
        .with("if-match", "\"0\"")
        .json(Method::PUT, "/definitions/form/Bad-Key/draft", &json!({"document": {"kind": "form", "key": "Bad-Key"}}))
        .await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (422, "definition.bad_key"));
    let unknown = admin.post("/definitions/check", &json!({"kind": "wish", "document": {}})).await;
    assert_eq!(unknown.status, 404);
    assert_eq!(written(&app).await, before);
}

async fn addresses_and_queries_are_strict(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let agent = app.sign_in("agent").await;
    for (path, status, code) in [
        ("/tickets?limit=0", 422, "request.invalid_value"),
        ("/tickets?limit=201", 422, "request.invalid_value"),
        ("/tickets?limit=x", 422, "request.invalid_value"),
        ("/tickets?offset=7", 422, "request.unknown_field"),
        ("/tickets?after=nonsense", 400, "request.bad_cursor"),
        ("/tickets?filter=%7B", 422, "condition.malformed"),
        (
            "/tickets?filter=%7B%22f%22%3A%22nothing%22%2C%22op%22%3A%22eq%22%2C%22v%22%3A1%7D",
            422,
            "condition.unknown_field",
        ),
        ("/tickets?sort=colour", 422, "request.invalid_value"),
        ("/tickets?view=nothing", 404, "definition.unknown"),
        ("/tickets/tkt_nonsense", 404, "request.not_found"),
        ("/tickets/WX-99999", 404, "request.not_found"),
        ("/nothing", 404, "request.no_route"),
        ("/Tickets", 404, "request.no_route"),
        ("/tickets/", 404, "request.no_route"),
        ("/tickets%00", 404, "request.no_route"),
    ] {
        let answer = agent.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{path}: {}", answer.text());
    }
    let method = agent.json(Method::PUT, "/tickets", &json!({})).await;
    assert_eq!((method.status.as_u16(), method.code().as_str()), (405, "request.method"));
    let trace = agent.raw(Method::TRACE, "/tickets", "", "").await;
    assert_eq!(trace.status, 405);
    let hidden = agent.clone().with("x-http-method-override", "DELETE").get("/session").await;
    assert_eq!(hidden.status, 200);
    agent.get("/session").await.ok();
}

async fn every_answer_is_guarded(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let agent = app.sign_in("agent").await;
    for answer in [agent.get("/tickets").await, agent.get("/nothing").await, app.anonymous().get("/tickets").await] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("x-request-id").starts_with("req_"));
        assert_eq!(answer.header("strict-transport-security"), "", "not without TLS");
    }
    let settings = api::Settings { public_url: "https://desk.test".into(), ..api::Settings::default() };
    let mut app = app;
    app.settings = settings;
    app.restart();
    let answer = app.anonymous().get("/problems").await;
    assert!(answer.header("strict-transport-security").contains("max-age=31536000"));
}
