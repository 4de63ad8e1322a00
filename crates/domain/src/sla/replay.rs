//! From a ticket's history to its clocks.

use std::collections::BTreeSet;

use lang::Env;
use serde_json::{Map, Value};

use super::clock::{Clock, PauseCause};
use super::document::{Reopen, TargetKind};
use super::fact::{Fact, FactKind};
use super::policy::{Pause, Policies, Policy, PolicyId, Target};
use crate::ticket::Status;
use crate::time::Timestamp;

/// The clocks as of the last fact, in the order of their start. Facts may come in any order; those of one instant
/// keep theirs. Conditions are asked when a fact happens, with `env` at that instant; facts before the creation
/// are without effect.
pub fn replay(policies: &Policies, facts: &[Fact], env: &Env) -> Vec<Clock> {
    let mut ordered: Vec<&Fact> = facts.iter().collect();
    ordered.sort_by_key(|fact| fact.at);
    let mut run = Run {
        policies,
        env: env.clone(),
        now: Timestamp::default(),
        policy: None,
        row: Value::Object(Map::new()),
        status: Status::New,
        priority: 2,
        hold: None,
        responded: false,
        withdrawn: false,
        dropped: BTreeSet::new(),
        clocks: Vec::new(),
    };
    let created = ordered.iter().position(|fact| matches!(fact.kind, FactKind::Created { .. }));
    for fact in ordered.into_iter().skip(created.unwrap_or(facts.len())) {
        run.step(fact);
    }
    run.clocks.iter_mut().for_each(Clock::settle);
    run.clocks
}

struct Run<'a> {
    policies: &'a Policies,
    env: Env,
    now: Timestamp,
    policy: Option<&'a Policy>,
    /// The ticket's fields, as conditions see them.
    row: Value,
    status: Status,
    priority: u8,
    /// On hold, and why.
    hold: Option<Option<String>>,
    responded: bool,
    withdrawn: bool,
    /// Targets whose clocks were cancelled because nothing was promised any more.
    dropped: BTreeSet<String>,
    clocks: Vec<Clock>,
}

impl<'a> Run<'a> {
    fn step(&mut self, fact: &Fact) {
        self.now = fact.at;
        self.env.now_ms = fact.at.millis();
        let policies = self.policies;
        for clock in &mut self.clocks {
            if let Some(target) = policies.get(&clock.policy).and_then(|policy| policy.target(&clock.target)) {
                clock.advance(&target.calendar, fact.at);
            }
        }
        self.apply(&fact.kind);
        self.look_at_conditions();
    }

    fn apply(&mut self, fact: &FactKind) {
        match fact {
            FactKind::Created { status, priority, policy, fields } => {
                self.row = Value::Object(fields.clone());
                self.status = *status;
                self.priority = *priority;
                self.set_row("status", status.as_str());
                self.set_row("priority", *priority);
                self.change_policy(policy.as_ref());
            }
            FactKind::StatusChanged { to } => self.change_status(*to),
            FactKind::Solved => self.change_status(Status::Solved),
            FactKind::Reopened => self.change_status(Status::Open),
            FactKind::Closed => self.change_status(Status::Closed),
            FactKind::PriorityChanged { to } => self.change_priority(*to),
            FactKind::FieldChanged { fields } => self.change_fields(fields),
            FactKind::PolicyChanged { to } => self.change_policy(to.as_ref()),
            FactKind::FirstResponse => self.respond(),
            FactKind::PublicReply => {
                self.respond();
                self.meet(TargetKind::Update);
                self.start(|target| target.kind == TargetKind::Update);
            }
            FactKind::Hold { reason } => self.hold = Some(reason.clone()),
            FactKind::Unhold => self.hold = None,
            FactKind::Withdrawn => {
                self.withdrawn = true;
                self.open_clocks().for_each(Clock::cancel);
            }
        }
    }

    fn change_status(&mut self, to: Status) {
        let was_active = self.status.is_active();
        self.status = to;
        self.set_row("status", to.as_str());
        match (was_active, to.is_active()) {
            (true, false) => {
                self.responded = true;
                for clock in self.open_clocks() {
                    // What did not happen before the work was done will not happen any more.
                    if clock.kind == TargetKind::Milestone { clock.cancel() } else { clock.meet() }
                }
            }
            (false, true) => self.reopen(),
            (true, true) | (false, false) => {}
        }
    }

    fn reopen(&mut self) {
        let after_withdrawal = std::mem::take(&mut self.withdrawn);
        let Some(policy) = self.policy else { return };
        let go_on = policy.reopen == Reopen::Continue && !after_withdrawal;
        if go_on {
            self.go_on(policy);
        }
        self.start(|target| target.kind != TargetKind::Milestone || !go_on);
    }

