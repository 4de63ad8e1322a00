//! A change names the version it read.

use serde_json::json;
use testkit::app::TestApp;
use testkit::matrix::Fresh;

testkit::on_both! { stale_changes_are_refused }

async fn stale_changes_are_refused(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let agent = app.sign_in("agent").await;
    let made = agent.post("/tickets", &json!({"type": "repair", "data": {"title": "空调漏水"}})).await.ok();
    let path = format!("/tickets/{}", made["id"].as_str().expect("an id"));
    let shown = agent.get(&path).await;
    let version = shown.json()["version"].as_i64().expect("a version");
    assert_eq!(shown.header("etag"), format!("\"{version}\""));

    let change = json!({"fields": {"spot": "301"}});
    let without = agent.json(axum::http::Method::PATCH, &path, &change).await;
    assert_eq!((without.status.as_u16(), without.code().as_str()), (428, "request.version_required"));
    let changed = agent.patch(&path, version, &change).await;
    let next = changed.ok()["version"].as_i64().expect("a version");
    assert!(next > version);
    assert_eq!(changed.header("etag"), format!("\"{next}\""));
    let stale = agent.patch(&path, version, &json!({"fields": {"spot": "302"}})).await;
    assert_eq!((stale.status.as_u16(), stale.code().as_str()), (412, "request.stale"));
    for tag in ["*", "7", "\"x\"", "W/\"1\""] {
        let client = agent.clone().with("if-match", tag);
        let answer = client.json(axum::http::Method::PATCH, &path, &change).await;
        assert_eq!(answer.code(), "request.stale", "{tag}");
    }
    assert_eq!(agent.get(&path).await.ok()["data"]["spot"], "301");
}
