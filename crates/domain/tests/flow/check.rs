//! What publishing refuses, and why.

use domain::flow::{Allowed, FlowDefinition, check, check_allowing};
use domain::problem::{Severity, find};
use serde_json::{Value, json};

use super::desk::{definition, types};

/// Codes of what blocks, with their pointers.
fn errors(nodes: Value, edges: Value) -> Vec<String> {
    let problems = check(&definition(nodes, edges), &types());
    for problem in &problems {
        assert!(find(&problem.code).is_some(), "{} has no sentence", problem.code);
    }
    let blocking = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let mut found: Vec<_> = blocking.map(|problem| format!("{} {}", problem.pointer, problem.code)).collect();
    found.sort();
    found
}

fn ask(id: &str) -> Value {
    json!({"id":id,"type":"approve","who":[{"by":"role","role":"x"}]})
}

fn end() -> Value {
    json!({"id":"done","type":"end"})
}

#[test]
fn a_good_flow_has_no_errors() {
    let nodes = json!([ask("a"), {"id":"fork","type":"split","mode":"and"}, ask("b"), ask("c"), {"id":"meet","type":"join","mode":"and"}, end()]);
    let edges = json!([["start","a"],["a","fork"],["fork","b"],["fork","c"],["b","meet"],["c","meet"],["meet","done"],
        {"from":"a","on":"reject","to":"done"}]);
    assert_eq!(errors(nodes, edges), Vec::<String>::new());
}

#[test]
fn names_that_lead_nowhere_or_appear_twice() {
    assert_eq!(
        errors(json!([ask("a"), ask("a"), end()]), json!([["start", "a"], ["a", "done"], ["a", "ghost"]])),
        [
            "/edges/2 flow.unknown_node",
            "/nodes/1 flow.dead_end",
            "/nodes/1 flow.unreachable",
            "/nodes/1/id flow.duplicate_id"
        ]
    );
    let boundary =
        json!({"id":"a","type":"work","who":[{"by":"submitter"}],"on":[{"id":"done","timer":"P1D","to":"done"}]});
    assert_eq!(
        errors(json!([boundary, end()]), json!([["start", "a"], ["a", "done"]])),
        ["/nodes/0/on/0/id flow.duplicate_id"]
    );
}

#[test]
fn every_node_is_reached_and_leads_to_an_end() {
    assert_eq!(
        errors(json!([ask("a")]), json!([["start", "a"]])),
        ["/nodes flow.no_end", "/nodes/0 flow.dead_end", "/start flow.never_ends"]
    );
    assert_eq!(
        errors(json!([ask("a"), ask("b"), end()]), json!([["start", "a"], ["a", "done"], ["b", "done"]])),
        ["/nodes/1 flow.unreachable"]
    );
    assert_eq!(
        errors(json!([ask("a"), end()]), json!([["start","a"],{"from":"a","on":"reject","to":"done"}])),
        ["/nodes/0 flow.dead_end"]
    );
    let caught = json!([ask("a"), ask("b"), ask("c"), {"id":"w","type":"split","mode":"xor"}, end()]);
    let edges = json!([["start","w"],{"from":"w","to":"a","when":{"f":"level","op":"eq","v":"1"}},{"from":"w","to":"b","default":true},
        ["a","done"],["b","c"],["c","b"]]);
    assert_eq!(errors(caught, edges), ["/nodes/1 flow.never_ends", "/nodes/2 flow.never_ends"]);
}

