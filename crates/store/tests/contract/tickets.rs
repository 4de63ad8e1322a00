//! Lists, conditions, cursors, counts.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{TicketId, UserId};
use domain::ticket::{LinkKind, Status, system_types};
use domain::view::Sort;
use lang::{Checked, Condition, Env, Type, Types};
use serde_json::{Value, json};
use store::{Cursor, FieldValue, GroupBy, TicketFilter, TicketQuery, TicketRow};

use crate::matrix::Fresh;
use crate::on_both;
use crate::world::{NOW, Result, World, person};

on_both! {
    a_ticket_is_written_and_read_back
    pages_in_every_order_hold_every_ticket_once
    a_cursor_stands_still_while_the_list_changes
    conditions_find_what_the_evaluator_finds
    hostile_values_are_only_values
    counts_stop_at_the_cap
    groups_and_days_add_up
    links_go_both_ways
}

fn types() -> Types {
    system_types()
        .with("cat", Type::Text)
        .with("floor", Type::Number { scale: 0 })
        .with("cost", Type::Money { scale: 2 })
        .with("urgent", Type::Bool)
        .with("marks", Type::MultiChoice { options: None })
        .with("on", Type::Date)
}

fn indexed() -> BTreeSet<String> {
    ["cat", "floor", "marks"].map(str::to_owned).into()
}

fn checked(document: Value) -> Checked {
    let condition: Condition = serde_json::from_value(document).expect("a condition");
    condition.check(&types()).expect("it checks")
}

fn env() -> Env {
    Env { now_ms: NOW.millis(), ..Env::default() }
}

/// Owned, so that it can move into a body.
#[derive(Clone)]
struct Ask {
    conditions: Vec<Checked>,
    sort: Sort,
    after: Option<Cursor>,
    limit: u32,
    words: Option<String>,
}

impl Ask {
    fn sorted(sort: &str) -> Self {
        let sort = Sort::parse(sort).expect("sortable");
        Self { conditions: Vec::new(), sort, after: None, limit: 1_000, words: None }
    }

    fn that(condition: Value) -> Self {
        Self { conditions: vec![checked(condition)], ..Self::sorted("created_at") }
    }

    async fn list(self, world: &World) -> Result<Vec<TicketRow>> {
        world
            .read(move |tx| {
                Box::pin(async move {
                    let (env, indexed) = (env(), indexed());
                    let conditions: Vec<&Checked> = self.conditions.iter().collect();
                    let filter = TicketFilter { conditions: &conditions, env: &env, indexed: &indexed };
                    let query = TicketQuery {
                        filter,
                        sort: &self.sort,
                        after: self.after.as_ref(),
                        limit: self.limit,
                        words: self.words.as_deref(),
                    };
                    tx.ticket_list(&query).await
                })
            })
            .await
    }

    async fn count(self, world: &World, cap: u64) -> u64 {
        let count = world
            .read(move |tx| {
                Box::pin(async move {
                    let (env, indexed) = (env(), indexed());
                    let conditions: Vec<&Checked> = self.conditions.iter().collect();
                    let filter = TicketFilter { conditions: &conditions, env: &env, indexed: &indexed };
                    tx.ticket_count(&filter, cap).await
                })
            })
            .await;
        count.expect("count")
    }
}

/// Forty tickets with everything that can differ.
async fn fill(world: &mut World) -> Vec<TicketRow> {
    let users: Vec<UserId> = (0..3).map(|_| world.id(UserId::new)).collect();
    let mut rows: Vec<TicketRow> = (0..40).map(|n| world.ticket(n)).collect();
    for (n, row) in (0i64..).zip(&mut rows) {
        row.status = Status::ALL[(n % 5) as usize];
        row.priority = 1 + n % 4;
        row.owner_id = (n % 3 != 0).then(|| users[(n % 3) as usize]);
        row.due_at = (n % 4 != 0).then(|| NOW.plus_millis(n % 7 * 1_000));
        row.solved_at = (n % 5 >= 3).then(|| NOW.plus_millis(n * 500));
        row.created_at = NOW.plus_millis(n / 2 * 1_000);
        row.data = json!({
            "cat": if n % 2 == 0 { "leak" } else { "noise" },
            "floor": (n % 6).to_string(),
            "cost": format!("{}.50", n),
            "urgent": n % 2 == 0,
            "marks": [format!("m{}", n % 3), "all"],
            "on": format!("2026-02-{:02}", 1 + n % 28),
        });
    }
    let kept = rows.clone();
    world
        .tx(move |tx| {
            Box::pin(async move {
                for (n, user) in users.iter().enumerate() {
                    tx.user_insert(&person(*user, None, &format!("user{n}"))).await?;
                }
                for row in &kept {
                    tx.ticket_insert(row).await?;
                    tx.ticket_fields_replace(row.id, &values(row)).await?;
                }
                Ok(())
            })
        })
        .await
        .expect("tickets");
    rows
}

