//! What PostgreSQL does to transactions and the store makes good again.

use std::sync::Arc;

use store::StoreError;
use tokio::sync::Barrier;

use crate::matrix::{Database, Fresh, run};
use crate::world::World;

#[test]
fn lost_connections_are_replaced() {
    run(Database::Postgres, lose_connections);
}

#[test]
fn a_deadlock_is_solved_by_another_try() {
    run(Database::Postgres, meet_crosswise);
}

const KILL: &str = "SELECT CAST(COUNT(pg_terminate_backend(pid)) AS BIGINT) FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid()";

async fn lose_connections(fresh: Fresh) {
    let world = World::new(fresh).await;
    for turn in 1..=3 {
        // Fill the pool, then cut every connection but the one that does the cutting.
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let (store, scope) = (world.store.clone(), world.scope());
                tokio::spawn(async move {
                    store.read(scope, |tx| Box::pin(async move { tx.configuration_revision().await })).await
                })
            })
            .collect();
        for reader in readers {
            let read: Result<i64, StoreError> = reader.await.expect("a reader");
            read.expect("read");
        }
        let cut = world.store.system_read(|tx| Box::pin(async move { tx.raw_query(KILL).await })).await;
        let _: Vec<store::Row> = cut.expect("cut");
        let writers: Vec<_> = (0..4)
            .map(|_| {
                let (store, scope) = (world.store.clone(), world.scope());
                tokio::spawn(async move {
                    store.tx(scope, |tx| Box::pin(async move { tx.counter_next("alive").await })).await
                })
            })
            .collect();
        for writer in writers {
            let written: Result<i64, StoreError> = writer.await.expect("a writer");
            written.expect("written on another connection");
        }
        let next = world.tx(|tx| Box::pin(async move { tx.counter_next("alive").await })).await.expect("count");
        assert_eq!(next, turn * 5, "each write happened once");
    }
}

async fn meet_crosswise(fresh: Fresh) {
    let world = World::new(fresh).await;
    for key in ["a", "b"] {
        world.tx(move |tx| Box::pin(async move { tx.counter_next(key).await })).await.expect("count");
    }
    let barrier = Arc::new(Barrier::new(2));
    let tries = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let crosswise: Vec<_> = [("a", "b"), ("b", "a")]
        .into_iter()
        .map(|(first, second)| {
            let (store, scope) = (world.store.clone(), world.scope());
            let (barrier, tries) = (Arc::clone(&barrier), Arc::clone(&tries));
            tokio::spawn(async move {
                let body = store.tx(scope, move |tx| {
                    Box::pin(async move {
                        tx.counter_next(first).await?;
                        // Only the first tries meet: the second try of one comes when the other has gone on.
                        if tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 2 {
                            barrier.wait().await;
                        }
                        tx.counter_next(second).await
                    })
                });
                let done: Result<i64, StoreError> = body.await;
                done.expect("both succeed in the end");
            })
        })
        .collect();
    for body in crosswise {
        body.await.expect("a body");
    }
    assert_eq!(tries.load(std::sync::atomic::Ordering::SeqCst), 3, "one of them ran twice");
    for key in ["a", "b"] {
        let next = world.tx(move |tx| Box::pin(async move { tx.counter_next(key).await })).await.expect("count");
        assert_eq!(next, 4, "each counted once");
    }
}
