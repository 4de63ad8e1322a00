//! The log: numbers without gaps, a chain that shows every change.

use domain::event::EventKind;
use domain::id::TicketId;
use serde_json::json;
use store::{EventFilter, EventSignal, StoreError};

use crate::matrix::Fresh;
use crate::on_both;
use crate::world::{NOW, Result, World, event, event_id};

on_both! {
    events_are_numbered_at_the_commit_and_read_back
    a_rolled_back_command_leaves_no_gap
    many_writers_make_one_chain
    a_changed_row_is_found
    a_missing_row_is_found
    a_cut_end_is_found
    numbers_can_be_had_before_the_commit
    listeners_hear_of_commits_only
    events_are_filtered
}

async fn append(world: &World, n: i64) -> Result<()> {
    world
        .tx(move |tx| {
            Box::pin(async move {
                let ticket = TicketId::from_u128(7);
                tx.event_append(
                    event_id(n as u128 * 2),
                    event(EventKind::TicketCreated, Some(ticket), json!({"n": n})),
                );
                tx.event_append(event_id(n as u128 * 2 + 1), event(EventKind::SlaStarted, None, json!({"文": "字"})));
                Ok(())
            })
        })
        .await
}

async fn events_are_numbered_at_the_commit_and_read_back(fresh: Fresh) {
    let world = World::new(fresh).await;
    append(&world, 1).await.expect("append");
    append(&world, 2).await.expect("append");
    let rows = world
        .read(|tx| Box::pin(async move { tx.event_list(0, &EventFilter::default(), 10).await }))
        .await
        .expect("read");
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!((rows[1].kind, &rows[1].data, rows[1].at), (EventKind::SlaStarted, &json!({"文": "字"}), NOW));
    let of_ticket = world
        .read(|tx| Box::pin(async move { tx.event_list_for_ticket(TicketId::from_u128(7), 1, 10).await }))
        .await
        .expect("read");
    assert_eq!(of_ticket, [rows[2].clone()]);
    let verified = world.store.audit_verify(world.tenant, 1).await.expect("verify");
    assert_eq!((verified.checked, verified.first_bad, verified.head.seq), (4, None, 4));
    assert_eq!(verified.head.hash, rows[3].hash);
    let tail = world.store.audit_verify(world.tenant, 3).await.expect("verify");
    assert_eq!((tail.checked, tail.first_bad), (2, None));
}

async fn a_rolled_back_command_leaves_no_gap(fresh: Fresh) {
    let world = World::new(fresh).await;
    append(&world, 1).await.expect("append");
    let failed: Result<()> = world
        .tx(|tx| {
            Box::pin(async move {
                tx.event_append(event_id(99), event(EventKind::TicketCreated, None, json!({})));
                assert_eq!(tx.event_flush().await?, [3]);
                Err(StoreError::NotFound)
            })
        })
        .await;
    assert!(failed.is_err());
    append(&world, 2).await.expect("append");
    let verified = world.store.audit_verify(world.tenant, 1).await.expect("verify");
    assert_eq!((verified.checked, verified.first_bad), (4, None));
}

async fn many_writers_make_one_chain(fresh: Fresh) {
    let world = World::new(fresh).await;
    let world = std::sync::Arc::new(world);
    let writers: Vec<_> = (0..8i64)
        .map(|writer| {
            let world = std::sync::Arc::clone(&world);
            tokio::spawn(async move {
                for turn in 0..10 {
                    append(&world, writer * 10 + turn).await.expect("append");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("a writer");
    }
    let verified = world.store.audit_verify(world.tenant, 1).await.expect("verify");
    assert_eq!((verified.checked, verified.first_bad), (160, None));
}

async fn broken_by(fresh: Fresh, sql: &'static str) -> Option<(i64, &'static str)> {
    let world = World::new(fresh).await;
    for n in 0..5 {
        append(&world, n).await.expect("append");
    }
    world.tx(move |tx| Box::pin(async move { tx.exec(sql, &[]).await })).await.expect("the tamperer succeeds");
    let verified = world.store.audit_verify(world.tenant, 1).await.expect("verify");
    verified.first_bad.map(|bad| (bad.seq, bad.why))
}

async fn a_changed_row_is_found(fresh: Fresh) {
    let sql = "UPDATE event SET data = '{\"n\":7}' WHERE tenant_id = $1 AND seq = 5";
    assert_eq!(broken_by(fresh, sql).await, Some((5, "changed")));
}

async fn a_missing_row_is_found(fresh: Fresh) {
    let sql = "DELETE FROM event WHERE tenant_id = $1 AND seq = 4";
    assert_eq!(broken_by(fresh, sql).await, Some((4, "missing")));
}

async fn a_cut_end_is_found(fresh: Fresh) {
    let sql = "DELETE FROM event WHERE tenant_id = $1 AND seq > 8";
    assert_eq!(broken_by(fresh, sql).await, Some((9, "missing")));
}

async fn numbers_can_be_had_before_the_commit(fresh: Fresh) {
    let world = World::new(fresh).await;
    append(&world, 1).await.expect("append");
    let seqs = world
        .tx(|tx| {
            Box::pin(async move {
                tx.event_append(event_id(50), event(EventKind::TaskOpened, None, json!({})));
                let first = tx.event_flush().await?;
                tx.event_append(event_id(51), event(EventKind::TaskClosed, None, json!({})));
                let both = tx.event_flush().await?;
                tx.event_append(event_id(52), event(EventKind::FlowEnded, None, json!({})));
                Ok::<_, StoreError>((first, both))
            })
        })
        .await
        .expect("append");
    assert_eq!(seqs, (vec![3], vec![3, 4]));
    let verified = world.store.audit_verify(world.tenant, 1).await.expect("verify");
    assert_eq!((verified.checked, verified.first_bad), (5, None));
}

async fn listeners_hear_of_commits_only(fresh: Fresh) {
    let world = World::new(fresh).await;
    let mut signal = world.store.event_signal();
    append(&world, 1).await.expect("append");
    let failed: Result<()> = world
        .tx(|tx| {
            Box::pin(async move {
                tx.event_append(event_id(9), event(EventKind::TicketCreated, None, json!({})));
                tx.event_flush().await?;
                Err(StoreError::Stale)
            })
        })
        .await;
    assert!(failed.is_err());
    append(&world, 2).await.expect("append");
    let heard = (signal.recv().await.expect("a signal"), signal.recv().await.expect("a signal"));
    let tenant = world.tenant;
    assert_eq!(heard, (EventSignal { tenant, seq: 2 }, EventSignal { tenant, seq: 4 }));
    assert!(signal.try_recv().is_err());
}

async fn events_are_filtered(fresh: Fresh) {
    let world = World::new(fresh).await;
    for n in 0..3 {
        append(&world, n).await.expect("append");
    }
    let filter = EventFilter { kinds: vec![EventKind::SlaStarted, EventKind::SlaMet], ..EventFilter::default() };
    let rows = world.read(move |tx| Box::pin(async move { tx.event_list(2, &filter, 10).await })).await.expect("read");
    assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [4, 6]);
    let filter = EventFilter { from: Some(NOW.plus_millis(1)), ..EventFilter::default() };
    let rows = world.read(move |tx| Box::pin(async move { tx.event_list(0, &filter, 10).await })).await.expect("read");
    assert!(rows.is_empty());
}
