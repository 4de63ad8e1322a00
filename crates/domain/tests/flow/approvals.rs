//! How several people decide, and who they are.

use domain::flow::def::Threshold;
use domain::flow::{Act, Effect, Place, Refusal};
use serde_json::{Value, json};

use super::desk::{Desk, person};

/// One approval by `who`, with more settings.
fn approval(who: &Value, more: Value) -> Desk {
    let mut node = json!({"id":"ok","type":"approve","who":who});
    let members = more.as_object().expect("settings").clone();
    node.as_object_mut().expect("a node").extend(members);
    Desk::new(
        json!([node, {"id":"done","type":"end","result":"done"}, {"id":"no","type":"end","result":"no"}]),
        json!([["start","ok"], ["ok","done"], {"from":"ok","on":"reject","to":"no"}]),
    )
}

fn three() -> Value {
    json!([{"by":"user","user":"ann"},{"by":"user","user":"bob"},{"by":"user","user":"cat"}])
}

/// Plays `moves` such as `ann+ bob-` and says how it stands.
fn play(mut desk: Desk, moves: &str) -> String {
    for step in moves.split_whitespace() {
        let (who, what) = step.split_at(step.len() - 1);
        let act = if what == "+" { Act::Approve } else { Act::Reject };
        desk.act(who, "ok", act);
    }
    desk.state.result.unwrap_or_else(|| "open".to_owned())
}

#[test]
fn modes_count_as_they_should() {
    let cases = [
        (json!({"mode":"any"}), "", "open"),
        (json!({"mode":"any"}), "bob+", "done"),
        (json!({"mode":"any"}), "bob-", "no"),
        (json!({"mode":"all"}), "bob+ ann+", "open"),
        (json!({"mode":"all"}), "bob+ ann+ cat+", "done"),
        (json!({"mode":"all"}), "bob+ ann-", "no"),
        (json!({"mode":"all","wait_all":true}), "ann- bob+", "open"),
        (json!({"mode":"all","wait_all":true}), "ann- bob+ cat+", "no"),
        (json!({"mode":"in_turn"}), "ann+ bob+", "open"),
        (json!({"mode":"in_turn"}), "ann+ bob+ cat+", "done"),
        (json!({"mode":"in_turn"}), "ann+ bob-", "no"),
        (json!({"mode":"vote","pass":"50%"}), "ann+", "open"),
        (json!({"mode":"vote","pass":"50%"}), "ann+ cat+", "done"),
        (json!({"mode":"vote","pass":"50%"}), "ann- bob-", "no"),
        (json!({"mode":"vote","pass":1}), "ann-", "open"),
        (json!({"mode":"vote","pass":1}), "ann- bob+", "done"),
        (json!({"mode":"vote","pass":2,"veto":true}), "ann-", "no"),
        (json!({"mode":"vote","pass":"67%"}), "ann+ bob+", "open"),
        (json!({"mode":"vote","pass":"66.66%"}), "ann+ bob+", "done"),
        (json!({"mode":"vote","pass":1,"wait_all":true}), "ann+ bob-", "open"),
        (json!({"mode":"vote","pass":1,"wait_all":true}), "ann+ bob- cat-", "done"),
    ];
    for (settings, moves, expected) in cases {
        let found = play(approval(&three(), settings.clone()).started(), moves);
        assert_eq!(found, expected, "{settings} {moves}");
    }
}

#[test]
fn thresholds_are_exact() {
    let parse = |text: &str| serde_json::from_value::<Threshold>(json!(text)).ok();
    assert!(parse("50%").is_some_and(|half| half.is_met(1, 2) && !half.is_met(1, 3)));
    assert!(parse("33.33%").is_some_and(|third| third.is_met(1, 3)));
    for bad in ["101%", "x", "-1%", "50.123%", ""] {
        assert_eq!(parse(bad), None, "{bad}");
    }
    assert_eq!(serde_json::to_value(parse("12.5%")).ok(), Some(json!("12.50%")));
}

#[test]
fn in_turn_opens_one_task_after_another() {
    let mut desk = approval(&three(), json!({"mode":"in_turn"})).started();
    desk.expect(
        "
        running
        ok
          open ann
          queued bob
          queued cat",
    );
    desk.approve("ann", "ok");
    desk.expect(
        "
        running
        ok
          yes ann
          open bob
          queued cat",
    );
    let opened = desk.effects.iter().filter(|effect| matches!(effect, Effect::OpenTask { .. })).count();
    assert_eq!(opened, 1);
}

