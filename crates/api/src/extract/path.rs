//! Ids in paths.

use std::collections::HashMap;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::error::ApiError;

/// The one `{id}` of a path. A malformed id answers like one that does not exist.
pub(crate) struct IdPath<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for IdPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
        let Path(path) = path.map_err(|_| ApiError::not_found())?;
        let id = path.get("id").and_then(|text| text.parse().ok());
        id.map(Self).ok_or_else(ApiError::not_found)
    }
}