    /// The last cycle of a resolution goes on, with what is promised now.
    fn go_on(&mut self, policy: &Policy) {
        for target in policy.targets.iter().filter(|target| target.kind == TargetKind::Resolution) {
            let last = self.clocks.iter_mut().rfind(|clock| clock.target == target.id);
            let Some(clock) = last.filter(|clock| clock.met_at.is_some()) else {
                continue;
            };
            clock.reopen(&target.calendar, self.now);
            match target.millis(self.priority) {
                Some(target_ms) => clock.retarget(&policy.id, target, target_ms),
                None => clock.cancel(),
            }
        }
    }

    fn change_priority(&mut self, to: u8) {
        self.priority = to;
        self.set_row("priority", to);
        self.align();
    }

    fn change_fields(&mut self, fields: &Map<String, Value>) {
        for (field, value) in fields {
            match field.as_str() {
                "status" => {
                    if let Some(status) = value.as_str().and_then(Status::parse) {
                        self.change_status(status);
                    }
                }
                "priority" => {
                    let level = value.as_u64().or_else(|| value.as_str()?.parse().ok());
                    if let Some(level) = level.and_then(|level| u8::try_from(level).ok()) {
                        self.change_priority(level);
                    }
                }
                _ => self.set_row(field, value.clone()),
            }
        }
    }

    fn change_policy(&mut self, to: Option<&PolicyId>) {
        self.policy = to.and_then(|id| self.policies.get(id)).map(AsRef::as_ref);
        self.align();
    }

    /// Brings the open clocks into line with the policy and the priority: lengths change, targets go and come.
    fn align(&mut self) {
        let (policy, priority) = (self.policy, self.priority);
        let mut dropped = std::mem::take(&mut self.dropped);
        for clock in self.open_clocks() {
            let target = policy.and_then(|policy| policy.target(&clock.target));
            let target = target.filter(|target| target.kind == clock.kind);
            let promise = target.and_then(|target| Some((target, target.millis(priority)?)));
            match policy.zip(promise) {
                Some((policy, (_, target_ms))) if clock.policy == policy.id && clock.target_ms == target_ms => {}
                Some((policy, (target, target_ms))) => clock.retarget(&policy.id, target, target_ms),
                None => {
                    clock.cancel();
                    dropped.insert(clock.target.clone());
                }
            }
        }
        let ended: BTreeSet<String> = self.clocks.iter().map(|clock| clock.target.clone()).collect();
        self.dropped.clone_from(&dropped);
        self.start(|target| {
            target.kind == TargetKind::Update || dropped.contains(&target.id) || !ended.contains(&target.id)
        });
    }

    fn respond(&mut self) {
        self.responded = true;
        self.meet(TargetKind::FirstResponse);
    }

    fn meet(&mut self, kind: TargetKind) {
        self.open_clocks().filter(|clock| clock.kind == kind).for_each(Clock::meet);
    }

    /// Starts the next cycle of the chosen targets that have no open one.
    fn start(&mut self, chosen: impl Fn(&Target) -> bool) {
        let Some(policy) = self.policy else { return };
        if !self.status.is_active() || self.withdrawn {
            return;
        }
        for target in policy.targets.iter().filter(|target| chosen(target)) {
            if target.kind == TargetKind::FirstResponse && self.responded {
                continue;
            }
            let cycles = self.clocks.iter().filter(|clock| clock.target == target.id);
            let (count, open) = cycles.fold((0, false), |(count, open), clock| (count + 1, open || clock.is_open()));
            if let (false, Some(target_ms)) = (open, target.millis(self.priority)) {
                self.clocks.push(Clock::start(&policy.id, target, count + 1, target_ms, self.now));
                self.dropped.remove(&target.id);
            }
        }
    }

    /// Pauses and milestones follow the fields as they are now.
    fn look_at_conditions(&mut self) {
        let Some(policy) = self.policy else { return };
        for index in 0..self.clocks.len() {
            let Some(target) = policy.target(&self.clocks[index].target) else {
                continue;
            };
            if !self.clocks[index].is_open() {
                continue;
            }
            if target.until.as_ref().is_some_and(|until| until.evaluate(&self.row, &self.env)) {
                self.clocks[index].meet();
                continue;
            }
            let cause = self.pause_of(target);
            self.clocks[index].set_pause(&target.calendar, cause);
        }
    }

    fn pause_of(&self, target: &Target) -> Option<PauseCause> {
        target.pause.iter().enumerate().find_map(|(index, pause)| match pause {
            Pause::Status(status) => (*status == self.status).then_some(PauseCause::Status { status: *status }),
            Pause::Hold => self.hold.clone().map(|reason| PauseCause::Hold { reason }),
            Pause::When(condition) => {
                condition.evaluate(&self.row, &self.env).then_some(PauseCause::Condition { index })
            }
        })
    }

    fn open_clocks(&mut self) -> impl Iterator<Item = &mut Clock> {
        self.clocks.iter_mut().filter(|clock| clock.is_open())
    }

    fn set_row(&mut self, field: &str, value: impl Into<Value>) {
        self.row[field] = value.into();
    }
}
