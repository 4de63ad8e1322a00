//! Signing in and out, cookies, origins, limits, tokens.

use serde_json::json;
use testkit::app::{PASSWORD, TestApp};
use testkit::matrix::Fresh;

testkit::on_both! {
    a_session_opens_by_password_and_ends
    a_link_works_once
    failures_make_an_account_rest
    only_our_own_pages_use_the_cookie
    a_token_does_what_its_scopes_say
    limits_count_per_caller
}

async fn a_session_opens_by_password_and_ends(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    app.set_password("agent").await;
    let body = json!({"login": "Agent", "password": PASSWORD, "tenant": "first"});
    let first = app.anonymous().post("/session", &body).await;
    assert_eq!(first.status, 204, "{}", first.text());
    let line = first.header("set-cookie");
    for part in ["__Host-gongdan=gds_", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
        assert!(line.contains(part), "{line}");
    }
    let second = app.anonymous().post("/session", &body).await;
    assert_ne!(first.cookie(), second.cookie(), "every sign-in gets a new secret");

    let cookie = first.cookie().expect("a cookie");
    let agent = app.anonymous().with("cookie", &cookie).with("origin", "http://desk.test");
    let me = agent.get("/session").await.ok();
    assert_eq!((me["user"]["login"].as_str(), me["tenant"]["slug"].as_str()), (Some("agent"), Some("first")));
    assert!(me["permissions"].as_array().is_some_and(|all| all.contains(&json!("ticket.create"))));

    let ended = agent.delete("/session").await;
    assert_eq!(ended.status, 204);
    assert!(ended.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(ended.header("clear-site-data"), "\"cache\", \"storage\"");
    assert_eq!(agent.get("/session").await.code(), "access.sign_in_required");

    let other = app.anonymous().with("cookie", &second.cookie().expect("a cookie"));
    other.get("/session").await.ok();
    app.clock.advance(13 * 3_600_000);
    assert_eq!(other.get("/session").await.status, 401, "an idle session ends");
}

async fn a_link_works_once(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let link = app.link(&app.tenant, "agent").await;
    let body = json!({"token": link});
    assert_eq!(app.anonymous().post("/session/link", &body).await.status, 204);
    assert_eq!(app.anonymous().post("/session/link", &body).await.code(), "access.link_spent");
    for token in ["", "gdl_x", "gds_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let answer = app.anonymous().post("/session/link", &json!({"token": token})).await;
        assert_eq!(answer.code(), "access.link_spent", "{token}");
    }
    let late = app.link(&app.tenant, "agent").await;
    app.clock.advance(25 * 3_600_000);
    assert_eq!(app.anonymous().post("/session/link", &json!({"token": late})).await.code(), "access.link_spent");
}

async fn failures_make_an_account_rest(fresh: Fresh) {
    let mut app = TestApp::start(&fresh).await;
    app.set_password("agent").await;
    let wrong = json!({"login": "agent", "password": "wrong password", "tenant": "first"});
    let right = json!({"login": "agent", "password": PASSWORD, "tenant": "first"});
    let unknown = json!({"login": "nobody", "password": "wrong password", "tenant": "first"});
    let known = app.anonymous().post("/session", &wrong).await;
    let stranger = app.anonymous().post("/session", &unknown).await;
    assert_eq!((known.status, known.code()), (stranger.status, stranger.code()), "nobody learns who exists");
    for _ in 1..5 {
        assert_eq!(app.anonymous().post("/session", &wrong).await.code(), "access.bad_credentials");
    }
    let resting = app.anonymous().post("/session", &right).await;
    assert_eq!((resting.status.as_u16(), resting.code().as_str()), (429, "access.too_many_attempts"));
    app.restart();
    assert_eq!(app.anonymous().post("/session", &right).await.status, 429, "a restart forgets nothing");
    app.clock.advance(16 * 60_000);
    assert_eq!(app.anonymous().post("/session", &right).await.status, 204);
}

async fn only_our_own_pages_use_the_cookie(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let agent = app.sign_in("agent").await;
    let body = json!({"type": "repair", "data": {"title": "空调漏水"}});
    agent.post("/tickets", &body).await.ok();
    for client in [
        agent.clone().without("origin"),
        agent.clone().with("origin", "null"),
        agent.clone().with("origin", "http://evil.example"),
        agent.clone().with("origin", "http://desk.test.evil.example"),
        agent.clone().without("origin").with("sec-fetch-site", "cross-site"),
    ] {
        let answer = client.post("/tickets", &body).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "request.cross_site"));
    }
    let form = agent.clone().without("origin").raw(axum::http::Method::POST, "/tickets", "text/plain", "{}").await;
    assert_eq!(form.code(), "request.cross_site");
    let listed = agent.get("/tickets").await.ok();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "no refused request left anything");
}

async fn a_token_does_what_its_scopes_say(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let body = json!({"type": "repair", "data": {"title": "空调漏水"}});
    let reader = app.token("admin", &["read"]).await;
    reader.get("/tickets").await.ok();
    assert_eq!(reader.post("/tickets", &body).await.code(), "access.denied");
    let writer = app.token("admin", &["write"]).await;
    writer.post("/tickets", &body).await.ok();
    assert_eq!(writer.get("/tokens").await.code(), "access.denied");

    let admin = app.sign_in("admin").await;
    let made = admin.post("/tokens", &json!({"name": "ci", "scopes": ["read"]})).await.ok();
    let secret = made["secret"].as_str().expect("is shown once").to_owned();
    assert!(secret.starts_with("gdn_"));
    let listed = admin.get("/tokens").await;
    assert!(listed.text().contains("\"ci\"") && !listed.text().contains(&secret));
    let bearer = app.anonymous().with("authorization", &format!("Bearer {secret}"));
    bearer.get("/session").await.ok();
    let id = made["id"].as_str().expect("an id").to_owned();
    assert_eq!(admin.delete(&format!("/tokens/{id}")).await.status, 204);
    assert_eq!(bearer.get("/session").await.status, 401);
    let wrong = admin.post("/tokens", &json!({"name": "", "scopes": ["all"]})).await;
    assert_eq!(wrong.json()["errors"].as_array().map(Vec::len), Some(2), "{}", wrong.text());
}

async fn limits_count_per_caller(fresh: Fresh) {
    let settings = api::Settings { requests_per_minute: 5, sign_in_per_minute: 3, ..api::Settings::default() };
    let app = TestApp::start_with(&fresh, settings).await;
    let reader = app.token("agent", &["read"]).await;
    for _ in 0..5 {
        reader.get("/session").await.ok();
    }
    let limited = reader.get("/session").await;
    assert_eq!((limited.status.as_u16(), limited.code().as_str()), (429, "request.rate_limited"));
    assert!(limited.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=60).contains(&seconds)));
    app.clock.advance(60_000);
    reader.get("/session").await.ok();

    let body = json!({"token": "gdl_x"});
    let codes: Vec<u16> = {
        let mut codes = Vec::new();
        for _ in 0..4 {
            codes.push(app.anonymous().post("/session/link", &body).await.status.as_u16());
        }
        codes
    };
    assert_eq!(codes, [401, 401, 401, 429]);
}
