//! Drafts of replies: kept per person, held before they leave, taken back in time, never sent against rights.

use domain::access::{Access, Action};
use domain::id::TicketId;
use domain::ticket::Visibility;
use engine::jobs::{self, RunnerSettings};
use engine::tickets::{self, CreateTicket, SaveDraft};
use engine::{Ctx, Error};
use serde_json::json;
use testkit::matrix::Fresh;

use crate::desk::Desk;

testkit::on_both! {
    a_draft_belongs_to_its_writer
    a_held_reply_can_be_taken_back
    a_held_reply_leaves_once
}

async fn reported(desk: &Desk) -> TicketId {
    let requester = desk.person("luo.gang").await;
    let data = json!({"title": "三楼打印机卡纸", "urgency": "normal"}).as_object().cloned().unwrap_or_default();
    let command = CreateTicket { form: "repair".into(), data, source: "web".into() };
    tickets::create(&desk.engine, &requester, command).await.expect("created").id
}

fn text(ticket: TicketId, version: i64, visibility: Visibility, body: &str) -> SaveDraft {
    SaveDraft { ticket, version, visibility, body: body.into(), files: Vec::new() }
}

async fn said(desk: &Desk, ctx: &Ctx, ticket: TicketId) -> Vec<String> {
    let page = tickets::timeline(&desk.engine, ctx, ticket, 0, 500).await.expect("a timeline");
    page.moments.into_iter().filter_map(|moment| moment.comment).map(|row| row.body).collect()
}

async fn run_jobs(desk: &Desk, after_ms: i64) {
    let settings = RunnerSettings::default();
    let now = desk.now.plus_millis(after_ms);
    while jobs::tick(&desk.engine, &settings, now, 7).await.expect("jobs run").total() > 0 {}
}

async fn a_draft_belongs_to_its_writer(fresh: Fresh) {
    let desk = Desk::open(&fresh).await;
    let ticket = reported(&desk).await;
    let (agent, other, requester) =
        (desk.person("wen.jing").await, desk.person("zhou.min").await, desk.person("luo.gang").await);
    let engine = &desk.engine;
    let saved = tickets::draft_save(engine, &agent, text(ticket, 0, Visibility::Internal, "先查")).await;
    let saved = saved.expect("saved").expect("kept").row;
    assert!(tickets::draft(engine, &other, ticket).await.expect("read").is_none());

    let second =
        tickets::draft_save(engine, &agent, text(ticket, saved.version, Visibility::Internal, "先查电源")).await;
    let second = second.expect("saved").expect("kept").row;
    let late = tickets::draft_save(engine, &agent, text(ticket, saved.version, Visibility::Internal, "旧的")).await;
    assert!(matches!(late, Err(Error::Stale)), "the other device is told, not overwritten");
    let found = tickets::draft(engine, &agent, ticket).await.expect("read").expect("a draft").row;
    assert_eq!((found.body.as_str(), found.visibility), ("先查电源", Visibility::Internal));

    let note = tickets::draft_save(engine, &requester, text(ticket, 0, Visibility::Internal, "x")).await;
    assert!(matches!(note, Err(Error::Denied(denied)) if denied.0 == Action::CommentInternal));
    let empty = tickets::draft_save(engine, &agent, text(ticket, second.version, Visibility::Internal, " ")).await;
    assert!(empty.expect("saved").is_none(), "an emptied draft is forgotten");
    assert!(tickets::draft(engine, &agent, ticket).await.expect("read").is_none());
}

async fn a_held_reply_can_be_taken_back(fresh: Fresh) {
    let desk = Desk::open(&fresh).await;
    let ticket = reported(&desk).await;
    let agent = desk.person("wen.jing").await;
    let engine = &desk.engine;
    let kept = tickets::draft_save(engine, &agent, text(ticket, 0, Visibility::Public, "马上到")).await;
    let version = kept.expect("saved").expect("kept").row.version;
    for seconds in [1, 31] {
        let refused = tickets::draft_hold(engine, &agent, ticket, version, seconds).await;
        assert!(matches!(refused, Err(Error::Invalid(problems)) if problems[0].code == "draft.hold_range"));
    }
    let held = tickets::draft_hold(engine, &agent, ticket, version, 10).await.expect("held").expect("held").row;
    assert_eq!(held.send_at, Some(desk.now.plus_millis(10_000)));
    let changed = tickets::draft_save(engine, &agent, text(ticket, held.version, Visibility::Public, "改")).await;
    assert!(matches!(changed, Err(Error::Refused(problem)) if problem.code == "draft.held"));
    run_jobs(&desk, 9_000).await;
    assert!(said(&desk, &agent, ticket).await.is_empty(), "nothing leaves early");

    let back = tickets::draft_take_back(engine, &agent, ticket).await.expect("taken back").row;
    assert_eq!((back.body.as_str(), back.send_at), ("马上到", None));
    run_jobs(&desk, 60_000).await;
    assert!(said(&desk, &agent, ticket).await.is_empty(), "what was taken back stays");
    let again = tickets::draft_take_back(engine, &agent, ticket).await;
    assert!(matches!(again, Err(Error::Refused(problem)) if problem.code == "draft.not_held"));

    let sent = tickets::draft_hold(engine, &agent, ticket, back.version, 0).await.expect("sent");
    assert!(sent.is_none());
    assert_eq!(said(&desk, &agent, ticket).await, ["马上到"]);
}

async fn a_held_reply_leaves_once(fresh: Fresh) {
    let desk = Desk::open(&fresh).await;
    let ticket = reported(&desk).await;
    let agent = desk.person("wen.jing").await;
    let engine = &desk.engine;
    let kept = tickets::draft_save(engine, &agent, text(ticket, 0, Visibility::Public, "已安排")).await;
    let version = kept.expect("saved").expect("kept").row.version;
    tickets::draft_hold(engine, &agent, ticket, version, 5).await.expect("held");
    run_jobs(&desk, 5_000).await;
    run_jobs(&desk, 60_000).await;
    assert_eq!(said(&desk, &agent, ticket).await, ["已安排"]);
    let page = tickets::timeline(engine, &agent, ticket, 0, 500).await.expect("a timeline");
    let moment = page.moments.iter().find(|moment| moment.comment.is_some()).expect("the reply");
    assert_eq!(moment.event.actor.id, agent.actor().id, "it is the writer's, not the program's");
    assert!(tickets::draft(engine, &agent, ticket).await.expect("read").is_none());

    let nobody =
        Ctx::new(agent.tenant(), agent.actor().clone(), Access { user: None, ..agent.access().clone() }, desk.now, 9);
    assert!(matches!(tickets::draft(engine, &nobody, ticket).await, Err(Error::Denied(_))));
}