fn values(row: &TicketRow) -> Vec<FieldValue> {
    let text = |field: &str, value: &str| FieldValue { field: field.into(), text: Some(value.into()), number: None };
    let floor = row.data["floor"].as_str().and_then(|floor| floor.parse().ok());
    let marks = row.data["marks"].as_array().into_iter().flatten();
    let mut values = vec![
        text("cat", row.data["cat"].as_str().expect("a text")),
        FieldValue { field: "floor".into(), text: None, number: floor },
    ];
    values.extend(marks.filter_map(Value::as_str).map(|mark| text("marks", mark)));
    values
}

fn ids(rows: &[TicketRow]) -> Vec<TicketId> {
    rows.iter().map(|row| row.id).collect()
}

async fn a_ticket_is_written_and_read_back(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let mut row = world.ticket(1);
    row.owner_id = Some(world.user);
    row.org_id = Some(world.org);
    row.due_at = Some(NOW);
    row.sla_state = Some("running".to_owned());
    row.rating = Some(5);
    row.title = "引号 ' \" 与 \\ 和 \u{1f527}".to_owned();
    let kept = row.clone();
    world.tx(move |tx| Box::pin(async move { tx.ticket_insert(&kept).await })).await.expect("insert");
    let (id, number) = (row.id, row.number.clone());
    let found = world
        .read(move |tx| {
            Box::pin(async move { Ok((tx.ticket_by_id(id).await?, tx.ticket_id_by_number(&number).await?)) })
        })
        .await
        .expect("read");
    assert_eq!(found, (Some(row.clone()), Some(id)));
    row.status = Status::Closed;
    row.closed_at = Some(NOW.plus_millis(9));
    row.owner_id = None;
    let kept = row.clone();
    world.tx(move |tx| Box::pin(async move { tx.ticket_update(&kept).await })).await.expect("update");
    row.version = 2;
    let found = world.read(move |tx| Box::pin(async move { tx.ticket_by_id(id).await })).await.expect("read");
    assert_eq!(found, Some(row));
}

async fn pages_in_every_order_hold_every_ticket_once(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let rows = fill(&mut world).await;
    for field in domain::view::SORTABLE {
        for sign in ["", "-"] {
            let sort = format!("{sign}{field}");
            let mut expected = rows.clone();
            expected.sort_by_key(|row| (key(row, field).is_none(), key(row, field), row.id));
            if sign == "-" {
                let nulls = expected.iter().position(|row| key(row, field).is_none()).unwrap_or(expected.len());
                expected[..nulls].reverse();
                expected[nulls..].reverse();
            }
            let mut found = Vec::new();
            let mut ask = Ask { limit: 7, ..Ask::sorted(&sort) };
            loop {
                let page = ask.clone().list(&world).await.expect("a page");
                let Some(last) = page.last() else { break };
                ask.after = Some(Cursor::parse(&Cursor::of(last, &ask.sort).to_string()).expect("a cursor"));
                found.extend(page);
                assert!(found.len() <= rows.len(), "{sort} repeats");
            }
            assert_eq!(ids(&found), ids(&expected), "{sort}");
        }
    }
}

