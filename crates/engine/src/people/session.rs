//! Signing in, recognising a caller, signing out.

use std::collections::BTreeSet;

use domain::access::{Access, Action};
use domain::actor::{Actor, Person};
use domain::event::{EventKind, NewEvent};
use domain::id::{EventId, SessionId, TenantId};
use domain::problem::Problem;
use domain::time::Timestamp;
use serde_json::json;
use store::{Scope, SessionRow, UserRow, UserState};

use super::secret::{self, Purpose};
use crate::error::{Error, Result};
use crate::{Ctx, Engine};

/// A fresh session: its secret is shown to the browser once.
pub struct Opened {
    pub secret: String,
    pub expires_at: Timestamp,
    pub tenant: TenantId,
    pub user: UserRow,
}

/// Somebody who has been recognised.
#[derive(Debug, Clone)]
pub struct Caller {
    pub tenant: TenantId,
    pub actor: Actor,
    pub access: Access,
    pub user: UserRow,
    /// Set for sessions, so that they can be closed.
    pub session: Option<SessionId>,
    pub expires_at: Timestamp,
}

/// Where a sign-in comes from and the randomness it needs.
pub struct SignIn<'a> {
    pub now: Timestamp,
    pub random: [u8; 32],
    pub seed: u64,
    pub ip: &'a str,
    pub agent: &'a str,
    pub lifetime_ms: i64,
}

/// Failures after which an account rests.
const MAX_FAILURES: i64 = 5;
/// How long failures are remembered, ms.
const FAILURE_WINDOW_MS: i64 = 15 * 60_000;
/// An unused session ends after this time, ms.
const IDLE_MS: i64 = 12 * 3_600_000;
/// A session's last use is written at most this often, ms.
const TOUCH_EVERY_MS: i64 = 60_000;

/// Opens a session by name and password. The answer and its time are the same for an unknown account.
///
/// # Errors
/// `access.bad_credentials`, or `access.too_many_attempts` after five failures within a quarter of an hour.
pub async fn open_by_password(
    engine: &Engine,
    tenant: Option<&str>,
    login: &str,
    password: &str,
    how: SignIn<'_>,
) -> Result<Opened> {
    let tenant = engine.store().tenant_find(tenant).await?;
    let Some(tenant) = tenant else {
        verify(engine, password, None).await;
        return Err(Error::refused("access.bad_credentials"));
    };
    let login = login.trim().to_lowercase();
    let failures = {
        let (login, since) = (login.clone(), how.now.plus_millis(-FAILURE_WINDOW_MS));
        let read = engine.store().read(Scope::tenant(tenant.id), move |tx| {
            Box::pin(async move {
                let user = tx.user_by_login(&login).await?;
                Ok::<_, Error>((user, tx.sign_in_failures(&login, since).await?))
            })
        });
        read.await?
    };
    let (user, failed) = failures;
    if failed >= MAX_FAILURES {
        let problem = Problem::new("", "access.too_many_attempts");
        return Err(Error::Refused(problem.with("minutes", FAILURE_WINDOW_MS / 60_000)));
    }
    let kept = user.as_ref().filter(|user| user.state == UserState::Active).and_then(|user| user.password_hash.clone());
    if !verify(engine, password, kept).await {
        note_failure(engine, tenant.id, &login, &how).await?;
        return Err(Error::refused("access.bad_credentials"));
    }
    let user = user.ok_or_else(|| Error::refused("access.bad_credentials"))?;
    open(engine, tenant.id, user, "password", how).await
}

/// Opens a session by a one-time link.
///
/// # Errors
/// `access.link_spent` when it was used, has expired or never existed.
pub async fn open_by_link(engine: &Engine, link: &str, how: SignIn<'_>) -> Result<Opened> {
    let hash = secret::presented(Purpose::SignInLink, link).ok_or_else(|| Error::refused("access.link_spent"))?;
    let spent = engine.store().sign_in_link_spend(&hash, how.now).await?;
    let (tenant, user) = spent.ok_or_else(|| Error::refused("access.link_spent"))?;
    if user.state != UserState::Active {
        return Err(Error::refused("access.link_spent"));
    }
    open(engine, tenant, user, "link", how).await
}

