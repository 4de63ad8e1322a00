//! Slow, silent and greedy clients against real sockets.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::{Deadlines, Phase, serve};

const SHORT: Duration = Duration::from_millis(150);
/// Far above every deadline here: only a hang takes so long.
const HANG: Duration = Duration::from_secs(5);
const GET: &[u8] = b"GET /quick HTTP/1.1\r\nHost: x\r\n\r\n";

fn deadlines() -> Deadlines {
    Deadlines {
        header: SHORT,
        body: SHORT,
        body_bytes_per_second: 1_000_000,
        write: SHORT,
        drain: HANG,
        max_connections: 64,
        max_per_address: 64,
    }
}

struct Running {
    address: SocketAddr,
    phase: watch::Sender<Phase>,
    served: JoinHandle<bool>,
    /// Lets `/held` answer.
    release: Arc<Notify>,
    /// Says that `/held` was reached.
    reached: Arc<Notify>,
}

async fn start(deadlines: Deadlines) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = listener.local_addr().expect("has an address");
    let (phase, watching) = watch::channel(Phase::Running);
    let (release, reached) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let router = router(Arc::clone(&release), Arc::clone(&reached));
    let served = tokio::spawn(serve(listener, router, deadlines, watching));
    Running { address, phase, served, release, reached }
}

fn router(release: Arc<Notify>, reached: Arc<Notify>) -> Router {
    let noted = Arc::clone(&reached);
    let held = move || {
        let (release, reached) = (Arc::clone(&release), Arc::clone(&noted));
        async move {
            reached.notify_one();
            release.notified().await;
            "done"
        }
    };
    let upload = |body: Body| async {
        axum::body::to_bytes(body, usize::MAX).await.map_or(StatusCode::REQUEST_TIMEOUT, |_| StatusCode::OK)
    };
    let seen = Arc::clone(&reached);
    let large = move || {
        seen.notify_one();
        async { vec![b'x'; 64 << 20] }
    };
    Router::new()
        .route("/quick", get(|| async { "here" }))
        .route("/large", get(large))
        .route("/held", get(held))
        .route("/upload", post(upload))
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connects")
    }

    /// Sends `bytes`, then reads until the server closes.
    async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.expect("sends");
        rest(&mut stream).await
    }
}

async fn served(server: Running) -> bool {
    within(server.served).await.expect("the loop does not panic")
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset is an end as well.
    let _ = within(stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(HANG, work).await.expect("ends before anything hangs")
}

#[tokio::test]
async fn silent_and_slow_heads_are_cut_while_honest_clients_are_served() {
    let server = start(deadlines()).await;
    let started = Instant::now();
    let mut silent = server.connect().await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET /quick HT").await.expect("sends");

    let honest = server.exchange(GET).await;
    assert!(honest.starts_with("HTTP/1.1 200"), "{honest}");
    assert_eq!(rest(&mut silent).await, "");
    assert!(!rest(&mut slow).await.contains("200"));
    assert!(started.elapsed() >= SHORT, "nobody is cut before the deadline");
}

#[tokio::test]
async fn a_slow_body_is_cut() {
    let server = start(deadlines()).await;
    let head = b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc";
    let answer = server.exchange(head).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    let whole = b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    let answer = server.exchange(whole).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_cut() {
    let server = start(deadlines()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sends");
    within(server.reached.notified()).await;
    // Not reading: the server can only end by dropping the connection on its own.
    let started = Instant::now();
    server.phase.send_replace(Phase::Draining);
    assert!(served(server).await, "the stalled connection ended before the drain time");
    assert!(started.elapsed() >= SHORT - SHORT / 10, "nobody is cut before the deadline");
}

#[tokio::test]
async fn an_address_gets_its_share_and_no_more() {
    let server = start(Deadlines { max_per_address: 1, header: HANG, ..deadlines() }).await;
    let mut first = server.connect().await;
    first.write_all(b"GET /held HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.expect("sends");
    within(server.reached.notified()).await;
    assert_eq!(rest(&mut server.connect().await).await, "");

    server.release.notify_one();
    assert!(rest(&mut first).await.ends_with("done"));
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way_and_takes_nothing_new() {
    let server = start(deadlines()).await;
    let mut held = server.connect().await;
    held.write_all(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sends");
    within(server.reached.notified()).await;
    server.phase.send_replace(Phase::Draining);
    server.release.notify_one();
    assert!(rest(&mut held).await.ends_with("done"));
    let address = server.address;
    assert!(served(server).await);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_second_signal_does_not_wait() {
    let server = start(deadlines()).await;
    let mut held = server.connect().await;
    held.write_all(b"GET /held HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sends");
    within(server.reached.notified()).await;
    server.phase.send_replace(Phase::Draining);
    server.phase.send_replace(Phase::Quick);
    served(server).await;
    assert_eq!(rest(&mut held).await, "");
}

#[tokio::test]
async fn broken_framing_is_refused() {
    let server = start(deadlines()).await;
    let both = "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd";
    let many = format!("GET /quick HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(10_000));
    let large = format!("GET /quick HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "b".repeat(128 * 1024));
    for request in [both, &many, &large] {
        let answer = server.exchange(request.as_bytes()).await;
        assert!(!answer.contains("HTTP/1.1 200"), "{}", &answer[..answer.len().min(80)]);
    }
}
