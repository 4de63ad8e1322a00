//! Jobs run at least once, are never lost, and never finished by two.

use std::collections::BTreeSet;

use domain::id::{JobId, TicketId};
use domain::job::Job;
use domain::time::Timestamp;
use serde_json::json;
use store::{ClaimedJob, JobEnd, JobState, MAX_ATTEMPTS, StoreError};

use crate::matrix::Fresh;
use crate::on_both;
use crate::world::{NOW, Result, World};

on_both! {
    due_jobs_are_claimed_once_in_order_and_finished
    a_rolled_back_command_leaves_no_job
    a_job_is_retried_later_and_dies_at_last
    an_expired_lease_is_an_attempt_and_quarantines_at_last
    a_lost_process_costs_only_the_job_it_was_running
    who_lost_the_lease_cannot_finish
    effects_of_a_lost_lease_roll_back
    the_same_key_waits_once_at_the_earlier_time
    a_running_job_does_not_swallow_a_new_one
    a_retry_gives_way_to_a_newer_job
    many_runners_share_the_work_without_overlap
    operators_retry_and_cancel
    a_commit_wakes_the_runner
}

const LEASE: i64 = 60_000;

fn suggest(n: u128) -> Job {
    Job::Suggest { ticket: TicketId::from_u128(n) }
}

async fn enqueue(world: &mut World, n: u128, at: Timestamp, dedup: Option<&'static str>) -> JobId {
    let id = world.id(JobId::new);
    world
        .tx(move |tx| Box::pin(async move { tx.job_enqueue(id, &suggest(n), at, dedup.map(str::to_owned)).await }))
        .await
        .expect("enqueue");
    id
}

async fn claim(world: &World, now: Timestamp, owner: &str) -> Vec<ClaimedJob> {
    world.store.job_claim(now, owner, now.plus_millis(LEASE), 10).await.expect("claim")
}

async fn state(world: &World, id: JobId) -> (JobState, i64) {
    let row = world.read(move |tx| Box::pin(async move { tx.job_by_id(id).await })).await.expect("read");
    row.map(|row| (row.state, row.attempts)).expect("the job exists")
}

fn retry() -> JobEnd {
    JobEnd::Retry { error: "no answer".to_owned(), random: 0 }
}

async fn due_jobs_are_claimed_once_in_order_and_finished(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let late = enqueue(&mut world, 1, NOW.plus_millis(5), None).await;
    let early = enqueue(&mut world, 2, NOW, None).await;
    let future = enqueue(&mut world, 3, NOW.plus_millis(100), None).await;
    assert!(claim(&world, NOW.plus_millis(-1), "a").await.is_empty());
    let jobs = claim(&world, NOW.plus_millis(10), "a").await;
    assert_eq!(jobs.iter().map(|job| job.id).collect::<Vec<_>>(), [early, late]);
    assert_eq!(jobs[0].payload, serde_json::to_value(suggest(2)).expect("json"));
    assert_eq!((jobs[0].attempt, jobs[0].tenant_id, jobs[0].kind.as_str()), (1, world.tenant, "suggest"));
    assert!(claim(&world, NOW.plus_millis(10), "b").await.is_empty(), "they are leased");
    let now = NOW.plus_millis(20);
    assert!(world.store.job_finish(&jobs[0], JobEnd::Done, now).await.expect("finish"));
    assert!(!world.store.job_finish(&jobs[0], JobEnd::Done, now).await.expect("finish"), "once is enough");
    assert_eq!(state(&world, early).await, (JobState::Done, 1));
    assert_eq!(state(&world, late).await, (JobState::Running, 1));
    assert_eq!(world.store.job_next_run_at().await.expect("read"), Some(NOW.plus_millis(100)));
    let purged = world.tx(move |tx| Box::pin(async move { tx.job_purge(now.plus_millis(1)).await })).await;
    assert_eq!(purged.expect("purge"), 1);
    assert_eq!(state(&world, future).await, (JobState::Ready, 0));
}

async fn a_rolled_back_command_leaves_no_job(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let id = world.id(JobId::new);
    let failed: Result<()> = world
        .tx(move |tx| {
            Box::pin(async move {
                tx.job_enqueue(id, &suggest(1), NOW, None).await?;
                Err(StoreError::NotFound)
            })
        })
        .await;
    assert!(failed.is_err());
    assert!(claim(&world, NOW, "a").await.is_empty());
}

