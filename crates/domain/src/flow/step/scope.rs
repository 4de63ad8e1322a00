//! Scopes with their own variables, and nodes repeated over a list.

use serde_json::{Map, Value};

use super::super::compiled::{FlowEach, FlowNode};
use super::super::def::EachMode;
use super::super::state::{EachRun, ScopeRun, TokenState};
use super::action::value_at;
use super::input::{Refusal, StepRefused};
use super::run::{Done, Run};
use crate::id::UserId;

/// A longer list is an incident, not a flood of tasks.
const MAX_ITEMS: usize = 1_000;

impl Run<'_> {
    pub(super) fn begin_scope(
        &mut self,
        id: u32,
        node: &FlowNode,
        entries: &[usize],
        vars: &Map<String, Value>,
    ) -> Done {
        let scope = self.next_id();
        self.state.scopes.push(ScopeRun { id: scope, host: id, node: node.id.clone(), vars: vars.clone(), each: None });
        self.set_token(id, TokenState::Inside);
        if entries.is_empty() {
            self.state.scopes.retain(|run| run.id != scope);
            return self.leave(id, "done");
        }
        for entry in entries {
            self.spawn(&self.flow.nodes[*entry].id, scope);
        }
        Ok(())
    }

    pub(super) fn begin_each(&mut self, id: u32, node: &FlowNode, each: &FlowEach) -> Done {
        let items = match self.items(id, &each.over) {
            Some(items) if items.len() <= MAX_ITEMS => items,
            Some(items) => {
                return self.incident_named(id, "too_many_items".to_owned(), &items.len().to_string());
            }
            None => return self.incident_named(id, "not_a_list".to_owned(), &each.over.to_string()),
        };
        if items.is_empty() {
            return self.leave(id, node.ordinary());
        }
        let first = if each.mode == EachMode::InTurn { 1 } else { items.len() };
        let scope = self.next_id();
        self.state.scopes.push(ScopeRun {
            id: scope,
            host: id,
            node: node.id.clone(),
            vars: Map::new(),
            each: Some(EachRun { items, begun: 0, done: 0 }),
        });
        self.set_token(id, TokenState::Inside);
        for _ in 0..first {
            self.begin_next(scope)?;
        }
        Ok(())
    }

    /// Adds an item to a running repetition; the node then needs one more.
    pub(super) fn add_item(&mut self, by: Option<UserId>, node: &str, item: Value) -> Done {
        self.actor.user = by;
        let is_it = |run: &&mut ScopeRun| run.node == node && run.each.is_some();
        let found = self.state.scopes.iter_mut().find(is_it);
        let Some((scope, each)) = found.and_then(|run| Some((run.id, run.each.as_mut()?))) else {
            return Err(StepRefused::new(Refusal::UnknownNode, node));
        };
        each.items.push(item);
        let mode = self.node(node)?.each.as_ref().map(|each| each.mode);
        if mode == Some(EachMode::InTurn) { Ok(()) } else { self.begin_next(scope) }
    }

    fn items(&self, id: u32, over: &Value) -> Option<Vec<Value>> {
        let value = match over {
            Value::String(path) => value_at(&self.row(id), path, None),
            other => other.clone(),
        };
        match value {
            Value::Array(items) => Some(items),
            Value::Null => Some(Vec::new()),
            Value::Number(_) | Value::String(_) => {
                let count = lang::scaled(&value, 0).and_then(|count| usize::try_from(count).ok())?;
                (count <= MAX_ITEMS).then(|| (0..count).map(Value::from).collect())
            }
            _ => None,
        }
    }

    fn begin_next(&mut self, scope: u32) -> Done {
        let found = self.state.scopes.iter_mut().find(|run| run.id == scope);
        let Some(run) = found else { return Ok(()) };
        let node = run.node.clone();
        let Some(each) = &mut run.each else { return Ok(()) };
        let item = each.begun;
        each.begun += 1;
        let token = self.spawn(&node, scope);
        self.token_mut(token)?.item = Some(item);
        Ok(())
    }

    /// One repetition is over: the next begins, or the host goes on.
    pub(super) fn repetition_done(&mut self, id: u32, node: &FlowNode, outcome: &str) -> Done {
        let scope = self.token(id)?.scope;
        let row = self.row(id);
        self.state.tokens.retain(|token| token.id != id);
        let active = self.state.tokens.iter().filter(|token| token.scope == scope).count();
        let found = self.state.scopes.iter_mut().find(|run| run.id == scope);
        let Some((host, each)) = found.and_then(|run| Some((run.host, run.each.as_mut()?))) else {
            return Ok(());
        };
        each.done += 1;
        let (total, done, begun) = (each.items.len(), each.done, each.begun as usize);
        let is_ordinary = outcome == node.ordinary() || outcome == "done";
        let until = node.each.as_ref().and_then(|each| each.until.as_ref());
        let is_enough = until.is_some_and(|until| {
            let mut row = row.as_object().cloned().unwrap_or_default();
            row.insert("total".to_owned(), total.into());
            row.insert("done".to_owned(), done.into());
            row.insert("active".to_owned(), active.into());
            let share = u64::from(done) * 10_000 / total.max(1) as u64;
            row.insert("share".to_owned(), format!("{}.{:02}", share / 100, share % 100).into());
            until.evaluate(&Value::Object(row), self.ctx.env)
        });
        if !is_ordinary || is_enough || (active == 0 && begun == total) {
            self.remove_scope(scope);
            return self.leave(host, outcome);
        }
        let in_turn = node.each.as_ref().is_some_and(|each| each.mode == EachMode::InTurn);
        if in_turn && begun < total { self.begin_next(scope) } else { Ok(()) }
    }
}
