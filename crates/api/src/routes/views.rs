//! Saved views.

use axum::Json;
use axum::extract::State;
use engine::tickets;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::Caller;
use crate::views::{Page, SavedViewView};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_views))
}

/// The caller's saved views, with counts.
#[utoipa::path(get, path = "/views", operation_id = "listViews", tag = "tickets",
    responses((status = 200, description = "Views in their order", body = Page<SavedViewView>)))]
async fn list_views(State(app): State<App>, caller: Caller) -> Result<Json<Page<SavedViewView>>, ApiError> {
    let views = tickets::views(app.engine(), &caller.ctx).await?;
    let items = views.into_iter().map(|view| SavedViewView {
        key: view.key,
        title: view.title.into(),
        columns: view.columns,
        sort: view.sort,
        count: view.count,
        capped: view.capped,
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}