/// Makes a one-time sign-in link for a person; for operators at the machine.
///
/// # Errors
/// Not found when there is no such login.
pub async fn issue_link(engine: &Engine, ctx: &Ctx, login: &str, random: [u8; 32], lifetime_ms: i64) -> Result<String> {
    let login = login.to_lowercase();
    let made = secret::issue(Purpose::SignInLink, random);
    let hash = made.hash;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                work.ctx.require(Action::PersonManage)?;
                let user = work.tx.user_by_login(&login).await?.ok_or(Error::NotFound)?;
                let until = work.now().plus_millis(lifetime_ms);
                work.tx.sign_in_link_insert(&hash, user.id, until).await?;
                Ok(())
            })
        })
        .await?;
    Ok(made.text)
}

/// Recognises a session cookie or an API token.
///
/// # Errors
/// `access.sign_in_required` for anything that is not valid now.
pub async fn authenticate(engine: &Engine, purpose: Purpose, presented: &str, now: Timestamp) -> Result<Caller> {
    let refused = || Error::refused("access.sign_in_required");
    let hash = secret::presented(purpose, presented).ok_or_else(refused)?;
    let found = match purpose {
        Purpose::Token => {
            engine.store().token_find(&hash).await?.map(|(tenant, token, user)| (tenant, None, Some(token), user))
        }
        _ => {
            engine.store().session_find(&hash).await?.map(|(tenant, session, user)| (tenant, Some(session), None, user))
        }
    };
    let (tenant, session, token, user) = found.ok_or_else(refused)?;
    let expires_at = session.as_ref().map(|row| row.expires_at).or(token.as_ref().map(|row| row.expires_at));
    let idle = session.as_ref().is_some_and(|row| now.millis_since(row.seen_at) > IDLE_MS);
    if user.state != UserState::Active || idle || expires_at.is_none_or(|at| at <= now) {
        return Err(refused());
    }
    if let Some(row) = session.as_ref().filter(|row| now.millis_since(row.seen_at) > TOUCH_EVERY_MS) {
        engine.store().session_touch(tenant, row.id, now).await?;
    }
    let person = Person { id: user.id, name: user.name.clone() };
    let actor = match &token {
        Some(token) => Actor::token(token.id, &token.name, person),
        None => Actor::person(user.id, &user.name),
    };
    let ceiling = token.map(|token| ceiling(&token.scopes));
    let access = engine.access_of(tenant, &user, ceiling).await?;
    Ok(Caller {
        tenant,
        actor,
        access,
        user,
        session: session.map(|row| row.id),
        expires_at: expires_at.unwrap_or(now),
    })
}

/// The rights a person has now, from the roles they hold.
///
/// # Errors
/// Only when they cannot be read.
pub async fn access(engine: &Engine, ctx: &Ctx, user: &UserRow) -> Result<Access> {
    engine.access_of(ctx.tenant(), user, None).await
}

/// Ends a session; ending one that is gone is no error.
///
/// # Errors
/// Only when it cannot be written.
pub async fn sign_out(engine: &Engine, ctx: &Ctx, session: SessionId) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                work.tx.session_delete(session).await?;
                work.record(EventKind::SessionClosed, None, Some(session.to_string()), json!({}));
                Ok(())
            })
        })
        .await
}

impl Engine {
    /// The rights of a person, from the roles they hold now.
    pub(crate) async fn access_of(
        &self,
        tenant: TenantId,
        user: &UserRow,
        ceiling: Option<BTreeSet<Action>>,
    ) -> Result<Access> {
        let engine = self.clone();
        let (id, org, held) = (user.id, user.org_id, user.roles.clone());
        let read = self.store().read(Scope::tenant(tenant), move |tx| {
            Box::pin(async move {
                let configuration = engine.configuration(tx).await?;
                let teams = tx.team_ids_of(id).await?;
                let grants = configuration.grants(&held);
                Ok::<_, Error>(Access { user: Some(id), org, teams, grants, ceiling, unlimited: false })
            })
        });
        read.await
    }
}

