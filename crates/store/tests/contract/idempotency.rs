//! A repeated request has one effect and one answer.

use serde_json::json;
use store::{Idempotency, IdempotencyKey, IdempotencyToken, StoreError};

use crate::matrix::Fresh;
use crate::on_both;
use crate::world::{NOW, Result, World};
use domain::time::Timestamp;

on_both! {
    the_second_request_waits_then_gets_the_first_answer
    another_body_under_the_same_key_is_a_mismatch
    keys_belong_to_actor_route_and_tenant
    a_failed_request_gives_its_key_back
    a_dead_request_is_taken_over_and_cannot_settle_any_more
    a_key_is_forgotten_after_three_days
    of_many_at_once_one_goes_ahead
}

fn key(body: &str) -> IdempotencyKey {
    IdempotencyKey {
        actor: "usr_1".to_owned(),
        route: "POST /tickets".to_owned(),
        key: "k1".to_owned(),
        body_hash: body.to_owned(),
    }
}

async fn take(world: &World, key: IdempotencyKey, now: Timestamp) -> Idempotency {
    world.tx(move |tx| Box::pin(async move { tx.idempotency_take(&key, now).await })).await.expect("take")
}

async fn fresh_token(world: &World, key: IdempotencyKey, now: Timestamp) -> IdempotencyToken {
    match take(world, key, now).await {
        Idempotency::Fresh(token) => token,
        other => panic!("expected a fresh key, found {other:?}"),
    }
}

async fn settle(world: &World, token: IdempotencyToken) -> Result<()> {
    world
        .tx(move |tx| {
            Box::pin(async move {
                tx.counter_next("effect").await?;
                tx.idempotency_settle(&token, 201, &json!({"id": "tkt_1"})).await
            })
        })
        .await
}

async fn the_second_request_waits_then_gets_the_first_answer(fresh: Fresh) {
    let world = World::new(fresh).await;
    let token = fresh_token(&world, key("a"), NOW).await;
    assert_eq!(take(&world, key("a"), NOW.plus_millis(1)).await, Idempotency::InFlight);
    settle(&world, token).await.expect("settle");
    let again = take(&world, key("a"), NOW.plus_millis(2)).await;
    assert_eq!(again, Idempotency::Settled { status: 201, response: json!({"id": "tkt_1"}) });
}

async fn another_body_under_the_same_key_is_a_mismatch(fresh: Fresh) {
    let world = World::new(fresh).await;
    let token = fresh_token(&world, key("a"), NOW).await;
    assert_eq!(take(&world, key("b"), NOW).await, Idempotency::Mismatch);
    settle(&world, token).await.expect("settle");
    assert_eq!(take(&world, key("b"), NOW).await, Idempotency::Mismatch);
}

async fn keys_belong_to_actor_route_and_tenant(fresh: Fresh) {
    let world = World::new(fresh).await;
    fresh_token(&world, key("a"), NOW).await;
    fresh_token(&world, IdempotencyKey { actor: "usr_2".to_owned(), ..key("a") }, NOW).await;
    fresh_token(&world, IdempotencyKey { route: "POST /records".to_owned(), ..key("b") }, NOW).await;
    let mut ids = world.ids.clone();
    let other = crate::world::add_tenant(&world.store, &mut ids, "other").await;
    let taken = world
        .store
        .tx(store::Scope::tenant(other), |tx| {
            Box::pin(async move { tx.idempotency_take(&key("c"), NOW).await })
        })
        .await;
    assert!(matches!(taken.expect("take"), Idempotency::Fresh(_)));
}

async fn a_failed_request_gives_its_key_back(fresh: Fresh) {
    let world = World::new(fresh).await;
    let token = fresh_token(&world, key("a"), NOW).await;
    world.tx(move |tx| Box::pin(async move { tx.idempotency_release(&token).await })).await.expect("release");
    fresh_token(&world, key("b"), NOW).await;
}

async fn a_dead_request_is_taken_over_and_cannot_settle_any_more(fresh: Fresh) {
    let world = World::new(fresh).await;
    let dead = fresh_token(&world, key("a"), NOW).await;
    assert_eq!(take(&world, key("a"), NOW.plus_millis(59_999)).await, Idempotency::InFlight);
    let heir = fresh_token(&world, key("a"), NOW.plus_millis(60_000)).await;
    assert!(matches!(settle(&world, dead).await, Err(StoreError::Stale)));
    settle(&world, heir).await.expect("settle");
    let effects = world.tx(|tx| Box::pin(async move { tx.counter_next("effect").await })).await;
    assert_eq!(effects.expect("count"), 2, "one effect, and this count");
}

async fn a_key_is_forgotten_after_three_days(fresh: Fresh) {
    let world = World::new(fresh).await;
    let token = fresh_token(&world, key("a"), NOW).await;
    settle(&world, token).await.expect("settle");
    let days = 72 * 3_600_000;
    assert!(matches!(take(&world, key("a"), NOW.plus_millis(days - 1)).await, Idempotency::Settled { .. }));
    fresh_token(&world, key("b"), NOW.plus_millis(days)).await;
    let purged = world
        .tx(move |tx| Box::pin(async move { tx.idempotency_purge(NOW.plus_millis(2 * days)).await }))
        .await;
    assert_eq!(purged.expect("purge"), 1);
}

async fn of_many_at_once_one_goes_ahead(fresh: Fresh) {
    let world = std::sync::Arc::new(World::new(fresh).await);
    let callers: Vec<_> = (0..12)
        .map(|_| {
            let world = std::sync::Arc::clone(&world);
            tokio::spawn(async move { take(&world, key("a"), NOW).await })
        })
        .collect();
    let mut ahead = 0;
    for caller in callers {
        match caller.await.expect("a caller") {
            Idempotency::Fresh(_) => ahead += 1,
            other => assert_eq!(other, Idempotency::InFlight),
        }
    }
    assert_eq!(ahead, 1);
}
