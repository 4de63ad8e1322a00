//! A repair desk with its sample organisation, as tests need it.

use std::collections::BTreeMap;
use std::future::ready;
use std::path::Path;
use std::sync::Arc;

use domain::access::Access;
use domain::actor::Actor;
use domain::flow::Act;
use domain::id::{TaskId, TicketId};
use domain::port::{Answer, BlobError, Blobs, Chunks, StoredBlob};
use domain::time::Timestamp;
use engine::flows::ActOnTask;
use engine::jobs::{self, RunnerSettings};
use engine::templates::Pack;
use engine::tickets::TicketKey;
use engine::{Ctx, Engine, Error, flows, templates, tenants, tickets};
use serde_json::Value;
use testkit::matrix::Fresh;

/// No test here touches a file's content.
struct NoBlobs;

impl Blobs for NoBlobs {
    fn put<'a>(&'a self, _: &'a str, _: &'a mut dyn Chunks, _: u64) -> Answer<'a, StoredBlob> {
        Box::pin(ready(Err(BlobError::NotFound)))
    }

    fn get<'a>(&'a self, _: &'a str) -> Answer<'a, Box<dyn Chunks>> {
        Box::pin(ready(Err(BlobError::NotFound)))
    }

    fn delete<'a>(&'a self, _: &'a str) -> Answer<'a, ()> {
        Box::pin(ready(Ok(())))
    }
}

pub(crate) struct Desk {
    pub(crate) engine: Engine,
    pub(crate) system: Ctx,
    pub(crate) now: Timestamp,
}

impl Desk {
    /// The repair desk with its sample organisation, on a Wednesday morning.
    pub(crate) async fn open(fresh: &Fresh) -> Self {
        let now: Timestamp = "2026-03-11T02:00:00Z".parse().expect("an instant");
        let engine = Engine::new(fresh.open().await, Arc::new(NoBlobs));
        let system = tenants::create(&engine, now, 1, "demo", "演示").await.expect("a tenant");
        let pack = pack("repair");
        templates::install(&engine, &system, &pack).await.expect("the template installs");
        templates::install_sample(&engine, &system, &pack).await.expect("the sample installs");
        Self { engine, system, now }
    }

    /// Somebody of the sample organisation, with the rights they really have.
    pub(crate) async fn person(&self, login: &str) -> Ctx {
        let scope = store_scope(&self.system);
        let login = login.to_owned();
        let found = self.engine.store().read(scope, move |tx| Box::pin(async move { tx.user_by_login(&login).await }));
        let user = found.await.expect("a read").expect("the person exists");
        let access: Access = engine::people::access(&self.engine, &self.system, &user).await.expect("rights");
        Ctx::new(self.system.tenant(), Actor::person(user.id, &user.name), access, self.now, user.id.as_u128() as u64)
    }

    pub(crate) async fn run_jobs(&self) {
        let settings = RunnerSettings::default();
        while jobs::tick(&self.engine, &settings, self.now, 7).await.expect("jobs run").total() > 0 {}
    }

    pub(crate) async fn tasks(&self, ctx: &Ctx, ticket: TicketId) -> Vec<(String, TaskId, Vec<String>)> {
        let shown = tickets::show(&self.engine, ctx, TicketKey::Id(ticket)).await.expect("the ticket");
        shown.tasks.into_iter().map(|task| (task.row.node, task.row.id, task.acts)).collect()
    }

    pub(crate) async fn act(&self, ctx: &Ctx, task: TaskId, act: Act, fields: Value) -> Result<(), Error> {
        let fields = fields.as_object().cloned().unwrap_or_default();
        let command = ActOnTask { task, act, comment: None, fields };
        flows::act(&self.engine, ctx, command).await.map(drop)
    }
}

pub(crate) fn store_scope(ctx: &Ctx) -> engine::store::Scope {
    engine::store::Scope::tenant(ctx.tenant())
}

pub(crate) fn pack(name: &str) -> Pack {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates").join(name);
    let mut files = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).expect("inside").to_string_lossy().into_owned();
                files.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    Pack::read(&files).expect("a pack")
}
