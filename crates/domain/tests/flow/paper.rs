//! Preview and the tests that flows carry.

use domain::flow::{Flow, FlowDefinition, StepContext, Stop, preview, run_tests};
use domain::time::Timestamp;
use lang::Env;
use serde_json::{Value, json};

use super::desk::{Desk, definition, find, person};

fn expensive() -> FlowDefinition {
    let mut flow = definition(
        json!([{"id":"big","type":"split","mode":"xor"},
               {"id":"boss","type":"approve","mode":"all","who":[{"by":"role","role":"finance"}]},
               {"id":"fix","type":"work","who":[{"by":"pool","group":"engineers"}],"fields":{"cat":"required"}},
               {"id":"look","type":"action","use":"ai:suggest","out":{"form.total":"result.total"}},
               {"id":"confirm","type":"wait","for":[{"message":"ok"},{"timer":"P3D"}]},
               {"id":"done","type":"end","result":"done"}]),
        json!([["start","big"],{"from":"big","to":"boss","when":{"f":"total","op":"gt","v":"100.00"}},
               {"from":"big","to":"fix","default":true},["boss","fix"],["fix","look"],["look","confirm"],["confirm","done"]]),
    );
    flow.tests = serde_json::from_value(json!([
        {"name":"cheap","given":{"total":"5.00"},"expect":{"visits":["fix","done"],"not":["boss"],"result":"done"}},
        {"name":"dear","given":{"total":"500.00"},"expect":{"visits":["boss"]}}]))
    .expect("tests");
    flow
}

fn with_row<T>(row: &Value, run: impl FnOnce(&StepContext<'_>) -> T) -> T {
    let env = Env::default();
    run(&StepContext { now: Timestamp::from_millis(0), row, env: &env })
}

fn compiled(definition: &FlowDefinition) -> Flow {
    Desk::of(definition).flow
}

#[test]
fn the_way_is_shown_with_the_people_on_it() {
    let flow = compiled(&expensive());
    let found = with_row(&json!({"total":"500.00"}), |ctx| preview(&flow, Some(person("sam")), ctx, &find));
    let ids: Vec<_> = found.stops.iter().map(|stop| stop.node.as_str()).collect();
    assert_eq!(ids, ["start", "big", "boss", "fix", "look", "confirm", "done"]);
    assert_eq!((found.result.as_deref(), found.stuck), (Some("done"), None));
    assert_eq!(found.stops[2].people, [person("cat"), person("dan")]);
    let pool = Stop { node: "fix".to_owned(), people: Vec::new(), groups: vec!["engineers".to_owned()] };
    assert_eq!(found.stops[3], pool);
}

#[test]
fn saved_tests_pass_and_fail_with_a_reason() {
    let definition = expensive();
    let flow = compiled(&definition);
    let row = json!({});
    assert_eq!(with_row(&row, |ctx| run_tests(&flow, &definition.tests, ctx)), []);
    let mut tests = definition.tests;
    tests[0].expect.not = vec!["fix".to_owned()];
    tests[1].expect.result = Some("lost".to_owned());
    let problems = with_row(&row, |ctx| run_tests(&flow, &tests, ctx));
    let reasons: Vec<_> = problems.iter().map(|problem| problem.params["reason"].clone()).collect();
    assert_eq!(reasons, ["visited: fix", "result: done"]);
}

#[test]
fn a_walk_that_cannot_end_says_why() {
    let wait = |condition: Value| {
        compiled(&definition(
            json!([{"id":"w","type":"wait","for":[{"condition":condition}]}, {"id":"done","type":"end"}]),
            json!([["start", "w"], ["w", "done"]]),
        ))
    };
    let flow = wait(json!({"f":"cat","op":"eq","v":"x"}));
    let stuck = |flow: &Flow| with_row(&json!({}), |ctx| preview(flow, None, ctx, &find)).stuck;
    assert_eq!(stuck(&flow).as_deref(), Some("waits"));
    let loops = compiled(&definition(
        json!([{"id":"a","type":"work","who":[{"by":"user","user":"ann"}]}, {"id":"w","type":"split","mode":"xor"}, {"id":"done","type":"end"}]),
        json!([["start","a"],["a","w"],{"from":"w","to":"done","when":{"f":"cat","op":"eq","v":"x"}},{"from":"w","to":"a","default":true}]),
    ));
    assert_eq!(stuck(&loops).as_deref(), Some("too_long"));
}
