//! What people do with tasks besides deciding.

use domain::flow::{Act, Acting, Effect, Input, TaskChange, TaskWanted};
use serde_json::{Value, json};

use super::desk::{Desk, person};

fn review(more: Value) -> Desk {
    let mut node = json!({"id":"ok","type":"approve","who":[{"by":"user","user":"ann"}]});
    let members = more.as_object().expect("settings").clone();
    node.as_object_mut().expect("a node").extend(members);
    Desk::new(
        json!([node, {"id":"fix","type":"work","who":[{"by":"user","user":"bob"}]}, {"id":"done","type":"end","result":"done"}]),
        json!([["start","ok"], ["ok","fix"], ["fix","done"]]),
    )
    .started()
}

#[test]
fn transfer_gives_away_and_delegate_comes_back() {
    let mut desk = review(json!({}));
    desk.act("ann", "ok", Act::Transfer { to: person("dan") });
    desk.expect(
        "
        running
        ok
          open dan",
    );
    assert_eq!(desk.refusal("ann", "ok", Act::Approve), "task.not_yours");
    desk.act("dan", "ok", Act::Delegate { to: person("eve") });
    desk.expect(
        "
        running
        ok
          open eve for dan",
    );
    desk.approve("eve", "ok");
    desk.expect(
        "
        running
        ok
          open dan",
    );
    desk.approve("dan", "ok");
    assert_eq!(desk.state.visits["ok"].by, [person("dan")]);
}

#[test]
fn transfer_among_several_replaces_only_oneself() {
    let mut desk = review(json!({"who":[{"by":"role","role":"finance"}]}));
    assert_eq!(desk.refusal("cat", "ok", Act::Transfer { to: person("dan") }), "flow.already_there");
    desk.act("cat", "ok", Act::Transfer { to: person("eve") });
    desk.expect(
        "
        running
        ok
          open any of dan eve",
    );
}

#[test]
fn a_held_task_waits_and_so_does_the_ticket() {
    let mut desk = review(json!({}));
    desk.approve("ann", "ok");
    desk.act("bob", "fix", Act::Hold { reason: "part ordered".to_owned() });
    assert!(desk.effects.iter().any(|effect| matches!(
        effect,
        Effect::UpdateTask { change: TaskChange::Held { reason }, .. } if reason == "part ordered"
    )));
    desk.expect(
        "
        running
        fix
          held bob",
    );
    assert_eq!(desk.refusal("bob", "fix", super::desk::complete()), "flow.task_held");
    desk.act("bob", "fix", Act::Unhold);
    let status = desk.effects.iter().find_map(|effect| match effect {
        Effect::SetStatus { status, .. } => Some(status.as_str()),
        _ => None,
    });
    assert_eq!(status, Some("open"));
    assert_eq!(desk.refusal("bob", "fix", Act::Unhold), "flow.task_not_held");
    desk.complete("bob", "fix").expect("ended: done");
}

#[test]
fn urging_reaches_who_holds_it() {
    let mut desk = review(json!({"who":[{"by":"role","role":"finance"}]}));
    desk.act("sam", "ok", Act::Urge);
    let expected = vec![person("cat"), person("dan")];
    assert!(matches!(&desk.effects[..], [Effect::Urged { people, .. }] if *people == expected));
    desk.act("dan", "ok", Act::Claim).act("sam", "ok", Act::Urge);
    assert!(matches!(&desk.effects[..], [Effect::Urged { people, .. }] if *people == [person("dan")]));
}

#[test]
fn a_copy_tells_and_changes_nothing() {
    let mut desk = review(json!({}));
    let before = desk.state.tasks.clone();
    desk.act("ann", "ok", Act::Cc { who: vec![person("eve")] });
    assert_eq!(desk.state.tasks, before);
    assert!(matches!(&desk.effects[..], [Effect::Notify { people, .. }] if *people == [person("eve")]));
}

#[test]
fn only_offered_acts_and_with_what_they_must_carry() {
    let actions = json!({"actions":["approve", {"act":"reject","require":["comment"]}]});
    let mut desk = review(actions);
    assert_eq!(desk.refusal("ann", "ok", Act::Transfer { to: person("dan") }), "flow.act_not_offered");
    assert_eq!(desk.refusal("ann", "ok", super::desk::complete()), "flow.act_not_offered");
    assert_eq!(desk.refusal("ann", "ok", Act::Reject), "flow.comment_required");
    let (task, actor, act) = (desk.state.tasks[0].id, Acting::person(person("ann")), Act::Reject);
    let comment = Some("no budget".to_owned());
    desk.must(Input::TaskActed(TaskWanted { task, actor, act, comment })).expect("ended: rejected");
}

