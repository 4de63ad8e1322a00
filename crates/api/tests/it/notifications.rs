//! The message centre from outside.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use futures_util::StreamExt;
use serde_json::{Value, json};
use testkit::app::{Client, TestApp};
use testkit::matrix::Fresh;

testkit::on_both! {
    people_hear_of_what_others_did_once_and_with_the_exact_entry
    internal_notes_and_lost_rights_stay_hidden
    a_muted_ticket_is_quiet
    choices_decide_when_it_rings
    the_stream_tells_of_the_inbox
}

async fn reported(app: &TestApp, by: &Client<'_>) -> (String, String) {
    let body = json!({"type": "repair", "data": {"title": "空调漏水"}});
    let ticket = by.post("/tickets", &body).await.ok();
    app.run_jobs().await;
    app.clock.advance(1_000);
    let text = |name: &str| ticket[name].as_str().expect("is there").to_owned();
    (text("id"), text("number"))
}

async fn kinds(client: &Client<'_>, query: &str) -> Vec<String> {
    let page = client.get(&format!("/notifications{query}")).await.ok();
    let items = page["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect()
}

async fn comment(app: &TestApp, by: &Client<'_>, ticket: &str, visibility: &str, body: &str) {
    let body = json!({"visibility": visibility, "body": body, "files": []});
    by.post(&format!("/tickets/{ticket}/comments"), &body).await.ok();
    app.run_jobs().await;
    app.clock.advance(1_000);
}

async fn unread(client: &Client<'_>) -> i64 {
    client.get("/notifications/head").await.ok()["unread"].as_i64().expect("a number")
}

async fn people_hear_of_what_others_did_once_and_with_the_exact_entry(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (reporter, agent) = (app.sign_in("reporter").await, app.sign_in("agent").await);
    let (id, number) = reported(&app, &reporter).await;
    comment(&app, &agent, &id, "public", "师傅十点到").await;
    let page = reporter.get("/notifications").await.ok();
    let [message] = page["items"].as_array().expect("items").as_slice() else { panic!("one message: {page}") };
    assert_eq!((message["kind"].as_str(), message["topic"].as_str()), (Some("comment.public"), Some("reply")));
    assert_eq!(message["excerpt"], "师傅十点到");
    assert_eq!(message["actor"]["name"], "agent");
    assert_eq!(message["ticket"]["number"], Value::from(number));
    let timeline = reporter.get(&format!("/tickets/{id}/timeline")).await.ok();
    let entry = timeline["items"].as_array().expect("items").iter().find(|item| item["comment"].is_object());
    assert_eq!(entry.expect("the comment")["id"], message["entry"]);
    assert_eq!(unread(&reporter).await, 1);

    // Not for one's own acts, and not again when the job runs again.
    comment(&app, &reporter, &id, "public", "好的").await;
    assert_eq!(kinds(&reporter, "").await, ["comment.public"]);
    let again = domain::job::Job::Notify { ticket: id.parse().expect("an id"), event_seq: 0 };
    let tenant = engine::store::Scope::tenant(app.tenant.id);
    let now = app.now();
    let enqueued: Result<(), engine::store::StoreError> = app
        .engine
        .store()
        .tx(tenant, move |tx| {
            let again = again.clone();
            Box::pin(async move {
                tx.job_enqueue(domain::id::JobId::from_u128(77), &again, now, None).await?;
                Ok(())
            })
        })
        .await;
    enqueued.expect("a job");
    app.run_jobs().await;
    assert_eq!(kinds(&reporter, "").await, ["comment.public"]);

    // Read, unread, all; somebody else's id changes nothing.
    let one = json!({"ids": [message["id"]]});
    assert_eq!(agent.post("/notifications/read", &one).await.status, StatusCode::NO_CONTENT);
    assert_eq!(unread(&reporter).await, 1);
    reporter.post("/notifications/read", &one).await;
    assert_eq!((unread(&reporter).await, kinds(&reporter, "?unread=true").await.len()), (0, 0));
    reporter.post("/notifications/read", &json!({"ids": [message["id"]], "read": false})).await;
    assert_eq!(unread(&reporter).await, 1);
    reporter.post("/notifications/read", &json!({"ticket": id})).await;
    assert_eq!(unread(&reporter).await, 0);
    for (query, code) in [("?topic=gossip", "form.not_an_option"), ("?after=x", "request.bad_cursor")] {
        assert_eq!(reporter.get(&format!("/notifications{query}")).await.code(), code);
    }

    // Page by page, without gaps.
    for n in 0..5 {
        comment(&app, &agent, &id, "public", &format!("第 {n} 次")).await;
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = reporter.get(&format!("/notifications?limit=2{after}")).await.ok();
        seen.extend(page["items"].as_array().expect("items").iter().map(|item| item["excerpt"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, ["第 4 次", "第 3 次", "第 2 次", "第 1 次", "第 0 次", "师傅十点到"]);
    reporter.post("/notifications/read", &json!({"all": true})).await;
    assert_eq!(unread(&reporter).await, 0);
}

async fn internal_notes_and_lost_rights_stay_hidden(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (reporter, agent, lead) =
        (app.sign_in("reporter").await, app.sign_in("agent").await, app.sign_in("lead").await);
    let (id, _) = reported(&app, &reporter).await;
    let engineer = app.user("engineer").await;
    lead.post(&format!("/tickets/{id}/acts"), &json!({"act": "assign", "owner": engineer})).await.ok();
    app.run_jobs().await;
    app.clock.advance(1_000);
    comment(&app, &agent, &id, "internal", "备件不够").await;
    assert_eq!(kinds(&reporter, "").await, Vec::<String>::new());
    let theirs = app.sign_in("engineer").await;
    assert_eq!(kinds(&theirs, "").await, ["comment.internal", "ticket.assigned"]);

    // Who may read only their own tickets and loses this one keeps the message without its title.
    let admin = app.sign_in("admin").await;
    let mut role = admin.get("/definitions/role/engineer").await.ok()["document"].clone();
    role["scope"]["ticket.read"] = json!({"f": "owner", "op": "eq", "v": {"var": "me"}});
    crate::forms::publish(&admin, &role).await;
    lead.post(&format!("/tickets/{id}/acts"), &json!({"act": "assign", "owner": null})).await.ok();
    app.run_jobs().await;
    let page = theirs.get("/notifications").await.ok();
    for item in page["items"].as_array().expect("items") {
        assert_eq!((&item["ticket"], &item["excerpt"], &item["entry"]), (&Value::Null, &Value::Null, &Value::Null));
        assert!(!item.to_string().contains("空调漏水"), "{item}");
    }
}

async fn a_muted_ticket_is_quiet(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (reporter, agent) = (app.sign_in("reporter").await, app.sign_in("agent").await);
    let (id, _) = reported(&app, &reporter).await;
    let path = format!("/tickets/{id}/mute");
    let put = |muted: bool| json!({ "muted": muted });
    assert_eq!(reporter.json(Method::PUT, &path, &put(true)).await.ok(), put(true));
    assert_eq!(reporter.get(&path).await.ok(), put(true));
    comment(&app, &agent, &id, "public", "一").await;
    assert_eq!(kinds(&reporter, "").await, Vec::<String>::new());
    reporter.json(Method::PUT, &path, &put(false)).await.ok();
    comment(&app, &agent, &id, "public", "二").await;
    assert_eq!(kinds(&reporter, "").await, ["comment.public"]);
    let foreign = app.sign_in_at(&app.other, "admin").await;
    assert_eq!(foreign.json(Method::PUT, &path, &put(true)).await.status, StatusCode::NOT_FOUND);
}

async fn choices_decide_when_it_rings(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (reporter, agent) = (app.sign_in("reporter").await, app.sign_in("agent").await);
    let (id, _) = reported(&app, &reporter).await;
    let mut choices = reporter.get("/notifications/choices").await.ok();
    assert_eq!(choices["topics"].as_object().map(serde_json::Map::len), Some(8));
    let body = json!({
        "topics": {"reply": {"in_app": true, "when": "daily", "channels": []}},
        "quiet": {"from": null, "to": null, "work_time_only": false, "urgent_waits": false},
        "digest_at": "10:00"
    });
    choices = reporter.json(Method::PUT, "/notifications/choices", &body).await.ok();
    assert_eq!(choices["topics"]["reply"]["when"], "daily");
    comment(&app, &agent, &id, "public", "一").await;
    comment(&app, &agent, &id, "public", "二").await;
    // It is nine: both are in the inbox, and neither rings before ten.
    assert_eq!((kinds(&reporter, "").await.len(), unread(&reporter).await), (2, 0));
    app.clock.advance(3_600_000);
    assert_eq!(unread(&reporter).await, 2);

    let mut off = body.clone();
    off["topics"]["reply"] = json!({"in_app": false, "when": "now", "channels": []});
    reporter.json(Method::PUT, "/notifications/choices", &off).await.ok();
    comment(&app, &agent, &id, "public", "三").await;
    assert_eq!(kinds(&reporter, "").await.len(), 2);

    let mut wrong = body;
    wrong["digest_at"] = json!("10");
    wrong["topics"]["reply"]["channels"] = json!(["pigeon"]);
    let refused = reporter.json(Method::PUT, "/notifications/choices", &wrong).await;
    assert_eq!(
        (refused.status, refused.json()["errors"].as_array().map(Vec::len)),
        (StatusCode::UNPROCESSABLE_ENTITY, Some(2))
    );
}

async fn the_stream_tells_of_the_inbox(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let (reporter, agent) = (app.sign_in("reporter").await, app.sign_in("agent").await);
    let (id, _) = reported(&app, &reporter).await;
    let response = app.open(reporter.request(Method::GET, "/stream", Body::empty())).await;
    let mut stream = response.into_body().into_data_stream();
    comment(&app, &agent, &id, "public", "来了").await;
    let mut told = String::new();
    while !told.contains("event: inbox") {
        let chunk = stream.next().await.expect("goes on").expect("a chunk");
        told.push_str(&String::from_utf8_lossy(&chunk));
    }
    assert!(told.contains(r#""unread":1"#), "{told}");
    app.close();
}
