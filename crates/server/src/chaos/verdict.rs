//! Compares what clients were told with what the server knows.
//!
//! 1. Every acknowledged write is there, exactly once; an unknown one at most once; a refused one not at all.
//! 2. Ticket numbers are unique.
//! 3. Every new ticket started its clocks and its flow once, and every job is done, due or waiting for its time.
//! 4. Events are numbered without a gap, and their chain verifies.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use domain::id::TenantId;
use serde_json::Value;
use store::Store;
use tokio::time::Instant;

use super::journal::{Entry, Outcome, What};
use crate::scratch::Client;

const POLL: Duration = Duration::from_millis(100);

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) tickets: usize,
    pub(super) events: i64,
    pub(super) jobs: usize,
    pub(super) faults: Vec<String>,
}

/// Reads everything back through the API once the jobs have settled.
pub(super) async fn judge(
    address: SocketAddr,
    token: &str,
    entries: &BTreeMap<String, Entry>,
    settle: Duration,
) -> anyhow::Result<Verdict> {
    let mut client = Client::new(address, token);
    let mut verdict = Verdict::default();
    wait_for_jobs(&mut client, settle, &mut verdict).await?;
    let tickets = pages(&mut client, "/api/v1/tickets?sort=created_at").await?;
    let events = pages(&mut client, "/api/v1/audit").await?;
    let comments = comments(&mut client, entries).await?;
    verdict.tickets = tickets.len();
    verdict.numbers(&tickets);
    verdict.writes(entries, &tickets, &events, &comments);
    verdict.effects(&events);
    Ok(verdict)
}

/// Bodies of the comments on every ticket that was to get one.
async fn comments(client: &mut Client, entries: &BTreeMap<String, Entry>) -> anyhow::Result<Vec<String>> {
    let commented = entries.values().filter_map(|entry| match &entry.what {
        What::Comment { ticket } => Some(ticket.as_str()),
        _ => None,
    });
    let mut bodies = Vec::new();
    for ticket in commented.collect::<BTreeSet<_>>() {
        let moments = pages(client, &format!("/api/v1/tickets/{ticket}/timeline")).await?;
        let found = moments.iter().filter_map(|moment| moment["comment"]["body"].as_str());
        bodies.extend(found.map(str::to_owned));
    }
    Ok(bodies)
}

/// Waits until no job is late. `settle` bounds the time without progress, not the whole wait: after a thousand kills
/// tens of thousands of jobs may be due, and as long as they become fewer nothing is wrong.
async fn wait_for_jobs(client: &mut Client, settle: Duration, verdict: &mut Verdict) -> anyhow::Result<()> {
    let mut fewest = usize::MAX;
    let mut deadline = Instant::now() + settle;
    loop {
        // Jobs that became due only a moment ago are not late.
        let now = crate::clock::now().plus_millis(-2_000).to_string();
        let ready = in_state(client, "ready").await?;
        let running = in_state(client, "running").await?;
        let overdue = running.len() + ready.iter().filter(|job| is_due(job, &now)).count();
        if overdue < fewest {
            fewest = overdue;
            deadline = Instant::now() + settle;
        }
        if overdue == 0 || Instant::now() > deadline {
            if overdue > 0 {
                verdict.faults.push(format!("{overdue} due jobs did not become fewer in {settle:?}"));
            }
            verdict.jobs = ready.len() + running.len() + in_state(client, "done").await?.len();
            break;
        }
        tokio::time::sleep(POLL).await;
    }
    for state in ["dead", "quarantined"] {
        for job in in_state(client, state).await? {
            verdict.jobs += 1;
            verdict.faults.push(format!("job {} {} gave up: {}", job["kind"], job["id"], job["error"]));
        }
    }
    Ok(())
}

async fn in_state(client: &mut Client, state: &str) -> anyhow::Result<Vec<Value>> {
    pages(client, &format!("/api/v1/jobs?state={state}")).await
}

fn is_due(job: &Value, now: &str) -> bool {
    // RFC 3339 in UTC with the same number of digits sorts like time.
    job["due_at"].as_str().is_some_and(|due| due < now)
}

