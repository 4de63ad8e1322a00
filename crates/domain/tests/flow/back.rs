//! Return, resume, re-walk, and the administrator's jump.

use domain::flow::def::Then;
use domain::flow::{Act, Input};
use serde_json::json;

use super::desk::{Desk, person};

fn back(to: Option<&str>, then: Then) -> Act {
    Act::Return { to: to.map(str::to_owned), then: Some(then) }
}

/// start → head → fork ⇉ (left → left2 | right) ⇉ meet → last, every step by somebody else.
fn forked() -> Desk {
    let ask = |id: &str, who: &str| json!({"id":id,"type":"approve","who":[{"by":"user","user":who}]});
    Desk::new(
        json!([ask("head", "ann"), {"id":"fork","type":"split","mode":"and"}, ask("left", "bob"), ask("left2", "cat"),
               ask("right", "dan"), {"id":"meet","type":"join","mode":"and"}, ask("last", "eve"),
               {"id":"done","type":"end","result":"done"}]),
        json!([["start","head"],["head","fork"],["fork","left"],["left","left2"],["fork","right"],["left2","meet"],
               ["right","meet"],["meet","last"],["last","done"],
               {"from":"last","on":"reject","to":"head"}]),
    )
    .started()
}

#[test]
fn a_return_walks_the_way_again() {
    let mut desk = forked();
    desk.approve("ann", "head").approve("bob", "left");
    desk.act("cat", "left2", back(Some("head"), Then::Rewalk));
    desk.expect(
        "
        running
        head
          open ann",
    );
    desk.approve("ann", "head").approve("bob", "left").approve("cat", "left2").approve("dan", "right");
    desk.approve("eve", "last").expect("ended: done");
}

#[test]
fn a_return_within_a_branch_leaves_the_other_alone() {
    let mut desk = forked();
    desk.approve("ann", "head").approve("dan", "right").approve("bob", "left");
    desk.act("cat", "left2", back(Some("left"), Then::Rewalk));
    desk.expect(
        "
        running
        left
          open bob
        meet joining by right>meet",
    );
    desk.approve("bob", "left").approve("cat", "left2");
    desk.expect(
        "
        running
        last
          open eve",
    );
}

#[test]
fn resume_comes_straight_back_with_everything_that_went_along() {
    let mut desk = forked();
    desk.approve("ann", "head").approve("dan", "right").approve("bob", "left");
    desk.act("cat", "left2", back(Some("head"), Then::Resume));
    desk.expect(
        "
        running
        head
          open ann",
    );
    desk.approve("ann", "head");
    desk.expect(
        "
        running
        left2
          open cat
        meet joining by right>meet",
    );
    desk.approve("cat", "left2").approve("eve", "last").expect("ended: done");
}

#[test]
fn a_return_to_the_start_asks_the_submitter() {
    let mut desk = forked();
    desk.act("ann", "head", Act::Return { to: None, then: None });
    desk.expect(
        "
        running
        start
          open sam",
    );
    assert_eq!(desk.refusal("ann", "start", super::desk::complete()), "task.not_yours");
    desk.complete("sam", "start");
    desk.expect(
        "
        running
        head
          open ann",
    );
}

#[test]
fn who_agreed_is_spared_on_resume_only_while_the_data_stays() {
    let board = || {
        let mut desk = Desk::new(
            json!([{"id":"board","type":"approve","mode":"all","who":[{"by":"user","user":"ann"},{"by":"user","user":"bob"}]},
                   {"id":"done","type":"end"}]),
            json!([["start","board"],["board","done"]]),
        )
        .with(json!({"total":"1.00"}))
        .started();
        desk.approve("ann", "board").act("bob", "board", back(Some("start"), Then::Resume));
        desk
    };
    let mut same = board();
    same.row["status"] = json!("waiting");
    same.complete("sam", "start");
    same.expect(
        "
        running
        board
          yes ann
          open bob",
    );
    let mut changed = board();
    changed.row["total"] = json!("2.00");
    changed.complete("sam", "start");
    changed.expect(
        "
        running
        board
          open ann
          open bob",
    );
}

#[test]
fn a_return_from_a_return_finds_its_way() {
    let mut desk = forked();
    desk.approve("ann", "head").approve("dan", "right").approve("bob", "left");
    desk.act("cat", "left2", back(Some("head"), Then::Resume));
    desk.act("ann", "head", back(Some("start"), Then::Resume));
    desk.complete("sam", "start");
    desk.expect(
        "
        running
        head
          open ann",
    );
    desk.approve("ann", "head");
    desk.expect(
        "
        running
        left2
          open cat
        meet joining by right>meet",
    );
}

#[test]
fn returns_go_only_where_they_may() {
    let mut desk = forked();
    desk.approve("ann", "head");
    let task = desk.state.tasks[0].id;
    assert_eq!(domain::flow::return_targets(&desk.flow, &desk.state, task), ["start", "head"]);
    for target in ["last", "left2", "fork", "nowhere", "left"] {
        assert_eq!(desk.refusal("bob", "left", back(Some(target), Then::Rewalk)), "flow.bad_return", "{target}");
    }
    desk.approve("bob", "left").approve("cat", "left2").approve("dan", "right");
    assert_eq!(desk.refusal("eve", "last", back(Some("left"), Then::Rewalk)), "flow.into_branch");
    let mut narrow = Desk::new(
        json!([{"id":"one","type":"approve","who":[{"by":"user","user":"ann"}]},
               {"id":"two","type":"approve","who":[{"by":"user","user":"bob"}],"return":{"to":["previous"],"then":"rewalk"}},
               {"id":"done","type":"end"}]),
        json!([["start","one"],["one","two"],["two","done"]]),
    )
    .started();
    narrow.approve("ann", "one");
    assert_eq!(narrow.refusal("bob", "two", back(Some("start"), Then::Rewalk)), "flow.bad_return");
    narrow.act("bob", "two", Act::Return { to: None, then: None });
    narrow.expect(
        "
        running
        one
          open ann",
    );
}

#[test]
fn a_loop_over_a_reject_edge_starts_the_block_afresh() {
    let mut desk = forked();
    for _ in 0..3 {
        desk.approve("ann", "head").approve("dan", "right").approve("bob", "left").approve("cat", "left2");
        desk.reject("eve", "last");
    }
    desk.expect(
        "
        running
        head
          open ann",
    );
    assert_eq!(desk.state.visits["meet"].times, 3);
}

#[test]
fn an_administrator_moves_tokens() {
    let jump = |from: &[&str], to: &str| Input::AdminJump {
        by: Some(person("root")),
        from: from.iter().map(|node| (*node).to_owned()).collect(),
        to: to.to_owned(),
        reason: "stuck".to_owned(),
    };
    let mut desk = forked();
    desk.approve("ann", "head");
    let refused = desk.input(jump(&["left"], "right")).expect_err("from another branch");
    assert_eq!(refused.code.as_str(), "flow.into_branch");
    desk.must(jump(&["left"], "left2"));
    desk.expect(
        "
        running
        left2
          open cat
        right
          open dan",
    );
    desk.must(jump(&[], "last"));
    desk.expect(
        "
        running
        last
          open eve",
    );
    desk.must(jump(&["last"], "head"));
    desk.approve("ann", "head").approve("bob", "left").approve("cat", "left2").approve("dan", "right");
    desk.approve("eve", "last").expect("ended: done");
}
