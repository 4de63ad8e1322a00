//! JSON bodies.

use std::error::Error;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::strict;
use crate::peer::BodyTooSlow;

/// A body of type `T`.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::new("request.media_type").with("expected", "application/json"));
        }
        let bytes = read_bytes(request.into_body(), app.settings().json_bytes).await?;
        strict::parse(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(kind)) = headers.get(header::CONTENT_TYPE).map(|value| value.to_str()) else {
        return false;
    };
    let mut parts = kind.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let is_utf8 = |parameter: &str| match parameter.to_ascii_lowercase().strip_prefix("charset=") {
        Some(charset) => charset.trim_matches('"') == "utf-8",
        None => true,
    };
    is_json && parts.all(is_utf8)
}

/// The whole body, if it is not larger than `limit` and arrives in time.
pub(crate) async fn read_bytes(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    to_bytes(body, limit).await.map_err(|error| body_error(&error, limit as u64))
}

/// Tells a body that is too slow from one that is too large.
pub(crate) fn body_error(error: &(dyn Error + 'static), limit: u64) -> ApiError {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<BodyTooSlow>() {
            return ApiError::new("request.timeout");
        }
        cause = error.source();
    }
    // Whatever else breaks a body off, nobody is left to read the answer.
    ApiError::new("request.too_large").with("limit", size(limit))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..=1023 => format!("{bytes} B"),
        1024..=1_048_575 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}
