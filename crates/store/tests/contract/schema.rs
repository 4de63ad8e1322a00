//! The laws of the schema: the same shape on both engines, tenants first, references held, every statement sound.

use std::collections::{BTreeMap, BTreeSet};

use store::{Dialect, Refusal, Scope, Store, StoreError};

use crate::matrix::{Database, Fresh, run};
use crate::on_both;
use crate::world::World;

on_both! {
    every_statement_prepares
    every_tenants_table_has_the_tenant_first
    every_reference_is_held_or_has_a_reason
    opening_twice_changes_nothing
    a_newer_schema_is_refused
    a_changed_step_is_refused
}

/// Columns named like ids that no foreign key holds, and why.
const FREE_IDS: &[(&str, &str)] = &[
    ("event.ticket_id", "facts outlive the rows they are about"),
    ("org_unit.head_id", "units come before their people"),
    ("event.tenant_id", "the head of the chain holds the tenant; one check less per event"),
];

/// What only one engine has, because full text works differently.
const ONE_ENGINE: &[&str] = &["ticket_search", "ticket_text.words", "ix_ticket_text_", "uq_ticket_text_doc"];

/// Tables without a tenant, and why.
const WITHOUT_TENANT: &[(&str, &str)] =
    &[("tenant", "it is the tenant"), ("schema_step", "the schema belongs to the installation")];

#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    /// `table.column` and whether it may be empty.
    columns: BTreeMap<String, bool>,
    /// Index by name: its columns.
    indexes: BTreeMap<String, Vec<String>>,
    /// Primary keys by table.
    keys: BTreeMap<String, Vec<String>>,
    /// `table.column` of every foreign key.
    references: BTreeSet<String>,
}

async fn texts(store: &Store, sql: &'static str) -> Vec<Vec<String>> {
    let rows = store
        .system_read(move |tx| Box::pin(async move { tx.raw_query(sql).await }))
        .await
        .expect("the catalogue answers");
    rows.into_iter().map(|mut row| std::iter::from_fn(|| row.take::<String>().ok()).collect()).collect()
}

async fn shape(store: &Store) -> Shape {
    let (columns, keys, indexes, references) = match store.dialect() {
        Dialect::Sqlite => (
            "SELECT m.name, c.name, CASE WHEN c.\"notnull\" = 1 THEN 'NO' ELSE 'YES' END \
             FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'",
            "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.pk > 0 ORDER BY m.name, c.pk",
            "SELECT i.name, c.name FROM sqlite_schema m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c \
             WHERE m.type = 'table' AND i.origin = 'c' ORDER BY i.name, c.seqno",
            "SELECT m.name, f.\"from\" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
        ),
        Dialect::Postgres => (
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(is_nullable AS TEXT) \
             FROM information_schema.columns WHERE table_schema = 'public'",
            "SELECT CAST(k.table_name AS TEXT), CAST(k.column_name AS TEXT) FROM information_schema.key_column_usage k \
             JOIN information_schema.table_constraints t ON t.constraint_name = k.constraint_name \
             WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_schema = 'public' \
             ORDER BY k.table_name, k.ordinal_position",
            "SELECT CAST(i.relname AS TEXT), CAST(a.attname AS TEXT) FROM pg_index x \
             JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace \
             JOIN pg_attribute a ON a.attrelid = x.indexrelid WHERE n.nspname = 'public' AND NOT x.indisprimary \
             ORDER BY i.relname, a.attnum",
            "SELECT CAST(k.table_name AS TEXT), CAST(k.column_name AS TEXT) FROM information_schema.key_column_usage k \
             JOIN information_schema.table_constraints t ON t.constraint_name = k.constraint_name \
             WHERE t.constraint_type = 'FOREIGN KEY' AND k.table_schema = 'public'",
        ),
    };
    let mut shape = Shape::default();
    let shared = |name: &str| !ONE_ENGINE.iter().any(|only| name.starts_with(only));
    for row in texts(store, columns).await {
        let name = format!("{}.{}", row[0], row[1]);
        if shared(&name) {
            shape.columns.insert(name, row[2] == "YES");
        }
    }
    for row in texts(store, keys).await {
        if shared(&row[0]) {
            shape.keys.entry(row[0].clone()).or_default().push(row[1].clone());
        }
    }
    for row in texts(store, indexes).await {
        if shared(&row[0]) {
            shape.indexes.entry(row[0].clone()).or_default().push(row[1].clone());
        }
    }
    for row in texts(store, references).await {
        shape.references.insert(format!("{}.{}", row[0], row[1]));
    }
    shape
}

