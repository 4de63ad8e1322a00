//! Comments, files, flows, clocks, suggestions, models, notifications, imports.

use domain::actor::Actor;
use domain::id::{
    CommentId, EventId, FileId, ImportId, InstanceId, ModelId, NotificationId, SuggestionId, TaskId, TeamId, TicketId,
    UserId,
};
use domain::ticket::Visibility;
use serde_json::json;
use store::{
    ClockRow, CommentRow, Constraint, FileRow, FileState, ImportErrorRow, ImportRow, ImportState, InboxQuery,
    InstanceRow, ModelRow, ModelState, NotificationRow, StoreError, SuggestionRow, SuggestionState, TaskRow, TaskState,
    TeamRow,
};

use crate::matrix::Fresh;
use crate::on_both;
use crate::world::{NOW, World, person};

on_both! {
    comments_and_their_files
    a_file_is_claimed_once_by_who_uploaded_it
    a_flow_and_its_tasks
    people_see_their_tasks_and_pools
    clocks_are_written_over_and_steps_taken_once
    a_newer_suggestion_supersedes_and_a_decision_is_kept
    one_model_of_a_target_is_active
    notifications_are_read
    an_import_goes_on_where_it_stopped
}

async fn comments_and_their_files(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let ticket = world.add_ticket(1).await.id;
    let (file, user) = (world.id(FileId::new), world.user);
    let rows: Vec<CommentRow> = [Visibility::Public, Visibility::Internal]
        .into_iter()
        .map(|visibility| CommentRow {
            id: world.id(CommentId::new),
            ticket_id: ticket,
            author: Actor::person(user, "李伟"),
            visibility,
            body: "已到现场".to_owned(),
            files: vec![file],
            created_at: NOW,
        })
        .collect();
    let kept = rows.clone();
    world
        .tx(move |tx| {
            Box::pin(async move {
                for row in &kept {
                    tx.comment_insert(row).await?;
                }
                Ok(())
            })
        })
        .await
        .expect("insert");
    let id = rows[1].id;
    let (all, one, none) = world
        .read(move |tx| {
            Box::pin(async move {
                let ids = [id, CommentId::from_u128(1)];
                Ok((tx.comment_list(ticket).await?, tx.comments_by_ids(&ids).await?, tx.comments_by_ids(&[]).await?))
            })
        })
        .await
        .expect("read");
    assert_eq!((all, one, none), (rows.clone(), rows[1..].to_vec(), vec![]));
}

async fn a_file_is_claimed_once_by_who_uploaded_it(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let (first, second) = (world.add_ticket(1).await.id, world.add_ticket(2).await.id);
    let row = FileRow {
        id: world.id(FileId::new),
        ticket_id: None,
        record_id: None,
        name: "照片.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        size: 5,
        sha256: "00".to_owned(),
        blob_key: "k/1".to_owned(),
        created_by: Some(world.user),
        created_at: NOW,
        state: FileState::New,
    };
    let (kept, id, user) = (row.clone(), row.id, world.user);
    world.tx(move |tx| Box::pin(async move { tx.file_insert(&kept).await })).await.expect("insert");
    let later = NOW.plus_millis(1);
    let orphans = world.store.file_orphans(later, 10).await.expect("orphans");
    assert_eq!(orphans, [(world.tenant, id, "k/1".to_owned())]);
    let claims = world
        .tx(move |tx| {
            Box::pin(async move {
                let stranger = tx.file_claim(&[id], first, Some(UserId::from_u128(1))).await?;
                let owner = tx.file_claim(&[id], first, Some(user)).await?;
                let again = tx.file_claim(&[id], second, Some(user)).await?;
                Ok((stranger, owner, again, tx.file_claim(&[id], second, None).await?))
            })
        })
        .await
        .expect("claim");
    assert_eq!(claims, (0, 1, 0, 0));
    let (found, listed, elsewhere) = world
        .read(move |tx| {
            Box::pin(
                async move { Ok((tx.file_by_id(id).await?, tx.file_list(first).await?, tx.file_list(second).await?)) },
            )
        })
        .await
        .expect("read");
    let expected = FileRow { ticket_id: Some(first), state: FileState::Attached, ..row };
    assert_eq!((found, listed, elsewhere), (Some(expected.clone()), vec![expected], vec![]));
    assert!(world.store.file_orphans(later, 10).await.expect("orphans").is_empty());
}

