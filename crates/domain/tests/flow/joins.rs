//! Splits and joins: exclusive, parallel, inclusive, and what fails when nothing fits.

use domain::flow::{Input, Refusal};
use serde_json::{Value, json};

use super::desk::Desk;

fn work(id: &str) -> Value {
    json!({"id":id,"type":"work","who":[{"by":"user","user":"ann"}]})
}

fn at_least(level: &str) -> Value {
    json!({"f":"level","op":"gte","v":level})
}

#[test]
fn exclusive_takes_the_first_true_edge_else_the_default() {
    let nodes = json!([{"id":"way","type":"split","mode":"xor"}, {"id":"a","type":"end","result":"a"},
                       {"id":"b","type":"end","result":"b"}, {"id":"c","type":"end","result":"c"}]);
    let edges = json!([["start","way"], {"from":"way","to":"a","when":at_least("3")},
        {"from":"way","to":"b","when":at_least("2")}, {"from":"way","to":"c","default":true}]);
    for (level, expected) in [(json!(5), "a"), (json!("2"), "b"), (json!(1), "c"), (Value::Null, "c")] {
        let desk = Desk::new(nodes.clone(), edges.clone()).with(json!({"level":level})).started();
        assert_eq!(desk.state.result.as_deref(), Some(expected), "{level}");
    }
}

#[test]
fn no_way_on_refuses_a_start_and_stops_a_token_later() {
    let way = json!({"id":"way","type":"split","mode":"xor"});
    let edge = json!({"from":"way","to":"done","when":at_least("3")});
    let mut first = Desk::new(json!([way, {"id":"done","type":"end"}]), json!([["start", "way"], edge]));
    assert_eq!(first.try_start().expect_err("no branch").code, Refusal::NoBranch);
    assert_eq!(first.state, domain::flow::InstanceState::default());
    let mut later = Desk::new(
        json!([work("fix"), way, {"id":"done","type":"end"}]),
        json!([["start", "fix"], ["fix", "way"], edge]),
    )
    .started();
    later.complete("ann", "fix");
    later.expect(
        "
        running
        way incident no_branch",
    );
    later.row = json!({"level": 3});
    let token = later.state.tokens[0].id;
    later.must(Input::Retry { by: None, token, reason: "level was missing".to_owned() }).expect("ended");
}

#[test]
fn a_parallel_join_counts_edges_and_an_exclusive_merge_passes_each() {
    let nodes = |mode: &str| {
        json!([{"id":"fork","type":"split","mode":"and"}, work("a"), work("b"), {"id":"meet","type":"join","mode":mode},
               work("after"), {"id":"done","type":"end"}])
    };
    let edges = || {
        json!([
            ["start", "fork"],
            ["fork", "a"],
            ["fork", "b"],
            ["a", "meet"],
            ["b", "meet"],
            ["meet", "after"],
            ["after", "done"]
        ])
    };
    let mut and = Desk::new(nodes("and"), edges()).started();
    and.complete("ann", "b");
    and.expect(
        "
        running
        a
          open ann
        meet joining by b>meet",
    );
    and.complete("ann", "a");
    and.expect(
        "
        running
        after
          open ann",
    );
    let mut xor = Desk::new(nodes("xor"), edges()).started();
    xor.complete("ann", "b");
    xor.expect(
        "
        running
        a
          open ann
        after
          open ann",
    );
    xor.complete("ann", "a").complete("ann", "after").complete("ann", "after").expect("ended");
}

#[test]
fn two_edges_between_the_same_nodes_count_twice() {
    let mut desk = Desk::new(
        json!([{"id":"fork","type":"split","mode":"and"}, {"id":"meet","type":"join","mode":"and"}, work("after"), {"id":"done","type":"end"}]),
        json!([["start","fork"],["fork","meet"],["fork","meet"],["meet","after"],["after","done"]]),
    )
    .started();
    desk.expect(
        "
        running
        after
          open ann",
    );
}

#[test]
fn nested_blocks_meet_inside_out() {
    let mut desk = Desk::new(
        json!([{"id":"f1","type":"split","mode":"and"}, {"id":"f2","type":"split","mode":"and"}, work("a"), work("b"), work("c"),
               {"id":"m2","type":"join","mode":"and"}, {"id":"m1","type":"join","mode":"and"}, {"id":"done","type":"end"}]),
        json!([["start","f1"],["f1","a"],["f1","f2"],["f2","b"],["f2","c"],["b","m2"],["c","m2"],["m2","m1"],["a","m1"],["m1","done"]]),
    )
    .started();
    desk.complete("ann", "a").complete("ann", "c");
    desk.expect(
        "
        running
        m1 joining by a>m1
        b
          open ann
        m2 joining by c>m2",
    );
    desk.complete("ann", "b").expect("ended");
}

