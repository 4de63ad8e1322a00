//! One clock of a ticket: how much of its time is used, by what, and what comes next.

use serde::{Deserialize, Serialize};

use super::document::TargetKind;
use super::policy::{Policies, PolicyId, Target};
use super::step::{PlannedStep, StepId};
use crate::calendar::{Calendar, Cause};
use crate::ticket::Status;
use crate::time::Timestamp;

/// The state of one cycle of one target, as of [`Clock::as_of`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    pub policy: PolicyId,
    pub target: String,
    pub kind: TargetKind,
    /// From 1; another begins with an update or when the ticket is reopened.
    pub cycle: u32,
    pub state: State,
    pub started_at: Timestamp,
    /// The working time that is promised.
    pub target_ms: i64,
    pub elapsed_ms: i64,
    /// Negative when overdue.
    pub remaining_ms: i64,
    /// `None` while it stands still in time.
    pub due_at: Option<Timestamp>,
    /// The due time lies where no public holidays are known yet.
    pub provisional: bool,
    pub met_at: Option<Timestamp>,
    /// Stays, even when the priority is lowered later.
    pub breached_at: Option<Timestamp>,
    pub cancelled_at: Option<Timestamp>,
    /// Why it stands still, while it does.
    pub pause: Option<PauseCause>,
    pub as_of: Timestamp,
    /// Accounts for all time from the start to `as_of`, or to the end.
    pub ledger: Vec<Entry>,
    pub steps: Vec<PlannedStep>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Running,
    Paused,
    Met,
    /// Overdue, or met too late; `met_at` tells which.
    Breached,
    Cancelled,
}

/// A stretch of a clock's life; `to` is not part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub from: Timestamp,
    pub to: Timestamp,
    pub kind: EntryKind,
    #[serde(flatten)]
    pub why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Running,
    Paused,
    OutsideHours,
}

/// The cause of an entry, from the calendar or from the ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Why {
    Calendar(Cause),
    Pause(PauseCause),
}

/// What made a clock stand still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum PauseCause {
    Status {
        status: Status,
    },
    Hold {
        reason: Option<String>,
    },
    /// The entry of the target's `pause` list whose Condition holds.
    Condition {
        index: usize,
    },
    /// Between solved and reopened, when the cycle goes on.
    Solved,
}

/// The clock carried on to `now`. A `now` before `as_of` shows it as it was last known.
#[must_use]
pub fn evaluate(policies: &Policies, clock: &Clock, now: Timestamp) -> Clock {
    let mut clock = clock.clone();
    let policy = policies.get(&clock.policy);
    if let Some(target) = policy.and_then(|policy| policy.target(&clock.target)) {
        clock.advance(&target.calendar, now);
        if clock.is_ticking() && clock.due_at.is_some_and(|due| due <= clock.as_of) {
            clock.breach();
        }
    }
    clock.settle();
    clock
}

/// The due time that a ticket shows: that of its running resolution.
pub fn ticket_due(clocks: &[Clock]) -> Option<Timestamp> {
    let open = clocks.iter().filter(|clock| clock.kind == TargetKind::Resolution && clock.is_open());
    open.filter_map(|clock| clock.due_at).min()
}

impl Clock {
    pub(super) fn start(policy: &PolicyId, target: &Target, cycle: u32, target_ms: i64, at: Timestamp) -> Self {
        let mut clock = Self {
            policy: policy.clone(),
            target: target.id.clone(),
            kind: target.kind,
            cycle,
            state: State::Running,
            started_at: at,
            target_ms,
            elapsed_ms: 0,
            remaining_ms: target_ms,
            due_at: None,
            provisional: false,
            met_at: None,
            breached_at: None,
            cancelled_at: None,
            pause: None,
            as_of: at,
            ledger: Vec::new(),
            steps: Vec::new(),
        };
        clock.retarget(policy, target, target_ms);
        clock
    }

    /// Neither met nor cancelled.
    pub fn is_open(&self) -> bool {
        self.met_at.is_none() && self.cancelled_at.is_none()
    }

    /// Open and not paused; it may still be outside working hours.
    pub fn is_ticking(&self) -> bool {
        self.is_open() && self.pause.is_none()
    }

