//! Refusals as `application/problem+json` (RFC 9457).
//!
//! Handlers return [`ApiError`]; the outermost layer writes the body, because only there the request's id and
//! language are known.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::problem::{self, Problem};
use engine::store::{Constraint, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A refusal: one code for the whole, and what is wrong in detail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ApiError {
    pub(crate) code: String,
    pub(crate) params: Map<String, Value>,
    pub(crate) errors: Vec<Problem>,
    pub(crate) retry_after: Option<i64>,
}

impl ApiError {
    /// `code` must be on the closed list; an unknown one is our own fault and answers 500.
    pub(crate) fn new(code: &str) -> Self {
        let entry = problem::find(code).or_else(|| {
            tracing::error!(code, "A problem code is missing from the list");
            problem::find("server.internal")
        });
        let code = entry.map_or("server.internal", |entry| entry.code);
        Self { code: code.to_owned(), params: Map::new(), errors: Vec::new(), retry_after: None }
    }

    pub(crate) fn status(&self) -> StatusCode {
        let status = problem::find(&self.code).map_or(500, |entry| entry.status);
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// One problem at a place of the body.
    pub(crate) fn at(pointer: impl Into<String>, code: &str) -> Self {
        Self::invalid(vec![Problem::new(pointer, code)])
    }

    pub(crate) fn invalid(problems: Vec<Problem>) -> Self {
        let mut error = match problems.as_slice() {
            [only] => {
                let mut error = Self::new(&only.code);
                error.params = only.params.clone();
                error
            }
            many => Self::new("request.invalid").with("count", many.len()),
        };
        error.errors = problems;
        error
    }

    pub(crate) fn not_found() -> Self {
        Self::new("request.not_found")
    }

    pub(crate) fn limited(code: &str, name: &str, amount: i64, seconds: i64) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(code).with(name, amount) }
    }

    /// What the database said. A row that is pointed to but not there is the caller's mistake, not ours.
    fn from_store(error: &StoreError) -> Self {
        match error {
            StoreError::Conflict(Constraint::Reference) => Self::new("form.bad_reference"),
            StoreError::Conflict(Constraint::RecordKey) => Self::new("record.code_taken"),
            StoreError::Conflict(constraint) => {
                tracing::warn!(?constraint, "A write collided");
                Self::new("request.conflict")
            }
            StoreError::Unavailable(cause) => {
                let cause: &dyn std::error::Error = &**cause;
                tracing::error!(error = cause, "The database does not answer");
                Self { retry_after: Some(1), ..Self::new("server.unavailable") }
            }
            _ => {
                let error: &dyn std::error::Error = error;
                tracing::error!(error, "The store failed");
                Self::new("server.internal")
            }
        }
    }

    pub(crate) fn body(&self, request_id: &str, language: &str) -> ProblemBody {
        let mut params = self.params.clone();
        if self.code == "server.internal" {
            params.insert("request_id".into(), request_id.into());
        }
        ProblemBody {
            r#type: "about:blank".into(),
            title: self.status().canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status().as_u16(),
            code: self.code.clone(),
            detail: sentence(&self.code, &params, language),
            params,
            request_id: request_id.to_owned(),
            errors: self.errors.iter().map(|problem| ProblemItem::new(problem, language)).collect(),
        }
    }
}

fn sentence(code: &str, params: &Map<String, Value>, language: &str) -> String {
    let Some(entry) = problem::find(code) else { return String::new() };
    let mut text = if language == "en" { entry.en } else { entry.zh }.to_owned();
    for (name, value) in params {
        let shown = match value {
            Value::String(text) => text.clone(),
            // A text in several languages, as definitions carry them.
            Value::Object(texts) if texts.get("zh").or(texts.get("en")).is_some_and(Value::is_string) => {
                serde_json::from_value::<domain::text::Text>(value.clone())
                    .map(|text| text.get(language).to_owned())
                    .unwrap_or_default()
            }
            other => other.to_string(),
        };
        text = text.replace(&format!("{{{name}}}"), &shown);
    }
    text
}

impl From<engine::Error> for ApiError {
    fn from(error: engine::Error) -> Self {
        match error {
            engine::Error::NotFound => Self::not_found(),
            engine::Error::Denied(denied) => Self::new("access.denied").with("action", denied.0.as_str()),
            engine::Error::Stale => Self::new("request.stale"),
            engine::Error::Invalid(problems) => Self::invalid(problems),
            engine::Error::Refused(problem) => Self::invalid(vec![problem]),
            engine::Error::Store(error) => Self::from_store(&error),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(seconds) = self.retry_after
            && let Ok(value) = HeaderValue::from_str(&seconds.to_string())
        {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// A refusal as the client sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Always `about:blank`: `code` says what happened.
    #[schema(example = "about:blank")]
    pub(crate) r#type: String,
    pub(crate) title: String,
    pub(crate) status: u16,
    /// An entry of `GET /problems`.
    #[schema(example = "request.not_found")]
    pub(crate) code: String,
    /// A sentence in the language of `Accept-Language`.
    pub(crate) detail: String,
    /// Values in the sentence, by name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub(crate) params: Map<String, Value>,
    pub(crate) request_id: String,
    pub(crate) errors: Vec<ProblemItem>,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ProblemItem {
    /// JSON pointer into the body.
    #[schema(example = "/data/title")]
    pub(crate) pointer: String,
    #[schema(example = "form.required")]
    pub(crate) code: String,
    #[schema(value_type = Object)]
    pub(crate) params: Map<String, Value>,
    pub(crate) detail: String,
    /// `error`, or `warning` for what does not stop the act.
    pub(crate) severity: String,
}

impl ProblemItem {
    pub(crate) fn new(problem: &Problem, language: &str) -> Self {
        Self {
            pointer: problem.pointer.clone(),
            code: problem.code.clone(),
            params: problem.params.clone(),
            detail: sentence(&problem.code, &problem.params, language),
            severity: match problem.severity {
                problem::Severity::Error => "error".into(),
                problem::Severity::Warning => "warning".into(),
            },
        }
    }
}

/// Writes the body of a refusal into its response.
pub(crate) fn render(response: Response, request_id: &str, language: &str) -> Response {
    let Some(error) = response.extensions().get::<ApiError>().cloned() else { return response };
    let body = serde_json::to_vec(&error.body(request_id, language)).unwrap_or_default();
    let (mut parts, _) = response.into_parts();
    let kind = HeaderValue::from_static("application/problem+json; charset=utf-8");
    parts.headers.insert(header::CONTENT_TYPE, kind);
    parts.headers.remove(header::CONTENT_LENGTH);
    let languages = HeaderName::from_static("content-language");
    if let Ok(value) = HeaderValue::from_str(language) {
        parts.headers.insert(languages, value);
    }
    Response::from_parts(parts, body.into())
}