async fn a_job_is_retried_later_and_dies_at_last(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let id = enqueue(&mut world, 1, NOW, None).await;
    let mut now = NOW;
    for attempt in 1..=MAX_ATTEMPTS {
        let jobs = claim(&world, now, "a").await;
        assert_eq!(jobs.iter().map(|job| job.attempt).collect::<Vec<_>>(), [attempt]);
        assert!(world.store.job_finish(&jobs[0], retry(), now).await.expect("finish"));
        if attempt < MAX_ATTEMPTS {
            let pause = store::backoff_ms(attempt, 0);
            assert!(claim(&world, now.plus_millis(pause - 1), "a").await.is_empty(), "too early");
            now = now.plus_millis(pause);
        }
    }
    assert_eq!(state(&world, id).await, (JobState::Dead, MAX_ATTEMPTS));
    let dead = world.read(|tx| Box::pin(async move { tx.job_list(JobState::Dead, None, 10).await })).await;
    let dead = dead.expect("read");
    assert_eq!((dead.len(), dead[0].last_error.as_deref()), (1, Some("no answer")));
}

async fn an_expired_lease_is_an_attempt_and_quarantines_at_last(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let id = enqueue(&mut world, 1, NOW, None).await;
    let mut now = NOW;
    for attempt in 1..=MAX_ATTEMPTS {
        let jobs = claim(&world, now, "a").await;
        assert_eq!(jobs.iter().map(|job| job.attempt).collect::<Vec<_>>(), [attempt], "attempt {attempt}");
        let before = now.plus_millis(LEASE - 1);
        assert!(claim(&world, before, "b").await.is_empty(), "the lease still holds");
        now = now.plus_millis(LEASE);
        assert!(claim(&world, now, "b").await.is_empty(), "first it rests");
        now = now.plus_millis(3_600_000);
    }
    assert_eq!(state(&world, id).await, (JobState::Quarantined, MAX_ATTEMPTS));
    assert!(claim(&world, now, "b").await.is_empty());
}

async fn a_lost_process_costs_only_the_job_it_was_running(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let mut ids = Vec::new();
    for n in 1..=3 {
        ids.push(enqueue(&mut world, n, NOW, None).await);
    }
    let mut now = NOW;
    // The first has used an attempt and rests; those that never began are due at once, before it.
    for expected in [vec![ids[0], ids[1], ids[2]], vec![ids[1], ids[2]], vec![ids[2], ids[0]]] {
        let claimed: Vec<JobId> = claim(&world, now, "lost").await.iter().map(|job| job.id).collect();
        assert_eq!(claimed, expected);
        now = now.plus_millis(LEASE);
    }
    claim(&world, now, "last").await;
    for id in ids {
        let row = world.read(move |tx| Box::pin(async move { tx.job_by_id(id).await })).await.expect("read");
        let row = row.expect("the job exists");
        let claimed_now = i64::from(row.state == JobState::Running);
        assert_eq!(row.attempts - claimed_now - (row.max_attempts - MAX_ATTEMPTS), 1, "{id} was running once");
    }
}

async fn who_lost_the_lease_cannot_finish(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let id = enqueue(&mut world, 1, NOW, None).await;
    let lost = claim(&world, NOW, "a").await.remove(0);
    let until = NOW.plus_millis(2 * LEASE);
    assert!(world.store.job_renew(&lost, until).await.expect("renew"));
    assert!(claim(&world, NOW.plus_millis(LEASE), "a").await.is_empty(), "renewed");
    claim(&world, until, "a").await;
    let later = until.plus_millis(3_600_000);
    // The same owner name does not help: the attempt is another.
    let taken = claim(&world, later, "a").await.remove(0);
    assert_eq!((taken.id, taken.attempt), (id, 2));
    assert!(!world.store.job_renew(&lost, later).await.expect("renew"));
    for end in [JobEnd::Done, retry(), JobEnd::Dead { error: "x".to_owned() }] {
        assert!(!world.store.job_finish(&lost, end, later).await.expect("finish"));
    }
    assert_eq!(state(&world, id).await, (JobState::Running, 2));
    assert!(world.store.job_finish(&taken, JobEnd::Done, later).await.expect("finish"));
}

async fn effects_of_a_lost_lease_roll_back(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    enqueue(&mut world, 1, NOW, None).await;
    let lost = claim(&world, NOW, "a").await.remove(0);
    claim(&world, NOW.plus_millis(LEASE), "b").await;
    let result: Result<()> = world
        .tx(move |tx| {
            Box::pin(async move {
                tx.counter_next("effect").await?;
                match tx.job_finish(&lost, JobEnd::Done, NOW).await? {
                    true => Ok(()),
                    false => Err(StoreError::Stale),
                }
            })
        })
        .await;
    assert!(matches!(result, Err(StoreError::Stale)));
    let next = world.tx(|tx| Box::pin(async move { tx.counter_next("effect").await })).await;
    assert_eq!(next.expect("count"), 1);
}

