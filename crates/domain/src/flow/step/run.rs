//! The working copy of an instance during one step, and the small moves that everything else is made of.

use std::borrow::Cow;
use std::collections::VecDeque;

use serde_json::{Map, Value};

use super::super::compiled::{Flow, FlowNode, Kind};
use super::super::def::NodeType;
use super::super::state::{InstanceState, Life, ROOT, Task, TaskKind, TaskState, Token, TokenState};
use super::super::timer::TimerRule;
use super::effect::{Effect, LogEntry, LogKind, TaskSpec};
use super::input::{Acting, Input, Refusal, StepRefused};
use super::{StepContext, Stepped};
use crate::id::UserId;
use crate::ticket::Status;

pub(super) type Done = Result<(), StepRefused>;

pub(super) struct Run<'a> {
    pub(super) flow: &'a Flow,
    pub(super) ctx: &'a StepContext<'a>,
    pub(super) state: InstanceState,
    pub(super) effects: Vec<Effect>,
    pub(super) log: Vec<LogEntry>,
    /// Tokens on their way into a node.
    pub(super) queue: VecDeque<u32>,
    pub(super) entries: u32,
    /// Fields that this step wrote; later conditions of the step see them.
    pub(super) writes: Map<String, Value>,
    pub(super) actor: Acting,
}

impl<'a> Run<'a> {
    pub(super) fn new(flow: &'a Flow, state: InstanceState, ctx: &'a StepContext<'a>) -> Self {
        Self {
            flow,
            ctx,
            state,
            effects: Vec::new(),
            log: Vec::new(),
            queue: VecDeque::new(),
            entries: 0,
            writes: Map::new(),
            actor: Acting::default(),
        }
    }

    pub(super) fn apply(&mut self, input: Input) -> Done {
        let is_start = matches!(input, Input::Start { .. });
        if !is_start && self.state.next == 0 {
            return Err(refuse(Refusal::NotStarted));
        }
        if self.is_answer_out_of_date(&input) {
            return Ok(());
        }
        if self.state.life != Life::Running {
            return Err(refuse(Refusal::NotRunning));
        }
        if !is_start && !matches!(input, Input::PeopleResolved { .. }) {
            self.state.settled = true;
        }
        match input {
            Input::Start { by, vars, picks, at } => self.start(by, vars, picks, at),
            Input::PeopleResolved { ask, people } => self.people_resolved(ask, people),
            Input::TaskActed(wanted) => self.task_acted(wanted),
            Input::TimerFired { timer } => self.timer_fired(timer),
            Input::Message(message) => self.message(&message),
            Input::ActionDone { token, run, result } => self.action_done(token, run, result),
            Input::ActionFailed { token, run, code, message } => self.action_failed(token, run, &code, &message),
            Input::DataChanged => self.data_changed(),
            Input::SetVars { vars } => {
                self.state.vars.extend(vars);
                self.data_changed()
            }
            Input::AddItem { by, node, item } => self.add_item(by, &node, item),
            Input::AdminJump { by, from, to, reason } => self.admin_jump(by, &from, &to, &reason),
            Input::Retry { by, token, reason } => self.retry(by, token, &reason),
            Input::Skip { by, token, values, reason } => self.skip(by, token, values, &reason),
            Input::Cancel { by, reason } => {
                self.actor.user = by;
                self.log(LogKind::Cancelled, |entry| entry.detail = reason.into());
                self.finish_instance(Life::Cancelled);
                Ok(())
            }
        }
    }

    /// A question that another token's move has made pointless; the driver could not know.
    fn is_answer_out_of_date(&self, input: &Input) -> bool {
        match input {
            Input::PeopleResolved { ask, .. } => {
                *ask <= self.state.next && !self.state.asks.iter().any(|open| open.id == *ask)
            }
            _ => false,
        }
    }

    /// Moves every token until it waits.
    pub(super) fn settle(&mut self) -> Done {
        loop {
            while let Some(token) = self.queue.pop_front() {
                self.enter(token)?;
            }
            if !self.fire_inclusive_joins()? {
                return self.report_starved();
            }
        }
    }

    pub(super) fn finish(self) -> Stepped {
        Stepped { state: self.state, effects: self.effects, log: self.log }
    }

    pub(super) fn next_id(&mut self) -> u32 {
        self.state.next += 1;
        self.state.next
    }

