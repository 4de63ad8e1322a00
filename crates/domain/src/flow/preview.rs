//! Walks a flow on paper: which way it takes with given data, and whom it asks.
//!
//! Everybody agrees, actions find nothing, of several triggers the first one comes. The same walk runs the tests
//! that a flow carries with it before it is published.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::compiled::{Flow, Kind};
use super::def::{FlowTest, Who};
use super::state::{InstanceState, Task, TaskKind, Token, TokenState};
use super::step::{Act, Acting, Effect, Input, LogEntry, LogKind, Message, StepContext, TaskWanted, step};
use crate::id::UserId;
use crate::problem::Problem;

/// A walk longer than this goes in circles.
const MAX_MOVES: usize = 2_000;

/// The way with given data.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Preview {
    pub stops: Vec<Stop>,
    pub result: Option<String>,
    /// Why it did not come to its end: a code of a refusal or incident, `waits` or `too_long`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stuck: Option<String>,
}

/// A node on the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stop {
    pub node: String,
    /// Who would be asked, as far as it is known.
    pub people: Vec<UserId>,
    pub groups: Vec<String>,
}

/// The way that a ticket with this row would take. `find` answers who people are.
pub fn preview(
    flow: &Flow,
    submitter: Option<UserId>,
    ctx: &StepContext<'_>,
    find: &dyn Fn(&Who) -> Vec<UserId>,
) -> Preview {
    let mut flow = flow.clone();
    for node in &mut flow.nodes {
        // Nobody fills in fields or writes comments on paper.
        node.fields.clear();
        node.actions = None;
    }
    let mut walk = Walk { flow: &flow, ctx, find, state: InstanceState::default(), preview: Preview::default() };
    let picks = Default::default();
    let mut next = Some(Input::Start { by: submitter, vars: Map::new(), picks, at: None });
    for _ in 0..MAX_MOVES {
        let Some(input) = next.take() else { break };
        if let Err(stuck) = walk.go(input) {
            walk.preview.stuck = Some(stuck);
            return walk.preview;
        }
        if !walk.state.is_running() {
            walk.preview.result = walk.state.result;
            return walk.preview;
        }
        next = walk.next_input();
    }
    walk.preview.stuck = Some(if next.is_some() { "too_long" } else { "waits" }.to_owned());
    walk.preview
}

/// Plays the tests that a flow carries; each that fails is a problem.
pub fn run_tests(flow: &Flow, tests: &[FlowTest], ctx: &StepContext<'_>) -> Vec<Problem> {
    let somebody = UserId::from_u128(1);
    let mut problems = Vec::new();
    for (index, test) in tests.iter().enumerate() {
        let row = Value::Object(test.given.clone());
        let ctx = StepContext { row: &row, ..*ctx };
        let found = preview(flow, Some(somebody), &ctx, &|_| vec![UserId::from_u128(2)]);
        if let Some(reason) = complaint(test, &found) {
            let problem = Problem::new(format!("/tests/{index}"), "flow.test_failed");
            problems.push(problem.with("name", test.name.as_str()).with("reason", reason));
        }
    }
    problems
}

fn complaint(test: &FlowTest, found: &Preview) -> Option<String> {
    let visits = |node: &&String| found.stops.iter().any(|stop| stop.node == **node);
    if let Some(stuck) = &found.stuck {
        return Some(format!("stuck: {stuck}"));
    }
    if let Some(node) = test.expect.visits.iter().find(|node| !visits(node)) {
        return Some(format!("not visited: {node}"));
    }
    if let Some(node) = test.expect.not.iter().find(visits) {
        return Some(format!("visited: {node}"));
    }
    let differs = test.expect.result.is_some() && test.expect.result != found.result;
    differs.then(|| format!("result: {}", found.result.as_deref().unwrap_or("none")))
}

struct Walk<'a> {
    flow: &'a Flow,
    ctx: &'a StepContext<'a>,
    find: &'a dyn Fn(&Who) -> Vec<UserId>,
    state: InstanceState,
    preview: Preview,
}

impl Walk<'_> {
    /// One input with the answers to its questions about people.
    fn go(&mut self, input: Input) -> Result<(), String> {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let state = std::mem::take(&mut self.state);
            let stepped = step(self.flow, state, input, self.ctx);
            let stepped = stepped.map_err(|refused| refused.code.as_str().to_owned())?;
            self.state = stepped.state;
            self.note(&stepped.log);
            for effect in stepped.effects {
                match effect {
                    Effect::ResolvePeople { ask, who, .. } => {
                        let people = who.iter().map(self.find).collect();
                        inputs.push(Input::PeopleResolved { ask, people });
                    }
                    Effect::OpenTask { spec, .. } => {
                        let stop = self.preview.stops.iter_mut().rfind(|stop| stop.node == spec.node);
                        if let Some(stop) = stop {
                            stop.people.extend(spec.people);
                            stop.groups.extend(spec.pools.into_iter().map(|pool| pool.group));
                        }
                    }
                    Effect::Incident { code, .. } => return Err(code),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn note(&mut self, log: &[LogEntry]) {
        for entry in log.iter().filter(|entry| entry.event == LogKind::Entered) {
            if let Some(node) = entry.node.clone() {
                self.preview.stops.push(Stop { node, people: Vec::new(), groups: Vec::new() });
            }
        }
    }

    /// What would let the first token that can move go on.
    fn next_input(&self) -> Option<Input> {
        self.state.tokens.iter().find_map(|token| match token.state {
            TokenState::Tasks => self.answer(token),
            TokenState::Acting { run, .. } => Some(Input::ActionDone { token: token.id, run, result: json!({}) }),
            TokenState::Waiting => self.trigger(token),
            _ => None,
        })
    }

    fn answer(&self, token: &Token) -> Option<Input> {
        let task = self.state.open_tasks().find(|task| task.token == token.id)?;
        let act = match task.kind {
            TaskKind::Approve => Act::Approve,
            _ => Act::Complete { outcome: None, vars: Map::new() },
        };
        let actor = Acting { user: actor_of(task), groups: groups_of(task), ..Acting::default() };
        Some(Input::TaskActed(TaskWanted { task: task.id, actor, act, comment: None }))
    }

    fn trigger(&self, token: &Token) -> Option<Input> {
        let node = self.flow.node(&token.node)?;
        let after = node.out.iter().map(|edge| &self.flow.nodes[self.flow.edges[*edge].to]);
        let waits = std::iter::once(node).chain(after).find_map(|node| match &node.kind {
            Kind::Wait(triggers) => Some((node, triggers)),
            _ => None,
        });
        let (place, triggers) = waits?;
        let first = &triggers.first()?.document;
        let name = first.message.as_ref().or(first.signal.as_ref());
        if let Some(name) = name.filter(|_| first.key.is_none()) {
            return Some(Input::Message(Message {
                name: name.clone(),
                node: Some(place.id.clone()),
                signal: first.signal.is_some(),
                ..Message::default()
            }));
        }
        let timer = self.state.timers.iter().find(|timer| timer.token == token.id)?;
        Some(Input::TimerFired { timer: timer.id })
    }
}

fn actor_of(task: &Task) -> Option<UserId> {
    task.holder.or_else(|| task.people.first().copied()).or(Some(UserId::from_u128(2)))
}

fn groups_of(task: &Task) -> Vec<String> {
    task.pools.iter().map(|pool| pool.group.clone()).collect()
}
