//! SQLite: one writer that groups commands into commits, and a few readers.

mod connection;
mod reader;
mod writer;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::body::run_now;
use crate::config::StoreConfig;
use crate::error::StoreError;
use crate::signal::Signals;
use crate::tx::{Body, Mode, Scope, Tx};

pub(crate) use connection::{change, open_writer, rows, understand};

/// Handles to the threads that own the connections.
pub(crate) struct Sqlite {
    writer: mpsc::Sender<Message>,
    readers: mpsc::Sender<Message>,
}

pub(crate) enum Message {
    Run(Box<dyn Command>),
    /// Finish what is queued, then stop.
    Stop(oneshot::Sender<()>),
}

/// A transaction on its way through a thread. Its answer leaves only after the commit.
pub(crate) trait Command: Send {
    fn scope(&self) -> Option<Scope>;
    /// Runs the body; true when its writes are to be kept.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Sends the answer; `lost` replaces it when the commit failed.
    fn answer(self: Box<Self>, lost: Option<StoreError>);
}

impl Sqlite {
    pub(crate) fn start(path: &Path, config: &StoreConfig, signals: &Arc<Signals>) -> Result<Self, StoreError> {
        let conn = open_writer(path, config)?;
        let writer = writer::start(conn, config, Arc::clone(signals))?;
        let readers = reader::start(path, config, signals)?;
        Ok(Self { writer, readers })
    }

    pub(crate) async fn run<T, E, F>(&self, mode: Mode, scope: Option<Scope>, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Job { scope, body: Some(body), result: None, reply };
        let queue = match mode {
            Mode::Write => &self.writer,
            Mode::Read => &self.readers,
        };
        let gone = || E::from(StoreError::unavailable("the store is closed"));
        if queue.send(Message::Run(Box::new(job))).await.is_err() {
            return Err(gone());
        }
        answer.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Waits until everything that was queued is written, then closes the files.
    pub(crate) async fn close(&self) {
        for queue in [&self.readers, &self.writer] {
            let (done, stopped) = oneshot::channel();
            if queue.send(Message::Stop(done)).await.is_ok() {
                // An error means that the thread is gone already, which is what we want.
                let _ = stopped.await;
            }
        }
    }
}

struct Job<F, T, E> {
    scope: Option<Scope>,
    body: Option<F>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Command for Job<F, T, E>
where
    F: for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn scope(&self) -> Option<Scope> {
        self.scope
    }

    fn run(&mut self, tx: &mut Tx) -> bool {
        let Some(body) = self.body.take() else {
            return false;
        };
        let result = run_now(tx, body);
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, lost: Option<StoreError>) {
        let result = match (lost, self.result) {
            (None, Some(result)) => result,
            // A body that failed by itself says more than the commit that would have followed.
            (Some(_), Some(Err(error))) => Err(error),
            (Some(error), _) => Err(E::from(error)),
            (None, None) => Err(E::from(StoreError::unavailable("the command did not run"))),
        };
        // The caller may have gone away; the write stands.
        let _ = self.reply.send(result);
    }
}