fn key(row: &TicketRow, field: &str) -> Option<String> {
    let number = |n: i64| format!("{n:020}");
    match field {
        "number" => Some(row.number.clone()),
        "priority" => Some(number(row.priority)),
        "updated_at" => Some(number(row.updated_at.millis())),
        "due_at" => row.due_at.map(|at| number(at.millis())),
        "solved_at" => row.solved_at.map(|at| number(at.millis())),
        _ => Some(number(row.created_at.millis())),
    }
}

async fn a_cursor_stands_still_while_the_list_changes(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let rows = fill(&mut world).await;
    let mut ask = Ask { limit: 10, ..Ask::sorted("-created_at") };
    let first = ask.clone().list(&world).await.expect("a page");
    ask.after = first.last().map(|last| Cursor::of(last, &ask.sort));
    // New tickets come in at the top, and the last row of the page changes.
    for n in 50..55 {
        world.add_ticket(n).await;
    }
    let mut last = first[9].clone();
    last.status = Status::Closed;
    world.tx(move |tx| Box::pin(async move { tx.ticket_update(&last).await })).await.expect("update");
    let second = ask.list(&world).await.expect("a page");
    let mut expected: Vec<TicketRow> = rows;
    expected.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id)));
    assert_eq!(ids(&second), ids(&expected[10..20]));
}

async fn conditions_find_what_the_evaluator_finds(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let rows = fill(&mut world).await;
    let owner = rows[1].owner_id.expect("an owner").to_string();
    let mut found_some = 0;
    for document in [
        json!({"f": "status", "op": "in", "v": ["new", "open"]}),
        json!({"f": "priority", "op": "gte", "v": 3}),
        json!({"f": "owner", "op": "eq", "v": owner}),
        json!({"f": "owner", "op": "ne", "v": owner}),
        json!({"f": "owner", "op": "empty"}),
        json!({"f": "title", "op": "contains", "v": "漏水 1"}),
        json!({"f": "created_at", "op": "gt", "v": NOW.plus_millis(9_000).to_string()}),
        json!({"f": "due_at", "op": "lte", "v": {"var": "now"}}),
        json!({"f": "cat", "op": "eq", "v": "leak"}),
        json!({"f": "cat", "op": "ne", "v": "leak"}),
        json!({"f": "cat", "op": "starts", "v": "NOI"}),
        json!({"f": "cat", "op": "empty"}),
        json!({"f": "floor", "op": "between", "v": [2, 4]}),
        json!({"f": "marks", "op": "has_any", "v": ["m1", "m2"]}),
        json!({"f": "marks", "op": "has_all", "v": ["m1", "all"]}),
        json!({"f": "marks", "op": "has_none", "v": ["m1"]}),
        json!({"f": "cost", "op": "lt", "v": "10.50"}),
        json!({"f": "urgent", "op": "eq", "v": true}),
        json!({"f": "on", "op": "gte", "v": "2026-02-20"}),
        json!({"all": [
            {"f": "status", "op": "ne", "v": "closed"},
            {"any": [{"f": "cat", "op": "eq", "v": "noise"}, {"f": "priority", "op": "eq", "v": 4}]},
            {"not": {"f": "floor", "op": "eq", "v": 0}},
        ]}),
    ] {
        let condition = checked(document.clone());
        let expected: Vec<TicketId> =
            rows.iter().filter(|row| condition.evaluate(&flat(row), &env())).map(|row| row.id).collect();
        let found = Ask::that(document.clone()).list(&world).await.expect("a list");
        assert_eq!(ids(&found), expected, "{document}");
        let counted = Ask::that(document.clone()).count(&world, 1_000).await;
        assert_eq!(counted, expected.len() as u64, "{document}");
        found_some += usize::from(!expected.is_empty() && expected.len() < rows.len());
    }
    assert!(found_some >= 17, "the conditions must tell tickets apart: {found_some}");
}

fn flat(row: &TicketRow) -> Value {
    let mut flat = row.data.clone();
    flat["status"] = row.status.as_str().into();
    flat["priority"] = row.priority.into();
    flat["owner"] = json!(row.owner_id);
    flat["title"] = row.title.clone().into();
    flat["created_at"] = row.created_at.to_string().into();
    flat["due_at"] = row.due_at.map(|at| at.to_string()).into();
    flat
}

