//! Waits, timers, messages, boundary events.

use domain::flow::{Effect, Input, Message, Refusal, subscriptions};
use serde_json::{Value, json};

use super::desk::Desk;

fn waiting(triggers: Value) -> Desk {
    let mut edges = json!([["start", "confirm"], ["confirm", "yes"]]);
    let has_timer = triggers.as_array().expect("triggers").iter().any(|trigger| trigger["timer"].is_string());
    if has_timer {
        edges.as_array_mut().expect("edges").push(json!({"from":"confirm","on":"timer","to":"late"}));
    }
    Desk::new(
        json!([{"id":"confirm","type":"wait","for":triggers}, {"id":"yes","type":"end","result":"yes"}, {"id":"late","type":"end","result":"late"}]),
        edges,
    )
}

#[test]
fn what_comes_first_ends_the_wait() {
    let triggers = || json!([{"message":"customer_confirmed"},{"timer":"P3D"}]);
    let mut message = waiting(triggers()).started();
    message.expect(
        "
        running
        confirm waiting
          timer P3D",
    );
    let found = subscriptions(&message.flow, &message.state);
    assert_eq!(found.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["customer_confirmed"]);
    let unknown = message.input(Input::Message(Message { name: "other".to_owned(), ..Message::default() }));
    assert_eq!(unknown.expect_err("nobody").code, Refusal::NobodyWaits);
    message.message("customer_confirmed").expect("ended: yes");
    assert!(message.effects.iter().any(|effect| matches!(effect, Effect::CancelTimer { .. })));
    let mut timer = waiting(triggers()).started();
    timer.advance(71);
    assert!(timer.state.is_running());
    timer.advance(1).expect("ended: late");
    let again = timer.input(Input::TimerFired { timer: 99 });
    assert_eq!(again.expect_err("over").code, Refusal::NotRunning);
}

#[test]
fn a_condition_that_holds_needs_no_waiting() {
    let triggers = || json!([{"condition":{"f":"cat","op":"eq","v":"paid"}}]);
    waiting(triggers()).with(json!({"cat":"paid"})).started().expect("ended: yes");
    let mut later = waiting(triggers()).started();
    later.must(Input::DataChanged);
    later.expect(
        "
        running
        confirm waiting",
    );
    later.row = json!({"cat":"paid"});
    later.must(Input::DataChanged).expect("ended: yes");
}

#[test]
fn correlation_picks_the_right_one() {
    let mut desk = waiting(json!([{"message":"paid","key":"form.cat"}])).with(json!({"cat":"A-7"})).started();
    let message = |correlation: &str| {
        Input::Message(Message {
            name: "paid".to_owned(),
            correlation: Some(correlation.to_owned()),
            ..Message::default()
        })
    };
    assert_eq!(desk.input(message("A-8")).expect_err("another").code, Refusal::NobodyWaits);
    desk.must(message("A-7")).expect("ended: yes");
}

#[test]
fn timers_count_from_fields_and_stop_where_there_is_no_date() {
    let mut desk =
        waiting(json!([{"timer":"form.visit_at-PT2H"}])).with(json!({"visit_at":"2026-11-20T10:00:00Z"})).started();
    let due = desk.state.timers[0].rule.due_at(&domain::flow::timer::add_plain);
    assert_eq!(due.to_string(), "2026-11-20T08:00:00.000Z");
    desk.fire("confirm").expect("ended: late");
    let mut without = waiting(json!([{"timer":"form.visit_at"}])).started();
    without.expect(
        "
        running
        confirm incident timer_without_date",
    );
}

#[test]
fn an_event_split_takes_the_first_arrival() {
    let nodes = json!([{"id":"first","type":"split","mode":"event"}, {"id":"paid","type":"wait","for":[{"message":"paid"}]},
        {"id":"late","type":"wait","for":[{"timer":"P1D"}]}, {"id":"a","type":"end","result":"paid"}, {"id":"b","type":"end","result":"late"}]);
    let edges = json!([["start", "first"], ["first", "paid"], ["first", "late"], ["paid", "a"], ["late", "b"]]);
    let mut paid = Desk::new(nodes.clone(), edges.clone()).started();
    paid.expect(
        "
        running
        first waiting
          timer P1D",
    );
    paid.message("paid").expect("ended: paid");
    assert_eq!(paid.path(), ["start", "first", "paid", "a"]);
    Desk::new(nodes, edges).started().advance(24).expect("ended: late");
}

fn guarded(on: Value) -> Desk {
    Desk::new(
        json!([{"id":"fix","type":"work","who":[{"by":"user","user":"ann"}],"due":{"in":"PT8H"},"on":on},
               {"id":"boss","type":"work","who":[{"by":"user","user":"eve"}]},
               {"id":"told","type":"end"}, {"id":"done","type":"end","result":"done"}]),
        json!([["start", "fix"], ["fix", "done"], ["boss", "told"]]),
    )
    .started()
}

#[test]
fn a_deadline_reminds_passes_on_and_takes_over() {
    let mut desk = guarded(json!([
        {"timer":"due-PT1H","do":"remind","max":3},
        {"timer":"due","do":"reassign","who":[{"by":"user","user":"dan"}]},
        {"timer":"due+P1D","to":"boss"}]));
    desk.advance(7);
    assert!(
        matches!(&desk.effects[..], [Effect::ArmTimer { .. }, Effect::Notify { template: Some(key), .. }] if key == "task_reminder")
    );
    desk.advance(1);
    assert!(desk.text().contains("open dan"), "{}", desk.text());
    desk.advance(10);
    let reminded = desk.log.iter().filter(|entry| entry.event == domain::flow::LogKind::Reminded).count();
    assert_eq!(reminded, 3);
    desk.advance(24);
    desk.expect(
        "
        running
        boss
          open eve",
    );
}

#[test]
fn a_border_that_does_not_interrupt_adds_a_token() {
    let mut desk = guarded(json!([{"timer":"R/PT2H","interrupt":false,"to":"boss"}]));
    desk.advance(5);
    desk.expect(
        "
        running
        fix
          open ann
          timer PT2H
        boss
          open eve
        boss
          open eve",
    );
    desk.complete("ann", "fix");
    desk.advance(48);
    desk.complete("eve", "boss").complete("eve", "boss").expect("ended: done");
}

#[test]
fn a_message_on_the_border_interrupts() {
    let mut desk = guarded(json!([{"message":"stop","to":"boss"}]));
    desk.message("stop");
    desk.expect(
        "
        running
        boss
          open eve",
    );
    assert!(
        desk.effects.iter().any(|effect| matches!(effect, Effect::CloseTask { outcome, .. } if outcome == "cancelled"))
    );
}

#[test]
fn a_condition_on_the_border_happens_once() {
    let mut desk = guarded(json!([{"condition":{"f":"level","op":"gte","v":"3"},"interrupt":false,"to":"boss"}]));
    desk.row = json!({"level":3});
    desk.must(Input::DataChanged).must(Input::DataChanged);
    desk.expect(
        "
        running
        fix
          open ann
        boss
          open eve",
    );
}

#[test]
fn a_deadline_may_decide() {
    for (act, expected) in [("approve", "ended: done"), ("reject", "ended: rejected")] {
        let mut desk = Desk::new(
            json!([{"id":"ok","type":"approve","who":[{"by":"user","user":"ann"}],"on":[{"timer":"P1D","do":act}]},
                   {"id":"done","type":"end","result":"done"}]),
            json!([["start", "ok"], ["ok", "done"]]),
        )
        .started();
        desk.advance(24).expect(expected);
    }
}
