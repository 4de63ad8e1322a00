//! Whole or nothing, alone or in company.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::id::{TicketId, UserId};
use store::{Constraint, Dialect, Refusal, Scope, StoreError};
use tokio::sync::oneshot;

use crate::matrix::Fresh;
use crate::on_both;
use crate::world::{NOW, Result, World, add_tenant, person, ticket};

on_both! {
    a_failing_body_leaves_nothing
    a_panicking_body_leaves_nothing_and_harms_nobody
    a_failed_statement_ends_its_transaction_even_when_the_error_is_swallowed
    a_write_that_nobody_waits_for_fails_the_transaction_all_the_same
    a_read_cannot_write
    a_system_transaction_has_no_tenants_rows
    a_tenant_does_not_see_the_rows_of_another
    a_stale_version_is_refused
    constraints_are_named
    numbers_of_sixteen_writers_have_no_gap_and_no_double
    failures_in_company_roll_back_alone
    a_reader_sees_one_snapshot
    a_closed_store_answers_and_what_was_written_is_there_again
    a_dropped_caller_leaves_all_or_nothing
    references_do_not_cross_tenants
}

async fn a_failing_body_leaves_nothing(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let row = world.ticket(1);
    let id = row.id;
    let failed: Result<()> = world
        .tx(move |tx| {
            Box::pin(async move {
                tx.ticket_insert(&row).await?;
                Err(StoreError::NotFound)
            })
        })
        .await;
    assert!(matches!(failed, Err(StoreError::NotFound)));
    assert!(world.read(move |tx| Box::pin(async move { tx.ticket_by_id(id).await })).await.expect("read").is_none());
}

async fn a_panicking_body_leaves_nothing_and_harms_nobody(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let row = world.ticket(1);
    let id = row.id;
    let failed: Result<()> = world
        .tx(move |tx| {
            Box::pin(async move {
                tx.ticket_insert(&row).await?;
                panic!("as the test wants");
            })
        })
        .await;
    assert!(matches!(failed, Err(StoreError::Refused(Refusal::Panicked(text))) if text == "as the test wants"));
    assert!(world.read(move |tx| Box::pin(async move { tx.ticket_by_id(id).await })).await.expect("read").is_none());
    world.add_ticket(2).await;
}

async fn a_failed_statement_ends_its_transaction_even_when_the_error_is_swallowed(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let (other, double) = (world.ticket(2), person(world.id(UserId::new), None, "li.wei"));
    let id = other.id;
    let failed: Result<()> = world
        .tx(move |tx| {
            Box::pin(async move {
                tx.ticket_insert(&other).await?;
                let refused = tx.user_insert(&double).await;
                assert!(refused.is_err_and(|error| error.is_conflict(Constraint::UserLogin)));
                let later = tx.ticket_by_id(id).await;
                assert!(matches!(later, Err(StoreError::Refused(Refusal::Failed))));
                Ok(())
            })
        })
        .await;
    assert!(matches!(failed, Err(StoreError::Refused(Refusal::Failed))), "{failed:?}");
    let found = world.read(move |tx| Box::pin(async move { tx.ticket_by_id(id).await })).await;
    assert!(found.expect("read").is_none());
}

async fn a_write_that_nobody_waits_for_fails_the_transaction_all_the_same(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let first = world.add_ticket(1).await;
    for asks_later in [true, false] {
        let double = first.clone();
        let failed: Result<()> = world
            .tx(move |tx| {
                Box::pin(async move {
                    tx.counter_next("effect").await?;
                    tx.ticket_insert(&double).await?;
                    if asks_later {
                        tx.counter_next("effect").await?;
                    }
                    Ok(())
                })
            })
            .await;
        assert!(matches!(failed, Err(StoreError::Conflict(_))), "{failed:?}");
    }
    let next = world.tx(|tx| Box::pin(async move { tx.counter_next("effect").await })).await;
    assert_eq!(next.expect("count"), 1);
}

async fn a_read_cannot_write(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let row = world.ticket(1);
    let failed = world.read(move |tx| Box::pin(async move { tx.ticket_insert(&row).await })).await;
    assert!(matches!(failed, Err(StoreError::Refused(Refusal::ReadOnly))));
    // INSERT … RETURNING goes through the query path: the engine itself must refuse it.
    let failed = world.read(|tx| Box::pin(async move { tx.counter_next("x").await })).await;
    assert!(matches!(failed, Err(StoreError::Refused(Refusal::ReadOnly))), "{failed:?}");
}

