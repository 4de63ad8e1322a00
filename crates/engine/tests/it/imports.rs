//! The past comes in: mapped, checked, once, and the models learn from it.

use std::io::Cursor;

use domain::calendar::Calendar;
use domain::definition::Kind;
use engine::imports::{self, Format, Import, Mapping, Progress};
use engine::samples::{Generator, Plan, Source};
use engine::tickets::{CreateTicket, TicketKey};
use engine::{Error, ai, tickets};
use serde_json::{Map, Value, json};
use testkit::matrix::Fresh;

use crate::desk::{Desk, pack};

testkit::on_both! {
    bad_rows_are_kept_with_their_reason_and_good_ones_come_in_once
    a_run_that_broke_off_goes_on_where_it_stopped
    what_is_imported_has_a_history_and_clocks
    the_models_learn_from_the_past
}

const LINES: &str = concat!(
    r#"{"no":"a1","标题":"打印机卡纸","类别":"printer","时间":"2025-10-14 14:25:14","报修人":"luo.gang"}"#,
    "\n",
    r#"{"no":"a2","标题":"断网","类别":"没有这一类","时间":"2025-10-14 15:00:00"}"#,
    "\nnot json\n",
    r#"{"no":"a4","标题":"","类别":"network","时间":"2025-10-15"}"#,
    "\n",
    r#"{"no":"a5","标题":"空调不制冷","类别":"hvac","时间":"2025-10-16T01:00:00Z"}"#,
    "\n",
);

fn mapping() -> Mapping {
    let mapping = json!({
        "type": "repair", "key": "no",
        "fields": {
            "title": {"from": "标题"}, "category": {"from": "类别"}, "created_at": {"from": "时间"},
            "requester": {"from": "报修人"}, "status": {"value": "closed"}
        }
    });
    serde_json::from_value(mapping).expect("a mapping")
}

fn import() -> Import {
    Import { mapping: mapping(), source: "past.jsonl".into(), resume: None }
}

fn rows() -> Box<dyn Iterator<Item = Result<imports::Row, imports::BadRow>> + Send> {
    imports::open(Format::Jsonl, Box::new(Cursor::new(LINES.as_bytes()))).expect("rows")
}

async fn bad_rows_are_kept_with_their_reason_and_good_ones_come_in_once(fresh: Fresh) {
    let desk = Desk::open(&fresh).await;
    let report = imports::run(&desk.engine, &desk.system, import(), &mut rows(), &mut |_| ()).await.expect("a report");
    assert_eq!(report.progress, Progress { read: 5, done: 2, skipped: 0, failed: 3 });
    let shown = tickets::show(&desk.engine, &desk.system, TicketKey::Number("WX-00001".into())).await.expect("shown");
    assert_eq!(shown.ticket.created_at.to_string(), "2025-10-14T06:25:14.000Z");
    assert!(shown.ticket.requester_id.is_some() && shown.tasks.is_empty());
    let again = imports::run(&desk.engine, &desk.system, import(), &mut rows(), &mut |_| ()).await.expect("a report");
    assert_eq!((again.progress.done, again.progress.skipped, again.progress.failed), (0, 2, 3));

    let wrong = json!({"type": "repair", "fields": {"no_such": {"from": "x"}}});
    let wrong = Import { mapping: serde_json::from_value(wrong).expect("a mapping"), ..import() };
    let refused = imports::run(&desk.engine, &desk.system, wrong, &mut rows(), &mut |_| ()).await;
    assert!(matches!(refused, Err(Error::Invalid(problems)) if problems[0].code == "import.bad_mapping"));
}

/// A repair that was late, one that was in time, one that is open, and one of which nobody knows when it ended.
const PAST: &str = concat!(
    r#"{"no":"b1","标题":"注塑机漏油","时间":"2026-02-02T01:00:00Z","报修人":"luo.gang","状态":"closed","#,
    r#""修好":"2026-02-10T01:00:00Z","关闭":"2026-02-11T01:00:00Z","log":["#,
    r#"{"at":"2026-02-02T01:30:00Z","author":"liu.yang","body":"已安排"},"#,
    r#"{"at":"2026-02-02T02:00:00Z","author":"luo.gang","body":"好的"},"#,
    r#"{"at":"2026-02-03T02:00:00Z","author":"lao.wang","visibility":"internal","body":"等密封件"}]}"#,
    "\n",
    r#"{"no":"b2","标题":"灯管更换","时间":"2026-02-02T01:00:00Z","状态":"solved","修好":"2026-02-02T02:00:00Z"}"#,
    "\n",
    r#"{"no":"b3","标题":"门禁失灵","时间":"2026-02-02T01:00:00Z","报修人":"luo.gang","状态":"open"}"#,
    "\n",
    r#"{"no":"b4","标题":"旧案","时间":"2026-02-02T01:00:00Z","状态":"closed"}"#,
    "\n",
);

