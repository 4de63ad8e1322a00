//! Definitions with drafts and versions, counters, records.

use domain::actor::Actor;
use domain::definition::Kind;
use domain::id::RecordId;
use serde_json::json;
use store::{Constraint, DefinitionRow, DefinitionVersionRow, FieldValue, RecordQuery, RecordRow, StoreError};

use crate::matrix::Fresh;
use crate::on_both;
use crate::world::{NOW, World};

on_both! {
    a_definition_goes_from_draft_to_versions
    the_revision_of_a_tenant_changes_with_its_configuration
    counters_run_on_their_own_and_can_be_raised
    records_are_listed_by_title_words_and_parent
    a_tenant_is_found_by_slug_or_as_the_oldest
}

fn definition(key: &str) -> DefinitionRow {
    DefinitionRow {
        kind: Kind::Form,
        key: key.to_owned(),
        title: json!({"zh": "报修", "en": "Repair"}),
        active_version: None,
        draft: Some(json!({"fields": []})),
        draft_revision: 1,
        draft_base: None,
        draft_by: Some(Actor::system()),
        draft_at: Some(NOW),
        archived: false,
        version: 1,
    }
}

fn version(key: &str, version: i64) -> DefinitionVersionRow {
    DefinitionVersionRow {
        kind: Kind::Form,
        key: key.to_owned(),
        version,
        document: json!({"z": 1, "a": {"文": [version]}}),
        sha256: "00".to_owned(),
        author: Actor::system(),
        note: "第一版".to_owned(),
        report: json!({}),
        restored_from: None,
        created_at: NOW,
    }
}

async fn a_definition_goes_from_draft_to_versions(fresh: Fresh) {
    let world = World::new(fresh).await;
    let row = definition("repair");
    let kept = row.clone();
    world.tx(move |tx| Box::pin(async move { tx.definition_insert(&kept).await })).await.expect("insert");
    let active = world.read(|tx| Box::pin(async move { tx.definition_list_active().await })).await.expect("read");
    assert!(active.is_empty(), "a draft is not active");
    let mut published = row.clone();
    published.draft = None;
    published.active_version = Some(2);
    let (update, stale) = (published.clone(), published.clone());
    let latest = world
        .tx(move |tx| {
            Box::pin(async move {
                assert_eq!(tx.definition_version_latest(Kind::Form, "repair").await?, 0);
                tx.definition_version_insert(&version("repair", 1)).await?;
                tx.definition_version_insert(&version("repair", 2)).await?;
                tx.definition_update(&update).await?;
                tx.definition_version_latest(Kind::Form, "repair").await
            })
        })
        .await
        .expect("publish");
    assert_eq!(latest, 2);
    let failed = world.tx(move |tx| Box::pin(async move { tx.definition_update(&stale).await })).await;
    assert!(matches!(failed, Err(StoreError::Stale)));
    let (found, active, all, old, kinds) = world
        .read(|tx| {
            Box::pin(async move {
                Ok((
                    tx.definition_by_key(Kind::Form, "repair").await?,
                    tx.definition_list_active().await?,
                    tx.definition_version_list(Kind::Form, "repair").await?,
                    tx.definition_version(Kind::Form, "repair", 1).await?,
                    (tx.definition_list(Some(Kind::Flow)).await?.len(), tx.definition_list(None).await?.len()),
                ))
            })
        })
        .await
        .expect("read");
    published.version = 2;
    assert_eq!(found, Some(published));
    assert_eq!(active, [version("repair", 2)]);
    assert_eq!(all, [version("repair", 2), version("repair", 1)]);
    assert_eq!(old, Some(version("repair", 1)));
    assert_eq!(kinds, (0, 1));
    let double =
        world.tx(|tx| Box::pin(async move { tx.definition_version_insert(&version("repair", 2)).await })).await;
    assert!(double.is_err_and(|error| error.is_conflict(Constraint::Id)), "a version is immutable");
}

async fn the_revision_of_a_tenant_changes_with_its_configuration(fresh: Fresh) {
    let world = World::new(fresh).await;
    let before = world.read(|tx| Box::pin(async move { tx.configuration_revision().await })).await.expect("read");
    world.tx(|tx| Box::pin(async move { tx.configuration_touch().await })).await.expect("touch");
    let after = world.read(|tx| Box::pin(async move { tx.configuration_revision().await })).await.expect("read");
    assert_eq!(after, before + 1);
}