async fn open(engine: &Engine, tenant: TenantId, user: UserRow, by: &'static str, how: SignIn<'_>) -> Result<Opened> {
    let made = secret::issue(Purpose::Session, how.random);
    let ctx = Ctx::new(tenant, Actor::person(user.id, &user.name), Access::unlimited(), how.now, how.seed);
    let expires_at = how.now.plus_millis(how.lifetime_ms);
    let row = SessionRow {
        id: ctx.id(SessionId::new),
        user_id: user.id,
        created_at: how.now,
        seen_at: how.now,
        expires_at,
        ip: how.ip.to_owned(),
        agent: how.agent.chars().take(200).collect(),
    };
    let (hash, login) = (made.hash, user.login.clone());
    engine
        .tx(&ctx, move |work| {
            Box::pin(async move {
                work.tx.session_insert(&row, &hash).await?;
                work.tx.sign_in_failures_clear(&login).await?;
                work.record(EventKind::SessionOpened, None, Some(row.id.to_string()), json!({"by": by, "ip": row.ip}));
                Ok(())
            })
        })
        .await?;
    Ok(Opened { secret: made.text, expires_at, tenant, user })
}

async fn note_failure(engine: &Engine, tenant: TenantId, login: &str, how: &SignIn<'_>) -> Result<()> {
    let ctx = Ctx::system(tenant, how.now, how.seed);
    let (login, ip) = (login.chars().take(100).collect::<String>(), how.ip.to_owned());
    engine
        .tx(&ctx, move |work| {
            Box::pin(async move {
                work.tx.sign_in_failure_insert(&login, work.ctx.now()).await?;
                let event = NewEvent {
                    kind: EventKind::SessionRefused,
                    at: work.now(),
                    actor: Actor::system(),
                    ticket: None,
                    subject: None,
                    data: json!({"login": login, "ip": ip}),
                };
                let id = work.ctx.id(EventId::new);
                work.tx.event_append(id, event);
                Ok(())
            })
        })
        .await
}

/// Off the async threads and two at a time, because hashing takes memory and time on purpose.
async fn verify(engine: &Engine, password: &str, kept: Option<String>) -> bool {
    let password = password.to_owned();
    let Ok(_permit) = engine.hashing.acquire().await else { return false };
    let work = move || secret::verify_password(&password, kept.as_deref());
    tokio::task::spawn_blocking(work).await.unwrap_or(false)
}

/// What a token's scopes leave of its owner's rights.
fn ceiling(scopes: &[String]) -> BTreeSet<Action> {
    let reads = |action: &Action| action.as_str().ends_with(".read");
    let administers = |action: &Action| {
        let area = action.as_str().split('.').next().unwrap_or_default();
        matches!(area, "person" | "definition" | "model" | "token" | "job" | "audit") && !reads(action)
    };
    let all = Action::ALL.iter().copied();
    all.filter(|action| {
        scopes.iter().any(|scope| match scope.as_str() {
            "read" => reads(action),
            "write" => !administers(action),
            "admin" => true,
            _ => false,
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_narrow_what_a_token_may_do() {
        let read = ceiling(&["read".to_owned()]);
        assert!(read.contains(&Action::TicketRead) && !read.contains(&Action::TicketCreate));
        let write = ceiling(&["write".to_owned()]);
        assert!(write.contains(&Action::TicketCreate) && write.contains(&Action::AuditRead));
        assert!(!write.contains(&Action::DefinitionPublish) && !write.contains(&Action::TokenManage));
        assert_eq!(ceiling(&["admin".to_owned()]).len(), Action::ALL.len());
        assert!(ceiling(&[]).is_empty());
    }
}
