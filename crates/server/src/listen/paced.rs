//! A request body that must keep up.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use api::BodyTooSlow;
use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

/// Fails with [`BodyTooSlow`] once the body is later than its size allows.
pub(super) struct PacedBody {
    body: Incoming,
    /// Deadline for the bytes so far; every byte that arrives moves it.
    deadline: Pin<Box<Sleep>>,
    started: Instant,
    grace: Duration,
    bytes_per_second: u64,
    received: u64,
}

impl PacedBody {
    pub(super) fn new(body: Incoming, grace: Duration, bytes_per_second: u64) -> Self {
        let started = Instant::now();
        let deadline = Box::pin(tokio::time::sleep_until(started + grace));
        Self { body, deadline, started, grace, bytes_per_second, received: 0 }
    }

    fn note(&mut self, bytes: usize) {
        self.received += bytes as u64;
        let earned = Duration::from_millis(self.received * 1000 / self.bytes_per_second);
        self.deadline.as_mut().reset(self.started + self.grace + earned);
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                ready!(self.deadline.as_mut().poll(cx));
                return Poll::Ready(Some(Err(Box::new(BodyTooSlow))));
            }
        };
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.note(data.len());
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