async fn counters_run_on_their_own_and_can_be_raised(fresh: Fresh) {
    let world = World::new(fresh).await;
    let numbers = world
        .tx(|tx| {
            Box::pin(async move {
                let first = [tx.counter_next("a").await?, tx.counter_next("a").await?, tx.counter_next("b").await?];
                tx.counter_raise("a", 10).await?;
                tx.counter_raise("b", 0).await?;
                tx.counter_raise("c", 4).await?;
                let then = [tx.counter_next("a").await?, tx.counter_next("b").await?, tx.counter_next("c").await?];
                Ok::<_, StoreError>((first, then))
            })
        })
        .await
        .expect("count");
    assert_eq!(numbers, ([1, 2, 1], [11, 2, 5]));
}

fn record(id: RecordId, title: &str, key: Option<&str>, parent: Option<&RecordRow>) -> RecordRow {
    RecordRow {
        id,
        form: if parent.is_some() { "asset" } else { "place" }.to_owned(),
        form_version: 1,
        title: title.to_owned(),
        key_text: key.map(str::to_owned),
        org_id: None,
        parent_id: parent.map(|row| row.id),
        path: parent.map_or_else(|| format!("/{id}/"), |row| format!("{}{id}/", row.path)),
        data: json!({"model": "M404"}),
        archived: false,
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    }
}

async fn records_are_listed_by_title_words_and_parent(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let place = record(world.id(RecordId::new), "三号楼", None, None);
    let ahu = record(world.id(RecordId::new), "空调机组", Some("AHU-3-07"), Some(&place));
    let printer = record(world.id(RecordId::new), "打印机", Some("PRN-1"), Some(&place));
    let (rows, values) = (
        vec![place.clone(), ahu.clone(), printer.clone()],
        [FieldValue { field: "model".to_owned(), text: Some("M404".to_owned()), number: None }],
    );
    let id = ahu.id;
    world
        .tx(move |tx| {
            Box::pin(async move {
                for row in &rows {
                    tx.record_insert(row).await?;
                }
                tx.record_fields_replace(id, &values).await?;
                tx.record_fields_replace(id, &values).await
            })
        })
        .await
        .expect("insert");
    let limit = 10;
    let after = Some(("打印机".to_owned(), printer.id));
    let words = |words: &str| Some(words.to_owned());
    let form = Some("asset".to_owned());
    for (query, expected) in [
        (RecordQuery { limit, form: form.clone(), ..RecordQuery::default() }, vec![&printer, &ahu]),
        (RecordQuery { limit, form, after, ..RecordQuery::default() }, vec![&ahu]),
        (RecordQuery { limit, parent: Some(place.id), ..RecordQuery::default() }, vec![&printer, &ahu]),
        (RecordQuery { limit, words: words("ahu-3"), ..RecordQuery::default() }, vec![&ahu]),
        (RecordQuery { limit, words: words("机"), ..RecordQuery::default() }, vec![&printer, &ahu]),
        (RecordQuery { limit: 1, words: words(" 机 "), ..RecordQuery::default() }, vec![&printer]),
    ] {
        let asked = query.clone();
        let found = world.read(move |tx| Box::pin(async move { tx.record_list(&query).await })).await.expect("read");
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{asked:?}");
    }
    let titles = world
        .read(move |tx| Box::pin(async move { tx.record_titles(&[id, RecordId::from_u128(1)]).await }))
        .await
        .expect("read");
    assert_eq!(titles.into_iter().collect::<Vec<_>>(), [(id, "空调机组".to_owned())]);
    let mut archived = ahu.clone();
    archived.archived = true;
    let again = archived.clone();
    world.tx(move |tx| Box::pin(async move { tx.record_update(&archived).await })).await.expect("update");
    let failed = world.tx(move |tx| Box::pin(async move { tx.record_update(&again).await })).await;
    assert!(matches!(failed, Err(StoreError::Stale)));
    let found = world.read(|tx| Box::pin(async move { tx.record_by_key("asset", "AHU-3-07").await })).await;
    assert!(found.expect("read").is_some_and(|row| row.archived && row.version == 2));
    let mut double = record(world.id(RecordId::new), "另一台", Some("PRN-1"), Some(&place));
    double.parent_id = None;
    let failed = world.tx(move |tx| Box::pin(async move { tx.record_insert(&double).await })).await;
    assert!(failed.is_err_and(|error| error.is_conflict(Constraint::RecordKey)));
}

async fn a_tenant_is_found_by_slug_or_as_the_oldest(fresh: Fresh) {
    let world = World::new(fresh).await;
    let by_slug = world.store.tenant_find(Some("main")).await.expect("read").map(|row| row.id);
    let oldest = world.store.tenant_find(None).await.expect("read").map(|row| row.id);
    assert_eq!((by_slug, oldest), (Some(world.tenant), Some(world.tenant)));
    assert_eq!(world.store.tenant_find(Some("none")).await.expect("read"), None);
}
