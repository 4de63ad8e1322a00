//! The accept loop: HTTP/1.1 over TCP with a deadline for everything a client does.
//!
//! The usual server of the web framework waits for the first byte and for the head of a request as long as the
//! client likes, so a handful of idle sockets can hold every descriptor. Here a connection costs at most:
//! the head within `header`, a body within `body` plus the time its size deserves, a reader that takes nothing
//! for `write` is cut, and no address holds more than its share. See [`Deadlines`].

mod caps;
mod paced;
mod stall;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::Peer;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt;

use caps::{AddressCaps, AddressPermit};
use paced::PacedBody;
use stall::StallGuard;

/// Head of a request: bytes and number of headers.
const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
/// A pause after the system refused a socket, most often for want of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a client may take its time for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadlines {
    pub(crate) header: Duration,
    pub(crate) body: Duration,
    pub(crate) body_bytes_per_second: u64,
    pub(crate) write: Duration,
    /// How long a stop waits for requests under way.
    pub(crate) drain: Duration,
    pub(crate) max_connections: u32,
    pub(crate) max_per_address: u32,
}

/// How far a stop has come. Each step only goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Running,
    /// Finish what is under way, take nothing new.
    Draining,
    /// Leave now.
    Quick,
}

/// Serves until the phase leaves `Running`, then until the last connection ends or the drain time is over.
/// Answers whether every connection ended by itself.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    deadlines: Deadlines,
    mut phase: watch::Receiver<Phase>,
) -> bool {
    let permits = Arc::new(Semaphore::new(deadlines.max_connections as usize));
    let caps = AddressCaps::new(deadlines.max_per_address);

    loop {
        // The permit comes first: at the cap, new clients wait in the kernel's queue, not in our memory.
        let accepted = tokio::select! {
            biased;
            () = reached(&mut phase, Phase::Draining) => break,
            accepted = accept(&listener, &permits) => accepted,
        };
        let (stream, peer, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "Could not accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(share) = caps.enter(peer.ip()) else {
            tracing::debug!(peer = %peer, "Address has too many connections");
            continue;
        };
        let held = Held { _permit: permit, _share: share };
        tokio::spawn(connection(stream, peer, router.clone(), deadlines, phase.clone(), held));
    }

    drop(listener);
    let all = permits.acquire_many(deadlines.max_connections);
    tokio::select! {
        _ = all => true,
        () = tokio::time::sleep(deadlines.drain) => false,
        () = reached(&mut phase, Phase::Quick) => false,
    }
}

/// What a connection gives back when it ends.
struct Held {
    _permit: OwnedSemaphorePermit,
    _share: AddressPermit,
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, permit))
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    deadlines: Deadlines,
    mut phase: watch::Receiver<Phase>,
    held: Held,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request =
            request.map(|body| Body::new(PacedBody::new(body, deadlines.body, deadlines.body_bytes_per_second)));
        request.extensions_mut().insert(Peer(peer.ip()));
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|e| match e {})) }
    });

    let io = TokioIo::new(StallGuard::new(stream, deadlines.write));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(deadlines.header)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD)
        .serve_connection(io, service);
    let mut serving = std::pin::pin!(serving);

    let running = tokio::select! {
        outcome = serving.as_mut() => Some(outcome),
        () = reached(&mut phase, Phase::Draining) => None,
    };
    let outcome = match running {
        Some(outcome) => outcome,
        None => {
            serving.as_mut().graceful_shutdown();
            tokio::select! {
                outcome = serving => outcome,
                () = reached(&mut phase, Phase::Quick) => Ok(()),
            }
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, peer = %peer, "Connection ended early");
    }
    drop(held);
}

/// Waits until the stop has come as far as `wanted`; a sender that is gone counts as a stop.
pub(crate) async fn reached(phase: &mut watch::Receiver<Phase>, wanted: Phase) {
    let _ = phase.wait_for(|phase| *phase >= wanted).await;
}
