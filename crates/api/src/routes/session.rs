//! Signing in, who am I, signing out.

use axum::Extension;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::access::Action;
use engine::people::{self, Opened, SignIn};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, JsonBody, cookie_name};
use crate::layers::guard::ClientAddress;
use crate::limit::LimitKey;
use crate::peer::limit_key;
use crate::views::{Named, SessionUser, SessionView, TenantView};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_session, sign_in, sign_out)).routes(routes!(sign_in_by_link))
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    login: String,
    password: String,
    /// Slug of the tenant; needed only where there are several.
    tenant: Option<String>,
}

/// A one-time sign-in link's secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkBody {
    token: String,
}

/// Sign in by name and password.
///
/// Answers with a session cookie. Five refused tries of one account within a quarter of an hour make it rest.
#[utoipa::path(post, path = "/session", operation_id = "signIn", tag = "session",
    request_body = SignInBody, security(()),
    responses((status = 204, description = "Signed in; the cookie is set")))]
async fn sign_in(
    State(app): State<App>,
    Extension(address): Extension<ClientAddress>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<SignInBody>,
) -> Result<Response, ApiError> {
    limit(&app, address)?;
    let (ip, agent) = (address.0.to_string(), agent(&headers));
    let how = how(&app, &ip, &agent);
    let opened =
        people::open_by_password(app.engine(), body.tenant.as_deref(), &body.login, &body.password, how).await?;
    Ok(signed_in(&app, &opened))
}

/// Sign in by a one-time link.
#[utoipa::path(post, path = "/session/link", operation_id = "signInByLink", tag = "session",
    request_body = LinkBody, security(()),
    responses((status = 204, description = "Signed in; the cookie is set")))]
async fn sign_in_by_link(
    State(app): State<App>,
    Extension(address): Extension<ClientAddress>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<LinkBody>,
) -> Result<Response, ApiError> {
    limit(&app, address)?;
    let (ip, agent) = (address.0.to_string(), agent(&headers));
    let opened = people::open_by_link(app.engine(), &body.token, how(&app, &ip, &agent)).await?;
    Ok(signed_in(&app, &opened))
}

/// Who am I.
#[utoipa::path(get, path = "/session", operation_id = "showSession", tag = "session",
    responses((status = 200, description = "The caller", body = SessionView)))]
async fn show_session(State(app): State<App>, caller: Caller) -> Result<Json<SessionView>, ApiError> {
    let place = people::place(app.engine(), &caller.ctx).await?;
    let access = caller.ctx.access();
    let user = &caller.known.user;
    let named = |id: String, name: String| Named { id, name };
    Ok(Json(SessionView {
        user: SessionUser {
            id: user.id.to_string(),
            login: user.login.clone(),
            name: user.name.clone(),
            org: place.org.map(|org| named(org.id.to_string(), org.name)),
            language: caller.ctx.language().to_owned(),
        },
        tenant: TenantView { id: place.tenant.id.to_string(), slug: place.tenant.slug, name: place.tenant.name },
        roles: access.role_keys().into_iter().map(str::to_owned).collect(),
        permissions: Action::ALL
            .iter()
            .filter(|action| access.can(**action))
            .map(|action| action.as_str().to_owned())
            .collect(),
        teams: place.teams.into_iter().map(|team| named(team.id.to_string(), team.name)).collect(),
    }))
}

/// Sign out.
///
/// Ends the session everywhere and clears what the browser kept.
#[utoipa::path(delete, path = "/session", operation_id = "signOut", tag = "session",
    responses((status = 204, description = "Signed out")))]
async fn sign_out(State(app): State<App>, caller: Caller) -> Result<Response, ApiError> {
    if let Some(session) = caller.known.session {
        people::sign_out(app.engine(), &caller.ctx, session).await?;
    }
    let gone = cookie(&app, "", 0);
    let clear = (HeaderName::from_static("clear-site-data"), "\"cache\", \"storage\"".to_owned());
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone), clear]).into_response())
}

fn limit(app: &App, address: ClientAddress) -> Result<(), ApiError> {
    let key = LimitKey::SignIn(limit_key(address.0));
    app.limiter()
        .take(key, app.settings().sign_in_per_minute, app.now())
        .map_err(|limited| ApiError::limited("request.rate_limited", "seconds", limited.seconds, limited.seconds))
}

fn agent(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    agent.unwrap_or_default().to_owned()
}

fn how<'a>(app: &App, ip: &'a str, agent: &'a str) -> SignIn<'a> {
    SignIn {
        now: app.now(),
        random: app.random(),
        seed: app.seed(),
        ip,
        agent,
        lifetime_ms: app.settings().session_lifetime_ms,
    }
}

fn signed_in(app: &App, opened: &Opened) -> Response {
    let seconds = opened.expires_at.millis_since(app.now()) / 1000;
    let cookie = cookie(app, &opened.secret, seconds);
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

fn cookie(app: &App, secret: &str, seconds: i64) -> String {
    let name = cookie_name(app.settings());
    let secure = if app.settings().secure_cookie { "; Secure" } else { "" };
    format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}