#[test]
fn a_chain_of_managers_goes_up() {
    let who = json!([{"by":"manager_chain","from":1,"to":3}]);
    let mut desk = approval(&who, json!({"mode":"chain"})).started();
    desk.approve("ann", "ok").approve("bob", "ok");
    desk.expect(
        "
        running
        ok
          yes ann
          yes bob
          open cat",
    );
}

#[test]
fn a_vote_that_cannot_pass_stops_at_once() {
    let mut desk = approval(&three(), json!({"mode":"vote","pass":4})).started();
    desk.expect(
        "
        running
        ok incident pass_unreachable",
    );
}

#[test]
fn turned_down_without_an_edge_ends_as_rejected() {
    let mut desk = Desk::new(
        json!([{"id":"ok","type":"approve","who":[{"by":"user","user":"ann"}]}, {"id":"done","type":"end"}]),
        json!([["start", "ok"], ["ok", "done"]]),
    )
    .started();
    desk.reject("ann", "ok").expect("ended: rejected");
}

#[test]
fn nobody_found() {
    let nobody = json!([{"by":"role","role":"ghosts"}]);
    let head = json!([{"by":"org_head","of":"record.store"}]);
    let cases = [
        (&nobody, json!({}), "open root"),
        (&nobody, json!({"if_empty":"up"}), "open root"),
        (&head, json!({"if_empty":"up"}), "open fay"),
        (&nobody, json!({"if_empty":"named","named":[{"by":"user","user":"gus"}]}), "open gus"),
        (&nobody, json!({"if_empty":"named","named":[{"by":"role","role":"ghosts"}]}), "open root"),
    ];
    for (who, settings, expected) in cases {
        let desk = approval(who, settings.clone()).started();
        assert_eq!(desk.text(), format!("running\nok\n  {expected}\n"), "{settings}");
    }
    assert_eq!(play(approval(&nobody, json!({"if_empty":"skip"})).started(), ""), "done");
    assert_eq!(play(approval(&nobody, json!({"if_empty":"reject"})).started(), ""), "no");
    let refused = approval(&nobody, json!({"if_empty":"block_start"})).try_start().expect_err("blocked");
    assert_eq!(refused.code, Refusal::NoPeople);
}

#[test]
fn the_submitter_among_those_asked() {
    let own = json!([{"by":"submitter"},{"by":"user","user":"cat"}]);
    let only = json!([{"by":"submitter"}]);
    let text = |who: &Value, settings: Value| approval(who, settings).started().text();
    assert_eq!(text(&own, json!({"mode":"all"})), "running\nok\n  open sam\n  open cat\n");
    assert_eq!(text(&own, json!({"mode":"all","if_self":"skip"})), "running\nok\n  open cat\n");
    assert_eq!(text(&only, json!({"if_self":"skip"})), "ended: done\n");
    assert_eq!(text(&own, json!({"mode":"all","if_self":"up"})), "running\nok\n  open ann\n  open cat\n");
}

#[test]
fn who_is_known_without_asking() {
    let handler = json!([{"by":"field","field":"handler"}]);
    let desk = approval(&handler, json!({})).with(json!({"handler": person("eve")})).started();
    assert_eq!(desk.text(), "running\nok\n  open eve\n");
    let mut picked = Desk::new(
        json!([{"id":"picked","type":"approve","who":[{"by":"picked_by_submitter"}]},
               {"id":"again","type":"work","who":[{"by":"handler_of","node":"picked"}]}, {"id":"done","type":"end"}]),
        json!([["start", "picked"], ["picked", "again"], ["again", "done"]]),
    )
    .started();
    picked.approve("dan", "picked").expect(
        "
        running
        again
          open dan",
    );
}

fn twice(dedupe: &str, mode: &str) -> Desk {
    let ask = |id: &str, who: Value| json!({"id":id,"type":"approve","who":who,"mode":mode,"dedupe":dedupe});
    let ann = || json!([{"by":"user","user":"ann"}]);
    Desk::new(
        json!([ask("one", ann()), ask("two", json!([{"by":"user","user":"bob"}])),
               ask("three", json!([{"by":"user","user":"ann"},{"by":"user","user":"bob"},{"by":"user","user":"cat"}])),
               {"id":"done","type":"end"}]),
        json!([["start", "one"], ["one", "two"], ["two", "three"], ["three", "done"]]),
    )
    .started()
}