    pub(super) fn node(&self, id: &str) -> Result<&'a FlowNode, StepRefused> {
        self.flow.node(id).ok_or_else(|| StepRefused::new(Refusal::UnknownNode, id))
    }

    pub(super) fn node_of(&self, token: u32) -> Result<&'a FlowNode, StepRefused> {
        let token = self.token(token)?;
        self.node(&token.node)
    }

    pub(super) fn token(&self, id: u32) -> Result<&Token, StepRefused> {
        self.state.token(id).ok_or_else(|| StepRefused::new(Refusal::UnknownToken, id.to_string()))
    }

    pub(super) fn token_mut(&mut self, id: u32) -> Result<&mut Token, StepRefused> {
        let found = self.state.tokens.iter_mut().find(|token| token.id == id);
        found.ok_or_else(|| StepRefused::new(Refusal::UnknownToken, id.to_string()))
    }

    pub(super) fn set_token(&mut self, id: u32, state: TokenState) {
        if let Ok(token) = self.token_mut(id) {
            token.state = state;
        }
    }

    pub(super) fn task_mut(&mut self, id: u32) -> Option<&mut Task> {
        self.state.tasks.iter_mut().find(|task| task.id == id)
    }

    /// A token on its way into a node.
    pub(super) fn spawn(&mut self, node: &str, scope: u32) -> u32 {
        let id = self.next_id();
        self.state.tokens.push(Token {
            id,
            node: node.to_owned(),
            scope,
            state: TokenState::Entering,
            entered_at: self.ctx.now,
            via: None,
            item: None,
            after: None,
            redo: false,
            resume: None,
            found: None,
            fired: Vec::new(),
        });
        self.queue.push_back(id);
        id
    }

    /// Whether a token is one repetition of its node, inside the node's own run of them.
    pub(super) fn is_repetition(&self, token: &Token) -> bool {
        let scope = self.state.scope(token.scope);
        scope.is_some_and(|scope| scope.each.is_some() && scope.node == token.node)
    }

    /// Takes everything away that a token holds at its node: tasks, timers, questions, scopes below.
    pub(super) fn clear(&mut self, id: u32) {
        for task in self.state.tasks.iter().filter(|task| task.token == id) {
            if matches!(task.state, TaskState::Open | TaskState::Held | TaskState::Blocked) {
                self.effects.push(Effect::CloseTask { task: task.id, outcome: "cancelled".to_owned(), by: None });
            }
        }
        let was_held = |task: &Task| task.token == id && task.state == TaskState::Held;
        let lifts_hold = self.state.is_running() && self.state.tasks.iter().any(was_held);
        self.state.tasks.retain(|task| task.token != id);
        if lifts_hold {
            self.lift_hold(id);
        }
        for timer in self.state.timers.iter().filter(|timer| timer.token == id) {
            self.effects.push(Effect::CancelTimer { timer: timer.id });
        }
        self.state.timers.retain(|timer| timer.token != id);
        self.state.asks.retain(|ask| ask.token != id);
        let below: Vec<_> = self.state.scopes.iter().filter(|scope| scope.host == id).map(|scope| scope.id).collect();
        for scope in below {
            self.remove_scope(scope);
        }
        self.stop_action(id);
        if let Ok(token) = self.token_mut(id) {
            token.found = None;
            token.fired.clear();
        }
    }

    /// The ticket waits no longer, unless another task is on hold.
    pub(super) fn lift_hold(&mut self, token: u32) {
        if self.state.tasks.iter().any(|task| task.state == TaskState::Held) {
            return;
        }
        let Ok(node) = self.node_of(token) else { return };
        let status = node.status.unwrap_or(Status::Open);
        self.effects.push(Effect::SetStatus { node: node.id.clone(), status });
    }

    fn stop_action(&mut self, id: u32) {
        let Ok(token) = self.token(id) else { return };
        let TokenState::Acting { run, .. } = token.state else { return };
        if let Some(Kind::Action(action)) = self.flow.node(&token.node).map(|node| &node.kind) {
            self.effects.push(Effect::StopAction { token: id, run, call: action.call.clone() });
        }
    }

    /// Takes a token away, with everything below it.
    pub(super) fn remove_token(&mut self, id: u32) {
        self.clear(id);
        if let Some(at) = self.state.tokens.iter().position(|token| token.id == id) {
            let token = self.state.tokens.remove(at);
            self.log(LogKind::Removed, |entry| {
                entry.node = Some(token.node);
                entry.token = Some(id);
            });
        }
    }

    /// Takes a scope run away with its tokens; its host stays.
    pub(super) fn remove_scope(&mut self, scope: u32) {
        let inside: Vec<_> =
            self.state.tokens.iter().filter(|token| token.scope == scope).map(|token| token.id).collect();
        for token in inside {
            self.remove_token(token);
        }
        self.state.scopes.retain(|run| run.id != scope);
    }

    /// Stops a token where it is until somebody looks, or refuses a start that went wrong at once.
    pub(super) fn incident(&mut self, id: u32, code: Refusal, note: &str) -> Done {
        if !self.state.settled && matches!(code, Refusal::NoBranch | Refusal::NoPeople) {
            let node = self.token(id)?.node.clone();
            return Err(StepRefused::new(code, node));
        }
        let name = code.as_str().trim_start_matches("flow.").to_owned();
        self.incident_named(id, name, note)
    }

    pub(super) fn incident_named(&mut self, id: u32, code: String, note: &str) -> Done {
        let node = self.token(id)?.node.clone();
        self.set_token(id, TokenState::Incident { code: code.clone(), note: note.to_owned() });
        self.log(LogKind::Incident, |entry| {
            entry.node = Some(node.clone());
            entry.token = Some(id);
            entry.detail = code.clone().into();
        });
        self.effects.push(Effect::Incident { token: id, node, code, note: note.to_owned() });
        Ok(())
    }

    pub(super) fn log(&mut self, event: LogKind, fill: impl FnOnce(&mut LogEntry)) {
        let mut entry = LogEntry {
            event,
            node: None,
            token: None,
            task: None,
            by: self.actor.user,
            instead_of: self.actor.instead_of,
            detail: Value::Null,
        };
        fill(&mut entry);
        self.log.push(entry);
    }

    /// The row as a token sees it: fields, what this step wrote, variables from outside in, its own item.
    pub(super) fn row(&self, token: u32) -> Cow<'a, Value> {
        let found = self.state.token(token);
        let is_plain = found.is_none_or(|token| token.scope == ROOT && token.item.is_none());
        if is_plain && self.writes.is_empty() && self.state.vars.is_empty() {
            return Cow::Borrowed(self.ctx.row);
        }
        let mut row = self.ctx.row.as_object().cloned().unwrap_or_default();
        row.extend(self.writes.clone());
        for (name, value) in &self.state.vars {
            // A variable never hides a field of the ticket.
            row.entry(name.as_str()).or_insert_with(|| value.clone());
        }
        if let Some(token) = found {
            for scope in self.state.scopes_above(token).into_iter().rev() {
                row.extend(scope.vars.clone());
                let inner = self.item_in(token, scope.id);
                if let (Some(each), Some(item)) = (&scope.each, inner) {
                    row.insert("index".to_owned(), item.into());
                    let value = each.items.get(item as usize).cloned().unwrap_or_default();
                    row.insert("item".to_owned(), value);
                }
            }
        }
        Cow::Owned(Value::Object(row))
    }

    /// The number of the repetition in `scope` that a token belongs to, directly or through scopes between.
    fn item_in(&self, token: &Token, scope: u32) -> Option<u32> {
        let mut at = token;
        while at.scope != scope {
            let run = self.state.scope(at.scope)?;
            at = self.state.token(run.host)?;
        }
        at.item
    }
}

