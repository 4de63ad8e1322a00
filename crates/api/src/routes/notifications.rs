//! The inbox, and how people want to be told.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::id::{NotificationId, TicketId};
use domain::notification::{Choices, Quiet, Topic, TopicChoice, When};
use domain::problem::Problem;
use engine::notifications;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, JsonBody, Query, limit};
use crate::views::{ChoicesView, InboxHeadView, MessageView, MuteView, Page};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_messages))
        .routes(routes!(show_inbox))
        .routes(routes!(mark_messages))
        .routes(routes!(show_choices, set_choices))
        .routes(routes!(show_mute, set_mute))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessageQuery {
    /// Only what was not read.
    unread: Option<bool>,
    /// `work`, `mention`, `reply`, `note`, `progress`, `urge`, `sla` or `notice`.
    topic: Option<String>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 25)]
    limit: Option<u32>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Which messages were read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarkBody {
    /// These; at most 200.
    #[serde(default)]
    ids: Vec<String>,
    /// Everything that has rung.
    #[serde(default)]
    all: bool,
    /// Everything about this ticket.
    ticket: Option<String>,
    /// `false` makes `ids` unread again.
    read: Option<bool>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoicesBody {
    /// By topic; a topic that is left out gets the usual.
    topics: BTreeMap<String, TopicChoiceBody>,
    quiet: QuietBody,
    /// `HH:MM`
    digest_at: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TopicChoiceBody {
    in_app: bool,
    /// `now`, `hourly` or `daily`.
    when: String,
    channels: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuietBody {
    from: Option<String>,
    to: Option<String>,
    work_time_only: bool,
    urgent_waits: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MuteBody {
    muted: bool,
}

/// My inbox, newest first.
#[utoipa::path(get, path = "/notifications", operation_id = "listMessages", tag = "messages", params(MessageQuery),
    responses((status = 200, description = "One page", body = Page<MessageView>)))]
async fn list_messages(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MessageQuery>,
) -> Result<Json<Page<MessageView>>, ApiError> {
    let limit = limit(query.limit)?;
    let unread = query.unread.unwrap_or_default();
    let page = notifications::list(app.engine(), &caller.ctx, unread, query.topic, query.after, limit).await?;
    Ok(Json(Page { items: page.messages.into_iter().map(Into::into).collect(), next: page.next }))
}

/// How much of my inbox is unread.
#[utoipa::path(get, path = "/notifications/head", operation_id = "showInbox", tag = "messages",
    responses((status = 200, description = "What the bell shows", body = InboxHeadView)))]
async fn show_inbox(State(app): State<App>, caller: Caller) -> Result<Json<InboxHeadView>, ApiError> {
    let head = notifications::head(app.engine(), &caller.ctx).await?;
    Ok(Json((&head).into()))
}

/// Mark messages as read, or as unread again.
#[utoipa::path(post, path = "/notifications/read", operation_id = "markMessages", tag = "messages",
    request_body = MarkBody, responses((status = 204, description = "Marked; what is not the caller's is passed over")))]
async fn mark_messages(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<MarkBody>,
) -> Result<StatusCode, ApiError> {
    let (engine, ctx) = (app.engine(), &caller.ctx);
    if body.ids.len() > 200 {
        return Err(ApiError::invalid(vec![Problem::new("/ids", "form.too_many").with("max", 200)]));
    }
    let ids: Vec<NotificationId> = body.ids.iter().filter_map(|id| id.parse().ok()).collect();
    match (body.all, &body.ticket, body.read.unwrap_or(true)) {
        (true, _, true) => notifications::read_all(engine, ctx).await?,
        (_, Some(ticket), true) => {
            let ticket = ticket.parse().map_err(|_| ApiError::at("/ticket", "form.bad_reference"))?;
            notifications::read_ticket(engine, ctx, ticket).await?;
        }
        (_, _, true) => notifications::read(engine, ctx, ids).await?,
        (_, _, false) => notifications::unread(engine, ctx, ids).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

/// How I want to be told.
#[utoipa::path(get, path = "/notifications/choices", operation_id = "showMessageChoices", tag = "messages",
    responses((status = 200, description = "Topics, quiet hours, digest", body = ChoicesView)))]
async fn show_choices(State(app): State<App>, caller: Caller) -> Result<Json<ChoicesView>, ApiError> {
    let choices = notifications::choices(app.engine(), &caller.ctx).await?;
    Ok(Json(ChoicesView::new(&choices, app.engine().channel_names())))
}

/// Choose how I want to be told.
#[utoipa::path(put, path = "/notifications/choices", operation_id = "setMessageChoices", tag = "messages",
    request_body = ChoicesBody, responses((status = 200, description = "As it is now", body = ChoicesView)))]
async fn set_choices(
    State(app): State<App>,
    caller: Caller,
    JsonBody(body): JsonBody<ChoicesBody>,
) -> Result<Json<ChoicesView>, ApiError> {
    let choices = body.read()?;
    notifications::set_choices(app.engine(), &caller.ctx, choices.clone()).await?;
    Ok(Json(ChoicesView::new(&choices, app.engine().channel_names())))
}

/// Whether I hear of a ticket.
#[utoipa::path(get, path = "/tickets/{id}/mute", operation_id = "showMute", tag = "messages",
    params(("id" = String, Path, description = "Id of the ticket")),
    responses((status = 200, description = "Whether it is muted", body = MuteView)))]
async fn show_mute(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<TicketId>,
) -> Result<Json<MuteView>, ApiError> {
    let muted = notifications::is_muted(app.engine(), &caller.ctx, id).await?;
    Ok(Json(MuteView { muted }))
}

/// Stop or resume messages about a ticket.
///
/// Work that is given to the caller still comes.
#[utoipa::path(put, path = "/tickets/{id}/mute", operation_id = "setMute", tag = "messages",
    params(("id" = String, Path, description = "Id of the ticket")), request_body = MuteBody,
    responses((status = 200, description = "As it is now", body = MuteView)))]
async fn set_mute(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<TicketId>,
    JsonBody(body): JsonBody<MuteBody>,
) -> Result<Json<MuteView>, ApiError> {
    notifications::mute(app.engine(), &caller.ctx, id, body.muted).await?;
    Ok(Json(MuteView { muted: body.muted }))
}

impl ChoicesBody {
    fn read(self) -> Result<Choices, ApiError> {
        let mut problems = Vec::new();
        let mut topics = BTreeMap::new();
        for (name, choice) in self.topics {
            let when = match choice.when.as_str() {
                "now" => Some(When::Now),
                "hourly" => Some(When::Hourly),
                "daily" => Some(When::Daily),
                _ => None,
            };
            let (Some(topic), Some(when)) = (Topic::parse(&name), when) else {
                let problem = Problem::new(format!("/topics/{name}"), "form.not_an_option");
                problems.push(problem.with("value", choice.when));
                continue;
            };
            let channels: BTreeSet<String> = choice.channels.into_iter().collect();
            topics.insert(topic, TopicChoice { in_app: choice.in_app, when, channels });
        }
        if !problems.is_empty() {
            return Err(ApiError::invalid(problems));
        }
        let QuietBody { from, to, work_time_only, urgent_waits } = self.quiet;
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let quiet = Quiet { from: given(from), to: given(to), work_time_only, urgent_waits };
        Ok(Choices { topics, quiet, digest_at: self.digest_at })
    }
}
