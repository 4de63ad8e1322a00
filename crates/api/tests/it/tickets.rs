//! A report from the requester to the workbench, through HTTP alone.

use serde_json::{Value, json};
use testkit::app::TestApp;
use testkit::matrix::Fresh;

testkit::on_both! {
    a_report_is_listed_told_and_answered
    lists_turn_pages_without_gaps
}

async fn a_report_is_listed_told_and_answered(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let reporter = app.sign_in("reporter").await;
    let agent = app.sign_in("agent").await;
    let body = json!({"type": "repair", "data": {"title": "A座3楼空调漏水"}});
    let made = reporter.post("/tickets", &body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.header("location").ends_with(made.json()["id"].as_str().expect("an id")));
    app.run_jobs().await;

    let number = made.json()["number"].as_str().expect("a number").to_owned();
    let shown = agent.get(&format!("/tickets/{number}")).await.ok();
    assert_eq!(shown["requester"]["name"], "reporter");
    assert!(shown["clocks"].as_array().is_some_and(|clocks| !clocks.is_empty()), "{shown}");
    assert!(shown["tasks"].as_array().is_some_and(|tasks| tasks.len() == 1), "{shown}");
    let path = format!("/tickets/{}", shown["id"].as_str().expect("an id"));

    let note = json!({"body": "先查水管", "visibility": "internal"});
    assert_eq!(agent.post(&format!("{path}/comments"), &note).await.status, 201);
    let reply = json!({"body": "马上到", "visibility": "public"});
    assert_eq!(agent.post(&format!("{path}/comments"), &reply).await.status, 201);
    assert_eq!(reporter.post(&format!("{path}/comments"), &note).await.code(), "access.denied");

    let told = |answer: Value| -> Vec<String> {
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|item| item["comment"]["body"].as_str().map(str::to_owned)).collect()
    };
    let timeline = format!("{path}/timeline?limit=100");
    assert_eq!(told(agent.get(&timeline).await.ok()), ["先查水管", "马上到"]);
    let seen = reporter.get(&timeline).await;
    assert_eq!(told(seen.ok()), ["马上到"]);
    assert!(!seen.text().contains("先查水管"));
    let shown = agent.get(&path).await.ok();
    assert!(shown["first_response_at"].is_string());
    let flow = agent.get(&format!("{path}/flow")).await.ok();
    assert!(flow["nodes"].as_array().is_some_and(|nodes| nodes.iter().any(|node| node["state"] == "active")), "{flow}");
}

async fn lists_turn_pages_without_gaps(fresh: Fresh) {
    let app = TestApp::start(&fresh).await;
    let agent = app.sign_in("agent").await;
    let mut made = Vec::new();
    for n in 0..7 {
        let body = json!({"type": "repair", "data": {"title": format!("报修 {n}"), "urgency": "urgent"}});
        made.push(agent.post("/tickets", &body).await.ok()["number"].clone());
        app.clock.advance(1_000);
    }
    let filter = "%7B%22f%22%3A%22urgency%22%2C%22op%22%3A%22eq%22%2C%22v%22%3A%22urgent%22%7D";
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = agent.get(&format!("/tickets?limit=3&sort=created_at&filter={filter}{after}")).await.ok();
        seen.extend(page["items"].as_array().cloned().unwrap_or_default().iter().map(|row| row["number"].clone()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, made);
    let views = agent.get("/views").await.ok();
    assert!(views["items"].as_array().is_some_and(|views| !views.is_empty()));
}