#[test]
fn both_engines_have_the_same_shape() {
    let mut shapes = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        run(database, |fresh| async {
            let fresh = fresh;
            let store = fresh.open().await;
            shapes.push(shape(&store).await);
            store.close().await;
        });
    }
    let (sqlite, postgres) = (&shapes[0], &shapes[1]);
    assert!(sqlite.columns.len() > 200, "the catalogue was read");
    assert_eq!(sqlite.columns, postgres.columns);
    assert_eq!(sqlite.keys, postgres.keys);
    assert_eq!(sqlite.indexes, postgres.indexes);
    assert_eq!(sqlite.references, postgres.references);
}

#[test]
fn statements_name_the_tenant() {
    let statements = store::statements();
    assert!(statements.len() > 150, "the lists are complete");
    let exempt = |name: &str, sql: &str| {
        let of_tenant_itself = sql.contains(" tenant ") && !sql.contains("tenant_id");
        let full_text = sql.contains(" ticket_search ");
        // Named exceptions: what runs before a tenant is known or for all of them.
        let system = [
            "SESSION_FIND",
            "TOKEN_FIND",
            "LINK_SPEND",
            "ORPHANS",
            "NEXT",
            "EXPIRED_SQLITE",
            "EXPIRED_POSTGRES",
            "CLAIM_SQLITE",
            "CLAIM_POSTGRES",
        ];
        of_tenant_itself || full_text || system.contains(&name)
    };
    for (name, sql) in statements {
        let names_it = sql.contains("tenant_id = $1")
            || sql.contains("(tenant_id, ") && sql.contains("($1, ")
            || sql.contains("SELECT tenant_id, id, created_at");
        assert!(names_it || exempt(name, sql), "{name}: {sql}");
    }
}

async fn every_statement_prepares(fresh: Fresh) {
    let store = fresh.open().await;
    let other = match store.dialect() {
        Dialect::Sqlite => "_POSTGRES",
        Dialect::Postgres => "_SQLITE",
    };
    for (name, sql) in store::statements() {
        if name.ends_with(other) {
            continue;
        }
        let prepared = store.system_read(move |tx| Box::pin(async move { tx.raw_prepare(sql).await })).await;
        assert!(prepared.is_ok(), "{name}: {prepared:?}\n{sql}");
    }
}

async fn every_tenants_table_has_the_tenant_first(fresh: Fresh) {
    let store = fresh.open().await;
    let shape = shape(&store).await;
    let tables: BTreeSet<&str> = shape.columns.keys().filter_map(|name| name.split('.').next()).collect();
    for table in tables {
        if WITHOUT_TENANT.iter().any(|(name, _)| *name == table) {
            continue;
        }
        assert_eq!(shape.columns.get(&format!("{table}.tenant_id")), Some(&false), "{table}");
        assert_eq!(shape.keys[table].first().map(String::as_str), Some("tenant_id"), "{table}");
    }
}

async fn every_reference_is_held_or_has_a_reason(fresh: Fresh) {
    let store = fresh.open().await;
    let shape = shape(&store).await;
    let free: BTreeSet<&str> = FREE_IDS.iter().map(|(name, _)| *name).collect();
    for column in shape.columns.keys().filter(|name| name.ends_with("_id")) {
        let held = shape.references.contains(column);
        assert_eq!(held, !free.contains(column.as_str()), "{column}");
    }
}

async fn opening_twice_changes_nothing(fresh: Fresh) {
    let mut world = World::new(fresh).await;
    let row = world.add_ticket(1).await;
    let before = shape(&world.store).await;
    world.store.close().await;
    let again = world.fresh.open().await;
    assert_eq!(shape(&again).await, before);
    let id = row.id;
    let found =
        again.read(Scope::tenant(world.tenant), move |tx| Box::pin(async move { tx.ticket_by_id(id).await })).await;
    let found: Result<_, StoreError> = found;
    assert_eq!(found.expect("read"), Some(row));
}

async fn a_newer_schema_is_refused(fresh: Fresh) {
    let world = World::new(fresh).await;
    world
        .store
        .system_tx(|tx| {
            Box::pin(async move { tx.raw_exec("INSERT INTO schema_step (number, sha256) VALUES (999, '')").await })
        })
        .await
        .expect("the test pretends");
    world.store.close().await;
    let refused = Store::open(world.fresh.config()).await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::NewerSchema { found: 999, .. }))), "{refused:?}");
}

async fn a_changed_step_is_refused(fresh: Fresh) {
    let world = World::new(fresh).await;
    world
        .store
        .system_tx(|tx| {
            Box::pin(async move { tx.raw_exec("UPDATE schema_step SET sha256 = 'x' WHERE number = 2").await })
        })
        .await
        .expect("the test pretends");
    world.store.close().await;
    let refused = Store::open(world.fresh.config()).await;
    assert!(matches!(refused, Err(StoreError::Refused(Refusal::ChangedStep(2)))), "{refused:?}");
}