#[test]
fn a_substitute_acts_in_the_name_of_the_absent() {
    let mut desk = review(json!({}));
    let task = desk.state.tasks[0].id;
    let actor = Acting { instead_of: Some(person("ann")), ..Acting::person(person("eve")) };
    desk.must(Input::TaskActed(TaskWanted { task, actor, act: Act::Approve, comment: None }));
    let acted = desk.log.iter().find(|entry| entry.event == domain::flow::LogKind::Acted).expect("logged");
    assert_eq!((acted.by, acted.instead_of), (Some(person("eve")), Some(person("ann"))));
    assert_eq!(desk.state.visits["ok"].by, [person("ann")]);
}

#[test]
fn a_decided_task_is_closed_for_everybody() {
    let mut desk = review(json!({}));
    let task = desk.state.tasks[0].id;
    desk.approve("ann", "ok");
    let actor = Acting::person(person("ann"));
    let again = desk.input(Input::TaskActed(TaskWanted { task, actor, act: Act::Approve, comment: None }));
    assert_eq!(again.expect_err("done").code.as_str(), "task.closed");
}

#[test]
fn the_submitter_withdraws_until_somebody_decided() {
    let mut desk = review(json!({}));
    assert_eq!(desk.refusal("ann", "ok", Act::Withdraw), "flow.not_submitter");
    desk.act("sam", "ok", Act::Withdraw);
    desk.expect(
        "
        running
        start
          open sam",
    );
    desk.complete("sam", "start").approve("ann", "ok");
    assert_eq!(desk.refusal("sam", "fix", Act::Withdraw), "flow.too_late_to_withdraw");
}

#[test]
fn a_flow_may_allow_withdrawal_for_longer() {
    let mut definition = super::desk::definition(
        json!([{"id":"ok","type":"approve","who":[{"by":"user","user":"ann"}]},
               {"id":"fix","type":"work","who":[{"by":"user","user":"bob"}]},
               {"id":"test","type":"work","who":[{"by":"user","user":"bob"}]}, {"id":"done","type":"end"}]),
        json!([["start", "ok"], ["ok", "fix"], ["fix", "test"], ["test", "done"]]),
    );
    let trigger = json!({"on":"submit","withdraw":"until:test"});
    definition.start = serde_json::from_value(trigger).expect("a trigger");
    let mut desk = Desk::of(&definition).started();
    desk.approve("ann", "ok").act("sam", "fix", Act::Withdraw).complete("sam", "start");
    desk.approve("ann", "ok").complete("bob", "fix");
    assert_eq!(desk.refusal("sam", "test", Act::Withdraw), "flow.too_late_to_withdraw");
}

#[test]
fn cancelling_closes_everything() {
    let mut desk = review(json!({}));
    let by = Some(person("root"));
    desk.must(Input::Cancel { by, reason: "double".to_owned() }).expect("cancelled");
    assert!(
        desk.effects.iter().any(|effect| matches!(effect, Effect::CloseTask { outcome, .. } if outcome == "cancelled"))
    );
    assert!(matches!(desk.effects.last(), Some(Effect::Ended { cancelled: true, .. })));
}

#[test]
fn a_hold_does_not_outlive_its_task() {
    let mut desk = Desk::new(
        json!([{"id":"fix","type":"work","who":[{"by":"user","user":"ann"}],"on":[{"message":"stop","to":"ask"}]},
               {"id":"ask","type":"work","who":[{"by":"user","user":"bob"}]}, {"id":"done","type":"end"}]),
        json!([["start", "fix"], ["fix", "done"], ["ask", "done"]]),
    )
    .started();
    desk.act("ann", "fix", Act::Hold { reason: "lunch".to_owned() });
    desk.message("stop");
    let statuses = desk.effects.iter().filter_map(|effect| match effect {
        Effect::SetStatus { status, .. } => Some(status.as_str()),
        _ => None,
    });
    assert_eq!(statuses.collect::<Vec<_>>(), ["open"]);
}

#[test]
fn what_is_offered_is_what_will_be_accepted() {
    use domain::flow::acts;
    let mut desk = review(json!({"actions":["approve","reject","transfer"]}));
    let offers = |desk: &Desk, who: &str| {
        let task = desk.state.tasks[0].id;
        let admin = who == "root";
        acts(&desk.flow, &desk.state, task, &Acting { admin, ..Acting::person(person(who)) })
    };
    assert_eq!(offers(&desk, "ann"), ["approve", "reject", "transfer"]);
    assert_eq!(offers(&desk, "sam"), ["withdraw"]);
    assert_eq!(offers(&desk, "eve"), Vec::<&str>::new());
    assert_eq!(offers(&desk, "root"), ["transfer", "assign", "hold"]);
    desk.approve("ann", "ok");
    assert_eq!(offers(&desk, "bob"), ["complete", "return", "transfer", "delegate", "add_sign", "hold"]);
    desk.act("bob", "fix", Act::Hold { reason: "lunch".to_owned() });
    assert_eq!(offers(&desk, "bob"), ["transfer", "unhold"]);
}