fn instance(id: InstanceId, ticket: TicketId) -> InstanceRow {
    InstanceRow {
        id,
        ticket_id: ticket,
        flow_key: "repair_flow".to_owned(),
        flow_version: 3,
        state: json!({"next": 4}),
        status: "running".to_owned(),
        started_at: NOW,
        ended_at: None,
        version: 1,
    }
}

fn task(id: TaskId, instance: &InstanceRow, local_no: i64) -> TaskRow {
    TaskRow {
        id,
        instance_id: instance.id,
        ticket_id: instance.ticket_id,
        local_no,
        node: "work".to_owned(),
        kind: "work".to_owned(),
        name: json!({"zh": "维修"}),
        state: TaskState::Open,
        assignee_id: None,
        team_id: None,
        due_at: Some(NOW),
        outcome: None,
        fields: json!({"result": "required"}),
        actions: json!(["complete"]),
        claimed_at: None,
        created_at: NOW.plus_millis(local_no),
        done_at: None,
        done_by: None,
        comment: None,
        version: 1,
    }
}

async fn a_flow_and_its_tasks(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let ticket = world.add_ticket(1).await.id;
    let mut flow = instance(world.id(InstanceId::new), ticket);
    let mut row = task(world.id(TaskId::new), &flow, 2);
    let (kept, first, user) = (flow.clone(), row.clone(), world.user);
    world
        .tx(move |tx| {
            Box::pin(async move {
                tx.instance_insert(&kept).await?;
                tx.task_insert(&first, &[user, user]).await
            })
        })
        .await
        .expect("insert");
    flow.status = "ended".to_owned();
    flow.ended_at = Some(NOW);
    row.state = TaskState::Done;
    row.assignee_id = Some(user);
    row.done_by = Some(user.to_string());
    row.done_at = Some(NOW);
    let (kept, first) = (flow.clone(), row.clone());
    world
        .tx(move |tx| {
            Box::pin(async move {
                tx.instance_update(&kept).await?;
                tx.task_update(&first).await
            })
        })
        .await
        .expect("update");
    let stale = row.clone();
    let failed = world.tx(move |tx| Box::pin(async move { tx.task_update(&stale).await })).await;
    assert!(matches!(failed, Err(StoreError::Stale)));
    let stale = flow.clone();
    let failed = world.tx(move |tx| Box::pin(async move { tx.instance_update(&stale).await })).await;
    assert!(matches!(failed, Err(StoreError::Stale)));
    (flow.version, row.version) = (2, 2);
    let (instance_id, id) = (flow.id, row.id);
    let found = world
        .read(move |tx| {
            Box::pin(async move {
                assert!(tx.task_list_open(ticket).await?.is_empty());
                assert_eq!(tx.task_candidate_ids(id).await?, [user]);
                assert_eq!(tx.task_by_no(instance_id, 2).await?.map(|row| row.id), Some(id));
                assert_eq!(tx.instance_by_id(instance_id).await?.map(|row| row.id), Some(instance_id));
                Ok((tx.instance_list(ticket).await?, tx.task_list(ticket).await?))
            })
        })
        .await
        .expect("read");
    assert_eq!(found, (vec![flow.clone()], vec![row]));
    let double = task(world.id(TaskId::new), &flow, 2);
    let failed = world.tx(move |tx| Box::pin(async move { tx.task_insert(&double, &[]).await })).await;
    assert!(failed.is_err_and(|error| error.is_conflict(Constraint::TaskNumber)));
}

