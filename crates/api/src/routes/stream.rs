//! Live updates as server-sent events.
//!
//! The events are read from the log like everything else, so a client that was away resumes by number and misses
//! nothing. One page is in memory at a time: a slow reader makes the server wait, not grow.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::id::TenantId;
use domain::time::Timestamp;
use engine::store::{EventSignal, InboxHead};
use engine::{notifications, operations};
use futures_util::Stream;
use serde::Deserialize;
use tokio::sync::{broadcast, watch};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, Query};
use crate::presence::Moved;
use crate::routes::presence::PresenceView;
use crate::views::{EventView, InboxHeadView};

/// Events in memory for one reader.
const PAGE: u32 = 100;
/// Rights are looked up again at least this often.
const RECHECK_MS: i64 = 5_000;
const RECHECK: Duration = Duration::from_millis(5_000);
const HEARTBEAT: Duration = Duration::from_secs(15);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(stream_events))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamQuery {
    /// Sequence number to go on after; `Last-Event-ID` wins. Only what is new when both are missing.
    after: Option<i64>,
}

/// Follow what happens.
///
/// Each event's `id` is its sequence number, its `event` the kind, its `data` an `Event`. A reader resumes with
/// `Last-Event-ID`. The stream ends when the caller's access does.
///
/// Between them come events without an `id`. `presence`, whose `data` is a `PresenceView`: who else is at a ticket where
/// the caller announced their own presence. `inbox`, an `InboxHeadView`: how much of the caller's inbox is unread.
#[utoipa::path(get, path = "/stream", operation_id = "streamEvents", tag = "stream", params(StreamQuery),
    responses((status = 200, description = "Events the caller may see", content_type = "text/event-stream", body = String)))]
async fn stream_events(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> Result<Response, ApiError> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let after = match last.and_then(|text| text.parse().ok()).or(query.after) {
        Some(after) => after,
        None => operations::last_event(app.engine(), &caller.ctx).await?,
    };
    let inbox = notifications::head(app.engine(), &caller.ctx).await?;
    let (checked, closing, presence) = (app.now(), app.closing(), app.presence().moved());
    let follower = Follower { checked, closing, presence, app, caller, after, ready: Vec::new(), inbox };
    let stream = Sse::new(events(follower)).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    let mut response = stream.into_response();
    let unbuffered = axum::http::HeaderValue::from_static("no");
    response.headers_mut().insert("x-accel-buffering", unbuffered);
    Ok(response)
}

struct Follower {
    app: App,
    caller: Caller,
    /// When the rights were looked up.
    checked: Timestamp,
    closing: watch::Receiver<bool>,
    presence: broadcast::Receiver<Moved>,
    /// Everything up to here was read.
    after: i64,
    /// Read but not sent yet, last first.
    ready: Vec<EventView>,
    /// The inbox as the client knows it.
    inbox: InboxHead,
}

fn events(follower: Follower) -> impl Stream<Item = Result<Event, Infallible>> {
    futures_util::stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    })
}

impl Follower {
    /// The next event; `None` ends the stream, and the client's next try learns why.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(view) = self.ready.pop() {
                let data = serde_json::to_string(&view).ok()?;
                return Some(Event::default().id(view.seq.to_string()).event(view.kind).data(data));
            }
            self.recheck().await?;
            let mut signal = self.app.engine().store().event_signal();
            let page = operations::feed(self.app.engine(), &self.caller.ctx, self.after, PAGE).await.ok()?;
            self.ready = page.events.iter().rev().map(EventView::from).collect();
            let moved = page.read_to > self.after;
            self.after = page.read_to.max(self.after);
            if moved && !self.ready.is_empty() {
                continue;
            }
            // A message may ring because its time came, so the clock of this look counts, not that of the sign-in.
            let ctx = self.caller.ctx.at(self.app.now());
            let inbox = notifications::head(self.app.engine(), &ctx).await.ok()?;
            if inbox != self.inbox {
                self.inbox = inbox;
                let view = InboxHeadView::from(&self.inbox);
                return Some(Event::default().event("inbox").data(serde_json::to_string(&view).ok()?));
            }
            if moved {
                continue;
            }
            tokio::select! {
                _ = self.closing.wait_for(|closing| *closing) => return None,
                () = moved_for(&mut signal, self.caller.ctx.tenant()) => {}
                event = present(&mut self.presence, &self.app, &self.caller) => return Some(event),
                () = tokio::time::sleep(RECHECK) => {}
            }
        }
    }

    async fn recheck(&mut self) -> Option<()> {
        let now = self.app.now();
        if *self.closing.borrow() {
            return None;
        }
        if now.millis_since(self.checked) >= RECHECK_MS {
            self.caller = self.caller.again(&self.app).await.ok()?;
            self.checked = now;
        }
        Some(())
    }
}

/// Ready once an event of this tenant was committed, or so many of others that we lost count.
async fn moved_for(signal: &mut broadcast::Receiver<EventSignal>, tenant: TenantId) {
    loop {
        match signal.recv().await {
            Ok(moved) if moved.tenant != tenant => {}
            _ => return,
        }
    }
}

/// The next change among those who are at a ticket where the caller is, too.
async fn present(moved: &mut broadcast::Receiver<Moved>, app: &App, caller: &Caller) -> Event {
    loop {
        let room = match moved.recv().await {
            Ok(room) => room,
            // The next beat of the caller's own page tells what was lost.
            Err(broadcast::error::RecvError::Lagged(_)) => continue,
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        };
        let Some(user) = caller.ctx.access().user.filter(|_| room.tenant == caller.ctx.tenant()) else { continue };
        let Some(people) = app.presence().others(room, user, app.now()) else { continue };
        if let Ok(data) = serde_json::to_string(&PresenceView::new(room.ticket, people)) {
            return Event::default().event("presence").data(data);
        }
    }
}
