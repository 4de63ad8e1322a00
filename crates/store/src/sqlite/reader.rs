//! Threads that read. Each query sees one snapshot and never waits for the writer.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::Connection;
use tokio::sync::mpsc;

use super::connection::{failure, open_reader};
use super::{Command, Message};
use crate::config::StoreConfig;
use crate::error::StoreError;
use crate::signal::Signals;
use crate::tx::{Link, Mode, Tx};

pub(super) fn start(
    path: &Path,
    config: &StoreConfig,
    signals: &Arc<Signals>,
) -> Result<mpsc::Sender<Message>, StoreError> {
    let (sender, receiver) = mpsc::channel(config.queue);
    let queue = Arc::new(Mutex::new(receiver));
    for number in 0..config.connections.max(1) {
        let conn = open_reader(path, config)?;
        let (queue, signals) = (Arc::clone(&queue), Arc::clone(signals));
        let thread = thread::Builder::new().name(format!("store-reader-{number}"));
        thread.spawn(move || serve(conn, &queue, &signals)).map_err(StoreError::unavailable)?;
    }
    Ok(sender)
}

fn serve(conn: Connection, queue: &Mutex<mpsc::Receiver<Message>>, signals: &Signals) {
    let mut conn = Some(Box::new(conn));
    loop {
        // Only the waiting is under the lock; the query runs outside.
        let mut waiting = queue.lock().unwrap_or_else(PoisonError::into_inner);
        let message = waiting.blocking_recv();
        if matches!(message, Some(Message::Stop(_))) {
            waiting.close();
        }
        drop(waiting);
        match message {
            Some(Message::Run(command)) => run(&mut conn, command, signals),
            Some(Message::Stop(done)) => {
                // Whoever asked may be gone.
                let _ = done.send(());
            }
            None => return,
        }
    }
}

fn run(slot: &mut Option<Box<Connection>>, mut command: Box<dyn Command>, signals: &Signals) {
    let Some(conn) = slot.take() else {
        command.answer(Some(StoreError::unavailable("the reader is broken")));
        return;
    };
    if let Err(error) = conn.execute_batch("BEGIN") {
        command.answer(Some(failure(error).error));
        *slot = Some(conn);
        return;
    }
    let mut tx = Tx::new(Link::Sqlite(conn), command.scope(), Mode::Read);
    command.run(&mut tx);
    signals.read(tx.effects());
    if let Link::Sqlite(conn) = tx.into_link() {
        // Nothing was written; a failing rollback means there is no transaction any more.
        let _ = conn.execute_batch("ROLLBACK");
        *slot = Some(conn);
    }
    command.answer(None);
}
