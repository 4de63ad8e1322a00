//! Waiting: timers, messages, signals, conditions; at wait nodes and on borders.

use serde::Serialize;

use super::super::compiled::{Flow, FlowBoundary, FlowNode, FlowTrigger, Kind};
use super::super::def::{BoundaryAct, Who};
use super::super::state::{InstanceState, Purpose, ROOT, Timer, TimerKind, Token, TokenState};
use super::super::timer::{Base, TimerRule, TimerSpec, instant_of};
use super::action::value_at;
use super::effect::{Effect, LogKind};
use super::input::{Message, Refusal, StepRefused};
use super::people::unique;
use super::run::{Done, Run};
use crate::time::Timestamp;

/// A message or signal that an instance waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subscription {
    pub token: u32,
    pub node: String,
    pub name: String,
    pub signal: bool,
}

/// Everything from outside that the instance waits for now.
pub fn subscriptions(flow: &Flow, state: &InstanceState) -> Vec<Subscription> {
    let mut found = Vec::new();
    for token in &state.tokens {
        let Some(node) = flow.node(&token.node) else { continue };
        let mut add = |name: &Option<String>, signal| {
            if let Some(name) = name.clone() {
                found.push(Subscription { token: token.id, node: token.node.clone(), name, signal });
            }
        };
        for boundary in &node.boundaries {
            add(&boundary.document.message, false);
            add(&boundary.document.signal, true);
        }
        if token.state == TokenState::Waiting {
            for trigger in watched(flow, node).iter().flat_map(|(_, triggers)| *triggers) {
                add(&trigger.document.message, false);
                add(&trigger.document.signal, true);
            }
        }
    }
    found
}

type Watched<'a> = (&'a FlowNode, &'a [FlowTrigger]);

/// The wait nodes a token at `node` listens for: itself, or those after an event split.
fn watched<'a>(flow: &'a Flow, node: &'a FlowNode) -> Vec<Watched<'a>> {
    let triggers = |node: &'a FlowNode| match &node.kind {
        Kind::Wait(triggers) => Some((node, triggers.as_slice())),
        _ => None,
    };
    match triggers(node) {
        Some(own) => vec![own],
        None => node.out.iter().filter_map(|edge| triggers(&flow.nodes[flow.edges[*edge].to])).collect(),
    }
}

impl<'a> Run<'a> {
    /// A token begins to wait; what is true already needs no waiting.
    pub(super) fn listen(&mut self, id: u32, node: &'a FlowNode) -> Done {
        self.set_token(id, TokenState::Waiting);
        let watched = watched(self.flow, node);
        if let Some((place, index)) = self.true_trigger(id, &watched) {
            return self.triggered(id, &place, index);
        }
        let mut can_end = false;
        for (place, triggers) in watched {
            for (index, trigger) in triggers.iter().enumerate() {
                let Some(timer) = &trigger.timer else {
                    can_end = true;
                    continue;
                };
                let kind = TimerKind::Wait { node: place.id.clone(), index };
                can_end |= self.arm(id, place, kind, timer, trigger.document.calendar.as_deref());
            }
        }
        if can_end { Ok(()) } else { self.incident_named(id, "timer_without_date".to_owned(), "") }
    }