    /// Accounts for the time up to `to`. Reaching the due time at `to` itself is not yet a breach.
    pub(super) fn advance(&mut self, calendar: &Calendar, to: Timestamp) {
        if !self.is_open() || to <= self.as_of {
            return;
        }
        if let Some(cause) = &self.pause {
            let why = Why::Pause(cause.clone());
            self.record(to, EntryKind::Paused, why);
        } else {
            for segment in calendar.segments(self.as_of, to) {
                let kind = if segment.open { EntryKind::Running } else { EntryKind::OutsideHours };
                if segment.open {
                    self.elapsed_ms += segment.to.millis_since(segment.from);
                }
                self.record(segment.to, kind, Why::Calendar(segment.cause));
            }
            if self.due_at.is_some_and(|due| due < to) {
                self.breach();
            }
        }
        self.as_of = to;
        self.remaining_ms = self.target_ms - self.elapsed_ms;
    }

    /// Another promise for the same cycle; the time that is used stays used.
    pub(super) fn retarget(&mut self, policy: &PolicyId, target: &Target, target_ms: i64) {
        self.policy.clone_from(policy);
        self.target_ms = target_ms;
        self.remaining_ms = target_ms - self.elapsed_ms;
        let reached: Vec<PlannedStep> = std::mem::take(&mut self.steps);
        for (id, moment, action) in target.moments() {
            let Some(threshold_ms) = moment.threshold(target_ms, &target.calendar) else {
                continue;
            };
            let id = StepId { target: target.id.clone(), cycle: self.cycle, step: id.to_owned() };
            let before = reached.iter().find(|step| step.id == id);
            let at = before.and_then(|step| step.at);
            self.steps.push(PlannedStep { id, threshold_ms, at, action: action.cloned() });
        }
        self.plan(&target.calendar);
    }

    pub(super) fn set_pause(&mut self, calendar: &Calendar, cause: Option<PauseCause>) {
        let turns = cause.is_some() != self.pause.is_some();
        self.pause = cause;
        if turns {
            self.plan(calendar);
        }
    }

    pub(super) fn meet(&mut self) {
        self.met_at = Some(self.as_of);
        self.end();
    }

    pub(super) fn cancel(&mut self) {
        self.cancelled_at = Some(self.as_of);
        self.end();
    }

    /// The met cycle goes on at `at`, as if it had been paused since.
    pub(super) fn reopen(&mut self, calendar: &Calendar, at: Timestamp) {
        self.met_at = None;
        self.pause = None;
        if at > self.as_of {
            self.record(at, EntryKind::Paused, Why::Pause(PauseCause::Solved));
            self.as_of = at;
        }
        self.plan(calendar);
    }

    /// Brings `state` into line with the facts.
    pub(super) fn settle(&mut self) {
        self.state = match self {
            Self { cancelled_at: Some(_), .. } => State::Cancelled,
            Self { breached_at: Some(_), .. } => State::Breached,
            Self { met_at: Some(_), .. } => State::Met,
            Self { pause: Some(_), .. } => State::Paused,
            _ => State::Running,
        };
    }

    fn end(&mut self) {
        self.pause = None;
        for step in &mut self.steps {
            step.at = step.at.filter(|at| *at < self.as_of);
        }
    }

    fn breach(&mut self) {
        self.breached_at = self.breached_at.or(self.due_at);
    }

    /// Works out when things come; to be called when the clock starts, stops, goes on or changes its length.
    fn plan(&mut self, calendar: &Calendar) {
        let (now, elapsed, ticking) = (self.as_of, self.elapsed_ms, self.is_ticking());
        let instant = |threshold: i64| ticking.then(|| calendar.add(now, threshold - elapsed));
        for step in &mut self.steps {
            if step.at.is_none_or(|at| at >= now) {
                step.at = instant(step.threshold_ms);
            }
        }
        self.due_at = self.breached_at.or_else(|| instant(self.target_ms));
        self.provisional = self.due_at.is_some_and(|due| calendar.is_beyond_data(due));
    }

    fn record(&mut self, to: Timestamp, kind: EntryKind, why: Why) {
        match self.ledger.last_mut() {
            Some(last) if last.kind == kind && last.why == why => last.to = to,
            last => {
                let from = last.map_or(self.started_at, |last| last.to);
                self.ledger.push(Entry { from, to, kind, why });
            }
        }
    }
}
