//! A scratch database with the demo's configuration, for benches and chaos.

mod client;
mod database;
mod dice;

use anyhow::Context;
use domain::id::TenantId;
use engine::people::{self, CreateToken, Purpose, SignIn};
use engine::{Ctx, Engine};

pub(crate) use client::{Answer, Ask, Client};
pub(crate) use database::{Kind, Scratch};
pub(crate) use dice::Dice;

use crate::commands::admin;
use crate::{clock, demo, tenants};

const HOUR_MS: i64 = 3_600_000;

/// What work on the scratch database starts from.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) tenant: TenantId,
    /// An API token of the administrator.
    pub(crate) token: String,
}

/// Fills an empty database: definitions, people, records, a token.
pub(crate) async fn prepare(engine: &Engine) -> anyhow::Result<Ready> {
    let tenant = demo::install(engine, demo::Extent::Bare).await?;
    let ctx = signed_in(engine).await?;
    let command = CreateToken {
        name: "scratch".to_owned(),
        scopes: vec!["admin".to_owned()],
        expires_at: clock::now().plus_millis(24 * HOUR_MS),
        random: clock::random(),
    };
    let issued = people::create_token(engine, &ctx, command).await.map_err(tenants::explained)?;
    Ok(Ready { tenant, token: issued.secret })
}

/// The administrator's own context, by the same way a browser takes.
async fn signed_in(engine: &Engine) -> anyhow::Result<Ctx> {
    let link = admin::link(engine, None, tenants::ADMIN).await?;
    let how = SignIn {
        now: clock::now(),
        random: clock::random(),
        seed: clock::seed(),
        ip: "127.0.0.1",
        agent: "scratch",
        lifetime_ms: HOUR_MS,
    };
    let opened = people::open_by_link(engine, &link, how).await.context("could not sign in")?;
    let caller = people::authenticate(engine, Purpose::Session, &opened.secret, clock::now()).await?;
    Ok(Ctx::new(caller.tenant, caller.actor, caller.access, clock::now(), clock::seed()))
}
