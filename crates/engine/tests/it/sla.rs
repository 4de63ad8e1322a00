//! Promises: which version of a policy judges a ticket, and that publishing another does not.

use domain::definition::Kind;
use domain::event::EventKind;
use domain::id::TicketId;
use domain::ticket::Visibility;
use engine::tickets::{AddComment, ChangeTicket, CreateTicket, TicketKey};
use engine::{Ctx, definitions, tickets};
use serde_json::{Map, Value, json};
use testkit::matrix::Fresh;

use crate::desk::Desk;

testkit::on_both! {
    publishing_leaves_the_promises_of_old_tickets_alone
    a_change_that_decides_matches_again
}

const HOUR_MS: i64 = 3_600_000;

fn fields(fields: Value) -> Map<String, Value> {
    fields.as_object().cloned().expect("an object")
}

async fn create(desk: &Desk, requester: &Ctx, title: &str) -> TicketId {
    let data = fields(json!({"title": title, "urgency": "normal"}));
    let report = CreateTicket { form: "repair".into(), data, source: "web".into() };
    tickets::create(&desk.engine, requester, report).await.expect("created").id
}

async fn change(desk: &Desk, ticket: TicketId, changes: Value) {
    let version = tickets::show(&desk.engine, &desk.system, TicketKey::Id(ticket)).await.expect("shown").ticket.version;
    let change = ChangeTicket { ticket, version, fields: fields(changes) };
    tickets::change(&desk.engine, &desk.system, change).await.expect("changed");
}

/// Version and length in hours of the running resolution.
async fn promise(desk: &Desk, ticket: TicketId) -> (String, i64, i64) {
    let shown = tickets::show(&desk.engine, &desk.system, TicketKey::Id(ticket)).await.expect("shown");
    let clock = shown.clocks.into_iter().rfind(|clock| clock.target == "resolution").expect("a resolution");
    assert_eq!(shown.ticket.due_at, clock.due_at, "lists show what the page shows");
    (clock.policy.key, clock.policy.version, clock.target_ms / HOUR_MS)
}

async fn matches(desk: &Desk, ticket: TicketId) -> Vec<Value> {
    let page = tickets::timeline(&desk.engine, &desk.system, ticket, 0, 500).await.expect("a timeline");
    let events = page.moments.into_iter().map(|moment| moment.event);
    events.filter(|event| event.kind == EventKind::SlaStarted).map(|event| event.data).collect()
}

/// Publishes the ordinary policy with two hours for every repair.
async fn publish_two_hours(desk: &Desk) -> i64 {
    let key = || "repair_standard".to_owned();
    let shown = definitions::show(&desk.engine, &desk.system, Kind::Sla, key()).await.expect("shown");
    let mut document = shown.active.expect("a document");
    document["targets"][2]["in"] = json!("PT2H");
    let draft = definitions::SaveDraft { kind: Kind::Sla, key: key(), document, revision: shown.row.draft_revision };
    let revision = definitions::save_draft(&desk.engine, &desk.system, draft).await.expect("saved").draft_revision;
    let published = definitions::publish(&desk.engine, &desk.system, Kind::Sla, key(), revision, "两小时".into()).await;
    published.expect("published").version
}

async fn publishing_leaves_the_promises_of_old_tickets_alone(fresh: Fresh) {
    let mut desk = Desk::open(&fresh).await;
    let requester = desk.person("luo.gang").await;
    let old = create(&desk, &requester, "打印机卡纸").await;
    desk.run_jobs().await;
    let before = promise(&desk, old).await;
    assert_eq!((before.0.as_str(), before.1), ("repair_standard", 1));
    assert!(before.2 > 8, "two working days: {before:?}");

    assert_eq!(publish_two_hours(&desk).await, 2);
    assert_eq!(promise(&desk, old).await, before);
    let new = create(&desk, &requester, "灯不亮").await;
    assert_eq!(promise(&desk, new).await, ("repair_standard".to_owned(), 2, 2));

    // Three working hours on, and after something happened to both: the old one is not late, the new one is.
    desk.now = desk.now.plus_millis(5 * HOUR_MS);
    desk.system = desk.system.at(desk.now);
    for ticket in [old, new] {
        let reply = AddComment { ticket, visibility: Visibility::Public, body: "已安排".into(), files: Vec::new() };
        tickets::comment(&desk.engine, &desk.system, reply).await.expect("written");
    }
    desk.run_jobs().await;
    let late = |ticket| {
        let desk = &desk;
        async move {
            let page = tickets::timeline(&desk.engine, &desk.system, ticket, 0, 500).await.expect("a timeline");
            let breached = |moment: &&tickets::Moment| {
                moment.event.kind == EventKind::SlaBreached && moment.event.data["target"] == "resolution"
            };
            page.moments.iter().filter(breached).count()
        }
    };
    assert_eq!((late(old).await, late(new).await), (0, 1));
    assert_eq!(promise(&desk, old).await, before);
    change(&desk, old, json!({"title": "打印机一直卡纸"})).await;
    assert_eq!(promise(&desk, old).await, before);
    assert_eq!(matches(&desk, old).await, [json!({"policy": "repair_standard", "version": 1})]);
}

async fn a_change_that_decides_matches_again(fresh: Fresh) {
    let desk = Desk::open(&fresh).await;
    let ticket = create(&desk, &desk.person("luo.gang").await, "冲床异响").await;
    publish_two_hours(&desk).await;
    change(&desk, ticket, json!({"priority": "3"})).await;
    assert_eq!(promise(&desk, ticket).await, ("repair_standard".to_owned(), 2, 2));
    // `stops_work` is what the other policy's `when` names.
    change(&desk, ticket, json!({"stops_work": true})).await;
    assert_eq!(promise(&desk, ticket).await.0, "repair_stopped");
    let expected = [
        json!({"policy": "repair_standard", "version": 1}),
        json!({"policy": "repair_standard", "version": 2}),
        json!({"policy": "repair_stopped", "version": 1}),
    ];
    assert_eq!(matches(&desk, ticket).await, expected);
}