async fn a_system_transaction_has_no_tenants_rows(fresh: Fresh) {
    let world = World::new(fresh).await;
    let failed = world.store.system_tx(|tx| Box::pin(async move { tx.user_by_login("li.wei").await })).await;
    assert!(matches!(failed, Err(StoreError::Refused(Refusal::NoTenant))));
}

async fn a_tenant_does_not_see_the_rows_of_another(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let row = world.add_ticket(1).await;
    let mut ids = world.ids.clone();
    let other = Scope::tenant(add_tenant(&world.store, &mut ids, "other").await);
    let (id, number, stale) = (row.id, row.number.clone(), row.clone());
    let found = world
        .store
        .read(other, move |tx| {
            Box::pin(async move {
                Ok::<_, StoreError>((
                    tx.ticket_by_id(id).await?,
                    tx.ticket_id_by_number(&number).await?,
                    tx.user_by_login("li.wei").await?,
                    tx.org_list().await?,
                ))
            })
        })
        .await
        .expect("read");
    assert_eq!(found, (None, None, None, vec![]));
    let changed = world.store.tx(other, move |tx| Box::pin(async move { tx.ticket_update(&stale).await })).await;
    assert!(matches!(changed, Err(StoreError::Stale)));
    // The same number and the same id are free in the other tenant.
    world.store.tx(other, move |tx| Box::pin(async move { tx.ticket_insert(&row).await })).await.expect("insert");
}

async fn a_stale_version_is_refused(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let row = world.add_ticket(1).await;
    let (first, second) = (row.clone(), row.clone());
    world.tx(move |tx| Box::pin(async move { tx.ticket_update(&first).await })).await.expect("the first wins");
    let failed = world.tx(move |tx| Box::pin(async move { tx.ticket_update(&second).await })).await;
    assert!(matches!(failed, Err(StoreError::Stale)));
    let id = row.id;
    let kept = world.read(move |tx| Box::pin(async move { tx.ticket_by_id(id).await })).await.expect("read");
    assert_eq!(kept.expect("found").version, 2);
}

async fn constraints_are_named(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let row = world.add_ticket(1).await;
    let mut double = world.ticket(9);
    double.number = row.number;
    let failed = world.tx(move |tx| Box::pin(async move { tx.ticket_insert(&double).await })).await;
    assert!(failed.is_err_and(|error| error.is_conflict(Constraint::TicketNumber)));

    let again = person(world.id(UserId::new), None, "li.wei");
    let failed = world.tx(move |tx| Box::pin(async move { tx.user_insert(&again).await })).await;
    assert!(failed.is_err_and(|error| error.is_conflict(Constraint::UserLogin)));

    let mut dangling = world.ticket(10);
    dangling.owner_id = Some(UserId::from_u128(1));
    let failed = world.tx(move |tx| Box::pin(async move { tx.ticket_insert(&dangling).await })).await;
    assert!(failed.is_err_and(|error| error.is_conflict(Constraint::Reference)));
}

async fn numbers_of_sixteen_writers_have_no_gap_and_no_double(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let mut writers = Vec::new();
    for writer in 0..16u128 {
        let (store, scope) = (world.store.clone(), world.scope());
        let base = world.id(TicketId::new).as_u128();
        writers.push(tokio::spawn(async move {
            let mut numbers = Vec::new();
            for turn in 0..10u128 {
                let id = TicketId::from_u128(base ^ (writer << 32) ^ turn);
                let number: Result<i64> = store
                    .tx(scope, move |tx| {
                        Box::pin(async move {
                            let number = tx.counter_next("ticket:WX").await?;
                            tx.ticket_insert(&ticket(id, number)).await?;
                            Ok(number)
                        })
                    })
                    .await;
                numbers.push(number.expect("a number"));
            }
            numbers
        }));
    }
    let mut numbers = Vec::new();
    for writer in writers {
        numbers.extend(writer.await.expect("a writer"));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=160).collect::<Vec<i64>>());
}