fn inclusive() -> Desk {
    Desk::new(
        json!([{"id":"fork","type":"split","mode":"or"}, work("a"), work("b"), work("c"), {"id":"m1","type":"join","mode":"or"},
               {"id":"m2","type":"join","mode":"or"}, work("after"), {"id":"done","type":"end"}]),
        json!([["start","fork"], {"from":"fork","to":"a","when":at_least("1")}, {"from":"fork","to":"b","when":at_least("2")},
               {"from":"fork","to":"c","when":at_least("3")}, ["a","m1"],["b","m1"],["m1","m2"],["c","m2"],["m2","after"],["after","done"]]),
    )
}

#[test]
fn inclusive_takes_every_true_edge_and_waits_for_whoever_can_still_come() {
    let mut one = inclusive().with(json!({"level":1})).started();
    one.complete("ann", "a");
    one.expect(
        "
        running
        after
          open ann",
    );
    let mut all = inclusive().with(json!({"level":3})).started();
    all.complete("ann", "c").complete("ann", "a");
    all.expect(
        "
        running
        m1 joining by a>m1
        b
          open ann
        m2 joining by c>m2",
    );
    all.complete("ann", "b");
    all.expect(
        "
        running
        after
          open ann",
    );
    all.complete("ann", "after").expect("ended");
    let mut none = inclusive().with(json!({}));
    assert_eq!(none.try_start().expect_err("nothing holds").code, Refusal::NoBranch);
}

#[test]
fn conditions_on_edges_out_of_work_part_the_way_as_bpmn_does() {
    let edges = json!([["start","fix"], {"from":"fix","to":"x","when":at_least("1")}, {"from":"fix","to":"y","when":at_least("2")},
        {"from":"fix","to":"z","default":true}, ["x","done"],["y","done"],["z","done"]]);
    let nodes = json!([work("fix"), work("x"), work("y"), work("z"), {"id":"done","type":"end"}]);
    for (level, expected) in [(0, vec!["z"]), (1, vec!["x"]), (2, vec!["x", "y"])] {
        let mut desk = Desk::new(nodes.clone(), edges.clone()).with(json!({"level":level})).started();
        desk.complete("ann", "fix");
        let at: Vec<_> = desk.state.tokens.iter().map(|token| token.node.as_str()).collect();
        assert_eq!(at, expected, "{level}");
    }
}

#[test]
fn a_circle_without_a_stop_becomes_an_incident() {
    // The check sees a person in it, but a rule that skips everybody leaves nobody to stop at.
    let desk = Desk::new(
        json!([{"id":"ok","type":"approve","who":[{"by":"field","field":"handler"}],"if_empty":"skip"},
               {"id":"way","type":"split","mode":"xor"}, {"id":"done","type":"end"}]),
        json!([["start","ok"],["ok","way"],{"from":"way","to":"done","when":at_least("1")},{"from":"way","to":"ok","default":true}]),
    )
    .started();
    assert!(desk.text().contains("incident loop"), "{}", desk.text());
}

#[test]
fn a_join_that_nobody_can_complete_says_so() {
    let mut desk = Desk::new(
        json!([{"id":"fork","type":"split","mode":"and"}, work("a"), work("b"), {"id":"meet","type":"join","mode":"and"},
               {"id":"gone","type":"end"}, {"id":"done","type":"end"}]),
        json!([["start","fork"],["fork","a"],["fork","b"],["a","meet"],{"from":"b","on":"lost","to":"gone"},["b","meet"],["meet","done"]]),
    )
    .started();
    desk.complete("ann", "a");
    let outcome = Some("lost".to_owned());
    desk.act("ann", "b", domain::flow::Act::Complete { outcome, vars: serde_json::Map::new() });
    desk.expect(
        "
        running
        meet incident join_starved",
    );
    let token = desk.state.tokens[0].id;
    let values = serde_json::Map::new();
    desk.must(Input::Skip { by: None, token, values, reason: "b is not needed".to_owned() }).expect("ended");
}

#[test]
fn terminate_ends_everything() {
    let mut desk = Desk::new(
        json!([{"id":"fork","type":"split","mode":"and"}, work("a"), work("b"), {"id":"stop","type":"end","terminate":true,"result":"stopped"},
               {"id":"meet","type":"join","mode":"and"}, {"id":"way","type":"split","mode":"xor"}, {"id":"done","type":"end"}]),
        json!([["start","fork"],["fork","a"],["fork","b"],["a","way"],{"from":"way","to":"stop","when":at_least("1")},
               {"from":"way","to":"meet","default":true},["b","meet"],["meet","done"]]),
    )
    .with(json!({"level":1}))
    .started();
    desk.complete("ann", "a").expect("ended: stopped");
    assert!(desk.state.tasks.is_empty() && desk.state.tokens.is_empty());
}
