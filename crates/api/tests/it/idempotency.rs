//! The same request twice.

use serde_json::json;
use testkit::app::TestApp;
use testkit::matrix::Fresh;

testkit::on_both! {
    a_repeated_request_answers_the_same
    two_at_once_do_one_thing
}

async fn a_repeated_request_answers_the_same(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let agent = app.sign_in("agent").await;
    let keyed = agent.clone().with("idempotency-key", "k-1");
    let body = json!({"type": "repair", "data": {"title": "空调漏水"}});
    let first = keyed.post("/tickets", &body).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let second = repeated(&keyed, "/tickets", &body).await;
    assert_eq!((second.status, &second.body), (first.status, &first.body));
    for name in ["etag", "location", "content-type"] {
        assert_eq!(second.header(name), first.header(name), "{name}");
    }
    assert_eq!(second.header("idempotency-replayed"), "true");
    let other = keyed.post("/tickets", &json!({"type": "repair", "data": {"title": "别的"}})).await;
    assert_eq!((other.status.as_u16(), other.code().as_str()), (422, "request.key_reused"));

    let lead = app.sign_in("lead").await.with("idempotency-key", "k-1");
    assert_eq!(lead.post("/tickets", &body).await.status, 201, "a key belongs to one caller");

    let wrong = json!({"type": "nothing", "data": {}});
    let refused = agent.clone().with("idempotency-key", "k-2");
    let (one, two) = (refused.post("/tickets", &wrong).await, repeated(&refused, "/tickets", &wrong).await);
    assert_eq!((one.status, one.code()), (two.status, two.code()), "a refusal is repeated as well");
    assert_eq!(two.code(), "ticket.no_such_type");

    let listed = agent.get("/tickets").await.ok();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(2));
    let long = agent.with("idempotency-key", &"k".repeat(256));
    assert_eq!(long.post("/tickets", &body).await.code(), "request.bad_key");
}

/// The answer is kept right after it was sent; until then a repeated request hears "in flight".
async fn repeated(client: &testkit::app::Client<'_>, path: &str, body: &serde_json::Value) -> testkit::app::Answer {
    loop {
        let answer = client.post(path, body).await;
        if answer.code() != "request.in_flight" {
            return answer;
        }
        tokio::task::yield_now().await;
    }
}

async fn two_at_once_do_one_thing(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let agent = app.sign_in("agent").await;
    let keyed = agent.clone().with("idempotency-key", "both");
    let body = json!({"type": "repair", "data": {"title": "空调漏水"}});
    let (one, two) = tokio::join!(keyed.post("/tickets", &body), keyed.post("/tickets", &body));
    let mut seen = [one.status.as_u16(), two.status.as_u16()];
    seen.sort_unstable();
    assert!(matches!(seen, [201, 201] | [201, 409]), "{seen:?}: {} {}", one.text(), two.text());
    let listed = agent.get("/tickets").await.ok();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1));
}
