//! Query strings.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::problem::Problem;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

const DEFAULT_LIMIT: u32 = 25;
const MAX_LIMIT: u32 = 200;

/// A query string of type `T`; unknown parameters are refused when `T` denies them.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            let problem = Problem::new("?", "request.invalid_value").with("reason", "the character NUL");
            return Err(ApiError::invalid(vec![problem]));
        }
        axum::extract::Query::<T>::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|rejection| {
            let cause =
                std::error::Error::source(&rejection).map_or_else(|| rejection.to_string(), ToString::to_string);
            ApiError::invalid(vec![query_problem(&cause)])
        })
    }
}

fn query_problem(cause: &str) -> Problem {
    let field = cause.split('`').nth(1).unwrap_or_default();
    if cause.contains("unknown field") {
        Problem::new(format!("?{field}"), "request.unknown_field").with("field", field)
    } else if cause.contains("missing field") {
        Problem::new(format!("?{field}"), "request.missing_field").with("field", field)
    } else {
        let name = cause.split(':').next().filter(|name| !name.contains(' ')).unwrap_or_default();
        Problem::new(format!("?{name}"), "request.invalid_value").with("reason", cause)
    }
}

/// The page size that was asked for, or the usual one.
pub(crate) fn limit(asked: Option<u32>) -> Result<u32, ApiError> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => {
            let problem = Problem::new("?limit", "request.invalid_value");
            Err(ApiError::invalid(vec![problem.with("reason", "1–200")]))
        }
    }
}

/// A Condition in a query string.
pub(crate) fn parse_filter(text: Option<&str>) -> Result<Option<serde_json::Value>, ApiError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let parsed = serde_json::from_str(text).map_err(|error| {
        let problem = Problem::new("?filter", "condition.malformed");
        ApiError::invalid(vec![problem.with("reason", error.to_string())])
    });
    parsed.map(Some)
}
