//! The closed list of problem codes, and the contract itself.

use axum::Json;
use axum::http::header;
use axum::response::IntoResponse;
use domain::problem::CODES;
use domain::text::Text;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::views::{CodeView, Page};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_problems)).routes(routes!(show_contract))
}

/// Every code a refusal may carry.
#[utoipa::path(get, path = "/problems", operation_id = "listProblems", tag = "contract", security(()),
    responses((status = 200, description = "The closed list, with a sentence in Chinese and English", body = Page<CodeView>)))]
async fn list_problems() -> Json<Page<CodeView>> {
    let text = |zh: &str, en: &str| {
        Text::Languages([("zh", zh), ("en", en)].map(|(tag, text)| (tag.to_owned(), text.to_owned())).into())
    };
    let items = CODES.iter().map(|entry| CodeView {
        code: entry.code.to_owned(),
        status: entry.status,
        text: text(entry.zh, entry.en).into(),
    });
    Json(Page { items: items.collect(), next: None })
}

/// This contract.
#[utoipa::path(get, path = "/openapi.json", operation_id = "showContract", tag = "contract", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
async fn show_contract() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], crate::openapi::document_text())
}