async fn what_is_imported_has_a_history_and_clocks(fresh: Fresh) {
    let desk = Desk::open(&fresh).await;
    let mut mapping = mapping();
    for (field, column) in [("status", "状态"), ("solved_at", "修好"), ("closed_at", "关闭"), ("log", "log")] {
        let source = serde_json::from_value(json!({ "from": column })).expect("a source");
        mapping.fields.insert(field.into(), source);
    }
    let import = Import { mapping, source: "past.jsonl".into(), resume: None };
    let mut rows = imports::open(Format::Jsonl, Box::new(Cursor::new(PAST.as_bytes()))).expect("rows");
    let report = imports::run(&desk.engine, &desk.system, import, &mut rows, &mut |_| ()).await.expect("a report");
    assert_eq!((report.progress.done, report.progress.failed), (4, 0));
    let notified = |login: &'static str| {
        let desk = &desk;
        async move {
            let reader = desk.person(login).await;
            engine::notifications::list(&desk.engine, &reader, false, None, None, 50)
                .await
                .expect("a list")
                .messages
                .len()
        }
    };
    desk.run_jobs().await;
    assert_eq!(notified("song.tao").await, 0, "nobody hears what was late before the import");

    let show = async |number: &str| {
        let key = TicketKey::Number(format!("WX-0000{number}"));
        let shown = tickets::show(&desk.engine, &desk.system, key).await.expect("shown");
        let page = tickets::timeline(&desk.engine, &desk.system, shown.ticket.id, 0, 100).await.expect("a timeline");
        let story: Vec<(String, String, Value)> = page
            .moments
            .into_iter()
            .map(|moment| (moment.event.kind.as_str().to_owned(), moment.event.actor.name, moment.event.data))
            .collect();
        (shown, story)
    };
    let state = |shown: &tickets::ShownTicket, target: &str| {
        let clock = shown.clocks.iter().find(|clock| clock.target == target).expect("a clock");
        json!(clock.state).as_str().expect("a word").to_owned()
    };

    let (late, story) = show("1").await;
    let told: Vec<(&str, &str)> = story.iter().map(|(kind, name, _)| (kind.as_str(), name.as_str())).collect();
    let expected = [
        ("ticket.created", "罗刚"),
        ("sla.started", ""),
        ("comment.added", "刘洋"),
        ("comment.added", "罗刚"),
        ("comment.added", "lao.wang"),
        ("sla.breached", ""),
        ("ticket.changed", "past.jsonl"),
        ("ticket.changed", "past.jsonl"),
    ];
    assert_eq!(told.iter().filter(|(kind, _)| *kind != "sla.breached").count(), 7, "{told:?}");
    assert_eq!(told.iter().find(|moment| moment.0 == "sla.breached"), Some(&expected[5]), "{told:?}");
    let without = |list: &[(&str, &str)]| {
        let kept = list.iter().filter(|(kind, _)| *kind != "sla.breached");
        kept.map(|(kind, name)| format!("{kind} {name}")).collect::<Vec<_>>()
    };
    assert_eq!(without(&told), without(&expected));
    assert_eq!((story[0].2["fields"]["status"].as_str(), story[0].2["source"].as_str()), (Some("new"), Some("import")));
    assert_eq!((state(&late, "first_response"), state(&late, "resolution")), ("met".into(), "breached".into()));
    assert_eq!(late.ticket.first_response_at.map(|at| at.to_string()).as_deref(), Some("2026-02-02T01:30:00.000Z"));
    assert_eq!((late.ticket.due_at, late.ticket.sla_state.as_deref()), (None, Some("breached")));

    let (kept, story) = show("2").await;
    assert_eq!((story[0].1.as_str(), story[1].2["version"].as_i64()), ("past.jsonl", Some(1)));
    assert_eq!((state(&kept, "resolution"), kept.ticket.sla_state.as_deref()), ("met".into(), Some("met")));

    let (open, _) = show("3").await;
    assert_eq!((state(&open, "resolution"), open.ticket.sla_state.as_deref()), ("breached".into(), Some("breached")));
    assert!(open.ticket.due_at.is_some() && !open.has_flow);

    let (unknown, story) = show("4").await;
    assert!(unknown.clocks.is_empty() && unknown.ticket.sla_state.is_none());
    assert_eq!(story[1].2, json!({"policy": null, "version": null, "reason": "end_unknown"}));

    let verdict = engine::operations::verify_audit(&desk.engine, &desk.system).await.expect("verified");
    assert!(verdict.valid, "{verdict:?}");
}

