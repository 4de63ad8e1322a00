//! The whole program without a network: the real router over a fresh database, with a clock that tests move.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use api::{App, Clock, Settings};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use connect::blobs;
use domain::id::{SeededIds, TenantId, UserId};
use domain::time::Timestamp;
use engine::jobs::{self, RunnerSettings};
use engine::people::{self, CreateToken, NewPerson, Purpose};
use engine::templates::{self, Pack};
use engine::{Ctx, Engine};
use serde_json::{Value, json};
use store::TenantRow;
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;

use crate::matrix::Fresh;

/// Monday morning in Shanghai.
pub const START: &str = "2026-03-02T09:00:00+08:00";
/// The password of everybody who gets one.
pub const PASSWORD: &str = "correct horse 电池";
const HOST: &str = "desk.test";
const DAY_MS: i64 = 86_400_000;

/// A clock that stands still until a test moves it, and numbers that repeat.
pub struct FrozenClock {
    now: AtomicI64,
    seed: AtomicU64,
}

impl FrozenClock {
    pub fn advance(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.load(Ordering::SeqCst))
    }

    fn seed(&self) -> u64 {
        let n = self.seed.fetch_add(1, Ordering::SeqCst);
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995
    }
}

/// One tenant with people of every role.
pub struct TestTenant {
    pub id: TenantId,
    pub slug: String,
}

/// The program under test: two tenants with the same configuration, of which tests use the first and try to reach
/// from the second.
pub struct TestApp {
    pub engine: Engine,
    pub clock: Arc<FrozenClock>,
    pub tenant: TestTenant,
    pub other: TestTenant,
    pub settings: Settings,
    router: Router,
    closing: watch::Sender<bool>,
    _files: TempDir,
}

/// The people of a test tenant: login and role.
pub const PEOPLE: [(&str, &str); 6] = [
    ("admin", "admin"),
    ("agent", "agent"),
    ("engineer", "engineer"),
    ("lead", "team_lead"),
    ("manager", "manager"),
    ("reporter", "requester"),
];

impl TestApp {
    pub async fn start(fresh: &Fresh) -> Self {
        Self::start_with(fresh, Settings::default()).await
    }

    pub async fn start_with(fresh: &Fresh, settings: Settings) -> Self {
        let files = TempDir::new().expect("a folder for files");
        let blobs = blobs::disk(files.path()).expect("a store for files");
        let engine = Engine::new(fresh.open().await, Arc::new(blobs));
        let start: Timestamp = START.parse().expect("an instant");
        let clock = Arc::new(FrozenClock { now: AtomicI64::new(start.millis()), seed: AtomicU64::new(1) });
        let tenant = make_tenant(&engine, &clock, "first").await;
        let other = make_tenant(&engine, &clock, "second").await;
        let (closing, watching) = watch::channel(false);
        let router = router(&engine, &clock, &settings, watching);
        Self { engine, clock, tenant, other, settings, router, closing, _files: files }
    }

    /// The same database behind a new router, as after a restart.
    pub fn restart(&mut self) {
        let (closing, watching) = watch::channel(false);
        self.closing = closing;
        self.router = router(&self.engine, &self.clock, &self.settings, watching);
    }

    /// Tells live streams to end, as a stop does.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The program acting for itself in the first tenant.
    pub fn system(&self) -> Ctx {
        Ctx::system(self.tenant.id, self.now(), self.clock.seed())
    }

    /// Runs due jobs until none is left.
    pub async fn run_jobs(&self) {
        let settings = RunnerSettings::default();
        loop {
            let ticked = jobs::tick(&self.engine, &settings, self.now(), self.clock.seed()).await;
            if ticked.expect("jobs can be claimed").total() == 0 {
                return;
            }
        }
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> Client<'_> {
        Client { app: self, headers: HeaderMap::new() }
    }