async fn hostile_values_are_only_values(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    fill(&mut world).await;
    for hostile in ["' OR 1=1 --", "\"; DROP TABLE ticket; --", "$1", "?1", "%", "\\", "') UNION SELECT 1", "{\"a\":1}"]
    {
        for op in ["eq", "contains", "starts"] {
            for field in ["cat", "title", "category"] {
                if field == "category" && op != "eq" {
                    continue;
                }
                let ask = Ask::that(json!({"f": field, "op": op, "v": hostile}));
                assert_eq!(ask.list(&world).await.expect("a list"), [], "{field} {op} {hostile}");
            }
        }
        let ask = Ask { words: Some(hostile.to_owned()), ..Ask::sorted("-created_at") };
        assert_eq!(ask.list(&world).await.expect("a list"), [], "{hostile}");
    }
    assert_eq!(Ask::sorted("-created_at").count(&world, 1_000).await, 40);
}

async fn counts_stop_at_the_cap(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    fill(&mut world).await;
    for (cap, expected) in [(5, 6), (39, 40), (40, 40), (100, 40)] {
        assert_eq!(Ask::sorted("-created_at").count(&world, cap).await, expected);
    }
}

async fn groups_and_days_add_up(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let rows = fill(&mut world).await;
    let bounds: Vec<_> = (0..4).map(|day| NOW.plus_millis(day * 5_000)).collect();
    let asked = bounds.clone();
    let (groups, days, walked) = world
        .read(move |tx| {
            Box::pin(async move {
                let (env, indexed) = (env(), indexed());
                let filter = TicketFilter { conditions: &[], env: &env, indexed: &indexed };
                let by = [GroupBy::Status, GroupBy::Priority, GroupBy::Owner, GroupBy::Category, GroupBy::SlaState];
                let mut groups = Vec::new();
                for by in by {
                    groups.push(tx.ticket_group_count(&filter, by, 100).await?);
                }
                let days = tx.ticket_day_count(&filter, &asked).await?;
                let mut walked = tx.ticket_ids(&filter, None, 25).await?;
                walked.extend(tx.ticket_ids(&filter, walked.last().copied(), 25).await?);
                Ok((groups, days, walked))
            })
        })
        .await
        .expect("charts");
    for group in &groups {
        assert_eq!(group.iter().map(|group| group.count).sum::<i64>(), 40);
    }
    let by_status: BTreeMap<_, _> = groups[0].iter().map(|group| (group.key.clone(), group.count)).collect();
    assert!(Status::ALL.iter().all(|status| by_status[&Some(status.as_str().to_owned())] == 8));
    assert_eq!(groups[4].len(), 1, "no state at all is one group");
    for (index, day) in days.iter().enumerate() {
        let is_in = |at: domain::time::Timestamp| at >= bounds[index] && at < bounds[index + 1];
        let created = rows.iter().filter(|row| is_in(row.created_at)).count() as i64;
        let solved = rows.iter().filter(|row| row.solved_at.is_some_and(is_in)).count() as i64;
        assert_eq!((day.from, day.created, day.solved, day.closed), (bounds[index], created, solved, 0));
    }
    let mut all = ids(&rows);
    all.sort_unstable();
    assert_eq!(walked, all);
}

async fn links_go_both_ways(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let (a, b) = (world.add_ticket(1).await.id, world.add_ticket(2).await.id);
    let linked = world
        .tx(move |tx| {
            Box::pin(async move {
                let first = tx.ticket_link_insert(a, b, LinkKind::Parent, NOW).await?;
                let again = tx.ticket_link_insert(a, b, LinkKind::Parent, NOW).await?;
                Ok((first, again))
            })
        })
        .await
        .expect("link");
    assert_eq!(linked, (true, false));
    for id in [a, b] {
        let links = world.read(move |tx| Box::pin(async move { tx.ticket_link_list(id).await })).await.expect("read");
        assert_eq!(links.iter().map(|link| (link.from_id, link.to_id)).collect::<Vec<_>>(), [(a, b)]);
    }
    let gone = world.tx(move |tx| Box::pin(async move { tx.ticket_link_delete(a, b, LinkKind::Parent).await })).await;
    assert!(gone.expect("unlink"));
}