#[test]
fn splits_and_joins_fit_together() {
    let split = |mode: &str| json!({"id":"w","type":"split","mode":mode});
    let when = |to: &str| json!({"from":"w","to":to,"when":{"f":"level","op":"eq","v":"1"}});
    assert_eq!(
        errors(
            json!([split("xor"), ask("a"), ask("b"), end()]),
            json!([["start", "w"], when("a"), when("b"), ["a", "done"], ["b", "done"]])
        ),
        ["/nodes/0 flow.no_default"]
    );
    assert_eq!(
        errors(
            json!([split("and"), ask("a"), ask("b"), end()]),
            json!([["start", "w"], ["w", "a"], ["w", "b"], ["a", "done"], ["b", "done"]])
        ),
        ["/nodes/0 flow.split_without_join"]
    );
    let join = json!({"id":"m","type":"join","mode":"and"});
    let or_default = json!({"from":"w","to":"b","default":true});
    assert_eq!(
        errors(
            json!([split("xor"), ask("a"), ask("b"), join, end()]),
            json!([["start", "w"], when("a"), or_default, ["a", "m"], ["b", "m"], ["m", "done"]])
        ),
        ["/nodes/3 flow.join_without_split"]
    );
}

#[test]
fn nothing_leaks_into_or_out_of_parallel_ways() {
    let nodes = |stop: Value| json!([{"id":"fork","type":"split","mode":"and"}, ask("a"), ask("b"), {"id":"meet","type":"join","mode":"and"}, ask("last"), end(), stop]);
    let plain = |id: &str| json!({"id":id,"type":"end"});
    let base = [
        json!(["start", "fork"]),
        json!(["fork", "a"]),
        json!(["fork", "b"]),
        json!(["a", "meet"]),
        json!(["b", "meet"]),
        json!(["meet", "last"]),
        json!(["last", "done"]),
    ];
    let with = |more: Value| json!([&base[..], &[more]].concat());
    let back = |to: &str| json!({"from":"last","on":"reject","to":to});
    let rejected = json!({"from":"a","on":"reject","to":"no"});
    let mut both = base.to_vec();
    both.extend([back("a"), rejected.clone()]);
    assert_eq!(
        errors(nodes(plain("no")), json!(both)),
        ["/edges/7 flow.edge_into_branch", "/nodes/6 flow.end_in_branch"]
    );
    let terminating = json!({"id":"no","type":"end","terminate":true});
    assert_eq!(errors(nodes(terminating), with(rejected)), Vec::<String>::new());
    let unused = nodes(plain("no"));
    assert_eq!(errors(unused, with(back("fork"))), ["/nodes/6 flow.unreachable"]);
}

#[test]
fn a_circle_needs_somebody_in_it() {
    let tell = json!({"id":"tell","type":"notify","template":"x"});
    let split = json!({"id":"w","type":"split","mode":"xor"});
    let edges = |back: &str| {
        json!([["start","tell"],["tell","w"],{"from":"w","to":"done","when":{"f":"level","op":"eq","v":"1"}},
        {"from":"w","to":back,"default":true}])
    };
    assert_eq!(errors(json!([tell, split, end()]), edges("tell")), ["/nodes/0 flow.endless_loop"]);
    let mut more = edges("a");
    more.as_array_mut().expect("edges").push(json!(["a", "tell"]));
    assert_eq!(errors(json!([tell, split, end(), ask("a")]), more), Vec::<String>::new());
}

