//! Where nodes stand on the drawing, and where the instance is on it.

use domain::flow::{Mark, layout, position};
use serde_json::json;

use super::desk::Desk;

fn forked() -> Desk {
    let ask = |id: &str| json!({"id":id,"type":"approve","who":[{"by":"user","user":"ann"}]});
    Desk::new(
        json!([ask("head"), {"id":"fork","type":"split","mode":"and"}, ask("left"), ask("right"),
               {"id":"meet","type":"join","mode":"and"}, {"id":"done","type":"end","position":[7, 3]}]),
        json!([["start","head"],["head","fork"],["fork","left"],["fork","right"],["left","meet"],["right","meet"],["meet","done"],
               {"from":"left","on":"reject","to":"head"}]),
    )
}

#[test]
fn columns_follow_the_way_and_nothing_overlaps() {
    let places = layout(&forked().flow);
    let at = |id: &str| {
        let place = places.iter().find(|place| place.node == id).expect("placed");
        (place.column, place.row)
    };
    assert_eq!(
        [at("start"), at("head"), at("fork"), at("left"), at("right"), at("meet"), at("done")],
        [(0, 0), (1, 0), (2, 0), (3, 0), (3, 1), (4, 0), (5, 0)]
    );
    assert_eq!(places.last().and_then(|place| place.position.clone()), Some(json!([7, 3])));
    let mut seen = std::collections::HashSet::new();
    assert!(places.iter().all(|place| seen.insert((place.column, place.row))));
}

#[test]
fn the_main_way_stays_on_top() {
    let work = |id: &str| json!({"id":id,"type":"work","who":[{"by":"submitter"}]});
    let mut fix = work("fix");
    fix["on"] = json!([{"timer":"P1D","interrupt":false,"to":"tell"}]);
    let desk = Desk::new(
        json!([fix, {"id":"tell","type":"notify","template":"t"}, {"id":"told","type":"end"}, work("ask"), {"id":"done","type":"end"}]),
        json!([["start", "fix"], ["tell", "told"], ["fix", "ask"], ["ask", "done"]]),
    );
    let rows: Vec<_> = layout(&desk.flow).into_iter().map(|place| (place.node, place.row)).collect();
    let expected = [("start", 0), ("fix", 0), ("tell", 1), ("told", 1), ("ask", 0), ("done", 0)];
    assert_eq!(rows, expected.map(|(node, row)| (node.to_owned(), row)));
}

#[test]
fn marks_say_what_is_done_and_who_is_on() {
    let mut desk = forked().started();
    desk.approve("ann", "head").approve("ann", "left");
    let found = position(&desk.flow, &desk.state);
    let mark = |id: &str| found.iter().find(|place| place.node == id).expect("there").mark;
    assert_eq!(
        [mark("start"), mark("head"), mark("left"), mark("right"), mark("meet"), mark("done")],
        [Mark::Done, Mark::Done, Mark::Done, Mark::Active, Mark::Active, Mark::Idle]
    );
    let right = found.iter().find(|place| place.node == "right").expect("there");
    assert_eq!(right.people, [super::desk::person("ann")]);
}
