//! Query strings.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::problem::Problem;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::error::ApiError;

const DEFAULT_LIMIT: u32 = 25;
const MAX_LIMIT: u32 = 200;

/// A query string of type `T`; unknown parameters are refused when `T` denies them.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(
            |rejection| {
                let cause = std::error::Error::source(&rejection)
                    .map_or_else(|| rejection.to_string(), ToString::to_string);
                ApiError::invalid(vec![query_problem(&cause)])
            },
        )
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

/// One page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 25)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) after: Option<String>,
}

impl PageQuery {
    pub(crate) fn limit(&self) -> Result<u32, ApiError> {
        limit(self.limit)
    }
}

pub(crate) fn limit(asked: Option<u32>) -> Result<u32, ApiError> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => {
            let problem = Problem::new("?limit", "request.invalid_value");
            Err(ApiError::invalid(vec![problem.with("reason", "1–200")]))
        }
    }
}