#[test]
fn members_have_meaning() {
    let one = |node: Value| {
        let id = node["id"].as_str().expect("an id").to_owned();
        errors(json!([node, end()]), json!([["start", id], [id, "done"]]))
    };
    let cases = [
        (json!({"id":"a","type":"approve"}), "/nodes/0/who flow.nobody"),
        (
            json!({"id":"a","type":"approve","who":[{"by":"submitter"}],"mode":"vote"}),
            "/nodes/0/pass flow.missing_member",
        ),
        (json!({"id":"a","type":"approve","who":[{"by":"submitter"}],"mode":"xor"}), "/nodes/0/mode flow.bad_value"),
        (
            json!({"id":"a","type":"approve","who":[{"by":"submitter"}],"template":"t","use":"x"}),
            "/nodes/0/use flow.foreign_member",
        ),
        (
            json!({"id":"a","type":"approve","who":[{"by":"submitter"}],"fields":{"ghost":"write"}}),
            "/nodes/0/fields/ghost flow.unknown_field",
        ),
        (
            json!({"id":"a","type":"approve","who":[{"by":"field","field":"ghost"}]}),
            "/nodes/0/who/0 flow.unknown_field",
        ),
        (json!({"id":"a","type":"approve","who":[{"by":"pool","group":"g"}]}), "/nodes/0/who/0 flow.bad_value"),
        (
            json!({"id":"a","type":"approve","who":[{"by":"handler_of","node":"ghost"}]}),
            "/nodes/0/who/0 flow.bad_value",
        ),
        (
            json!({"id":"a","type":"approve","who":[{"by":"submitter"}],"actions":["explode"]}),
            "/nodes/0/actions flow.bad_value",
        ),
        (
            json!({"id":"a","type":"work","who":[{"by":"submitter"}],"due":{"in":"8 hours"}}),
            "/nodes/0/due flow.bad_value",
        ),
        (
            json!({"id":"a","type":"work","who":[{"by":"submitter"}],"on":[{"timer":"due","do":"remind"}]}),
            "/nodes/0/due flow.missing_member",
        ),
        (
            json!({"id":"a","type":"work","who":[{"by":"submitter"}],"on":[{"timer":"soon","to":"done"}]}),
            "/nodes/0/on/0/timer flow.bad_value",
        ),
        (
            json!({"id":"a","type":"work","who":[{"by":"submitter"}],"on":[{"timer":"P1D"}]}),
            "/nodes/0/on/0/to flow.missing_member",
        ),
        (
            json!({"id":"a","type":"work","who":[{"by":"submitter"}],"on":[{"timer":"P1D","to":"ghost"}]}),
            "/nodes/0/on/0/to flow.unknown_node",
        ),
        (
            json!({"id":"a","type":"work","who":[{"by":"submitter"}],"return":{"to":["ghost"]}}),
            "/nodes/0/return flow.bad_value",
        ),
        (
            json!({"id":"a","type":"work","who":[{"by":"submitter"}],"on":[{"timer":"P1D","do":"reassign"}]}),
            "/nodes/0/on/0/who flow.missing_member",
        ),
        (
            json!({"id":"a","type":"work","who":[{"by":"submitter"}],"on":[{"timer":"P1D","do":"reject"}]}),
            "/nodes/0/on/0/do flow.bad_value",
        ),
        (
            json!({"id":"a","type":"work","who":[{"by":"submitter"}],"withdraw":"until:ghost"}),
            "/nodes/0/withdraw flow.bad_value",
        ),
        (
            json!({"id":"a","type":"work","who":[{"by":"submitter"}],"if_empty":"named"}),
            "/nodes/0/named flow.missing_member",
        ),
        (
            json!({"id":"a","type":"approve","who":[{"by":"submitter"}],"mode":"vote","pass":0}),
            "/nodes/0/pass flow.bad_value",
        ),
        (json!({"id":"a","type":"wait"}), "/nodes/0/for flow.missing_member"),
        (json!({"id":"a","type":"wait","for":[{"timer":"P1D","message":"x"}]}), "/nodes/0/for/0 flow.missing_member"),
        (json!({"id":"a","type":"action"}), "/nodes/0/use flow.missing_member"),
        (json!({"id":"a","type":"action","use":"ai:suggest","confirm":"sometimes"}), "/nodes/0/confirm flow.bad_value"),
        (json!({"id":"a","type":"notify"}), "/nodes/0/template flow.missing_member"),
        (json!({"id":"a>b","type":"notify","template":"t"}), "/nodes/0/id flow.bad_value"),
    ];
    for (node, expected) in cases {
        assert_eq!(one(node.clone()), [expected], "{node}");
    }
}

