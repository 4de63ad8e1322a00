//! Live updates: resume, rights, the end.

use axum::body::{Body, BodyDataStream};
use axum::http::Method;
use futures_util::StreamExt;
use serde_json::json;
use testkit::app::{Client, TestApp};
use testkit::matrix::Fresh;

testkit::on_both! { a_stream_resumes_and_ends }

/// Reads until `wanted` events came; answers their numbers and kinds.
async fn read(stream: &mut BodyDataStream, wanted: usize) -> Vec<(i64, String)> {
    let mut text = String::new();
    let mut events = Vec::new();
    while events.len() < wanted {
        let chunk = stream.next().await.expect("the stream goes on").expect("a chunk");
        text.push_str(&String::from_utf8_lossy(&chunk));
        while let Some((event, rest)) = text.split_once("\n\n") {
            let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
            if let (Some(id), Some(kind)) = (line("id: "), line("event: ")) {
                events.push((id.parse().expect("a number"), kind));
            }
            text = rest.to_owned();
        }
    }
    events
}

async fn open(app: &TestApp, client: &Client<'_>, last: Option<i64>) -> BodyDataStream {
    let mut request = client.request(Method::GET, "/stream", Body::empty());
    if let Some(last) = last {
        request.headers_mut().insert("last-event-id", last.to_string().parse().expect("a header value"));
    }
    let response = app.open(request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body().into_data_stream()
}

async fn a_stream_resumes_and_ends(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (agent, reporter) = (app.sign_in("agent").await, app.sign_in("reporter").await);
    let body = json!({"type": "repair", "data": {"title": "空调漏水"}});
    let mut live = open(&app, &agent, None).await;
    let made = agent.post("/tickets", &body).await.ok();
    let events = read(&mut live, 2).await;
    assert_eq!(events[0].1, "ticket.created");
    assert!(events[1].0 > events[0].0);

    let mut resumed = open(&app, &agent, Some(events[0].0)).await;
    assert_eq!(read(&mut resumed, 1).await[0], events[1], "nothing is missed, nothing comes twice");

    // The reporter of another ticket hears of that one only.
    let own = reporter.post("/tickets", &body).await.ok();
    let mut theirs = open(&app, &reporter, Some(0)).await;
    let (first, _) = read(&mut theirs, 1).await.remove(0);
    assert!(first > events[1].0, "events of {} stay hidden", made["id"]);
    assert!(own["id"].is_string());

    assert_eq!(agent.delete("/session").await.status, 204);
    app.clock.advance(6_000);
    reporter.post("/tickets", &body).await.ok();
    let rest = async { while live.next().await.is_some() {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), rest).await.expect("ends with the session");

    app.close();
    let rest = async { while theirs.next().await.is_some() {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), rest).await.expect("ends with the server");
}
