//! Each node type by itself.

use domain::flow::{Effect, Input, Refusal};
use serde_json::{Map, json};

use super::desk::{Desk, person};

#[test]
fn a_flow_runs_from_its_start_to_its_end() {
    let mut desk = Desk::new(json!([{"id":"done","type":"end","result":"done"}]), json!([["start", "done"]])).started();
    desk.expect("ended: done");
    assert_eq!(desk.path(), ["start", "done"]);
    assert_eq!(desk.effects, [Effect::Ended { result: Some("done".to_owned()), cancelled: false }]);
    let again = desk.try_start().expect_err("it is over");
    assert_eq!(again.code, Refusal::NotRunning);
}

#[test]
fn nothing_happens_before_the_start() {
    let mut desk = Desk::new(json!([{"id":"done","type":"end"}]), json!([["start", "done"]]));
    let refused = desk.input(Input::DataChanged).expect_err("not started");
    assert_eq!(refused.code, Refusal::NotStarted);
}

#[test]
fn work_for_one_person_is_theirs_and_for_several_is_anybodys() {
    let edges = || json!([["start", "fix"], ["fix", "done"]]);
    let work = |who| json!([{"id":"fix","type":"work","who":who}, {"id":"done","type":"end"}]);
    let mut one = Desk::new(work(json!([{"by":"user","user":"ann"}])), edges()).started();
    one.expect(
        "
        running
        fix
          open ann",
    );
    assert_eq!(one.refusal("bob", "fix", super::desk::complete()), "task.not_yours");
    one.complete("ann", "fix").expect("ended");
    let mut many = Desk::new(work(json!([{"by":"role","role":"finance"}])), edges()).started();
    many.expect(
        "
        running
        fix
          open any of cat dan",
    );
    many.complete("dan", "fix").expect("ended");
    assert_eq!(many.state.visits["fix"].by, [person("dan")]);
}

#[test]
fn a_pool_is_claimed_released_dispatched() {
    use domain::flow::Act;
    let mut desk = Desk::new(
        json!([{"id":"fix","type":"work","who":[{"by":"pool","group":"engineers","pick":"dispatch"}]},
               {"id":"done","type":"end"}]),
        json!([["start", "fix"], ["fix", "done"]]),
    )
    .started();
    desk.expect(
        "
        running
        fix
          open any of @engineers",
    );
    assert_eq!(desk.refusal("ann", "fix", Act::Claim), "task.not_yours");
    desk.act("bob", "fix", Act::Claim);
    desk.expect(
        "
        running
        fix
          open bob",
    );
    assert_eq!(desk.refusal("cat", "fix", Act::Claim), "task.not_yours");
    assert_eq!(desk.refusal("bob", "fix", Act::Claim), "flow.task_taken");
    assert_eq!(desk.refusal("bob", "fix", Act::Assign { to: person("cat") }), "task.not_yours");
    desk.act("bob", "fix", Act::Release).act("root", "fix", Act::Assign { to: person("cat") });
    desk.expect(
        "
        running
        fix
          open cat",
    );
    desk.complete("cat", "fix").expect("ended");
}

#[test]
fn work_may_end_in_outcomes_of_its_own() {
    use domain::flow::Act;
    let mut desk = Desk::new(
        json!([{"id":"look","type":"work","who":[{"by":"user","user":"ann"}]},
               {"id":"fixed","type":"end","result":"fixed"}, {"id":"sent","type":"end","result":"sent"}]),
        json!([["look", "fixed"], {"from":"look","on":"send_away","to":"sent"}, ["start", "look"]]),
    )
    .started();
    let outcome = |name: &str| Act::Complete { outcome: Some(name.to_owned()), vars: Map::new() };
    assert_eq!(desk.refusal("ann", "look", outcome("burn")), "flow.act_not_offered");
    desk.act("ann", "look", outcome("send_away")).expect("ended: sent");
}

#[test]
fn required_fields_must_be_there() {
    let mut desk = Desk::new(
        json!([{"id":"fix","type":"work","who":[{"by":"user","user":"ann"}],"fields":{"cat":"required"}},
               {"id":"done","type":"end"}]),
        json!([["start", "fix"], ["fix", "done"]]),
    )
    .started();
    assert_eq!(desk.refusal("ann", "fix", super::desk::complete()), "flow.field_required");
    desk.row = json!({"cat": "cold"});
    desk.complete("ann", "fix").expect("ended");
}

#[test]
fn notify_tells_and_goes_on() {
    let desk = Desk::new(
        json!([{"id":"tell","type":"notify","who":[{"by":"submitter"},{"by":"role","role":"lead"}],"template":"received"},
               {"id":"done","type":"end"}]),
        json!([["start", "tell"], ["tell", "done"]]),
    )
    .started();
    let expected = Effect::Notify {
        node: "tell".to_owned(),
        who: serde_json::from_value(json!([{"by":"role","role":"lead"}])).expect("a resolver"),
        people: vec![person("sam")],
        template: Some("received".to_owned()),
        task: None,
    };
    assert_eq!(desk.effects[0], expected);
    assert!(!desk.state.is_running());
}

