//! A repeated request has one effect and one answer.

use domain::time::Timestamp;
use store::{IdempotencyKey, IdempotencyRow, StoreError};

use crate::matrix::Fresh;
use crate::on_both;
use crate::world::{NOW, Result, World};

on_both! {
    a_key_is_recorded_with_its_work_and_answers_later
    keys_belong_to_actor_route_and_tenant
    work_that_fails_leaves_no_key
    a_key_is_forgotten_after_three_days
    of_many_at_once_one_does_the_work
}

fn key(body: &str) -> IdempotencyKey {
    IdempotencyKey {
        actor: "usr_1".to_owned(),
        route: "POST /tickets".to_owned(),
        key: "k1".to_owned(),
        body_hash: body.to_owned(),
    }
}

/// The work and its key; refused when the key is there already.
async fn work(world: &World, key: IdempotencyKey, now: Timestamp) -> Result<i64> {
    world
        .tx(move |tx| {
            Box::pin(async move {
                let effect = tx.counter_next("effect").await?;
                match tx.idempotency_record(&key, now).await? {
                    true => Ok(effect),
                    false => Err(StoreError::Stale),
                }
            })
        })
        .await
}

async fn find(world: &World, key: IdempotencyKey, now: Timestamp) -> Option<IdempotencyRow> {
    let found = world.read(move |tx| Box::pin(async move { tx.idempotency_find(&key, now).await })).await;
    found.expect("read")
}

async fn a_key_is_recorded_with_its_work_and_answers_later(fresh: Fresh) {
    let world = World::new(fresh).await;
    assert_eq!(find(&world, key("a"), NOW).await, None);
    assert_eq!(work(&world, key("a"), NOW).await.expect("the first"), 1);
    let mut row = IdempotencyRow { body_hash: "a".to_owned(), status: None, response: None };
    assert_eq!(find(&world, key("b"), NOW).await, Some(row.clone()), "the caller compares the bodies");
    for body in ["a", "b"] {
        assert!(matches!(work(&world, key(body), NOW).await, Err(StoreError::Stale)));
    }
    world
        .tx(|tx| Box::pin(async move { tx.idempotency_answer(&key("a"), 201, "{\"id\":1}").await }))
        .await
        .expect("answer");
    (row.status, row.response) = (Some(201), Some("{\"id\":1}".to_owned()));
    assert_eq!(find(&world, key("a"), NOW).await, Some(row));
}

async fn keys_belong_to_actor_route_and_tenant(fresh: Fresh) {
    let world = World::new(fresh).await;
    work(&world, key("a"), NOW).await.expect("a key");
    work(&world, IdempotencyKey { actor: "usr_2".to_owned(), ..key("a") }, NOW).await.expect("another person's");
    work(&world, IdempotencyKey { route: "POST /x".to_owned(), ..key("b") }, NOW).await.expect("another route's");
    let mut ids = world.ids.clone();
    let other = crate::world::add_tenant(&world.store, &mut ids, "other").await;
    let recorded = world
        .store
        .tx(store::Scope::tenant(other), |tx| Box::pin(async move { tx.idempotency_record(&key("c"), NOW).await }))
        .await;
    assert!(recorded.expect("another tenant's"));
}

async fn work_that_fails_leaves_no_key(fresh: Fresh) {
    let world = World::new(fresh).await;
    let failed: Result<()> = world
        .tx(|tx| {
            Box::pin(async move {
                tx.idempotency_record(&key("a"), NOW).await?;
                Err(StoreError::NotFound)
            })
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(work(&world, key("b"), NOW).await.expect("free again"), 1);
}

async fn a_key_is_forgotten_after_three_days(fresh: Fresh) {
    let world = World::new(fresh).await;
    work(&world, key("a"), NOW).await.expect("a key");
    let days = 72 * 3_600_000;
    let before = NOW.plus_millis(days - 1);
    assert!(find(&world, key("a"), before).await.is_some());
    assert!(matches!(work(&world, key("a"), before).await, Err(StoreError::Stale)));
    assert_eq!(find(&world, key("a"), NOW.plus_millis(days)).await, None);
    work(&world, key("b"), NOW.plus_millis(days)).await.expect("free again");
    let later = NOW.plus_millis(2 * days);
    let purged = world.tx(move |tx| Box::pin(async move { tx.idempotency_purge(later).await })).await;
    assert_eq!(purged.expect("purge"), 1);
}

async fn of_many_at_once_one_does_the_work(fresh: Fresh) {
    let world = std::sync::Arc::new(World::new(fresh).await);
    let callers: Vec<_> = (0..12)
        .map(|_| {
            let world = std::sync::Arc::clone(&world);
            tokio::spawn(async move { work(&world, key("a"), NOW).await })
        })
        .collect();
    let mut done = 0;
    for caller in callers {
        match caller.await.expect("a caller") {
            Ok(_) => done += 1,
            Err(error) => assert!(matches!(error, StoreError::Stale), "{error:?}"),
        }
    }
    assert_eq!(done, 1);
}
