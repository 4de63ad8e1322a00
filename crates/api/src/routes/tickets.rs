//! Tickets: list, create, show, change.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use domain::id::TicketId;
use engine::tickets::{self, ChangeTicket, CreateTicket, ListTickets, TicketKey};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, IfMatch, JsonBody, Path, Query, VersionHeader, Versioned, limit, parse_filter};
use crate::views::{self, Page, TicketBrief, TicketRow, TicketView};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_tickets, create_ticket)).routes(routes!(show_ticket, change_ticket))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Key of a saved view.
    view: Option<String>,
    /// A Condition as JSON, on top of the view.
    #[param(example = json!({"f": "priority", "op": "gte", "v": 3}))]
    filter: Option<String>,
    /// Words to look for in numbers, titles, texts and names.
    q: Option<String>,
    /// `created_at`, `updated_at`, `due_at`, `priority`, `number` or `solved_at`; `-` in front for descending.
    sort: Option<String>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 25)]
    limit: Option<u32>,
    /// `next` of the page before.
    after: Option<String>,
}

/// A report.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTicketBody {
    /// Key of the form.
    #[schema(example = "repair")]
    r#type: String,
    /// Answers by field id; system fields that the form shows are among them.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
}

/// New values.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeTicketBody {
    /// By field id, system and form fields alike; null empties a field.
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

/// List tickets.
///
/// Only those the caller may see, in a stable order, page by page.
#[utoipa::path(get, path = "/tickets", operation_id = "listTickets", tag = "tickets", params(ListQuery),
    responses((status = 200, description = "One page", body = Page<TicketRow>)))]
async fn list_tickets(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<TicketRow>>, ApiError> {
    let query = ListTickets {
        view: query.view,
        filter: parse_filter(query.filter.as_deref())?,
        words: query.q,
        sort: query.sort,
        after: query.after,
        limit: limit(query.limit)?,
    };
    let page = tickets::list(app.engine(), &caller.ctx, query).await?;
    let columns = Some(page.columns.as_slice());
    let items = page.tickets.iter().map(|row| views::row(row, &page.names, &page.configuration, columns));
    Ok(Json(Page { items: items.collect(), next: page.next }))
}

/// Report something.
///
/// Checks the answers against the published form, gives the ticket its number, starts its flow and its clocks.
#[utoipa::path(post, path = "/tickets", operation_id = "createTicket", tag = "tickets",
    request_body = CreateTicketBody,
    responses((status = 201, description = "The new ticket", body = TicketBrief)))]
async fn create_ticket(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<CreateTicketBody>,
) -> Result<impl IntoResponse, ApiError> {
    let command = CreateTicket { form: body.r#type, data: body.data, source: caller.source().to_owned() };
    let ticket = tickets::create(app.engine(), &caller.ctx, command).await?;
    let location = format!("/api/v1/tickets/{}", ticket.id);
    let body = Versioned { version: ticket.version, body: TicketBrief::from(&ticket) };
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body))
}

/// Show a ticket.
///
/// With its clocks, open tasks, suggestions and links, as far as the caller may see them.
#[utoipa::path(get, path = "/tickets/{id}", operation_id = "showTicket", tag = "tickets",
    params(("id" = String, Path, description = "Id or number")),
    responses((status = 200, description = "The ticket", body = TicketView)))]
async fn show_ticket(
    State(app): State<App>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Versioned<TicketView>, ApiError> {
    let key = match key.parse() {
        Ok(id) => TicketKey::Id(id),
        Err(_) => TicketKey::Number(key),
    };
    let shown = tickets::show(app.engine(), &caller.ctx, key).await?;
    Ok(Versioned { version: shown.ticket.version, body: shown.into() })
}

/// Change fields of a ticket.
#[utoipa::path(patch, path = "/tickets/{id}", operation_id = "changeTicket", tag = "tickets",
    params(("id" = String, Path, description = "Id of the ticket"), VersionHeader),
    request_body = ChangeTicketBody,
    responses((status = 200, description = "The changed ticket", body = TicketBrief)))]
async fn change_ticket(
    State(app): State<App>,
    caller: Caller,
    IdPath(ticket): IdPath<TicketId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<ChangeTicketBody>,
) -> Result<Versioned<TicketBrief>, ApiError> {
    let command = ChangeTicket { ticket, version, fields: body.fields };
    let changed = tickets::change(app.engine(), &caller.ctx, command).await?;
    Ok(Versioned { version: changed.version, body: (&changed).into() })
}