async fn people_see_their_tasks_and_pools(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let ticket = world.add_ticket(1).await.id;
    let flow = instance(world.id(InstanceId::new), ticket);
    let (user, other, team) = (world.user, world.id(UserId::new), world.id(TeamId::new));
    let mut rows: Vec<TaskRow> = (1..=4).map(|no| task(world.id(TaskId::new), &flow, no)).collect();
    rows[0].assignee_id = Some(user);
    rows[1].team_id = Some(team);
    rows[3].state = TaskState::Cancelled;
    let ids: Vec<TaskId> = rows.iter().map(|row| row.id).collect();
    world
        .tx(move |tx| {
            Box::pin(async move {
                tx.user_insert(&person(other, None, "other")).await?;
                let row = TeamRow { id: team, key: "hvac".into(), name: "暖通".into(), org_id: None, version: 1 };
                tx.team_insert(&row).await?;
                tx.team_member_insert(team, user).await?;
                tx.instance_insert(&flow).await?;
                for row in &rows {
                    let candidates: &[UserId] = if row.local_no >= 3 { &[user] } else { &[] };
                    tx.task_insert(row, candidates).await?;
                }
                Ok(())
            })
        })
        .await
        .expect("insert");
    let (mine, pool, nothing, load, concerned) = world
        .read(move |tx| {
            Box::pin(async move {
                let concerned = (tx.task_is_concerned(ticket, user).await?, tx.task_is_concerned(ticket, other).await?);
                Ok((
                    tx.task_list_assigned(user, 10).await?,
                    tx.task_list_claimable(user, 10).await?,
                    tx.task_list_claimable(other, 10).await?,
                    tx.task_load().await?,
                    concerned,
                ))
            })
        })
        .await
        .expect("read");
    let of = |rows: &[TaskRow]| rows.iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!((of(&mine), of(&pool), of(&nothing)), (vec![ids[0]], vec![ids[1], ids[2]], vec![]));
    assert_eq!((load, concerned), (vec![(user, 1)], (true, false)));
    let id = ids[2];
    world.tx(move |tx| Box::pin(async move { tx.task_candidates_replace(id, &[other]).await })).await.expect("replace");
    let pool = world.read(move |tx| Box::pin(async move { tx.task_list_claimable(other, 10).await })).await;
    assert_eq!(of(&pool.expect("read")), [id]);
}

async fn clocks_are_written_over_and_steps_taken_once(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let ticket = world.add_ticket(1).await.id;
    let clock = |target: &str, state: &str| ClockRow {
        ticket_id: ticket,
        policy: "gold".to_owned(),
        policy_version: 1,
        target: target.to_owned(),
        cycle: 1,
        kind: "resolution".to_owned(),
        state: state.to_owned(),
        started_at: NOW,
        due_at: (state == "running").then_some(NOW),
        met_at: None,
        breached_at: (state == "breached").then_some(NOW),
        clock: json!({"ledger": []}),
    };
    let (before, after) = ([clock("a", "running"), clock("b", "running")], [clock("a", "breached")]);
    let kept = after.clone();
    world
        .tx(move |tx| {
            Box::pin(async move {
                tx.sla_clock_put_all(&before).await?;
                tx.sla_clock_put_all(&kept).await
            })
        })
        .await
        .expect("put");
    let rows = world.read(move |tx| Box::pin(async move { tx.sla_clock_list(ticket).await })).await.expect("read");
    assert_eq!(rows, [after[0].clone(), clock("b", "running")]);
    let counts = world
        .read(move |tx| Box::pin(async move { tx.sla_clock_count(NOW, NOW.plus_millis(1)).await }))
        .await
        .expect("read");
    assert_eq!(counts.iter().map(|count| (count.breached, count.count)).collect::<Vec<_>>(), [(true, 1), (false, 1)]);
    world.tx(move |tx| Box::pin(async move { tx.sla_clock_replace(ticket, &after).await })).await.expect("replace");
    let rows = world.read(move |tx| Box::pin(async move { tx.sla_clock_list(ticket).await })).await.expect("read");
    assert_eq!(rows.len(), 1);
    let mut fired = Vec::new();
    for (target, cycle) in [("a", 1), ("a", 1), ("a", 2), ("b", 1)] {
        let once = world
            .tx(move |tx| Box::pin(async move { tx.sla_step_fire(ticket, "gold", target, cycle, "80%", NOW).await }))
            .await;
        fired.push(once.expect("fire"));
    }
    assert_eq!(fired, [true, false, true, true]);
    let steps = world.read(move |tx| Box::pin(async move { tx.sla_step_list(ticket).await })).await.expect("read");
    assert_eq!(steps.len(), 3);
}