    fn true_trigger(&self, id: u32, watched: &[Watched<'_>]) -> Option<(String, usize)> {
        let row = self.row(id);
        watched.iter().find_map(|(place, triggers)| {
            let holds = |trigger: &FlowTrigger| {
                trigger.condition.as_ref().is_some_and(|condition| condition.evaluate(&row, self.ctx.env))
            };
            triggers.iter().position(holds).map(|index| (place.id.clone(), index))
        })
    }

    /// One of the things that a token waited for has happened.
    fn triggered(&mut self, id: u32, place: &str, index: usize) -> Done {
        let at = self.node_of(id)?;
        let node = self.node(place)?;
        let Kind::Wait(triggers) = &node.kind else { return Ok(()) };
        let outcome = triggers.get(index).map_or("done", |trigger| trigger.document.outcome()).to_owned();
        if at.id != node.id {
            self.clear(id);
            let edge = at.out.iter().map(|edge| &self.flow.edges[*edge]);
            let via = edge.filter(|edge| self.flow.nodes[edge.to].id == place).map(|edge| edge.id.clone()).next();
            let token = self.token_mut(id)?;
            place.clone_into(&mut token.node);
            token.via = via;
            self.arrive(id, node);
        }
        self.leave(id, &outcome)
    }

    pub(super) fn arm_boundaries(&mut self, id: u32, node: &'a FlowNode) {
        for (index, boundary) in node.boundaries.iter().enumerate() {
            if let Some(timer) = &boundary.timer {
                let calendar = boundary.document.calendar.as_deref();
                self.arm(id, node, TimerKind::Boundary { index }, timer, calendar);
            }
        }
    }

    /// Arms a timer; `false` when the field that it counts from holds no date.
    fn arm(&mut self, id: u32, node: &FlowNode, kind: TimerKind, spec: &TimerSpec, calendar: Option<&str>) -> bool {
        let at = |since: Timestamp| TimerRule { since, after: None, calendar: None, shift: None, every: None, nth: 0 };
        let entered = self.state.token(id).map_or(self.ctx.now, |token| token.entered_at);
        let rule = match &spec.base {
            Base::After(after) => Some(TimerRule::after(entered, after, calendar)),
            Base::Due => {
                let due = node.due.as_ref();
                due.map(|due| TimerRule::after(entered, &due.after, due.calendar.as_deref()))
            }
            Base::At(instant) => Some(at(*instant)),
            Base::Field(field) => instant_of(&value_at(&self.row(id), field, None)).map(at),
        };
        let Some(mut rule) = rule else {
            self.log(LogKind::TimerMissing, |entry| {
                entry.node = Some(node.id.clone());
                entry.token = Some(id);
            });
            return false;
        };
        rule.shift.clone_from(&spec.shift);
        rule.every.clone_from(&spec.every);
        self.arm_rule(id, node, kind, rule);
        true
    }

    pub(super) fn arm_rule(&mut self, id: u32, node: &FlowNode, kind: TimerKind, rule: TimerRule) {
        let timer = self.next_id();
        self.state.timers.push(Timer { id: timer, token: id, kind, rule: rule.clone() });
        self.effects.push(Effect::ArmTimer { timer, token: id, node: node.id.clone(), rule });
    }

    pub(super) fn timer_fired(&mut self, timer: u32) -> Done {
        let at = self.state.timers.iter().position(|armed| armed.id == timer);
        let at = at.ok_or_else(|| StepRefused::new(Refusal::UnknownTimer, timer.to_string()))?;
        let timer = self.state.timers.remove(at);
        let node = self.node_of(timer.token)?;
        self.log(LogKind::TimerFired, |entry| {
            entry.node = Some(node.id.clone());
            entry.token = Some(timer.token);
        });
        match timer.kind {
            TimerKind::Wait { node, index } => self.triggered(timer.token, &node, index),
            TimerKind::Retry => self.try_again(timer.token),
            TimerKind::Boundary { index } => {
                let Some(boundary) = node.boundaries.get(index) else { return Ok(()) };
                let times = boundary.timer.as_ref().and_then(|timer| timer.times);
                let comes_again = !boundary.interrupts
                    && timer.rule.every.is_some()
                    && times.is_none_or(|times| timer.rule.nth + 1 < times);
                if comes_again {
                    let rule = TimerRule { nth: timer.rule.nth + 1, ..timer.rule };
                    self.arm_rule(timer.token, node, TimerKind::Boundary { index }, rule);
                }
                self.happened(timer.token, node, index, boundary)
            }
        }
    }

    /// A boundary event happened: what it does by itself, and where it leads.
    fn happened(&mut self, host: u32, node: &'a FlowNode, index: usize, boundary: &'a FlowBoundary) -> Done {
        match boundary.document.act {
            Some(BoundaryAct::Remind) => self.remind(host, node, boundary),
            Some(BoundaryAct::Reassign) => {
                self.ask(host, node, Purpose::Reassign, &boundary.document.who)?;
            }
            Some(act @ (BoundaryAct::Approve | BoundaryAct::Reject)) => {
                let outcome = if act == BoundaryAct::Reject { "reject" } else { node.ordinary() };
                self.remember(node, Vec::new());
                return self.leave(host, outcome);
            }
            None => {}
        }
        if boundary.out.is_empty() && !boundary.interrupts {
            return Ok(());
        }
        self.take_boundary(host, index)
    }

    fn remind(&mut self, host: u32, node: &FlowNode, boundary: &FlowBoundary) {
        let template = boundary.document.template.clone().unwrap_or_else(|| "task_reminder".to_owned());
        let (also, others) = self.split_known(host, node, &boundary.document.who);
        for id in self.tasks_under(host) {
            let Some(task) = self.state.task(id) else { continue };
            let pools = task.pools.iter().filter(|_| task.holder.is_none());
            let groups = pools.map(|pool| Who::Pool { group: pool.group.clone(), pick: pool.pick });
            let who = others.iter().cloned().chain(groups).collect();
            let asked = task.holder.map_or_else(|| task.people.clone(), |holder| vec![holder]);
            let people = unique(asked.into_iter().chain(also.iter().copied()).collect());
            self.effects.push(Effect::Notify {
                node: node.id.clone(),
                who,
                people,
                template: Some(template.clone()),
                task: Some(id),
            });
        }
        self.log(LogKind::Reminded, |entry| {
            entry.node = Some(node.id.clone());
            entry.token = Some(host);
        });
    }

    /// Open tasks of a token and of everything in the scopes below it.
    pub(super) fn tasks_under(&self, host: u32) -> Vec<u32> {
        let lies_under = |token: u32| {
            let mut at = self.state.token(token);
            while let Some(token) = at {
                if token.id == host {
                    return true;
                }
                if token.scope == ROOT {
                    return false;
                }
                at = self.state.scope(token.scope).and_then(|scope| self.state.token(scope.host));
            }
            false
        };
        self.state.open_tasks().filter(|task| lies_under(task.token)).map(|task| task.id).collect()
    }

    pub(super) fn message(&mut self, message: &Message) -> Done {
        self.state.vars.extend(message.vars.clone());
        let tokens: Vec<_> = self.state.tokens.iter().map(|token| (token.id, token.node.clone())).collect();
        let mut received = 0;
        for (id, name) in tokens {
            let Some(token) = self.state.token(id).filter(|token| token.node == name) else { continue };
            let node = self.node(&name)?;
            if let Some((place, index)) = self.trigger_for(token, node, message) {
                received += 1;
                self.received(id, message);
                self.triggered(id, &place, index)?;
                continue;
            }
            let is_meant = message.node.as_ref().is_none_or(|meant| *meant == name);
            let borders: Vec<_> = node
                .boundaries
                .iter()
                .enumerate()
                .filter(|(_, boundary)| is_meant && self.is_boundary_for(id, boundary, message))
                .collect();
            for (index, boundary) in borders {
                if self.state.token(id).is_some_and(|token| token.node == name) {
                    received += 1;
                    self.received(id, message);
                    self.happened(id, node, index, boundary)?;
                }
            }
        }
        if received == 0 {
            return Err(StepRefused::new(Refusal::NobodyWaits, message.name.as_str()));
        }
        Ok(())
    }

    fn received(&mut self, id: u32, message: &Message) {
        self.log(LogKind::Message, |entry| {
            entry.token = Some(id);
            entry.detail = message.name.as_str().into();
        });
    }

    fn trigger_for(&self, token: &Token, node: &FlowNode, message: &Message) -> Option<(String, usize)> {
        if token.state != TokenState::Waiting {
            return None;
        }
        let watched = watched(self.flow, node);
        watched.iter().find_map(|(place, triggers)| {
            let is_meant = message.node.as_ref().is_none_or(|meant| *meant == place.id || *meant == node.id);
            let matches = |trigger: &FlowTrigger| {
                let document = &trigger.document;
                let name = if message.signal { &document.signal } else { &document.message };
                is_meant
                    && name.as_ref() == Some(&message.name)
                    && self.is_correlated(token.id, document.key.as_deref(), message)
            };
            triggers.iter().position(matches).map(|index| (place.id.clone(), index))
        })
    }

    fn is_boundary_for(&self, id: u32, boundary: &FlowBoundary, message: &Message) -> bool {
        let document = &boundary.document;
        let name = if message.signal { &document.signal } else { &document.message };
        name.as_ref() == Some(&message.name) && self.is_correlated(id, document.key.as_deref(), message)
    }

    fn is_correlated(&self, id: u32, key: Option<&str>, message: &Message) -> bool {
        let Some(key) = key else { return true };
        let value = value_at(&self.row(id), key, None);
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        message.correlation.as_deref() == Some(text.as_str())
    }

    /// Fields or variables changed: what waited for a condition may go on.
    pub(super) fn data_changed(&mut self) -> Done {
        let tokens: Vec<_> = self.state.tokens.iter().map(|token| (token.id, token.node.clone())).collect();
        for (id, name) in tokens {
            let node = self.node(&name)?;
            let Some(token) = self.state.token(id).filter(|token| token.node == name) else { continue };
            if token.state == TokenState::Waiting
                && let Some((place, index)) = self.true_trigger(id, &watched(self.flow, node))
            {
                self.triggered(id, &place, index)?;
                continue;
            }
            if self.is_repetition(token) {
                continue;
            }
            for (index, boundary) in node.boundaries.iter().enumerate() {
                let row = self.row(id);
                let Some(token) = self.state.token(id).filter(|token| token.node == name) else { break };
                let holds = boundary.condition.as_ref().is_some_and(|when| when.evaluate(&row, self.ctx.env));
                if !holds || token.fired.contains(&index) {
                    continue;
                }
                self.token_mut(id)?.fired.push(index);
                self.happened(id, node, index, boundary)?;
            }
        }
        Ok(())
    }
}
