//! `ETag` and `If-Match`: a change names the version it read.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::IntoParams;

use crate::error::ApiError;

/// The version in `If-Match`; required wherever it is extracted.
pub(crate) struct IfMatch(pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Err(ApiError::new("request.version_required"));
        };
        // An entity tag that is not one of ours can only be an old or a foreign one.
        let stale = || ApiError::new("request.stale");
        let text = value.to_str().map_err(|_| stale())?;
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        quoted.and_then(|version| version.parse().ok()).map(Self).ok_or_else(stale)
    }
}

/// Documents the header.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct VersionHeader {
    /// The version that was read, in quotes.
    #[param(rename = "If-Match", example = "\"7\"")]
    if_match: String,
}

/// A body with its version as `ETag`.
pub(crate) struct Versioned<T> {
    pub(crate) version: i64,
    pub(crate) body: T,
}

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        ([(header::ETAG, format!("\"{}\"", self.version))], Json(self.body)).into_response()
    }
}
