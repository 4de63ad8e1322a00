//! Puts routes and layers together.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use crate::app::App;
use crate::error::ApiError;
use crate::layers::{guard, idempotency, outer};
use crate::{health, routes};

/// The whole HTTP side; `pages` answers everything outside the API.
pub fn router(app: App, pages: Router) -> Router {
    let (api, _) = routes::routes().split_for_parts();
    let api = api
        .fallback(async || ApiError::new("request.no_route"))
        .method_not_allowed_fallback(async || ApiError::new("request.method"))
        .layer(from_fn_with_state(app.clone(), idempotency::idempotency))
        .layer(from_fn_with_state(app.clone(), guard::guard));
    Router::new()
        .nest("/api/v1", api)
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/api", get(async || ApiError::new("request.no_route")))
        .route("/api/{*rest}", get(async || ApiError::new("request.no_route")))
        .with_state(app.clone())
        .fallback_service(pages)
        .layer(from_fn_with_state(app, outer::outer))
}