async fn the_same_key_waits_once_at_the_earlier_time(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let first = enqueue(&mut world, 1, NOW.plus_millis(50), Some("sla:1")).await;
    enqueue(&mut world, 1, NOW.plus_millis(90), Some("sla:1")).await;
    enqueue(&mut world, 1, NOW.plus_millis(10), Some("sla:1")).await;
    enqueue(&mut world, 2, NOW.plus_millis(60), Some("sla:2")).await;
    assert_eq!(world.store.job_next_run_at().await.expect("read"), Some(NOW.plus_millis(10)));
    let jobs = claim(&world, NOW.plus_millis(10), "a").await;
    assert_eq!(jobs.iter().map(|job| job.id).collect::<Vec<_>>(), [first]);
    let cancelled = world.tx(|tx| Box::pin(async move { tx.job_cancel_by_key("sla:2", NOW).await })).await;
    assert!(cancelled.expect("cancel"));
    assert!(claim(&world, NOW.plus_millis(1_000), "a").await.is_empty());
}

async fn a_running_job_does_not_swallow_a_new_one(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    enqueue(&mut world, 1, NOW, Some("sla:1")).await;
    let running = claim(&world, NOW, "a").await.remove(0);
    let second = enqueue(&mut world, 1, NOW, Some("sla:1")).await;
    assert!(world.store.job_finish(&running, JobEnd::Done, NOW).await.expect("finish"));
    assert_eq!(claim(&world, NOW, "a").await.remove(0).id, second);
}

async fn a_retry_gives_way_to_a_newer_job(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let first = enqueue(&mut world, 1, NOW, Some("sla:1")).await;
    let running = claim(&world, NOW, "a").await.remove(0);
    let second = enqueue(&mut world, 1, NOW, Some("sla:1")).await;
    assert!(world.store.job_finish(&running, retry(), NOW).await.expect("finish"));
    assert_eq!(state(&world, first).await.0, JobState::Done);
    assert_eq!(state(&world, second).await.0, JobState::Ready);
}

async fn many_runners_share_the_work_without_overlap(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let ids: Vec<JobId> = (0..100).map(|_| world.id(JobId::new)).collect();
    let all: BTreeSet<JobId> = ids.iter().copied().collect();
    world
        .tx(move |tx| {
            Box::pin(async move {
                for id in ids {
                    tx.job_enqueue(id, &suggest(1), NOW, None).await?;
                }
                Ok(())
            })
        })
        .await
        .expect("enqueue");
    let runners: Vec<_> = (0..4)
        .map(|runner| {
            let store = world.store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let owner = format!("runner {runner}");
                    let jobs = store.job_claim(NOW, &owner, NOW.plus_millis(LEASE), 7).await.expect("claim");
                    if jobs.is_empty() {
                        return mine;
                    }
                    for job in jobs {
                        assert!(store.job_finish(&job, JobEnd::Done, NOW).await.expect("finish"));
                        mine.push(job.id);
                    }
                }
            })
        })
        .collect();
    let mut seen = Vec::new();
    for runner in runners {
        seen.extend(runner.await.expect("a runner"));
    }
    assert_eq!(seen.len(), 100);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all);
}

async fn operators_retry_and_cancel(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let id = enqueue(&mut world, 1, NOW, None).await;
    let retried = world.tx(move |tx| Box::pin(async move { tx.job_retry(id, NOW).await })).await;
    assert!(!retried.expect("retry"), "only what is dead");
    let job = claim(&world, NOW, "a").await.remove(0);
    let cancelled = world.tx(move |tx| Box::pin(async move { tx.job_cancel(id, NOW).await })).await;
    assert!(!cancelled.expect("cancel"), "not while it runs");
    world.store.job_finish(&job, JobEnd::Dead { error: "no".to_owned() }, NOW).await.expect("finish");
    let counts = world.read(|tx| Box::pin(async move { tx.job_count().await })).await.expect("read");
    assert_eq!(counts, [(JobState::Dead, 1)]);
    assert!(world.tx(move |tx| Box::pin(async move { tx.job_retry(id, NOW).await })).await.expect("retry"));
    assert_eq!(state(&world, id).await, (JobState::Ready, 0));
    assert!(world.tx(move |tx| Box::pin(async move { tx.job_cancel(id, NOW).await })).await.expect("cancel"));
    assert!(claim(&world, NOW, "a").await.is_empty());
    assert_eq!(json!(MAX_ATTEMPTS), json!(5));
}

async fn a_commit_wakes_the_runner(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let mut woken = world.store.job_signal();
    world.tx(|tx| Box::pin(async move { tx.configuration_touch().await })).await.expect("no job");
    let asleep = futures_util::FutureExt::now_or_never(&mut woken);
    assert_eq!(asleep, None);
    enqueue(&mut world, 1, NOW, None).await;
    let waited = tokio::time::timeout(std::time::Duration::from_secs(20), woken).await;
    assert!(waited.is_ok());
}
