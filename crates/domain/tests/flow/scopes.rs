//! Scopes, repetitions, errors that climb, calls.

use domain::flow::{Act, Effect};
use serde_json::{Map, Value, json};

use super::desk::Desk;

fn work(id: &str, who: &str) -> Value {
    json!({"id":id,"type":"work","who":[{"by":"user","user":who}]})
}

fn review() -> Desk {
    let inner = json!([{"id":"begin","type":"start"}, {"id":"fork","type":"split","mode":"and"}, work("rate", "ann"), work("profit", "bob"),
        {"id":"way","type":"split","mode":"xor"}, {"id":"enough","type":"end"}, {"id":"missing","type":"end","error":"missing"},
        {"id":"rated","type":"end"}]);
    let edges = json!([["begin","fork"],["fork","rate"],["fork","profit"],["rate","rated"],["profit","way"],
        {"from":"way","to":"missing","when":{"f":"cat","op":"eq","v":"thin"}},{"from":"way","to":"enough","default":true}]);
    Desk::new(
        json!([{"id":"review","type":"scope","nodes":inner,"edges":edges,"on":[{"error":"missing","to":"add"}]},
               work("add", "sam"), {"id":"done","type":"end","result":"done"}]),
        json!([["start", "review"], ["review", "done"], ["add", "review"]]),
    )
}

#[test]
fn a_scope_ends_with_its_last_token() {
    let mut desk = review().started();
    desk.expect(
        "
        running
        review
          rate
          open ann
          profit
          open bob",
    );
    desk.complete("bob", "profit").complete("ann", "rate").expect("ended: done");
}

#[test]
fn an_error_cancels_the_scope_and_the_review_starts_again() {
    let mut desk = review().with(json!({"cat":"thin"})).started();
    desk.complete("bob", "profit");
    desk.expect(
        "
        running
        add
          open sam",
    );
    desk.row = json!({"cat":"thick"});
    desk.complete("sam", "add").complete("bob", "profit").complete("ann", "rate").expect("ended: done");
}

#[test]
fn an_error_nobody_catches_is_an_incident() {
    let mut desk = Desk::new(json!([{"id":"bad","type":"end","error":"missing"}]), json!([["start", "bad"]])).started();
    desk.expect(
        "
        running
        bad incident error_uncaught",
    );
}

#[test]
fn escalations_climb_without_stopping_and_may_go_unheard() {
    let scope = |on: Value| {
        let inner =
            json!([work("do", "ann"), {"id":"shout","type":"notify","escalation":"late"}, {"id":"over","type":"end"}]);
        Desk::new(
            json!([{"id":"s","type":"scope","nodes":inner,"edges":[["shout","do"],["do","over"]],"on":on},
                   work("boss", "eve"), {"id":"done","type":"end"}]),
            json!([["start", "s"], ["s", "done"], ["boss", "done"]]),
        )
        .started()
    };
    let mut heard = scope(json!([{"escalation":"late","interrupt":false,"to":"boss"}]));
    heard.complete("eve", "boss").complete("ann", "do").expect("ended");
    let mut cut = scope(json!([{"escalation":"*","to":"boss"}]));
    cut.expect(
        "
        running
        boss
          open eve",
    );
}

fn each(each: Value, until: Option<Value>) -> Desk {
    let mut each = each;
    if let Some(until) = until {
        each["until"] = until;
    }
    Desk::new(
        json!([{"id":"check","type":"work","who":[{"by":"user","user":"ann"}],"each":each,"on":[{"timer":"P1D","to":"late"}]},
               work("late", "eve"), {"id":"done","type":"end"}]),
        json!([["start","check"],["check","done"],["late","done"]]),
    )
    .with(json!({"parts":[{"sku":"a"},{"sku":"b"},{"sku":"c"}]}))
    .started()
}

#[test]
fn a_node_is_repeated_for_every_row_at_once_or_in_turn() {
    let mut at_once = each(json!({"over":"form.parts"}), None);
    at_once.expect(
        "
        running
        check
          timer P1D
          check[0]
          open ann
          check[1]
          open ann
          check[2]
          open ann",
    );
    at_once.complete("ann", "check").complete("ann", "check").complete("ann", "check").expect("ended");
    let mut in_turn = each(json!({"over":2,"mode":"in-turn"}), None);
    in_turn.complete("ann", "check");
    in_turn.expect(
        "
        running
        check
          timer P1D
          check[1]
          open ann",
    );
    in_turn.complete("ann", "check").expect("ended");
}

