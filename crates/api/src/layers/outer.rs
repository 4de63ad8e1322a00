//! The outermost layer: ids, panics, refusals as problem+json, security headers.

use std::panic::AssertUnwindSafe;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tracing::Instrument;

use crate::app::App;
use crate::error::{ApiError, render};
use crate::extract::language_of;

/// Names one request in logs, answers and events.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PAGE_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' blob: data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

pub(crate) async fn outer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let request_id = format!("req_{:016x}", app.seed());
    let language = language_of(request.headers());
    let is_api = request.uri().path().starts_with("/api/");
    let span = tracing::info_span!(
        "request",
        request.id = %request_id,
        http.method = %request.method(),
        http.path = %request.uri().path(),
    );
    request.extensions_mut().insert(RequestId(request_id.clone()));

    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone());
    let response = answered.await.unwrap_or_else(|panic| {
        let reason = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned());
        tracing::error!(parent: &span, reason, "A handler panicked");
        ApiError::new("server.internal").into_response()
    });

    let mut response = render(response, &request_id, language);
    tracing::debug!(parent: &span, http.status = response.status().as_u16(), "Answered");
    secure(response.headers_mut(), is_api, app.settings().is_tls());
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn secure(headers: &mut HeaderMap, is_api: bool, is_tls: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, if is_api { API_POLICY } else { PAGE_POLICY });
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(self), microphone=()");
    if is_api {
        set(header::CACHE_CONTROL, "no-store");
    }
    if is_tls {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
}
