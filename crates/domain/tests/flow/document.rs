//! The document as it is written, and back.

use domain::flow::{Allowed, FlowDefinition, check_allowing};
use domain::problem::Severity;
use lang::{Type, Types};
use serde_json::{Value, json};

use super::desk::Desk;

/// Exercises every node type and most members.
fn rich() -> Value {
    let text = r#"
      { "kind":"flow", "key":"store_fix", "schema":1, "title":{"zh":"维修流程"}, "form":"store", "start":{"on":"submit"},
      "nodes":[
        {"id":"head","type":"approve","name":{"zh":"审批"},"who":[{"by":"org_head","of":"record.store","up":1}],
          "mode":"any","if_empty":"up","if_self":"skip","dedupe":"consecutive",
          "fields":{"total":"write","level":"mask"},"actions":["approve","reject","return",{"act":"transfer","require":["comment"]}],
          "return":{"to":["start"],"then":"resume"},"due":{"in":"PT8H","calendar":"work"},
          "on":[{"timer":"due-PT1H","do":"remind","max":3},{"timer":"due","do":"reassign","who":[{"by":"manager","up":2}]}]},
        {"id":"big","type":"split","mode":"xor"},
        {"id":"area","type":"approve","who":[{"by":"role","role":"area","of":"record.store"},{"by":"role","role":"finance"}],
          "mode":"vote","pass":"67%","veto":true},
        {"id":"fork","type":"split","mode":"and"},
        {"id":"parts","type":"action","use":"connector:erp.reserve","in":{"items":"form.parts"},"out":{"no":"result.no"},
          "retry":{"times":5,"wait":"PT30S","factor":2},"on":[{"error":"*","to":"by_hand"}]},
        {"id":"by_hand","type":"work","who":[{"by":"role","role":"store_room"}]},
        {"id":"triage","type":"action","use":"ai:suggest","in":{"text":"form.cat"},"out":{"form.cat":"result.category"},"confirm":"below:0.85"},
        {"id":"fix","type":"work","who":[{"by":"pool","group":"engineers","pick":"least-loaded"}],
          "on":[{"timer":"P2D","interrupt":false,"to":"tell"}]},
        {"id":"tell","type":"notify","who":[{"by":"org_head","of":"record.store"}],"template":"late"},
        {"id":"told","type":"end"},
        {"id":"ready","type":"join","mode":"xor"}, {"id":"meet","type":"join","mode":"and","of":"fork"},
        {"id":"score","type":"script","script":"s_score"},
        {"id":"inside","type":"scope","each":{"over":"form.parts","mode":"in-turn"},"vars":{"n":1},
          "nodes":[{"id":"look","type":"work","who":[{"by":"submitter"}]},{"id":"seen","type":"end"}],"edges":[["look","seen"]]},
        {"id":"other","type":"call","flow":"audit","version":2},
        {"id":"confirm","type":"wait","for":[{"message":"confirmed"},{"timer":"P3D"}]},
        {"id":"done","type":"end","result":"done"}, {"id":"refused","type":"end","result":"rejected"} ],
      "edges":[
        ["start","head"], ["head","big"], {"from":"head","to":"refused","on":"reject"},
        {"from":"big","to":"area","when":{"f":"total","op":"gt","v":"5000.00"}}, {"from":"big","to":"fork","default":true},
        ["area","fork"], {"from":"area","to":"refused","on":"reject"},
        ["fork","triage"], ["triage","fix"], ["fix","meet"], ["fork","parts"], ["parts","ready"], ["by_hand","ready"], ["ready","meet"],
        ["tell","told"], ["meet","score"], ["score","inside"], ["inside","other"], ["other","confirm"], ["confirm","done"] ],
      "scripts":{"s_score":{"lang":"js","code":"export default () => ({score: 1})"}},
      "open":{"nodes":{"head":{"who":"free","due":"tighten"}},"slots":{"after:head":{"types":["approve","notify"],"max":2}}},
      "tests":[{"name":"small","given":{"total":"300.00"},"expect":{"visits":["head","fork","fix"],"not":["area"]}}] }"#;
    serde_json::from_str(text).expect("a document")
}

fn types() -> Types {
    super::desk::types().with("total", Type::Money { scale: 2 })
}

#[test]
fn a_document_comes_back_as_it_was_written() {
    let written = rich();
    let definition = FlowDefinition::parse(&written).expect("a flow");
    let again = serde_json::to_value(&definition).expect("a document");
    let mut changes = domain::definition::diff(&written, &again);
    // What was left out may come back as its default.
    changes.retain(|change| change.from.is_some());
    assert!(changes.is_empty(), "{changes:#?}");
    assert_eq!(FlowDefinition::parse(&again).expect("a flow"), definition);
}

#[test]
fn the_rich_flow_is_sound() {
    let definition = FlowDefinition::parse(&rich()).expect("a flow");
    let problems = check_allowing(&definition, &types(), &Allowed::everything());
    let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_rich_flow_runs_to_its_end() {
    let definition = FlowDefinition::parse(&rich()).expect("a flow");
    let mut desk = Desk::of(&definition)
        .with(json!({"total":"9000.00","parts":[{"sku":"a"},{"sku":"b"}],"cat":"no cold"}))
        .started();
    desk.expect(
        "
        running
        head
          open fay
          timer PT8H-PT1H
          timer PT8H",
    );
    desk.approve("fay", "head");
    desk.expect(
        "
        running
        area
          open cat
          open dan",
    );
    desk.approve("cat", "area").approve("dan", "area");
    desk.action_done("triage", json!({"category":"cold","confidence":0.99})).action_failed("parts", "down");
    desk.act("bob", "fix", domain::flow::Act::Claim).complete("bob", "fix");
    for _ in 0..5 {
        desk.fire("parts").action_failed("parts", "down");
    }
    desk.complete("root", "by_hand");
    desk.action_done("score", json!({"score":1})).complete("sam", "look").complete("sam", "look");
    desk.action_done("other", json!({})).message("confirmed").expect("ended: done");
    assert_eq!(desk.row["cat"], "cold");
    assert_eq!(desk.replay(), desk.state);
}
