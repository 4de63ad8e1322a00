//! People, teams, sessions, tokens, links.

use domain::id::{OrgId, SessionId, TeamId, TokenId, UserId};
use store::{OrgRow, SessionRow, StoreError, TeamRow, TokenRow, UserState};

use crate::matrix::Fresh;
use crate::on_both;
use crate::world::{NOW, World, person};

on_both! {
    people_are_found_by_login_words_and_role
    a_person_is_changed_against_the_version_read
    units_come_parents_first
    teams_and_members
    a_session_is_found_by_its_secret_until_it_is_closed
    a_token_is_found_by_its_secret_and_deleted_only_by_its_owner
    a_link_is_spent_once
    failures_are_counted_and_forgotten
}

async fn people_are_found_by_login_words_and_role(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let mut second = person(world.id(UserId::new), None, "wang_fang");
    second.name = "王芳".to_owned();
    second.name_pinyin = "Wang Fang wf".to_owned();
    second.roles = serde_json::json!([{"role": "agent_engineer", "org": null}]);
    let kept = second.clone();
    world.tx(move |tx| Box::pin(async move { tx.user_insert(&kept).await })).await.expect("insert");
    for (words, after, expected) in [
        (None, None, vec!["li.wei", "wang_fang"]),
        (None, Some("li.wei"), vec!["wang_fang"]),
        (Some("王"), None, vec!["wang_fang"]),
        (Some("wf"), None, vec!["wang_fang"]),
        (Some("G FANG"), None, vec!["wang_fang"]),
        (Some("_"), None, vec!["wang_fang"]),
        (Some("%"), None, vec![]),
        (Some("!"), None, vec![]),
    ] {
        let found = world.read(move |tx| Box::pin(async move { tx.user_list(words, after, 10).await })).await;
        let logins: Vec<String> = found.expect("read").into_iter().map(|row| row.login).collect();
        assert_eq!(logins, expected, "{words:?} after {after:?}");
    }
    let engineers = world.read(|tx| Box::pin(async move { tx.user_ids_by_role("engineer").await })).await;
    assert_eq!(engineers.expect("read"), [world.user]);
    let (user, id) = (world.user, second.id);
    let names = world
        .read(move |tx| Box::pin(async move { tx.user_names(&[user, id, UserId::from_u128(5)]).await }))
        .await
        .expect("read");
    assert_eq!(names.len(), 2);
    assert_eq!(names[&id], "王芳");
    let found = world.read(|tx| Box::pin(async move { tx.user_by_login("wang_fang").await })).await.expect("read");
    assert_eq!(found, Some(second));
}

async fn a_person_is_changed_against_the_version_read(fresh: Fresh) {
    let world = World::new(fresh).await;
    let user = world.user;
    let mut row =
        world.read(move |tx| Box::pin(async move { tx.user_by_id(user).await })).await.expect("read").expect("found");
    row.state = UserState::Disabled;
    row.email = Some("li.wei@example.com".to_owned());
    let (first, second) = (row.clone(), row.clone());
    world.tx(move |tx| Box::pin(async move { tx.user_update(&first).await })).await.expect("update");
    let failed = world.tx(move |tx| Box::pin(async move { tx.user_update(&second).await })).await;
    assert!(matches!(failed, Err(StoreError::Stale)));
    world.tx(move |tx| Box::pin(async move { tx.user_set_password(user, "hash").await })).await.expect("update");
    let kept = world.read(move |tx| Box::pin(async move { tx.user_by_id(user).await })).await.expect("read");
    row.password_hash = Some("hash".to_owned());
    row.version = 3;
    assert_eq!(kept, Some(row));
    let active = world.read(|tx| Box::pin(async move { tx.user_list_active().await })).await.expect("read");
    assert!(active.is_empty());
    let nobody = world.tx(|tx| Box::pin(async move { tx.user_set_password(UserId::from_u128(1), "hash").await })).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)));
}

async fn units_come_parents_first(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let (root, child) = (world.org, world.id(OrgId::new));
    let row = OrgRow {
        id: child,
        parent_id: Some(root),
        path: format!("/{root}/{child}/"),
        name: "暖通组".to_owned(),
        kind: "group".to_owned(),
        sort: 2,
        head_id: Some(world.user),
        archived: false,
        version: 1,
    };
    let kept = row.clone();
    world.tx(move |tx| Box::pin(async move { tx.org_insert(&kept).await })).await.expect("insert");
    let mut renamed = row.clone();
    renamed.name = "空调组".to_owned();
    renamed.archived = true;
    world.tx(move |tx| Box::pin(async move { tx.org_update(&renamed).await })).await.expect("update");
    let rows = world.read(|tx| Box::pin(async move { tx.org_list().await })).await.expect("read");
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [root, child]);
    assert_eq!((rows[1].name.as_str(), rows[1].archived, rows[1].version), ("空调组", true, 2));
}

