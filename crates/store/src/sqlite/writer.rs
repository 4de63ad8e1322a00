//! The one thread that writes.
//!
//! Commands that wait together share a commit: each runs in a savepoint, so that a failing one rolls back alone, and
//! all answers leave after the log is synced. With one caller nothing changes; with many, one sync serves them all.

use std::sync::Arc;
use std::thread;

use rusqlite::Connection;
use tokio::sync::mpsc;
use tracing::{error, warn};

use super::connection::failure;
use super::{Command, Message};
use crate::config::StoreConfig;
use crate::error::StoreError;
use crate::signal::Signals;
use crate::tx::{Effects, Link, Mode, Tx};

pub(super) fn start(
    conn: Connection,
    config: &StoreConfig,
    signals: Arc<Signals>,
) -> Result<mpsc::Sender<Message>, StoreError> {
    let (sender, receiver) = mpsc::channel(config.queue);
    let batch = config.batch.max(1);
    let writer = Writer { conn: Some(Box::new(conn)), batch, signals };
    let thread = thread::Builder::new().name("store-writer".into());
    thread.spawn(move || writer.serve(receiver)).map_err(StoreError::unavailable)?;
    Ok(sender)
}

struct Writer {
    /// Lent to the transaction that runs.
    conn: Option<Box<Connection>>,
    batch: usize,
    signals: Arc<Signals>,
}

/// A command that ran in the open transaction.
struct Ran {
    command: Box<dyn Command>,
    kept: bool,
    effects: Effects,
}

impl Writer {
    fn serve(mut self, mut queue: mpsc::Receiver<Message>) {
        let mut stopping = None;
        while let Some(message) = queue.blocking_recv() {
            let mut commands = Vec::new();
            let mut next = Some(message);
            while let Some(message) = next.take() {
                match message {
                    Message::Run(command) => commands.push(command),
                    Message::Stop(done) => {
                        queue.close();
                        stopping = Some(done);
                    }
                }
                if commands.len() < self.batch {
                    next = queue.try_recv().ok();
                }
            }
            self.commit(commands);
        }
        if let Some(conn) = self.conn.take()
            && let Err(error) = conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize;")
        {
            warn!(error = %error, "Could not fold the log into the database at the end");
        }
        if let Some(done) = stopping {
            // Whoever asked may be gone.
            let _ = done.send(());
        }
    }

    /// Runs commands in as few transactions as possible.
    fn commit(&mut self, commands: Vec<Box<dyn Command>>) {
        let mut waiting = commands.into_iter().peekable();
        while waiting.peek().is_some() {
            if let Err(why) = self.batch("BEGIN IMMEDIATE") {
                lose(waiting, &why);
                return;
            }
            let mut ran = Vec::new();
            let mut aborted = false;
            for command in waiting.by_ref() {
                ran.push(self.run(command));
                // A full disk or a failing one makes SQLite drop the whole transaction.
                if self.is_autocommit() {
                    aborted = true;
                    break;
                }
            }
            let committed =
                if aborted { Err("the transaction was rolled back".to_owned()) } else { self.batch("COMMIT") };
            match committed {
                Ok(()) => self.answer(ran),
                Err(why) => {
                    error!(error = %why, "A commit failed");
                    let _ = self.batch("ROLLBACK");
                    lose(ran.into_iter().map(|ran| ran.command), &why);
                }
            }
        }
    }

    fn run(&mut self, mut command: Box<dyn Command>) -> Ran {
        let nothing = Effects::default();
        if self.batch("SAVEPOINT command").is_err() {
            return Ran { command, kept: false, effects: nothing };
        }
        let Some(conn) = self.conn.take() else {
            return Ran { command, kept: false, effects: nothing };
        };
        let mut tx = Tx::new(Link::Sqlite(conn), command.scope(), Mode::Write);
        let kept = command.run(&mut tx);
        let effects = tx.effects();
        if let Link::Sqlite(conn) = tx.into_link() {
            self.conn = Some(conn);
        }
        let end = if kept { "RELEASE command" } else { "ROLLBACK TO command; RELEASE command" };
        if let Err(why) = self.batch(end)
            && !self.is_autocommit()
        {
            // Without the savepoint this command cannot be undone alone: give the whole batch up.
            error!(error = %why, "A savepoint failed");
            let _ = self.batch("ROLLBACK");
        }
        Ran { command, kept, effects }
    }

    fn answer(&self, ran: Vec<Ran>) {
        self.signals.synced();
        for Ran { command, kept, effects } in ran {
            if kept {
                self.signals.committed(effects);
            } else {
                self.signals.rolled_back(effects);
            }
            command.answer(None);
        }
    }

    fn batch(&self, sql: &str) -> Result<(), String> {
        let conn = self.conn.as_ref().ok_or_else(|| "the connection is lent".to_owned())?;
        let run = || -> rusqlite::Result<()> {
            for part in sql.split("; ") {
                conn.prepare_cached(part)?.raw_execute()?;
            }
            Ok(())
        };
        run().map_err(|error| failure(error).error).map_err(|error| chain(&error))
    }

    fn is_autocommit(&self) -> bool {
        self.conn.as_ref().is_none_or(|conn| conn.is_autocommit())
    }
}

fn lose(commands: impl Iterator<Item = Box<dyn Command>>, why: &str) {
    for command in commands {
        command.answer(Some(StoreError::unavailable(why.to_owned())));
    }
}

fn chain(error: &StoreError) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}