    /// A person of the first tenant with a session cookie and the origin of our own pages.
    pub async fn sign_in(&self, login: &str) -> Client<'_> {
        self.sign_in_at(&self.tenant, login).await
    }

    pub async fn sign_in_at(&self, tenant: &TestTenant, login: &str) -> Client<'_> {
        let link = self.link(tenant, login).await;
        let answer = self.anonymous().post("/session/link", &json!({"token": link})).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
        let cookie = answer.cookie().expect("a cookie is set");
        self.anonymous().with("cookie", &cookie).with("origin", &format!("http://{HOST}"))
    }

    /// The secret of a one-time sign-in link.
    pub async fn link(&self, tenant: &TestTenant, login: &str) -> String {
        let ctx = Ctx::system(tenant.id, self.now(), self.clock.seed());
        people::issue_link(&self.engine, &ctx, login, self.random(), DAY_MS).await.expect("the person is there")
    }

    /// A person of the first tenant with an API token.
    pub async fn token(&self, login: &str, scopes: &[&str]) -> Client<'_> {
        let client = self.sign_in("admin").await;
        drop(client);
        let link = self.link(&self.tenant, login).await;
        let how = people::SignIn {
            now: self.now(),
            random: self.random(),
            seed: self.clock.seed(),
            ip: "127.0.0.1",
            agent: "test",
            lifetime_ms: DAY_MS,
        };
        let opened = people::open_by_link(&self.engine, &link, how).await.expect("signs in");
        let caller = people::authenticate(&self.engine, Purpose::Session, &opened.secret, self.now()).await;
        let mut caller = caller.expect("is known");
        caller.access.unlimited = true;
        let ctx = Ctx::new(caller.tenant, caller.actor, caller.access, self.now(), self.clock.seed());
        let command = CreateToken {
            name: "test".into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            expires_at: self.now().plus_millis(30 * DAY_MS),
            random: self.random(),
        };
        let issued = people::create_token(&self.engine, &ctx, command).await.expect("a token");
        self.anonymous().with("authorization", &format!("Bearer {}", issued.secret))
    }

    /// Gives somebody the password [`PASSWORD`].
    pub async fn set_password(&self, login: &str) {
        let ctx = self.system();
        let page = people::people(&self.engine, &ctx, Some(login.into()), None, 200).await.expect("people");
        let user = page.people.into_iter().find(|user| user.login == login).expect("the person is there");
        people::set_password(&self.engine, &ctx, user.id, PASSWORD.into(), [7; 16]).await.expect("is set");
    }

    pub async fn user(&self, login: &str) -> UserId {
        let page = people::people(&self.engine, &self.system(), Some(login.into()), None, 200).await.expect("people");
        page.people.into_iter().find(|user| user.login == login).expect("the person is there").id
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 64 << 20).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, body: body.to_vec() }
    }

    /// Sends a request whose answer does not end by itself.
    pub async fn open(&self, request: Request<Body>) -> axum::response::Response {
        self.router.clone().oneshot(request).await.expect("the router never fails")
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.clock.seed().to_le_bytes()[..chunk.len()]);
        }
        bytes
    }
}

fn router(engine: &Engine, clock: &Arc<FrozenClock>, settings: &Settings, closing: watch::Receiver<bool>) -> Router {
    let clock: Arc<dyn Clock> = Arc::<FrozenClock>::clone(clock);
    api::router(App::new(engine.clone(), clock, settings.clone(), closing), Router::new())
}

async fn make_tenant(engine: &Engine, clock: &FrozenClock, slug: &str) -> TestTenant {
    let millis = u64::try_from(clock.now().millis()).unwrap_or_default();
    let id = TenantId::new(&mut SeededIds::new(millis, clock.seed()));
    let row = TenantRow {
        id,
        slug: slug.into(),
        name: slug.into(),
        settings: json!({}),
        revision: 1,
        created_at: clock.now(),
        version: 1,
    };
    let made: Result<(), store::StoreError> =
        engine.store().system_tx(move |tx| Box::pin(async move { tx.tenant_insert(&row).await })).await;
    made.expect("a tenant");
    let ctx = Ctx::system(id, clock.now(), clock.seed());
    templates::install(engine, &ctx, &pack("repair")).await.expect("the template installs");
    for (login, role) in PEOPLE {
        let person = NewPerson {
            login: login.into(),
            name: login.into(),
            email: None,
            phone: None,
            org: None,
            roles: json!([{"role": role, "org": null}]),
            profile: json!({}),
        };
        people::create_person(engine, &ctx, person).await.expect("a person");
    }
    TestTenant { id, slug: slug.into() }
}

/// A template pack of this repository.
pub fn pack(key: &str) -> Pack {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../templates").join(key);
    let mut files = BTreeMap::new();
    collect(&folder, &folder, &mut files);
    Pack::read(&files).expect("the pack can be read")
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let inside = path.strip_prefix(root).expect("inside").to_string_lossy().into_owned();
            files.insert(inside, std::fs::read(&path).expect("a file"));
        }
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Client<'a> {
    app: &'a TestApp,
    headers: HeaderMap,
}

impl Client<'_> {
    /// The same with another header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.parse().expect("a header value"));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &'static str) -> Self {
        self.headers.remove(name);
        self
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.app.send(self.request(Method::GET, path, Body::empty())).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.app.send(self.request(Method::DELETE, path, Body::empty())).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, version: i64, body: &Value) -> Answer {
        self.clone().with("if-match", &format!("\"{version}\"")).json(Method::PATCH, path, body).await
    }

    pub async fn json(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.raw(method, path, "application/json", body.to_string()).await
    }

    /// Any bytes under any name.
    pub async fn raw(&self, method: Method, path: &str, kind: &str, body: impl Into<Vec<u8>>) -> Answer {
        let mut request = self.request(method, path, Body::from(body.into()));
        if !kind.is_empty() {
            request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().expect("a header value"));
        }
        self.app.send(request).await
    }

    /// A request below `/api/v1` with this client's headers.
    pub fn request(&self, method: Method, path: &str, body: Body) -> Request<Body> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = format!("/api/v1{path}").parse().expect("an address");
        request.headers_mut().insert(header::HOST, HOST.parse().expect("a header value"));
        request.headers_mut().extend(self.headers.clone());
        request
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The code of a refusal; empty for anything else.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// `name=secret` of the cookie that was set.
    pub fn cookie(&self) -> Option<String> {
        let line = self.headers.get(header::SET_COOKIE)?.to_str().ok()?;
        Some(line.split(';').next()?.to_owned())
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text());
        self.json()
    }
}
