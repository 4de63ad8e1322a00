//! Full text in Chinese and English.

use std::collections::BTreeSet;

use domain::id::TicketId;
use domain::ticket::system_types;
use domain::view::Sort;
use lang::{Checked, Condition, Env};
use serde_json::json;
use store::{Cursor, Scope, StoreError, TicketFilter, TicketQuery, TicketRow};

use crate::matrix::Fresh;
use crate::on_both;
use crate::world::{NOW, World, add_tenant, ticket};

on_both! {
    words_in_both_languages_are_found_newest_first
    a_text_is_found_by_its_present_words_only
    words_respect_conditions_and_cursors
    another_tenants_text_is_not_found
    tickets_of_one_millisecond_are_all_found
    a_text_of_any_size_is_indexed_from_its_beginning
}

async fn add(world: &mut World, n: i64, text: &'static str) -> TicketId {
    let id = world.add_ticket(n).await.id;
    world.tx(move |tx| Box::pin(async move { tx.ticket_search_replace(id, text).await })).await.expect("index");
    id
}

async fn find(world: &World, scope: Scope, words: &str, after: Option<Cursor>, limit: u32) -> Vec<TicketRow> {
    let words = words.to_owned();
    let found = world.store.read(scope, move |tx| {
        Box::pin(async move {
            let (env, indexed, sort) = (Env::default(), BTreeSet::new(), Sort::default());
            let condition: Condition =
                serde_json::from_value(json!({"f": "priority", "op": "lte", "v": 3})).expect("valid");
            let checked = condition.check(&system_types()).expect("checks");
            let conditions: [&Checked; 1] = [&checked];
            let filter = TicketFilter { conditions: &conditions, env: &env, indexed: &indexed };
            let query = TicketQuery { filter, sort: &sort, after: after.as_ref(), limit, words: Some(&words) };
            tx.ticket_list(&query).await
        })
    });
    let found: Result<_, StoreError> = found.await;
    found.expect("a search")
}

async fn hits(world: &World, words: &str) -> Vec<TicketId> {
    find(world, world.scope(), words, None, 100).await.into_iter().map(|row| row.id).collect()
}

async fn words_in_both_languages_are_found_newest_first(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let printer = add(&mut world, 1, "三号楼打印机卡纸，HP M404dn paper jam").await;
    let leak = add(&mut world, 2, "AHU-3-07 空调漏水，水滴到打印间").await;
    let tomb = add(&mut world, 3, "古墓群附近的路灯坏了 Ｅ０４").await;
    for (words, expected) in [
        ("打印机", vec![printer]),
        ("打印", vec![leak, printer]),
        ("水", vec![leak]),
        ("坏", vec![tomb]),
        ("了", vec![tomb]),
        ("古墓群", vec![tomb]),
        ("古墓的", vec![]),
        ("印打", vec![]),
        ("paper", vec![printer]),
        ("PAPER jam", vec![printer]),
        ("\"paper jam\"", vec![printer]),
        ("\"jam paper\"", vec![]),
        ("m404", vec![printer]),
        ("e04", vec![tomb]),
        ("AHU-3-07", vec![leak]),
        ("AHU-3", vec![leak]),
        ("打印 水", vec![leak]),
        ("打印 古墓", vec![]),
        ("", vec![]),
        ("，。", vec![]),
    ] {
        assert_eq!(hits(&world, words).await, expected, "{words}");
    }
}

async fn a_text_is_found_by_its_present_words_only(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let id = add(&mut world, 1, "打印机卡纸").await;
    world.tx(move |tx| Box::pin(async move { tx.ticket_search_replace(id, "空调漏水").await })).await.expect("index");
    assert_eq!(hits(&world, "打印机").await, []);
    assert_eq!(hits(&world, "空调").await, [id]);
    let nobody =
        world.tx(|tx| Box::pin(async move { tx.ticket_search_replace(TicketId::from_u128(1), "空").await })).await;
    // PostgreSQL writes nothing for a ticket that does not exist, SQLite says so; neither finds anything.
    drop(nobody);
    assert_eq!(hits(&world, "空").await, [id]);
}

async fn words_respect_conditions_and_cursors(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let mut expected = Vec::new();
    for n in 0..30 {
        let id = add(&mut world, n, "漏水").await;
        if n % 5 == 0 {
            world
                .tx(move |tx| {
                    Box::pin(async move {
                        let mut row = tx.ticket_by_id(id).await?.ok_or(StoreError::NotFound)?;
                        row.priority = 4;
                        tx.ticket_update(&row).await
                    })
                })
                .await
                .expect("update");
        } else {
            expected.insert(0, id);
        }
    }
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = find(&world, world.scope(), "漏水", after, 7).await;
        let Some(last) = page.last() else { break };
        after = Some(Cursor::of(last, &Sort::default()));
        found.extend(page.iter().map(|row| row.id));
        assert!(found.len() <= 30);
    }
    assert_eq!(found, expected);
}

async fn another_tenants_text_is_not_found(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    add(&mut world, 1, "漏水").await;
    let mut ids = world.ids.clone();
    let tenant = add_tenant(&world.store, &mut ids, "other").await;
    let other = Scope::tenant(tenant);
    assert_eq!(find(&world, other, "漏水", None, 10).await, []);
    // Nor by asking for the token of the other tenant.
    let token = world.tenant.to_string().replace('_', "");
    assert_eq!(find(&world, other, &token, None, 10).await, []);
    assert_eq!(find(&world, other, &format!("漏水 {token}"), None, 10).await, []);
}

async fn tickets_of_one_millisecond_are_all_found(fresh: Fresh) {
    let world = World::new(fresh).await;
    // Ids that agree in the bits that place a ticket among its neighbours.
    let ids: Vec<TicketId> = (0..5u128).map(|n| TicketId::from_u128((n + 1) << 40 | 7)).collect();
    let kept = ids.clone();
    world
        .tx(move |tx| {
            Box::pin(async move {
                for (n, id) in (0i64..).zip(kept) {
                    let mut row = ticket(id, n);
                    row.created_at = NOW;
                    tx.ticket_insert(&row).await?;
                    tx.ticket_search_replace(id, "漏水").await?;
                }
                Ok(())
            })
        })
        .await
        .expect("tickets");
    let found: BTreeSet<TicketId> = hits(&world, "漏水").await.into_iter().collect();
    assert_eq!(found, ids.into_iter().collect());
}

async fn a_text_of_any_size_is_indexed_from_its_beginning(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let id = world.add_ticket(1).await.id;
    let long: String = (0..40_000).map(|n| format!("𠀀{n:07}{}", "ß".repeat(50))).collect();
    for text in [format!("漏水 {long}"), "漏水".repeat(100_000)] {
        let done = world.tx(move |tx| Box::pin(async move { tx.ticket_search_replace(id, &text).await })).await;
        done.expect("index");
        assert_eq!(hits(&world, "漏水").await, [id]);
    }
}
