//! Drafts, the moment before sending, and who else is at a ticket, through HTTP.

use axum::body::Body;
use axum::http::Method;
use futures_util::StreamExt;
use serde_json::json;
use testkit::app::TestApp;
use testkit::matrix::Fresh;

testkit::on_both! {
    a_draft_is_kept_held_and_taken_back
    people_at_a_ticket_hear_of_each_other
}

async fn a_draft_is_kept_held_and_taken_back(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (agent, reporter) = (app.sign_in("agent").await, app.sign_in("reporter").await);
    let made = agent.post("/tickets", &json!({"type": "repair", "data": {"title": "空调漏水"}})).await.ok();
    let path = format!("/tickets/{}/draft", made["id"].as_str().expect("an id"));
    assert_eq!(agent.get(&path).await.ok(), json!({ "draft": null }));

    let body = json!({"version": 0, "visibility": "public", "body": "马上到"});
    let kept = agent.json(Method::PUT, &path, &body).await.ok()["draft"].clone();
    assert_eq!((&kept["body"], &kept["send_at"]), (&json!("马上到"), &json!(null)));
    assert_eq!(agent.json(Method::PUT, &path, &body).await.code(), "request.stale");
    let extra = json!({"version": 0, "visibility": "public", "body": "x", "to": "all"});
    assert_eq!(agent.json(Method::PUT, &path, &extra).await.code(), "request.unknown_field");
    assert_eq!(reporter.get(&path).await.status, 404, "another's ticket looks as if it were not there");

    let hold = json!({"version": kept["version"], "hold_seconds": 10});
    let held = agent.post(&format!("{path}/send"), &hold).await.ok()["draft"].clone();
    assert!(held["send_at"].is_string());
    let back = agent.post(&format!("{path}/undo"), &json!({})).await.ok()["draft"].clone();
    assert_eq!((&back["body"], &back["send_at"]), (&json!("马上到"), &json!(null)));
    assert_eq!(agent.post(&format!("{path}/undo"), &json!({})).await.code(), "draft.not_held");

    let hold = json!({"version": back["version"], "hold_seconds": 10});
    agent.post(&format!("{path}/send"), &hold).await.ok();
    app.clock.advance(11_000);
    app.run_jobs().await;
    assert_eq!(agent.get(&path).await.ok(), json!({ "draft": null }));
    let timeline = path.replace("/draft", "/timeline?limit=100");
    let told = agent.get(&timeline).await.text();
    assert_eq!(told.matches("马上到").count(), 1, "{told}");
    assert_eq!(agent.delete(&path).await.status, 204);
}

async fn people_at_a_ticket_hear_of_each_other(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (agent, admin, reporter) =
        (app.sign_in("agent").await, app.sign_in("admin").await, app.sign_in("reporter").await);
    let made = reporter.post("/tickets", &json!({"type": "repair", "data": {"title": "空调漏水"}})).await.ok();
    let id = made["id"].as_str().expect("an id");
    let path = format!("/tickets/{id}/presence");
    let says = |page: &str, doing: &str| json!({"page": page, "doing": doing});
    assert_eq!(reporter.post(&path, &says("r", "viewing")).await.code(), "access.denied");
    assert_eq!(agent.post(&path, &says("a", "viewing")).await.ok()["people"], json!([]));

    let request = agent.request(Method::GET, "/stream", Body::empty());
    let mut live = app.open(request).await.into_body().into_data_stream();
    let seen = admin.post(&path, &says("b", "replying")).await.ok();
    assert_eq!(seen["people"][0]["name"], "agent");
    let mut text = String::new();
    while !text.contains("event: presence") || !text.ends_with("\n\n") {
        let chunk = live.next().await.expect("the stream goes on").expect("a chunk");
        text.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(text.contains("\"doing\":\"replying\"") && text.contains(id), "{text}");
    assert!(!text.contains("id: "), "presence does not move the place to resume from: {text}");

    app.clock.advance(6_500);
    assert_eq!(agent.post(&path, &says("a", "viewing")).await.ok()["people"], json!([]), "silence is absence");
    assert_eq!(agent.post(&path, &says("a", "dancing")).await.status, 422);
}