fn suggestion(id: SuggestionId, ticket: TicketId, value: &str) -> SuggestionRow {
    SuggestionRow {
        id,
        ticket_id: ticket,
        field: "category".to_owned(),
        value: json!(value),
        confidence: 0.875,
        reasons: json!([{"word": "漏水", "weight": 1.5}]),
        model_id: None,
        state: SuggestionState::Open,
        decided_by: None,
        decided_at: None,
        decided_value: None,
        created_at: NOW,
        version: 1,
    }
}

async fn a_newer_suggestion_supersedes_and_a_decision_is_kept(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let ticket = world.add_ticket(1).await.id;
    let old = suggestion(world.id(SuggestionId::new), ticket, "hvac");
    let mut new = suggestion(world.id(SuggestionId::new), ticket, "water");
    let (first, second, old_id) = (old.clone(), new.clone(), old.id);
    world
        .tx(move |tx| {
            Box::pin(async move {
                tx.suggestion_insert(&first).await?;
                tx.suggestion_insert(&second).await
            })
        })
        .await
        .expect("insert");
    let superseded = world.read(move |tx| Box::pin(async move { tx.suggestion_by_id(old_id).await })).await;
    assert_eq!(superseded.expect("read").map(|row| row.state), Some(SuggestionState::Superseded));
    new.state = SuggestionState::Corrected;
    new.decided_by = Some(world.user);
    new.decided_at = Some(NOW.plus_millis(5));
    new.decided_value = Some(json!("roof"));
    let (decided, again) = (new.clone(), new.clone());
    world.tx(move |tx| Box::pin(async move { tx.suggestion_update(&decided).await })).await.expect("decide");
    let failed = world.tx(move |tx| Box::pin(async move { tx.suggestion_update(&again).await })).await;
    assert!(matches!(failed, Err(StoreError::Stale)));
    new.version = 2;
    let (listed, learned, later) = world
        .read(move |tx| {
            Box::pin(async move {
                Ok((
                    tx.suggestion_list(ticket).await?,
                    tx.suggestion_list_decided("category", NOW, 10).await?,
                    tx.suggestion_list_decided("category", NOW.plus_millis(5), 10).await?,
                ))
            })
        })
        .await
        .expect("read");
    assert_eq!((listed, learned, later), (vec![new.clone()], vec![new], vec![]));
}

async fn one_model_of_a_target_is_active(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let mut rows = Vec::new();
    for number in 1..=2 {
        let row = ModelRow {
            id: world.id(ModelId::new),
            task: "classify".to_owned(),
            target: "category".to_owned(),
            number,
            state: ModelState::Candidate,
            metrics: json!({"accuracy": 0.9}),
            trained_on: json!({"n": 100}),
            created_at: NOW,
        };
        let kept = row.clone();
        let next = world
            .tx(move |tx| {
                Box::pin(async move {
                    let next = tx.model_next_number("classify", "category").await?;
                    tx.model_insert(&kept, &[1, 2, 0, 255]).await?;
                    Ok(next)
                })
            })
            .await;
        assert_eq!(next.expect("insert"), number);
        rows.push(row);
    }
    for promoted in [0, 1, 0] {
        let row = rows[promoted].clone();
        let active = world
            .tx(move |tx| {
                Box::pin(async move {
                    tx.model_promote(&row).await?;
                    tx.model_active("classify", "category").await
                })
            })
            .await;
        assert_eq!(active.expect("promote").map(|row| row.id), Some(rows[promoted].id));
    }
    let (id, missing) = (rows[1].id, ModelRow { id: ModelId::from_u128(1), ..rows[0].clone() });
    let (content, states) = world
        .read(move |tx| Box::pin(async move { Ok((tx.model_content(id).await?, tx.model_list().await?)) }))
        .await
        .expect("read");
    assert_eq!(content, [1, 2, 0, 255]);
    let states: Vec<ModelState> = states.into_iter().map(|row| row.state).collect();
    assert_eq!(states, [ModelState::Retired, ModelState::Active]);
    let failed = world.tx(move |tx| Box::pin(async move { tx.model_promote(&missing).await })).await;
    assert!(matches!(failed, Err(StoreError::NotFound)));
    let still = world.read(|tx| Box::pin(async move { tx.model_active("classify", "category").await })).await;
    assert!(still.expect("read").is_some(), "a failed promotion retires nothing");
}

