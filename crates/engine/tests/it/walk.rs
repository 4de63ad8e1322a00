//! One report from intake to rating, through the real templates, on both databases: the suggestion, triage,
//! dispatch, the work, the confirmation, the rating; and what the way leaves behind.

use domain::access::Action;
use domain::flow::Act;
use domain::id::TaskId;
use domain::ticket::Status;
use engine::tickets::{CreateTicket, TicketAct, TicketKey};
use engine::{Error, definitions, dispatch, flows, operations, tickets};
use serde_json::{Map, Value, json};
use testkit::matrix::Fresh;

use crate::desk::{Desk, store_scope};

testkit::on_both! {
    a_report_becomes_a_verified_fix
    an_expensive_repair_needs_a_yes
    the_requester_sees_only_their_own
    publishing_is_versioned
}

fn report(title: &str) -> CreateTicket {
    let data: Map<String, Value> =
        [("title".to_owned(), json!(title)), ("urgency".to_owned(), json!("normal"))].into_iter().collect();
    CreateTicket { form: "repair".into(), data, source: "web".into() }
}

fn named<'a>(tasks: &'a [(String, TaskId, Vec<String>)], node: &str) -> &'a (String, TaskId, Vec<String>) {
    tasks.iter().find(|(found, _, _)| found == node).unwrap_or_else(|| panic!("no task {node} in {tasks:?}"))
}

async fn a_report_becomes_a_verified_fix(fresh: Fresh) {
    let desk = Desk::open(&fresh).await;
    let requester = desk.person("luo.gang").await;
    let agent = desk.person("wen.jing").await;
    let lead = desk.person("zhou.min").await;

    let ticket = tickets::create(&desk.engine, &requester, report("三楼会议室打印机无法连接")).await.expect("created");
    assert_eq!(ticket.number, "WX-00001");
    assert!(ticket.due_at.is_some(), "a promise was made");
    desk.run_jobs().await;

    let shown = tickets::show(&desk.engine, &agent, TicketKey::Id(ticket.id)).await.expect("the agent sees it");
    let proposed = shown.suggestions.iter().find(|row| row.field == "category").expect("a category is proposed");
    assert_eq!(proposed.value, json!("printer"), "{:?}", shown.suggestions);
    assert!(proposed.reasons.as_array().is_some_and(|reasons| !reasons.is_empty()));

    let tasks = desk.tasks(&agent, ticket.id).await;
    let (_, triage, acts) = named(&tasks, "triage");
    assert!(acts.contains(&"claim".to_owned()), "{acts:?}");
    desk.act(&agent, *triage, Act::Claim, json!({})).await.expect("claimed");
    let done = Act::Complete { outcome: None, vars: Map::new() };
    desk.act(&agent, *triage, done.clone(), json!({"category": "printer"})).await.expect("triaged");
    desk.run_jobs().await;

    let ranking = dispatch::rank(&desk.engine, &lead, ticket.id).await.expect("a ranking").ranking;
    assert!(!ranking.candidates.is_empty() && !ranking.left_out.is_empty());
    let tasks = desk.tasks(&lead, ticket.id).await;
    let (_, fix, _) = named(&tasks, "fix");
    let open = tickets::show(&desk.engine, &lead, TicketKey::Id(ticket.id)).await.expect("shown");
    let owner = match open.ticket.owner_id {
        Some(owner) => owner,
        None => {
            let best = ranking.best.expect("somebody fits");
            dispatch::apply(&desk.engine, &lead, ticket.id, best).await.expect("dispatched");
            best
        }
    };
    let scope = store_scope(&desk.system);
    let user = desk.engine.store().read(scope, move |tx| Box::pin(async move { tx.user_by_id(owner).await }));
    let login = user.await.expect("a read").expect("the engineer").login;
    let engineer = desk.person(&login).await;
    let work = json!({"cause": "setting", "action_taken": "重新添加打印机并测试", "hours": "1.5"});
    desk.act(&engineer, *fix, done, work).await.expect("repaired");

    let solved = tickets::show(&desk.engine, &requester, TicketKey::Number("WX-00001".into())).await.expect("shown");
    assert_eq!(solved.ticket.status, Status::Solved);
    assert!(solved.acts.contains(&"confirm") && solved.acts.contains(&"reopen"), "{:?}", solved.acts);
    tickets::act(&desk.engine, &requester, ticket.id, TicketAct::Confirm { comment: Some("好了，谢谢".into()) })
        .await
        .expect("confirmed");
    let rated = tickets::act(&desk.engine, &requester, ticket.id, TicketAct::Rate { score: 5, comment: None });
    let rated = rated.await.expect("rated");
    assert_eq!((rated.status, rated.rating), (Status::Closed, Some(5)));

    let verdict = operations::verify_audit(&desk.engine, &desk.system).await.expect("verified");
    assert!(verdict.valid && verdict.checked > 10, "{verdict:?}");
    let page = tickets::timeline(&desk.engine, &agent, ticket.id, 0, 500).await.expect("a timeline");
    let kinds: Vec<&str> = page.moments.iter().map(|moment| moment.event.kind.as_str()).collect();
    for kind in ["ticket.created", "suggestion.made", "task.opened", "task.closed", "flow.ended", "ticket.rated"] {
        assert!(kinds.contains(&kind), "{kind} is missing in {kinds:?}");
    }
    let diagram = flows::diagram(&desk.engine, &agent, ticket.id).await.expect("read").expect("a diagram");
    assert_eq!(diagram.status, "ended");
}