pub(super) fn refuse(code: Refusal) -> StepRefused {
    StepRefused::new(code, "")
}

/// What a task is, as the driver shows it. Works for any open task of a state.
pub fn task_spec(flow: &Flow, state: &InstanceState, task: u32) -> Option<TaskSpec> {
    let task = state.task(task)?;
    let node = flow.node(&task.node)?;
    let token = state.token(task.token);
    let due = node
        .due
        .as_ref()
        .zip(token)
        .map(|(due, token)| TimerRule::after(token.entered_at, &due.after, due.calendar.as_deref()));
    let outcomes = node.out.iter().filter_map(|edge| flow.edges[*edge].on.clone());
    let is_work = task.kind == TaskKind::Work && node.node_type == NodeType::Work;
    Some(TaskSpec {
        node: task.node.clone(),
        kind: task.kind,
        name: node.name.clone(),
        people: task.people.clone(),
        pools: task.pools.clone(),
        holder: task.holder,
        due,
        fields: node.fields.clone(),
        actions: node.actions.clone(),
        outcomes: if is_work { outcomes.collect() } else { Vec::new() },
        signed_by: task.signed.as_ref().map(|signed| signed.by),
    })
}

impl Run<'_> {
    /// Opens a task that stands in the state.
    pub(super) fn announce(&mut self, task: u32) {
        if let Some(spec) = task_spec(self.flow, &self.state, task) {
            self.effects.push(Effect::OpenTask { task, spec: Box::new(spec) });
        }
    }

    pub(super) fn is_submitter(&self, user: Option<UserId>) -> bool {
        user.is_some() && user == self.state.submitter
    }
}