async fn failures_in_company_roll_back_alone(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let mut callers = Vec::new();
    for n in 0..64i64 {
        let (store, scope, row) = (world.store.clone(), world.scope(), world.ticket(n));
        callers.push(tokio::spawn(async move {
            let id = row.id;
            let done: Result<()> = store
                .tx(scope, move |tx| {
                    Box::pin(async move {
                        tx.ticket_insert(&row).await?;
                        match n % 3 {
                            0 => Err(StoreError::NotFound),
                            1 => panic!("as the test wants"),
                            _ => Ok(()),
                        }
                    })
                })
                .await;
            (n, id, done.is_ok())
        }));
    }
    for caller in callers {
        let (n, id, acknowledged) = caller.await.expect("a caller");
        assert_eq!(acknowledged, n % 3 == 2, "{n}");
        let found = world.read(move |tx| Box::pin(async move { tx.ticket_by_id(id).await })).await.expect("read");
        assert_eq!(found.is_some(), acknowledged, "{n}");
    }
}

/// Waits inside a body for something outside: on SQLite by blocking the reader's own thread.
async fn wait_outside(dialect: Dialect, signal: oneshot::Receiver<()>) {
    match dialect {
        Dialect::Sqlite => signal.blocking_recv().expect("the writer is done"),
        Dialect::Postgres => signal.await.expect("the writer is done"),
    }
}

async fn a_reader_sees_one_snapshot(fresh: Fresh) {
    let world = World::new(fresh).await;
    let (began, begun) = oneshot::channel();
    let (went_on, go_on) = oneshot::channel::<()>();
    let meeting = Arc::new(Mutex::new(Some((began, go_on))));
    let (store, scope) = (world.store.clone(), world.scope());
    let reader = tokio::spawn(async move {
        store
            .read(scope, move |tx| {
                Box::pin(async move {
                    let before = tx.configuration_revision().await?;
                    let (began, go_on) = meeting.lock().expect("the lock").take().expect("once");
                    began.send(()).expect("the test listens");
                    wait_outside(tx.dialect(), go_on).await;
                    let after = tx.configuration_revision().await?;
                    Ok::<_, StoreError>((before, after))
                })
            })
            .await
    });
    begun.await.expect("the reader began");
    world.tx(|tx| Box::pin(async move { tx.configuration_touch().await })).await.expect("write");
    went_on.send(()).expect("the reader waits");
    assert_eq!(reader.await.expect("the reader").expect("read"), (1, 1));
    let now = world.read(|tx| Box::pin(async move { tx.configuration_revision().await })).await.expect("read");
    assert_eq!(now, 2);
}

async fn a_closed_store_answers_and_what_was_written_is_there_again(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let row = world.add_ticket(1).await;
    world.store.close().await;
    let failed = world.tx(|tx| Box::pin(async move { tx.configuration_touch().await })).await;
    assert!(matches!(failed, Err(StoreError::Unavailable(_))));
    let again = world.fresh.open().await;
    let id = row.id;
    let found =
        again.read(world.scope(), move |tx| Box::pin(async move { tx.ticket_by_id(id).await })).await.expect("read");
    assert_eq!(found, Some(row));
}

async fn a_dropped_caller_leaves_all_or_nothing(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let rows: Vec<_> = (0..20).map(|n| world.ticket(n)).collect();
    for row in rows.clone() {
        let call = world.tx(move |tx| {
            Box::pin(async move {
                tx.ticket_insert(&row).await?;
                tx.ticket_fields_replace(row.id, &[]).await?;
                tx.ticket_search_replace(row.id, &row.title).await?;
                tx.counter_next("seen").await?;
                Ok(())
            })
        });
        // Polled for a moment, then dropped, wherever it is.
        let _ = tokio::time::timeout(Duration::from_micros(300), call).await;
    }
    // Nothing is left behind that would stop others.
    let seen = world.tx(|tx| Box::pin(async move { tx.counter_next("seen").await })).await.expect("write") - 1;
    let mut there = 0;
    for row in rows {
        let id = row.id;
        let found = world.read(move |tx| Box::pin(async move { tx.ticket_by_id(id).await })).await.expect("read");
        there += i64::from(found.is_some());
    }
    assert_eq!(there, seen, "the counter and the tickets were written together");
}

async fn references_do_not_cross_tenants(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let mut ids = world.ids.clone();
    let other = add_tenant(&world.store, &mut ids, "other").await;
    let mut row = world.ticket(1);
    row.owner_id = Some(world.user);
    row.created_at = NOW;
    let failed =
        world.store.tx(Scope::tenant(other), move |tx| Box::pin(async move { tx.ticket_insert(&row).await })).await;
    assert!(failed.is_err_and(|error| error.is_conflict(Constraint::Reference)));
}