async fn teams_and_members(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let (team, user) = (world.id(TeamId::new), world.user);
    let row =
        TeamRow { id: team, key: "hvac".to_owned(), name: "暖通".to_owned(), org_id: Some(world.org), version: 1 };
    let kept = row.clone();
    world
        .tx(move |tx| {
            Box::pin(async move {
                tx.team_insert(&kept).await?;
                tx.team_member_insert(team, user).await?;
                tx.team_member_insert(team, user).await
            })
        })
        .await
        .expect("insert");
    let (teams, members, of_user, all) = world
        .read(move |tx| {
            Box::pin(async move {
                Ok((
                    tx.team_list().await?,
                    tx.team_member_ids(team).await?,
                    tx.team_ids_of(user).await?,
                    tx.team_member_list().await?,
                ))
            })
        })
        .await
        .expect("read");
    assert_eq!((teams, members, of_user, all), (vec![row], vec![user], vec![team], vec![(team, user)]));
    let gone = world.tx(move |tx| Box::pin(async move { tx.team_member_delete(team, user).await })).await;
    assert!(gone.expect("delete"));
    let gone = world.tx(move |tx| Box::pin(async move { tx.team_member_delete(team, user).await })).await;
    assert!(!gone.expect("delete"));
}

async fn a_session_is_found_by_its_secret_until_it_is_closed(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let row = SessionRow {
        id: world.id(SessionId::new),
        user_id: world.user,
        created_at: NOW,
        seen_at: NOW,
        expires_at: NOW.plus_millis(1_000),
        ip: "10.0.0.1".to_owned(),
        agent: "test".to_owned(),
    };
    let kept = row.clone();
    world.tx(move |tx| Box::pin(async move { tx.session_insert(&kept, "hash").await })).await.expect("insert");
    assert_eq!(world.store.session_find("other").await.expect("find"), None);
    let (tenant, found, user) = world.store.session_find("hash").await.expect("find").expect("found");
    assert_eq!((tenant, &found, user.id), (world.tenant, &row, world.user));
    let later = NOW.plus_millis(500);
    world.store.session_touch(tenant, row.id, later).await.expect("touch");
    world.store.session_touch(tenant, row.id, NOW).await.expect("an older touch changes nothing");
    let (_, found, _) = world.store.session_find("hash").await.expect("find").expect("found");
    assert_eq!(found.seen_at, later);
    let id = row.id;
    assert!(world.tx(move |tx| Box::pin(async move { tx.session_delete(id).await })).await.expect("delete"));
    assert!(!world.tx(move |tx| Box::pin(async move { tx.session_delete(id).await })).await.expect("delete"));
    assert_eq!(world.store.session_find("hash").await.expect("find"), None);
}

async fn a_token_is_found_by_its_secret_and_deleted_only_by_its_owner(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let row = TokenRow {
        id: world.id(TokenId::new),
        user_id: world.user,
        name: "ci".to_owned(),
        scopes: vec!["read".to_owned(), "write".to_owned()],
        created_at: NOW,
        expires_at: NOW.plus_millis(1_000),
        last_used_at: None,
    };
    let (kept, id, user) = (row.clone(), row.id, world.user);
    world.tx(move |tx| Box::pin(async move { tx.token_insert(&kept, "hash").await })).await.expect("insert");
    let (_, found, owner) = world.store.token_find("hash").await.expect("find").expect("found");
    assert_eq!((found, owner.id), (row, user));
    let stranger = UserId::from_u128(3);
    assert!(!world.tx(move |tx| Box::pin(async move { tx.token_delete(id, stranger).await })).await.expect("delete"));
    assert!(world.tx(move |tx| Box::pin(async move { tx.token_delete(id, user).await })).await.expect("delete"));
    assert_eq!(world.store.token_find("hash").await.expect("find"), None);
}

async fn a_link_is_spent_once(fresh: Fresh) {
    let world = World::new(fresh).await;
    let (user, until) = (world.user, NOW.plus_millis(1_000));
    for secret in ["one", "two"] {
        world
            .tx(move |tx| Box::pin(async move { tx.sign_in_link_insert(secret, user, until).await }))
            .await
            .expect("insert");
    }
    let spent = world.store.sign_in_link_spend("one", NOW).await.expect("spend");
    assert_eq!(spent.map(|(tenant, user)| (tenant, user.id)), Some((world.tenant, user)));
    assert_eq!(world.store.sign_in_link_spend("one", NOW).await.expect("spend"), None);
    assert_eq!(world.store.sign_in_link_spend("two", until).await.expect("spend"), None, "expired");
    assert_eq!(world.store.sign_in_link_spend("two", NOW).await.expect("spend"), None, "gone all the same");
}

async fn failures_are_counted_and_forgotten(fresh: Fresh) {
    let world = World::new(fresh).await;
    for at in [NOW, NOW, NOW.plus_millis(10)] {
        world
            .tx(move |tx| Box::pin(async move { tx.sign_in_failure_insert("li.wei", at).await }))
            .await
            .expect("insert");
    }
    let before = NOW.plus_millis(-1);
    for (since, expected) in [(before, 3), (NOW, 1), (NOW.plus_millis(10), 0)] {
        let found = world.read(move |tx| Box::pin(async move { tx.sign_in_failures("li.wei", since).await })).await;
        assert_eq!(found.expect("read"), expected);
    }
    world.tx(|tx| Box::pin(async move { tx.sign_in_failures_clear("li.wei").await })).await.expect("clear");
    let left = world.read(move |tx| Box::pin(async move { tx.sign_in_failures("li.wei", before).await })).await;
    assert_eq!(left.expect("read"), 0);
}