async fn a_run_that_broke_off_goes_on_where_it_stopped(fresh: Fresh) {
    let desk = Desk::open(&fresh).await;
    let line = |n: u64| {
        Ok(imports::Row {
            number: n,
            cells: json!({"no": format!("r{n}"), "标题": format!("第 {n} 行"), "类别": "hvac"})
                .as_object()
                .cloned()
                .unwrap_or_default(),
        })
    };
    let first = imports::run(&desk.engine, &desk.system, import(), &mut (1..=250).map(line), &mut |_| ()).await;
    let first = first.expect("the part before the break");
    let resumed = Import { resume: Some(first.id), ..import() };
    let mut told = Vec::new();
    let rest =
        imports::run(&desk.engine, &desk.system, resumed, &mut (1..=450).map(line), &mut |now| told.push(now)).await;
    let rest = rest.expect("the rest");
    assert_eq!((rest.id, rest.progress.read, rest.progress.done), (first.id, 450, 450));
    assert_eq!(told.first().map(|now| now.read), Some(450), "250 rows were passed over, 200 read");
}

async fn the_models_learn_from_the_past(fresh: Fresh) {
    let desk = Desk::open(&fresh).await;
    let pack = pack("repair");
    let work = pack.documents.iter().find(|(kind, key, _)| *kind == Kind::Calendar && key == "work");
    let definition = serde_json::from_value(work.expect("a calendar").2.clone()).expect("a calendar document");
    let source = Source::read(&pack.sample, Calendar::compile(&definition).expect("a calendar")).expect("a sample");
    let plan = Plan {
        form: "repair".into(),
        seed: 3,
        tickets: 600,
        from: desk.now.plus_millis(-90 * 86_400_000),
        until: desk.now,
    };
    let mapping = serde_json::from_value(pack.sample["mapping"].clone()).expect("the sample's mapping");
    let told = Generator::new(&source, plan).zip(1u64..).map(|(ticket, number)| {
        let cells = serde_json::to_value(ticket).expect("a line");
        Ok(imports::Row { number, cells: cells.as_object().cloned().unwrap_or_default() })
    });
    let history = Import { mapping, source: "history".into(), resume: None };
    let report = imports::run(&desk.engine, &desk.system, history, &mut { told }, &mut |_| ()).await.expect("a report");
    assert_eq!(report.progress.failed, 0);

    let trained = ai::retrain(&desk.engine, &desk.system, "repair.category").await.expect("a model");
    let accuracy = trained.metrics["held_out"]["accuracy"].as_f64().expect("an accuracy");
    assert!(trained.promoted && accuracy > 0.7, "{}", trained.metrics);
    let few = ai::retrain(&desk.engine, &desk.system, "repair.no_such").await;
    assert!(matches!(few, Err(Error::Refused(problem)) if problem.code == "model.not_enough_data"));

    let requester = desk.person("luo.gang").await;
    let data: Map<String, Value> = json!({"title": "会议室打印机一直卡纸，硒鼓刚换过", "urgency": "normal"})
        .as_object()
        .cloned()
        .unwrap_or_default();
    let report = CreateTicket { form: "repair".into(), data, source: "web".into() };
    let ticket = tickets::create(&desk.engine, &requester, report).await.expect("created");
    desk.run_jobs().await;
    let shown = tickets::show(&desk.engine, &desk.system, TicketKey::Id(ticket.id)).await.expect("shown");
    let row = shown.suggestions.iter().find(|row| row.field == "category").expect("a category");
    assert!(row.model_id.is_some() && row.value == json!("printer"), "{row:?}");
}
