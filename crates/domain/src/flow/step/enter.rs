//! A token comes into a node.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::compiled::{FlowNode, Kind, Throws};
use super::super::def::Mode;
use super::super::state::{ROOT, Task, TaskKind, TaskState, TokenState};
use super::MAX_ENTRIES;
use super::effect::{Effect, LogKind};
use super::input::{Refusal, StepRefused};
use super::run::{Done, Run, refuse};
use crate::id::UserId;

impl<'a> Run<'a> {
    pub(super) fn start(
        &mut self,
        by: Option<UserId>,
        vars: Map<String, Value>,
        picks: BTreeMap<String, Vec<UserId>>,
        at: Option<String>,
    ) -> Done {
        if self.state.next != 0 {
            return Err(refuse(Refusal::AlreadyStarted));
        }
        self.actor.user = by;
        self.state.submitter = by;
        self.state.vars = vars;
        self.state.picks = picks;
        self.log(LogKind::Started, |_| {});
        let entries = &self.flow.entries;
        let chosen = match &at {
            Some(id) => self.flow.index(id).filter(|index| entries.contains(index)),
            None => entries.first().copied(),
        };
        let Some(first) = chosen else {
            return Err(StepRefused::new(Refusal::UnknownNode, at.unwrap_or_default()));
        };
        let is_start = |index: usize| matches!(self.flow.nodes[index].kind, Kind::Start);
        let begin: Vec<_> = if is_start(first) { vec![first] } else { entries.clone() };
        for index in begin {
            let node = &self.flow.nodes[index];
            self.spawn(&node.id, ROOT);
        }
        Ok(())
    }

    pub(super) fn enter(&mut self, id: u32) -> Done {
        let Some(token) = self.state.token(id) else { return Ok(()) };
        if token.state != TokenState::Entering {
            return Ok(());
        }
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            return self.incident_named(id, "loop".to_owned(), "");
        }
        let node = self.node(&token.node)?;
        let is_repetition = self.is_repetition(token);
        if !is_repetition {
            self.arrive(id, node);
            if self.state.token(id).is_none_or(|token| token.state != TokenState::Entering) {
                return Ok(());
            }
            if let Some(each) = &node.each {
                return self.begin_each(id, node, each);
            }
        }
        self.work_at(id, node)
    }

    /// What every node does first: count the visit, set the ticket's status, arm what hangs on its border.
    pub(super) fn arrive(&mut self, id: u32, node: &'a FlowNode) {
        if !matches!(node.kind, Kind::Join(Mode::And | Mode::Or)) {
            self.count_visit(node);
        }
        self.log(LogKind::Entered, |entry| {
            entry.node = Some(node.id.clone());
            entry.token = Some(id);
        });
        if let Some(status) = node.status {
            self.effects.push(Effect::SetStatus { node: node.id.clone(), status });
        }
        let now = self.ctx.now;
        if let Ok(token) = self.token_mut(id) {
            token.entered_at = now;
        }
        self.arm_boundaries(id, node);
    }

    pub(super) fn count_visit(&mut self, node: &FlowNode) {
        let visit = self.state.visits.entry(node.id.clone()).or_default();
        visit.times += 1;
        visit.outcome = None;
    }

    fn work_at(&mut self, id: u32, node: &'a FlowNode) -> Done {
        match &node.kind {
            Kind::Start if self.token(id)?.redo => self.ask_submitter(id, node),
            Kind::Start | Kind::Split(Mode::Xor | Mode::And | Mode::Or) | Kind::Join(Mode::Xor) => {
                self.leave(id, "done")
            }
            Kind::Split(_) => self.listen(id, node),
            Kind::Join(Mode::And) => self.arrive_at_join(id, node),
            Kind::Join(_) => {
                self.set_token(id, TokenState::Joining);
                Ok(())
            }
            Kind::End(end) => self.end(id, end),
            Kind::Approve(human) | Kind::Work(human) => self.look_for_people(id, node, human),
            Kind::Notify { who, template, throws } => {
                if template.is_some() || !who.is_empty() {
                    let (people, who) = self.split_known(id, node, who);
                    let (node, template) = (node.id.clone(), template.clone());
                    self.effects.push(Effect::Notify { node, who, people, template, task: None });
                }
                self.throw(id, node, throws)?;
                if self
                    .state
                    .token(id)
                    .is_some_and(|token| token.state == TokenState::Entering && token.node == node.id)
                {
                    self.leave(id, "done")?;
                }
                Ok(())
            }
            Kind::Wait(_) => self.listen(id, node),
            Kind::Action(action) => self.begin_action(id, node, action),
            Kind::Scope { entries, vars } => self.begin_scope(id, node, entries, vars),
        }
    }

    /// After a return or a withdrawal the submitter hands in again.
    fn ask_submitter(&mut self, id: u32, node: &FlowNode) -> Done {
        let Some(submitter) = self.state.submitter else {
            return self.incident_named(id, "no_submitter".to_owned(), "");
        };
        let task = self.next_id();
        self.state.tasks.push(Task {
            id: task,
            token: id,
            node: node.id.clone(),
            kind: TaskKind::Resubmit,
            state: TaskState::Open,
            opened_at: self.ctx.now,
            people: vec![submitter],
            pools: Vec::new(),
            holder: Some(submitter),
            delegated_by: None,
            signed: None,
            decision: None,
        });
        self.set_token(id, TokenState::Tasks);
        self.announce(task);
        Ok(())
    }

    pub(super) fn throw(&mut self, id: u32, node: &FlowNode, throws: &Throws) -> Done {
        for (name, signal) in [(&throws.message, false), (&throws.signal, true)] {
            if let Some(name) = name.clone() {
                self.effects.push(Effect::ThrowMessage { node: node.id.clone(), name, signal });
            }
        }
        match &throws.escalation {
            Some(code) => self.escalate(id, code),
            None => Ok(()),
        }
    }
}
