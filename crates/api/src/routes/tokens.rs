//! API tokens.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use domain::id::TokenId;
use domain::time::Timestamp;
use engine::people::{self, CreateToken};
use engine::store::TokenRow;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, JsonBody};
use crate::layers::idempotency::ShownOnce;
use crate::views::{NewTokenView, Page, TokenView};

/// A token lives 90 days unless its maker says otherwise.
const USUAL_LIFETIME_MS: i64 = 90 * 24 * 3_600_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_tokens, create_token)).routes(routes!(revoke_token))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTokenBody {
    name: String,
    /// Out of `read`, `write`, `admin`.
    #[schema(example = json!(["read"]))]
    scopes: Vec<String>,
    /// At most a year ahead; 90 days when left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// My API tokens.
#[utoipa::path(get, path = "/tokens", operation_id = "listTokens", tag = "tokens",
    responses((status = 200, description = "The caller's tokens, without secrets", body = Page<TokenView>)))]
async fn list_tokens(State(app): State<App>, caller: Caller) -> Result<Json<Page<TokenView>>, ApiError> {
    let rows = people::tokens(app.engine(), &caller.ctx).await?;
    Ok(Json(Page { items: rows.iter().map(TokenView::from).collect(), next: None }))
}

/// Make an API token.
///
/// The secret is in this answer and nowhere else. A token never may more than its owner.
#[utoipa::path(post, path = "/tokens", operation_id = "createToken", tag = "tokens",
    request_body = CreateTokenBody,
    responses((status = 201, description = "The token with its secret", body = NewTokenView)))]
async fn create_token(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<CreateTokenBody>,
) -> Result<(StatusCode, Extension<ShownOnce>, Json<NewTokenView>), ApiError> {
    let usual = caller.ctx.now().plus_millis(USUAL_LIFETIME_MS);
    let command = CreateToken {
        name: body.name,
        scopes: body.scopes,
        expires_at: body.expires_at.unwrap_or(usual),
        random: app.random(),
    };
    let issued = people::create_token(app.engine(), &caller.ctx, command).await?;
    let view = NewTokenView { token: (&issued.row).into(), secret: issued.secret };
    Ok((StatusCode::CREATED, Extension(ShownOnce), Json(view)))
}

/// Revoke an API token.
#[utoipa::path(delete, path = "/tokens/{id}", operation_id = "revokeToken", tag = "tokens",
    params(("id" = String, Path, description = "Id of the token")),
    responses((status = 204, description = "It no longer works")))]
async fn revoke_token(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<TokenId>,
) -> Result<StatusCode, ApiError> {
    people::revoke_token(app.engine(), &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<&TokenRow> for TokenView {
    fn from(row: &TokenRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            scopes: row.scopes.clone(),
            created_at: row.created_at.into(),
            expires_at: Some(row.expires_at.into()),
            last_used_at: row.last_used_at.map(Into::into),
        }
    }
}
