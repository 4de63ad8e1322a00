//! Alive and ready.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;

/// The process answers.
pub(crate) async fn livez() -> &'static str {
    "ok"
}

/// The process takes requests: it is not stopping and its database answers.
pub(crate) async fn readyz(State(app): State<App>) -> (StatusCode, &'static str) {
    if *app.closing().borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match app.engine().ping().await {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "no database"),
    }
}