async fn notifications_are_read(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let (ticket, user) = (world.add_ticket(1).await.id, world.user);
    let rows: Vec<NotificationRow> = (0..3)
        .map(|n| NotificationRow {
            id: world.id(NotificationId::new),
            user_id: user,
            ticket_id: Some(ticket),
            kind: "task.opened".to_owned(),
            data: json!({"n": n}),
            created_at: NOW.plus_millis(n),
            read_at: None,
            topic: "work".to_owned(),
            entry: Some(EventId::from_u128(u128::from(n.unsigned_abs()) + 1)),
            rings_at: Some(NOW),
        })
        .collect();
    let first = rows[0].id;
    let (unread, one, left, stranger) = world
        .tx(move |tx| {
            Box::pin(async move {
                for row in &rows {
                    assert!(tx.notification_insert(row).await?);
                }
                // The same entry told again, in a row of its own.
                let again = NotificationRow { id: NotificationId::from_u128(9), ..rows[0].clone() };
                assert!(!tx.notification_insert(&again).await?);
                // What rings later is not counted yet, and not read by "all".
                let later = NotificationRow { rings_at: Some(NOW.plus_millis(1)), entry: None, ..again };
                assert!(tx.notification_insert(&later).await?);
                let unread = tx.notification_head(user, NOW).await?.unread;
                let stranger = tx.notification_read(first, UserId::from_u128(1), NOW).await?;
                let one = tx.notification_read(first, user, NOW).await?;
                Ok((unread, one, tx.notification_read_all(user, NOW).await?, stranger))
            })
        })
        .await
        .expect("insert");
    assert_eq!((unread, one, left, stranger), (3, true, 2, false));
    let rows = world
        .read(move |tx| {
            Box::pin(async move { tx.notification_list(user, &InboxQuery { limit: 2, ..InboxQuery::default() }).await })
        })
        .await
        .expect("read");
    assert_eq!(rows.iter().map(|row| row.data["n"].as_i64()).collect::<Vec<_>>(), [Some(2), Some(1)]);
    assert!(rows.iter().all(|row| row.read_at == Some(NOW)));
}

async fn an_import_goes_on_where_it_stopped(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let mut row = ImportRow {
        id: world.id(ImportId::new),
        state: ImportState::Running,
        mapping: json!({"title": "标题"}),
        source: json!({"name": "a.csv"}),
        total: None,
        done: 0,
        failed: 0,
        position: 0,
        created_by: "system".to_owned(),
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    };
    let (kept, id) = (row.clone(), row.id);
    world.tx(move |tx| Box::pin(async move { tx.import_insert(&kept).await })).await.expect("insert");
    row.done = 9;
    row.failed = 1;
    row.position = 10;
    row.total = Some(20);
    let progress = row.clone();
    let error =
        ImportErrorRow {
            row: 4, code: "import.bad_row".to_owned(), message: "日期".to_owned(), raw: "x,y".to_owned()
        };
    let kept = error.clone();
    world
        .tx(move |tx| {
            Box::pin(async move {
                tx.import_error_insert(id, &kept).await?;
                tx.import_error_insert(id, &kept).await?;
                tx.import_update(&progress).await
            })
        })
        .await
        .expect("progress");
    let stale = row.clone();
    let failed = world.tx(move |tx| Box::pin(async move { tx.import_update(&stale).await })).await;
    assert!(matches!(failed, Err(StoreError::Stale)), "two runs of one import");
    row.version = 2;
    let found = world
        .read(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.import_list(5).await?.len(), 1);
                Ok((tx.import_by_id(id).await?, tx.import_error_list(id, 0, 10).await?))
            })
        })
        .await
        .expect("read");
    assert_eq!(found, (Some(row), vec![error]));
}