#[test]
fn status_and_deadline_come_out_with_the_task() {
    let desk = Desk::new(
        json!([{"id":"fix","type":"work","who":[{"by":"user","user":"ann"}],"status":"waiting",
                "due":{"in":"PT8H","calendar":"work"}},
               {"id":"done","type":"end","status":"solved"}]),
        json!([["start", "fix"], ["fix", "done"]]),
    )
    .started();
    let status = desk.effects.iter().find_map(|effect| match effect {
        Effect::SetStatus { status, .. } => Some(status.as_str()),
        _ => None,
    });
    assert_eq!(status, Some("waiting"));
    let due = desk.effects.iter().find_map(|effect| match effect {
        Effect::OpenTask { spec, .. } => spec.due.clone(),
        _ => None,
    });
    let due = due.expect("a deadline");
    assert_eq!((due.after.as_deref(), due.calendar.as_deref()), (Some("PT8H"), Some("work")));
}

#[test]
fn an_action_asks_answers_and_writes() {
    let nodes = json!([
        {"id":"triage","type":"action","use":"ai:suggest","in":{"text":"form.cat","limit":3},
         "out":{"form.level":"result.level","sure":"result.confidence"}},
        {"id":"way","type":"split","mode":"xor"},
        {"id":"high","type":"end","result":"high"}, {"id":"low","type":"end","result":"low"}]);
    let edges = json!([["start","triage"],["triage","way"],
        {"from":"way","to":"high","when":{"f":"level","op":"gte","v":"3"}}, {"from":"way","to":"low","default":true}]);
    let mut desk = Desk::new(nodes, edges).with(json!({"cat":"no light"})).started();
    let asked = desk.effects.iter().find_map(|effect| match effect {
        Effect::RunAction { call, with, .. } => Some((call.as_str(), json!(with))),
        _ => None,
    });
    assert_eq!(asked, Some(("ai:suggest", json!({"limit":3,"text":"no light"}))));
    let (token, run) = desk.running("triage");
    let stale = desk.input(Input::ActionDone { token, run: run + 9, result: json!({}) });
    assert_eq!(stale.expect_err("another run").code, Refusal::UnknownToken);
    // The condition after it sees what this very step wrote.
    desk.action_done("triage", json!({"level":"4","confidence":0.9}));
    desk.expect(
        "
        ended: high
        vars {\"sure\":0.9}",
    );
    assert_eq!(desk.row["level"], "4");
}

#[test]
fn an_unsure_result_is_confirmed_or_stays_a_suggestion() {
    let nodes = |who: serde_json::Value| {
        json!([{"id":"triage","type":"action","use":"ai:suggest","confirm":"below:0.85","who":who,
                "out":{"form.cat":"result.category"}}, {"id":"done","type":"end"}])
    };
    let edges = || json!([["start", "triage"], ["triage", "done"]]);
    let result = || json!({"category":"cold","confidence":0.6});
    let mut asked = Desk::new(nodes(json!([{"by":"user","user":"ann"}])), edges()).started();
    asked.action_done("triage", result());
    asked.expect(
        "
        running
        triage
          open ann",
    );
    let corrected = json!({"category":"gas"}).as_object().cloned().expect("an object");
    asked.act("ann", "triage", domain::flow::Act::Complete { outcome: None, vars: corrected });
    assert_eq!(asked.row["cat"], "gas");
    let mut alone = Desk::new(nodes(json!([])), edges()).started();
    alone.action_done("triage", result()).expect("ended");
    assert_eq!(alone.row, json!({}));
    let mut sure = Desk::new(nodes(json!([])), edges()).started();
    sure.action_done("triage", json!({"category":"cold","confidence":0.85}));
    assert_eq!(sure.row["cat"], "cold");
}

#[test]
fn a_failing_action_is_tried_again_then_leads_to_its_error_edge_or_an_incident() {
    let nodes = |on: serde_json::Value| {
        json!([{"id":"book","type":"action","use":"connector:erp.reserve",
                "retry":{"times":2,"wait":"PT30S","factor":2},"on":on},
               {"id":"hand","type":"work","who":[{"by":"user","user":"ann"}]},
               {"id":"done","type":"end"}])
    };
    let edges = || json!([["start", "book"], ["book", "done"], ["hand", "done"]]);
    let mut caught = Desk::new(nodes(json!([{"error":"*","to":"hand"}])), edges()).started();
    for pause in [30_000, 60_000] {
        caught.action_failed("book", "timeout");
        let due = caught.state.timers[0].rule.due_at(&domain::flow::timer::add_plain);
        assert_eq!(due.millis_since(caught.now), pause);
        caught.fire("book");
    }
    caught.action_failed("book", "timeout");
    caught.expect(
        "
        running
        hand
          open ann",
    );
    let mut stuck = Desk::new(
        json!([{"id":"book","type":"action","use":"connector:erp.reserve"}, {"id":"done","type":"end"}]),
        json!([["start", "book"], ["book", "done"]]),
    )
    .started();
    stuck.action_failed("book", "refused");
    stuck.expect(
        "
        running
        book incident action_failed",
    );
    let token = stuck.state.tokens[0].id;
    stuck.must(Input::Retry { by: None, token, reason: "network is back".to_owned() });
    stuck.expect(
        "
        running
        book acting, attempt 1",
    );
    stuck.action_failed("book", "refused");
    let values = json!({"no":"7"}).as_object().cloned().expect("an object");
    stuck.must(Input::Skip { by: None, token, values, reason: "booked by hand".to_owned() });
    stuck.expect(
        "
        ended
        vars {\"no\":\"7\"}",
    );
}