async fn pages(client: &mut Client, path: &str) -> anyhow::Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut after = None::<String>;
    loop {
        let mark = if path.contains('?') { '&' } else { '?' };
        let cursor = after.map(|after| format!("&after={after}")).unwrap_or_default();
        let address = format!("{path}{mark}limit=200{cursor}");
        let answer = client.get(&address).await.with_context(|| address.clone())?;
        if !answer.is_success() {
            bail!("GET {address} answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        let mut body = answer.json();
        if let Value::Array(items) = body["items"].take() {
            all.extend(items);
        }
        after = body["next"].as_str().map(str::to_owned);
        if after.is_none() {
            return Ok(all);
        }
    }
}

impl Verdict {
    fn fault(&mut self, text: String) {
        self.faults.push(text);
    }

    fn numbers(&mut self, tickets: &[Value]) {
        let mut seen = BTreeSet::new();
        for ticket in tickets {
            if !seen.insert(ticket["number"].as_str().unwrap_or_default()) {
                self.fault(format!("the number {} is used twice", ticket["number"]));
            }
        }
    }

    fn writes(&mut self, entries: &BTreeMap<String, Entry>, tickets: &[Value], events: &[Value], comments: &[String]) {
        let by_title = count(tickets.iter().filter_map(|ticket| ticket["title"].as_str()));
        let numbers: BTreeMap<&str, &str> =
            tickets.iter().filter_map(|ticket| Some((ticket["id"].as_str()?, ticket["number"].as_str()?))).collect();
        let comments = count(comments.iter().map(String::as_str));
        let changes = of_kind(events, "ticket.changed");
        let changes = count(changes.filter_map(|event| event["data"]["changes"]["spot"]["to"].as_str()));
        for (mark, entry) in entries {
            let found = match &entry.what {
                What::Create => by_title.get(mark.as_str()),
                What::Comment { .. } => comments.get(mark.as_str()),
                What::Change { .. } => changes.get(mark.as_str()),
            };
            let found = found.copied().unwrap_or_default();
            let right = match &entry.outcome {
                Outcome::Acknowledged { ticket, number, .. } => {
                    if let (What::Create, Some(number)) = (&entry.what, number)
                        && numbers.get(ticket.as_str()) != Some(&number.as_str())
                    {
                        self.fault(format!(
                            "{mark} was acknowledged as {number}, the server has {:?}",
                            numbers.get(ticket.as_str())
                        ));
                    }
                    found == 1
                }
                Outcome::AnswerLost => found == 1,
                Outcome::Unknown => found <= 1,
                Outcome::Refused { .. } => found == 0,
            };
            if !right {
                self.fault(format!("{mark} is there {found} times: {entry:?}"));
            }
        }
    }

    /// What a new ticket sets off happens once.
    fn effects(&mut self, events: &[Value]) {
        let created: BTreeSet<&str> = of_kind(events, "ticket.created").filter_map(ticket).collect();
        for kind in ["flow.started", "sla.started"] {
            let started = count(of_kind(events, kind).filter_map(|event| {
                let first = event["data"]["cycle"].as_i64().unwrap_or(1) == 1;
                ticket(event).filter(|_| first)
            }));
            let flows = kind == "flow.started";
            for id in &created {
                let times = started.get(id).copied().unwrap_or_default();
                if times == 0 || (flows && times > 1) {
                    self.fault(format!("{id} has {times} events {kind}"));
                }
            }
        }
    }

    /// Numbers without a gap, and a chain that verifies.
    pub(super) async fn check_chain(&mut self, store: &Store, tenant: TenantId) -> anyhow::Result<()> {
        let verified = store.audit_verify(tenant, 0).await?;
        self.events = verified.checked;
        if let Some(broken) = verified.first_bad {
            self.fault(format!("the chain breaks at {}: {}", broken.seq, broken.why));
        }
        store.close().await;
        Ok(())
    }
}

fn of_kind<'a>(events: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |event| event["kind"] == kind)
}

fn ticket(event: &Value) -> Option<&str> {
    event["ticket"].as_str()
}

fn count<'a>(marks: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for mark in marks {
        *counts.entry(mark).or_default() += 1;
    }
    counts
}