async fn an_expensive_repair_needs_a_yes(fresh: Fresh) {
    let desk = Desk::open(&fresh).await;
    let requester = desk.person("luo.gang").await;
    let agent = desk.person("wen.jing").await;
    let supervisor = desk.person("song.tao").await;
    let mut open = Vec::new();
    for (title, estimate) in [("中央空调压缩机更换", "6800.00"), ("更换整条输送带", "42000.00")] {
        let ticket = tickets::create(&desk.engine, &requester, report(title)).await.expect("created").id;
        desk.run_jobs().await;
        let tasks = desk.tasks(&agent, ticket).await;
        let (_, triage, _) = named(&tasks, "triage");
        desk.act(&agent, *triage, Act::Claim, json!({})).await.expect("claimed");
        let done = Act::Complete { outcome: None, vars: Map::new() };
        let fields = json!({"category": "hvac", "estimate": estimate, "estimate_reason": "已询价两家"});
        desk.act(&agent, *triage, done, fields).await.expect("triaged");
        desk.run_jobs().await;
        let shown = tickets::show(&desk.engine, &agent, TicketKey::Id(ticket)).await.expect("shown");
        assert_eq!(shown.ticket.status, Status::Waiting, "nobody repairs before the yes");
        let resolution = shown.clocks.iter().find(|clock| clock.target == "resolution").expect("a clock");
        assert!(resolution.pause.is_some() && resolution.due_at.is_none(), "the decision is not the desk's time");
        let nodes: Vec<&str> = shown.tasks.iter().map(|task| task.row.node.as_str()).collect();
        assert_eq!(nodes, ["approve"]);
        open.push((ticket, shown.tasks[0].row.id));
    }
    let [(granted, first), (denied, second)] = open[..] else { panic!("two tickets: {open:?}") };

    let approve = Act::Approve;
    let refused = desk.act(&agent, first, approve.clone(), json!({})).await;
    assert!(matches!(refused, Err(Error::Refused(_) | Error::Denied { .. } | Error::NotFound)), "{refused:?}");
    let tasks = desk.tasks(&supervisor, granted).await;
    let (_, _, acts) = named(&tasks, "approve");
    assert!(["approve", "reject", "return"].iter().all(|act| acts.iter().any(|own| own == act)), "{acts:?}");
    desk.act(&supervisor, first, approve, json!({})).await.expect("approved");
    desk.run_jobs().await;
    let shown = tickets::show(&desk.engine, &agent, TicketKey::Id(granted)).await.expect("shown");
    assert_eq!(shown.ticket.status, Status::Open);
    assert!(shown.ticket.due_at.is_some(), "the clock goes on");
    let tasks = desk.tasks(&supervisor, granted).await;
    named(&tasks, "fix");

    let command = flows::ActOnTask {
        task: second,
        act: Act::Reject,
        comment: Some("预算不够，先维修".into()),
        fields: Map::new(),
    };
    flows::act(&desk.engine, &supervisor, command).await.expect("rejected");
    desk.run_jobs().await;
    let shown = tickets::show(&desk.engine, &requester, TicketKey::Id(denied)).await.expect("shown");
    assert_eq!((shown.ticket.status, shown.tasks.len()), (Status::Closed, 0));
    let diagram = flows::diagram(&desk.engine, &agent, denied).await.expect("read").expect("a diagram");
    let refused = diagram.nodes.iter().find(|node| node.id == "refused").expect("the node");
    assert_eq!((diagram.status.as_str(), refused.state.as_str()), ("ended", "done"));
}

