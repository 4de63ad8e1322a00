//! API tokens: made by their owner, shown once, never stronger than the owner.

use domain::access::Action;
use domain::event::EventKind;
use domain::id::TokenId;
use domain::problem::Problem;
use domain::time::Timestamp;
use serde_json::json;
use store::TokenRow;

use super::secret::{self, Purpose};
use crate::error::{Error, Result};
use crate::{Ctx, Engine};

#[derive(Debug, Clone)]
pub struct CreateToken {
    pub name: String,
    /// Out of `read`, `write`, `admin`.
    pub scopes: Vec<String>,
    pub expires_at: Timestamp,
    pub random: [u8; 32],
}

pub struct IssuedToken {
    pub row: TokenRow,
    pub secret: String,
}

const MAX_NAME_CHARS: usize = 100;
/// A token lives a year at most.
const MAX_LIFETIME_MS: i64 = 366 * 24 * 3_600_000;

/// # Errors
/// `access.denied`, or problems with name, scopes or expiry.
pub async fn create_token(engine: &Engine, ctx: &Ctx, command: CreateToken) -> Result<IssuedToken> {
    ctx.require(Action::TokenManage)?;
    let user = ctx.access().user.ok_or_else(|| Error::refused("access.sign_in_required"))?;
    check(&command, ctx.now())?;
    let made = secret::issue(Purpose::Token, command.random);
    let row = TokenRow {
        id: ctx.id(TokenId::new),
        user_id: user,
        name: command.name.trim().to_owned(),
        scopes: command.scopes,
        created_at: ctx.now(),
        expires_at: command.expires_at,
        last_used_at: None,
    };
    let (kept, hash) = (row.clone(), made.hash);
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                work.tx.token_insert(&kept, &hash).await?;
                let data = json!({"name": kept.name, "scopes": kept.scopes, "expires_at": kept.expires_at});
                work.record(EventKind::TokenCreated, None, Some(kept.id.to_string()), data);
                Ok(())
            })
        })
        .await?;
    Ok(IssuedToken { row, secret: made.text })
}

/// The caller's own tokens.
///
/// # Errors
/// `access.denied`.
pub async fn tokens(engine: &Engine, ctx: &Ctx) -> Result<Vec<TokenRow>> {
    ctx.require(Action::TokenManage)?;
    let Some(user) = ctx.access().user else { return Ok(Vec::new()) };
    engine.read(ctx, move |work| Box::pin(async move { Ok(work.tx.token_list(user).await?) })).await
}

/// # Errors
/// Not found for a token that is not the caller's.
pub async fn revoke_token(engine: &Engine, ctx: &Ctx, id: TokenId) -> Result<()> {
    ctx.require(Action::TokenManage)?;
    let user = ctx.access().user.ok_or(Error::NotFound)?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                if !work.tx.token_delete(id, user).await? {
                    return Err(Error::NotFound);
                }
                work.record(EventKind::TokenRevoked, None, Some(id.to_string()), json!({}));
                Ok(())
            })
        })
        .await
}

fn check(command: &CreateToken, now: Timestamp) -> Result<()> {
    let mut problems = Vec::new();
    if command.name.trim().is_empty() {
        problems.push(Problem::new("/name", "form.required"));
    }
    if command.name.chars().count() > MAX_NAME_CHARS {
        problems.push(Problem::new("/name", "form.too_long").with("max", MAX_NAME_CHARS));
    }
    let known = |scope: &String| matches!(scope.as_str(), "read" | "write" | "admin");
    if command.scopes.is_empty() {
        problems.push(Problem::new("/scopes", "form.too_few").with("min", 1));
    }
    let wrong = command.scopes.iter().enumerate().filter(|(_, scope)| !known(scope));
    problems.extend(wrong.map(|(index, scope)| {
        Problem::new(format!("/scopes/{index}"), "form.not_an_option").with("value", scope.as_str())
    }));
    let lifetime = command.expires_at.millis_since(now);
    if lifetime <= 0 || lifetime > MAX_LIFETIME_MS {
        let reason = "a token expires within a year";
        problems.push(Problem::new("/expires_at", "request.invalid_value").with("reason", reason));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}
