//! `Idempotency-Key`: the same request twice does one thing and answers the same.
//!
//! The key is recorded in the transaction of the command itself, so a crash between the two cannot happen. The
//! answer is kept right after; if a crash takes only the answer, the retry learns that the work was done.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use engine::idempotency::{self, Found, Key};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::error::ApiError;
use crate::extract::read_bytes;
use crate::layers::guard::Authenticated;

const MAX_KEY: usize = 255;
/// Larger answers are not kept; nothing that takes a key gives one.
const MAX_ANSWER: usize = 1 << 20;
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Requests with a key that are under way in this process.
#[derive(Debug, Clone, Default)]
pub(crate) struct InFlight(Arc<Mutex<HashSet<String>>>);

/// One of them; gone when dropped.
struct Flight {
    all: InFlight,
    name: String,
}

impl InFlight {
    fn enter(&self, name: String) -> Option<Flight> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(name.clone()).then(|| Flight { all: self.clone(), name })
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

/// Marks an answer that is shown once: it is never kept, and a repeated request learns that the work was done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShownOnce;

/// What is kept of an answer.
#[derive(Serialize, Deserialize)]
struct Kept {
    etag: Option<String>,
    location: Option<String>,
    /// Text of the body; a refusal keeps its pieces instead, so that it is rendered anew.
    body: String,
    content_type: Option<String>,
}

pub(crate) async fn idempotency(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(key) = request.headers().get("idempotency-key").cloned() else {
        return next.run(request).await;
    };
    let keyed = matches!(*request.method(), Method::POST | Method::PATCH);
    let uploads =
        request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
    let is_known = matches!(request.extensions().get::<Authenticated>(), Some(Authenticated(Ok(_))));
    if !keyed || uploads || !is_known {
        return next.run(request).await;
    }
    handle(&app, &key, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn handle(app: &App, key: &HeaderValue, request: Request, next: Next) -> Result<Response, ApiError> {
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= MAX_KEY);
    let key = key.ok_or_else(|| ApiError::at("", "request.bad_key"))?.to_owned();
    let (mut parts, body) = request.into_parts();
    let bytes = read_bytes(body, app.settings().json_bytes).await?;
    let Some(Authenticated(Ok(caller))) = parts.extensions.get_mut::<Authenticated>() else {
        return Err(ApiError::new("access.sign_in_required"));
    };
    let key = Key {
        actor: caller.ctx.actor().id.clone(),
        route: format!("{} {}", parts.method, parts.uri.path()),
        key,
        body_hash: body_hash(&bytes, &parts.headers),
    };
    let name = format!("{}\n{}\n{}\n{}", caller.ctx.tenant(), key.actor, key.route, key.key);
    let Some(flight) = app.in_flight().enter(name) else {
        return Err(ApiError::new("request.in_flight"));
    };
    match idempotency::find(app.engine(), &caller.ctx, &key).await? {
        None => {}
        Some(Found::OtherBody) => return Err(ApiError::new("request.key_reused")),
        Some(Found::AnswerLost) => return Err(ApiError::new("request.answer_lost")),
        Some(Found::Answer { status, response }) => return Ok(replay(status, &response)),
    }
    let ctx = caller.ctx.clone();
    caller.ctx = ctx.clone().with_idempotency(key.clone());

    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    keep(app, ctx, key, flight, response).await
}

/// The version in `If-Match` is part of what is asked.
fn body_hash(bytes: &Bytes, headers: &HeaderMap) -> String {
    let mut hash = Sha256::new();
    hash.update(headers.get(header::IF_MATCH).map_or(&b""[..], HeaderValue::as_bytes));
    hash.update([0]);
    hash.update(bytes);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps the answer. The client need not wait for that: until it is kept, a repeated request hears "in flight".
async fn keep(app: &App, ctx: engine::Ctx, key: Key, flight: Flight, response: Response) -> Result<Response, ApiError> {
    let status = response.status();
    // What failed on our side may succeed when it is asked again; what was refused before it was judged, too.
    let again = [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT, StatusCode::CONFLICT];
    let shown_once = response.extensions().get::<ShownOnce>().is_some();
    if status.is_server_error() || again.contains(&status) || shown_once {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, MAX_ANSWER).await.map_err(|_| ApiError::new("server.internal"))?;
    let text = |name: HeaderName| parts.headers.get(name)?.to_str().ok().map(str::to_owned);
    let refusal = parts.extensions.get::<ApiError>();
    let kept = Kept {
        etag: text(header::ETAG),
        location: text(header::LOCATION),
        content_type: text(header::CONTENT_TYPE),
        body: match refusal {
            Some(error) => serde_json::to_string(error).unwrap_or_default(),
            None => String::from_utf8_lossy(&bytes).into_owned(),
        },
    };
    let engine = app.engine().clone();
    let response = serde_json::to_string(&kept).unwrap_or_default();
    tokio::spawn(async move {
        let stored = idempotency::keep(&engine, &ctx, key, status.as_u16(), response).await;
        if let Err(error) = stored {
            tracing::warn!(%error, "Could not keep an answer");
        }
        drop(flight);
    });
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn replay(status: u16, kept: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let Ok(kept) = serde_json::from_str::<Kept>(kept) else {
        return ApiError::new("request.answer_lost").into_response();
    };
    let mut response = match (status.is_client_error(), serde_json::from_str::<ApiError>(&kept.body)) {
        (true, Ok(error)) => error.into_response(),
        _ => (status, kept.body).into_response(),
    };
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in
        [(header::ETAG, kept.etag), (header::LOCATION, kept.location), (header::CONTENT_TYPE, kept.content_type)]
    {
        if let Some(Ok(value)) = value.map(|value| HeaderValue::from_str(&value)) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