async fn the_requester_sees_only_their_own(fresh: Fresh) {
    let desk = Desk::open(&fresh).await;
    let requester = desk.person("luo.gang").await;
    let other = desk.person("tan.hui").await;
    let ticket = tickets::create(&desk.engine, &requester, report("水管漏水")).await.expect("created");
    let hidden = tickets::show(&desk.engine, &other, TicketKey::Id(ticket.id)).await;
    assert!(matches!(hidden, Err(Error::NotFound)));
    let query = tickets::ListTickets { limit: 25, ..tickets::ListTickets::default() };
    let own = tickets::list(&desk.engine, &requester, query.clone()).await.expect("a list");
    let others = tickets::list(&desk.engine, &other, query).await.expect("a list");
    assert_eq!((own.tickets.len(), others.tickets.len()), (1, 0));
    let words = tickets::ListTickets { words: Some("漏水".into()), limit: 25, ..tickets::ListTickets::default() };
    assert_eq!(tickets::list(&desk.engine, &other, words.clone()).await.expect("a search").tickets.len(), 0);
    assert_eq!(tickets::list(&desk.engine, &requester, words).await.expect("a search").tickets.len(), 1);
    assert!(!requester.access().can(Action::CommentInternal));
}

async fn publishing_is_versioned(fresh: Fresh) {
    use domain::definition::Kind;
    let desk = Desk::open(&fresh).await;
    let admin = &desk.system;
    let before = definitions::show(&desk.engine, admin, Kind::View, "all_open".into()).await.expect("shown");
    let mut document = before.active.clone().expect("a document");
    document["title"] = json!({"zh": "全部未完", "en": "Everything open"});
    let revision = before.row.draft_revision;
    let save =
        definitions::SaveDraft { kind: Kind::View, key: "all_open".into(), document: document.clone(), revision };
    let saved = definitions::save_draft(&desk.engine, admin, save.clone()).await.expect("saved");
    let stale = definitions::save_draft(&desk.engine, admin, save).await;
    assert!(matches!(stale, Err(Error::Stale)), "the second writer must see the first");
    let key = || "all_open".to_owned();
    let two = definitions::publish(&desk.engine, admin, Kind::View, key(), saved.draft_revision, "名称".into()).await;
    assert_eq!(two.expect("published").version, 2);
    let three = definitions::roll_back(&desk.engine, admin, Kind::View, key(), 1, "改回".into()).await.expect("back");
    assert_eq!((three.version, three.restored_from), (3, Some(1)));
    let changes = definitions::differences(&desk.engine, admin, Kind::View, key(), 2, Some(3)).await.expect("a diff");
    let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, ["/title/zh", "/title/en"]);
    document["where"] = json!({"f": "no_such_field", "op": "eq", "v": 1});
    let problems = definitions::check(&desk.engine, admin, Kind::View, document).await.expect("checked").problems;
    assert_eq!(problems.first().map(|problem| problem.code.as_str()), Some("condition.unknown_field"));
}