#[test]
fn conditions_are_checked_where_they_stand() {
    let split = json!({"id":"w","type":"split","mode":"xor"});
    let edges = json!([["start","w"],{"from":"w","to":"done","when":{"f":"ghost","op":"eq","v":"1"}},{"from":"w","to":"done","default":true}]);
    let found = errors(json!([split, end()]), edges);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("/edges/1/when") && found[0].ends_with("condition.unknown_field"), "{found:?}");
}

#[test]
fn what_does_not_run_yet_is_refused_by_name() {
    let nodes = json!([{"id":"s","type":"script","script":"x"}, {"id":"c","type":"call","flow":"other"},
        {"id":"w","type":"work","who":[{"by":"rota","rota":"night"}]}, {"id":"e","type":"action","use":"connector:erp.book"}, end()]);
    let mut flow = definition(nodes, json!([["start", "s"], ["s", "c"], ["c", "w"], ["w", "e"], ["e", "done"]]));
    flow.scripts.insert("x".to_owned(), serde_json::from_value(json!({"lang":"js","code":""})).expect("a script"));
    let refused = |allowed: &Allowed| {
        let problems = check_allowing(&flow, &types(), allowed);
        let of_kind = problems.iter().filter(|problem| problem.code == "flow.not_running_yet");
        of_kind.map(|problem| problem.params["node"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(refused(&Allowed::now()), ["s", "c", "w", "e"]);
    assert_eq!(refused(&Allowed::everything()), Vec::<Value>::new());
}

#[test]
fn sizes_have_limits() {
    let nodes: Vec<_> =
        (0..501).map(|index| json!({"id":format!("n{index}"),"type":"notify","template":"t"})).collect();
    let found = errors(json!(nodes), json!([]));
    assert_eq!(found, [" flow.too_large"]);
    let mut deep = json!({"id":"d","type":"scope"});
    for level in 0..10 {
        deep = json!({"id":format!("s{level}"),"type":"scope","nodes":[deep]});
    }
    assert_eq!(errors(json!([deep]), json!([])), [" flow.too_large"]);
}

#[test]
fn advice_does_not_block() {
    let problems = check(&definition(json!([ask("a"), end()]), json!([["start", "a"], ["a", "done"]])), &types());
    let codes: Vec<_> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["flow.no_reject_edge", "flow.no_deadline"]);
    assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
}

#[test]
fn edges_stay_in_their_scope() {
    let scope =
        json!({"id":"s","type":"scope","nodes":[ask("in"), {"id":"over","type":"end"}],"edges":[["in","over"]]});
    assert_eq!(
        errors(json!([scope, end()]), json!([["start", "s"], ["s", "done"], ["in", "done"]])),
        ["/edges/2 flow.edge_leaves_scope"]
    );
}

#[test]
fn every_refusal_has_a_sentence() {
    for refusal in domain::flow::Refusal::ALL {
        assert!(find(refusal.as_str()).is_some(), "{}", refusal.as_str());
    }
}

#[test]
fn documents_of_another_shape_are_named() {
    for bad in [
        json!([]),
        json!({"kind":"flow"}),
        json!({"kind":"flow","key":"a","nodes":[{"id":"x","type":"dance"}],"edges":[]}),
        json!({"kind":"flow","key":"a","nodes":[],"edges":[["a"]]}),
        json!({"kind":"flow","key":"a","nodes":[],"edges":[["a","b","c"]]}),
        json!({"kind":"flow","key":"a","nodes":[],"edges":[],"extra":1}),
    ] {
        let problems = FlowDefinition::parse(&bad).expect_err("malformed");
        assert_eq!(problems[0].code, "flow.malformed", "{bad}");
    }
}

#[test]
fn a_variable_does_not_take_the_name_of_a_field() {
    let mut flow = definition(json!([end()]), json!([["start", "done"]]));
    flow.vars = serde_json::from_value(json!({"level":{"type":"text"},"own":{"type":"text"}})).expect("types");
    let found: Vec<_> = check(&flow, &types()).into_iter().map(|problem| problem.pointer).collect();
    assert_eq!(found, ["/vars/level"]);
}
