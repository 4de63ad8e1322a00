//! A client that works until it is told to stop, whatever happens to the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::journal::{Journal, Line, What};
use crate::scratch::{Answer, Ask, Client, Dice};

/// A pause while the server is away.
const AWAY: Duration = Duration::from_millis(5);

/// Who works, on what.
pub(super) struct Worker {
    pub(super) name: usize,
    pub(super) address: SocketAddr,
    pub(super) token: String,
    pub(super) journal: Arc<Journal>,
    pub(super) dice: Dice,
    pub(super) stop: watch::Receiver<bool>,
    /// Grows with every answer, of all clients together.
    pub(super) answers: Arc<AtomicU64>,
}

/// A ticket that this client made; nobody else changes it.
struct Mine {
    id: String,
    version: i64,
}

impl Worker {
    /// Works until told to stop. Answers how many requests were acknowledged.
    pub(super) async fn run(mut self) -> anyhow::Result<u64> {
        let mut client = Client::new(self.address, &self.token);
        let (mut mine, mut acknowledged, mut turn) = (Vec::<Mine>::new(), 0, 0u64);
        while !*self.stop.borrow() {
            turn += 1;
            let mark = format!("m{}x{turn}", self.name);
            let what = self.choose(&mine);
            self.journal.write(&Line::Intent { mark: mark.clone(), what: what.clone() })?;
            let Some(answer) = self.until_answered(&mut client, &mark, &what).await else { break };
            if self.note(&mark, &what, &answer, &mut mine)? {
                acknowledged += 1;
            }
        }
        Ok(acknowledged)
    }

    fn choose(&mut self, mine: &[Mine]) -> What {
        let recent = &mine[mine.len().saturating_sub(20)..];
        let turn = self.dice.below(10);
        match self.dice.pick(recent) {
            Some(ticket) if turn < 3 => What::Comment { ticket: ticket.id.clone() },
            Some(ticket) if turn < 5 => What::Change { ticket: ticket.id.clone(), version: ticket.version },
            _ => What::Create,
        }
    }

    /// Repeats the same request with the same key until some server answers it; `None` when told to stop first.
    async fn until_answered(&mut self, client: &mut Client, mark: &str, what: &What) -> Option<Answer> {
        let (method, path, body, tag) = request(mark, what);
        loop {
            let ask = Ask { method, path: &path, body: Some(&body), key: Some(mark), if_match: tag.as_deref() };
            match client.ask(ask).await {
                // The first try may still be at work, or died with its server; asking again tells.
                Ok(answer) if answer.status == 503 || answer.json()["code"] == "request.in_flight" => {}
                Ok(answer) => {
                    self.answers.fetch_add(1, Ordering::Relaxed);
                    return Some(answer);
                }
                Err(_) => {}
            }
            if *self.stop.borrow() {
                return None;
            }
            tokio::time::sleep(AWAY).await;
        }
    }

    fn note(&self, mark: &str, what: &What, answer: &Answer, mine: &mut Vec<Mine>) -> anyhow::Result<bool> {
        let body = answer.json();
        if !answer.is_success() {
            let code = body["code"].as_str().unwrap_or_default().to_owned();
            if code == "request.answer_lost" {
                if let What::Comment { ticket } | What::Change { ticket, .. } = what {
                    mine.retain(|own| own.id != *ticket);
                }
                self.journal.write(&Line::AnswerLost { mark: mark.into() })?;
                return Ok(true);
            }
            self.journal.write(&Line::Refused { mark: mark.into(), status: answer.status, code })?;
            return Ok(false);
        }
        let version = body["version"].as_i64();
        let ticket = match what {
            What::Create => body["id"].as_str().unwrap_or_default().to_owned(),
            What::Comment { ticket } | What::Change { ticket, .. } => ticket.clone(),
        };
        let number = body["number"].as_str().map(str::to_owned);
        let line = Line::Acknowledged { mark: mark.into(), ticket: ticket.clone(), number, version };
        self.journal.write(&line)?;
        match what {
            What::Create => mine.push(Mine { id: ticket, version: version.unwrap_or(1) }),
            // A comment moves the version without telling it, so the next change looks it up by being refused.
            What::Comment { .. } => mine.retain(|own| own.id != ticket),
            What::Change { .. } => {
                for own in mine.iter_mut().filter(|own| own.id == ticket) {
                    own.version = version.unwrap_or(own.version);
                }
            }
        }
        Ok(true)
    }
}

fn request(mark: &str, what: &What) -> (&'static str, String, Value, Option<String>) {
    match what {
        What::Create => {
            let body = json!({"type": "repair", "data": {"title": mark, "description": "chaos"}});
            ("POST", "/api/v1/tickets".into(), body, None)
        }
        What::Comment { ticket } => {
            let body = json!({"body": mark, "visibility": "public"});
            ("POST", format!("/api/v1/tickets/{ticket}/comments"), body, None)
        }
        What::Change { ticket, version } => {
            let body = json!({"fields": {"spot": mark}});
            ("PATCH", format!("/api/v1/tickets/{ticket}"), body, Some(format!("\"{version}\"")))
        }
    }
}
