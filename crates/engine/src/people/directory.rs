//! The directory: people, units, teams.

use domain::access::Action;
use domain::event::EventKind;
use domain::id::{OrgId, UserId};
use domain::problem::Problem;
use serde_json::{Value, json};
use store::{OrgRow, TeamRow, UserRow, UserState};

use super::secret;
use crate::error::{Error, Result};
use crate::{Ctx, Engine};

pub struct PersonPage {
    pub people: Vec<UserRow>,
    pub next: Option<String>,
}

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewPerson {
    pub login: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub org: Option<OrgId>,
    /// `[{"role": key, "org": id|null}]`
    pub roles: Value,
    /// Skills, certificates, zone, calendar, capacity, substitute.
    pub profile: Value,
}

/// People whose name, login or pinyin starts with or contains `words`.
///
/// # Errors
/// `access.denied`.
pub async fn people(
    engine: &Engine,
    ctx: &Ctx,
    words: Option<String>,
    after: Option<String>,
    limit: u32,
) -> Result<PersonPage> {
    ctx.require(Action::PersonRead)?;
    let limit = limit.clamp(1, 200);
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let words = words.map(|words| words.trim().to_lowercase()).filter(|words| !words.is_empty());
                let mut people = work.tx.user_list(words.as_deref(), after.as_deref(), limit + 1).await?;
                let more = people.len() > limit as usize;
                people.truncate(limit as usize);
                let next = people.last().filter(|_| more).map(|user| user.login.clone());
                Ok(PersonPage { people, next })
            })
        })
        .await
}

/// Every unit of the organisation, parents before children.
///
/// # Errors
/// `access.denied`.
pub async fn orgs(engine: &Engine, ctx: &Ctx) -> Result<Vec<OrgRow>> {
    ctx.require(Action::PersonRead)?;
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let mut orgs: Vec<_> = work.configuration.orgs.values().cloned().collect();
                orgs.sort_by(|a, b| a.path.cmp(&b.path));
                Ok(orgs)
            })
        })
        .await
}

/// # Errors
/// `access.denied`.
pub async fn teams(engine: &Engine, ctx: &Ctx) -> Result<Vec<TeamRow>> {
    ctx.require(Action::PersonRead)?;
    engine
        .read(ctx, move |work| Box::pin(async move { Ok(work.configuration.teams.values().cloned().collect()) }))
        .await
}

/// # Errors
/// `access.denied`, `form.required`, or `form.not_an_option` for a login that is taken.
pub async fn create_person(engine: &Engine, ctx: &Ctx, person: NewPerson) -> Result<UserRow> {
    ctx.require(Action::PersonManage)?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let row = UserRow {
                    id: work.ctx.id(UserId::new),
                    login: person.login.trim().to_lowercase(),
                    name: person.name.trim().to_owned(),
                    name_pinyin: String::new(),
                    email: person.email,
                    phone: person.phone,
                    org_id: person.org,
                    password_hash: None,
                    state: UserState::Active,
                    roles: person.roles,
                    profile: person.profile,
                    created_at: work.now(),
                    version: 1,
                };
                if row.login.is_empty() || row.name.is_empty() {
                    let pointer = if row.login.is_empty() { "/login" } else { "/name" };
                    return Err(Error::invalid(pointer, "form.required"));
                }
                if work.tx.user_by_login(&row.login).await?.is_some() {
                    let problem = Problem::new("/login", "form.not_an_option");
                    return Err(Error::Invalid(vec![problem.with("value", row.login)]));
                }
                work.tx.user_insert(&row).await?;
                let data = json!({"login": row.login, "name": row.name, "roles": row.roles});
                work.record(EventKind::PersonCreated, None, Some(row.id.to_string()), data);
                Ok(row)
            })
        })
        .await
}

/// Sets a person's password: one's own, or anybody's with the right to manage people.
///
/// # Errors
/// `form.too_short`, `form.too_long`, `access.denied`.
pub async fn set_password(engine: &Engine, ctx: &Ctx, user: UserId, password: String, salt: [u8; 16]) -> Result<()> {
    if ctx.access().user != Some(user) {
        ctx.require(Action::PersonManage)?;
    }
    let length = password.chars().count();
    if length < secret::MIN_PASSWORD_CHARS {
        let problem = Problem::new("/password", "form.too_short").with("min", secret::MIN_PASSWORD_CHARS);
        return Err(Error::Invalid(vec![problem]));
    }
    if length > secret::MAX_PASSWORD_CHARS {
        let problem = Problem::new("/password", "form.too_long").with("max", secret::MAX_PASSWORD_CHARS);
        return Err(Error::Invalid(vec![problem]));
    }
    let permit = engine.hashing.acquire().await;
    let hash = tokio::task::spawn_blocking(move || secret::hash_password(&password, salt)).await;
    drop(permit);
    let hash = hash.ok().flatten().ok_or_else(|| Error::refused("server.internal"))?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                work.tx.user_set_password(user, &hash).await?;
                work.tx.session_delete_others(user).await?;
                work.record(EventKind::PersonChanged, None, Some(user.to_string()), json!({"password": "changed"}));
                Ok(())
            })
        })
        .await
}