#[test]
fn who_agreed_before_may_be_spared() {
    for (dedupe, expected) in [
        ("none", "open ann\n  open bob\n  open cat"),
        ("consecutive", "open ann\n  yes bob\n  open cat"),
        ("any_earlier", "yes ann\n  yes bob\n  open cat"),
    ] {
        let mut desk = twice(dedupe, "all");
        desk.approve("ann", "one").approve("bob", "two");
        assert_eq!(desk.text(), format!("running\nthree\n  {expected}\n"), "{dedupe}");
    }
    let mut any = twice("any_earlier", "any");
    any.approve("ann", "one").approve("bob", "two").expect("ended");
}

#[test]
fn added_signers_stand_before_beside_and_after() {
    let add = |who: &str, place| Act::AddSign { who: vec![person(who)], place };
    let mut desk = approval(&json!([{"by":"user","user":"ann"}]), json!({})).started();
    desk.act("ann", "ok", add("bob", Place::Before));
    desk.expect(
        "
        running
        ok
          blocked ann
          open bob",
    );
    desk.approve("bob", "ok");
    desk.act("ann", "ok", add("cat", Place::After)).approve("ann", "ok");
    desk.expect(
        "
        running
        ok
          yes ann
          yes bob
          open cat",
    );
    desk.approve("cat", "ok").expect("ended: done");

    let mut rejected = approval(&json!([{"by":"user","user":"ann"}]), json!({})).started();
    rejected.act("ann", "ok", add("bob", Place::Before)).reject("bob", "ok").expect("ended: no");
}

#[test]
fn a_share_follows_the_added_signer_and_a_count_stays() {
    let add = |who: &str| Act::AddSign { who: vec![person(who)], place: Place::With };
    let two = || json!([{"by":"user","user":"ann"},{"by":"user","user":"bob"}]);
    let mut share = approval(&two(), json!({"mode":"vote","pass":"50%"})).started();
    share.act("ann", "ok", add("cat")).approve("ann", "ok");
    assert!(share.state.is_running(), "one of three is not half");
    share.approve("bob", "ok").expect("ended: done");
    let mut count = approval(&two(), json!({"mode":"vote","pass":1})).started();
    count.act("ann", "ok", add("cat")).approve("ann", "ok").expect("ended: done");
}

#[test]
fn a_signer_is_taken_back_by_who_added_them() {
    let mut desk = approval(&json!([{"by":"user","user":"ann"}]), json!({})).started();
    let add = Act::AddSign { who: vec![person("bob")], place: Place::Before };
    desk.act("ann", "ok", add.clone());
    assert_eq!(desk.refusal("bob", "ok", Act::RemoveSign { who: person("bob") }), "flow.not_added");
    assert_eq!(desk.refusal("bob", "ok", add), "flow.already_there");
    let task = desk.state.tasks[0].id;
    let actor = domain::flow::Acting::person(person("ann"));
    let act = Act::RemoveSign { who: person("bob") };
    desk.must(domain::flow::Input::TaskActed(domain::flow::TaskWanted { task, actor, act, comment: None }));
    desk.expect(
        "
        running
        ok
          open ann",
    );
    desk.approve("ann", "ok").expect("ended: done");
}

#[test]
fn answers_that_nobody_needs_any_more_do_no_harm() {
    // Both branches ask about people; the first answer leads to an end that takes the second question away.
    let ask = |id: &str, role: &str, more: Value| {
        let mut node = json!({"id":id,"type":"approve","who":[{"by":"role","role":role}]});
        node.as_object_mut().expect("a node").extend(more.as_object().expect("members").clone());
        node
    };
    let desk = Desk::new(
        json!([{"id":"fork","type":"split","mode":"and"}, ask("a", "ghosts", json!({"if_empty":"skip"})), ask("b", "ghosts", json!({"if_empty":"skip"})),
               {"id":"stop","type":"end","terminate":true,"result":"stopped"}, {"id":"meet","type":"join","mode":"and"}, {"id":"done","type":"end"}]),
        json!([["start","fork"],["fork","a"],["fork","b"],["a","stop"],["b","stop"],{"from":"a","on":"reject","to":"meet"},
               {"from":"b","on":"reject","to":"meet"},["meet","done"]]),
    )
    .started();
    assert_eq!(desk.state.result.as_deref(), Some("stopped"));
}