#[test]
fn repetitions_stop_early_or_are_cut_off() {
    let until = json!({"f":"done","op":"gte","v":"2"});
    let mut enough = each(json!({"over":5}), Some(until));
    enough.complete("ann", "check").complete("ann", "check").expect("ended");
    let half = json!({"f":"share","op":"gte","v":"50"});
    let mut most = each(json!({"over":5}), Some(half));
    most.complete("ann", "check").complete("ann", "check");
    assert!(most.state.is_running(), "40 per cent");
    most.complete("ann", "check").expect("ended");
    let mut late = each(json!({"over":5,"mode":"in-turn"}), None);
    late.complete("ann", "check").fire("check");
    late.expect(
        "
        running
        late
          open eve",
    );
    let mut none = each(json!({"over":0}), None);
    none.expect("ended");
    assert!(each(json!({"over":2_000}), None).text().contains("incident not_a_list"));
}

#[test]
fn one_more_can_be_added_to_a_running_repetition() {
    let mut desk = each(json!({"over":2}), None);
    let item = json!(9);
    desk.must(domain::flow::Input::AddItem { by: None, node: "check".to_owned(), item });
    desk.complete("ann", "check").complete("ann", "check");
    assert!(desk.state.is_running(), "the third is still open");
    desk.complete("ann", "check").expect("ended");
}

#[test]
fn a_call_waits_for_the_other_flow_and_takes_its_values() {
    let mut desk = Desk::new(
        json!([{"id":"credit","type":"call","flow":"check_credit","version":3,"in":{"amount":"form.total"},"out":{"ok":"result.approved"}},
               {"id":"done","type":"end"}]),
        json!([["start","credit"],["credit","done"]]),
    )
    .with(json!({"total":"5.00"}))
    .started();
    let call = desk.effects.iter().find_map(|effect| match effect {
        Effect::RunAction { call, with, .. } => Some((call.as_str(), json!(with))),
        _ => None,
    });
    assert_eq!(call, Some(("flow:check_credit@3", json!({"amount":"5.00"}))));
    desk.action_done("credit", json!({"approved":true})).expect(
        "
        ended
        vars {\"ok\":true}",
    );
}

#[test]
fn variables_are_the_flows_own() {
    let mut desk = Desk::new(
        json!([work("fix", "ann"), {"id":"act","type":"action","use":"record.update","in":{"state":"var.state"}}, {"id":"done","type":"end"}]),
        json!([["start","fix"],["fix","act"],["act","done"]]),
    )
    .started();
    let mut vars = Map::new();
    vars.insert("state".to_owned(), "mended".into());
    desk.act("ann", "fix", Act::Complete { outcome: None, vars });
    let with = desk.effects.iter().find_map(|effect| match effect {
        Effect::RunAction { with, .. } => Some(json!(with)),
        _ => None,
    });
    assert_eq!(with, Some(json!({"state":"mended"})));
}

#[test]
fn each_repetition_may_have_its_own_person() {
    let people = json!(["ann", "bob"]);
    let mut desk = Desk::new(
        json!([{"id":"check","type":"work","who":[{"by":"user","user":"${item}"}],"each":{"over":people}}, {"id":"done","type":"end"}]),
        json!([["start","check"],["check","done"]]),
    )
    .started();
    desk.expect(
        "
        running
        check
          check[0]
          open ann
          check[1]
          open bob",
    );
}

#[test]
fn declared_variables_decide_like_fields() {
    let document = json!({"kind":"flow","key":"sure","vars":{"sure":{"type":"number","scale":2}},
        "nodes":[{"id":"look","type":"action","use":"ai:suggest","out":{"sure":"result.confidence"}},
            {"id":"way","type":"split","mode":"xor"},{"id":"yes","type":"end","result":"yes"},{"id":"no","type":"end","result":"no"}],
        "edges":[["start","look"],["look","way"],{"from":"way","to":"yes","when":{"f":"sure","op":"gte","v":"0.85"}},
            {"from":"way","to":"no","default":true}]});
    for (confidence, expected) in [(0.9, "yes"), (0.5, "no")] {
        let definition = domain::flow::FlowDefinition::parse(&document).expect("a flow");
        let mut desk = Desk::of(&definition).started();
        desk.action_done("look", json!({"confidence":confidence}));
        assert_eq!(desk.state.result.as_deref(), Some(expected));
    }
}
