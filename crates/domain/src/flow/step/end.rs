//! Ends: of a token's way, of a scope, of the instance; errors and escalations that climb.

use super::super::compiled::{End, FlowBoundary, FlowNode, Kind};
use super::super::state::{InstanceState, Life, ROOT, Token, TokenState};
use super::effect::{Effect, LogKind};
use super::run::{Done, Run};

impl<'a> Run<'a> {
    pub(super) fn end(&mut self, id: u32, end: &End) -> Done {
        let node = self.node_of(id)?;
        self.throw(id, node, &end.throws)?;
        let Some(token) = self.state.token(id).filter(|token| token.node == node.id) else {
            return Ok(());
        };
        let scope = token.scope;
        if scope == ROOT && end.result.is_some() {
            self.state.result.clone_from(&end.result);
        }
        if let Some(code) = &end.error {
            return self.throw_error(id, code, "error_uncaught", "");
        }
        if !end.terminate {
            return self.end_token(id);
        }
        if scope == ROOT {
            self.finish_instance(Life::Ended);
            return Ok(());
        }
        let siblings: Vec<_> = self
            .state
            .tokens
            .iter()
            .filter(|token| token.scope == scope && token.id != id)
            .map(|token| token.id)
            .collect();
        for sibling in siblings {
            self.remove_token(sibling);
        }
        self.end_token(id)
    }

    /// A token's way is over; the last one of a scope ends the scope.
    pub(super) fn end_token(&mut self, id: u32) -> Done {
        let scope = self.token(id)?.scope;
        self.clear(id);
        self.state.tokens.retain(|token| token.id != id);
        if self.state.tokens.iter().any(|token| token.scope == scope) {
            return Ok(());
        }
        if scope == ROOT {
            self.finish_instance(Life::Ended);
            return Ok(());
        }
        let Some(at) = self.state.scopes.iter().position(|run| run.id == scope) else {
            return Ok(());
        };
        let run = self.state.scopes.remove(at);
        self.leave(run.host, "done")
    }

    /// Nothing goes on from here.
    pub(super) fn finish_instance(&mut self, life: Life) {
        self.state.life = life;
        let tokens: Vec<_> =
            self.state.tokens.iter().filter(|token| token.scope == ROOT).map(|token| token.id).collect();
        for token in tokens {
            self.clear(token);
        }
        self.state.tokens.clear();
        self.state.scopes.clear();
        self.queue.clear();
        let cancelled = life == Life::Cancelled;
        if cancelled {
            self.state.result = Some("cancelled".to_owned());
        } else {
            let result = self.state.result.clone();
            self.log(LogKind::Ended, |entry| entry.detail = result.into());
        }
        self.effects.push(Effect::Ended { result: self.state.result.clone(), cancelled });
    }

    /// Looks for an error boundary from the token outwards; without one the token stops with an incident.
    pub(super) fn throw_error(&mut self, id: u32, code: &str, incident: &str, note: &str) -> Done {
        let specific = |boundary: &FlowBoundary| boundary.document.error.as_deref() == Some(code);
        let any = |boundary: &FlowBoundary| boundary.document.error.as_deref() == Some("*");
        match self.catcher(id, &specific, &any) {
            Some((host, index)) => self.take_boundary(host, index),
            None => {
                let note = if note.is_empty() { code.to_owned() } else { format!("{code}: {note}") };
                self.incident_named(id, incident.to_owned(), &note)
            }
        }
    }

    pub(super) fn escalate(&mut self, id: u32, code: &str) -> Done {
        let specific = |boundary: &FlowBoundary| boundary.document.escalation.as_deref() == Some(code);
        let any = |boundary: &FlowBoundary| boundary.document.escalation.as_deref() == Some("*");
        let caught = self.catcher(id, &specific, &any);
        self.log(LogKind::Escalated, |entry| {
            entry.token = Some(id);
            entry.detail = code.into();
        });
        match caught {
            Some((host, index)) => self.take_boundary(host, index),
            None => Ok(()),
        }
    }

    /// The nearest host whose border catches it, a specific boundary before a general one.
    fn catcher(
        &self,
        id: u32,
        specific: &dyn Fn(&FlowBoundary) -> bool,
        any: &dyn Fn(&FlowBoundary) -> bool,
    ) -> Option<(u32, usize)> {
        let mut at = self.state.token(id)?;
        loop {
            let node = self.flow.node(&at.node)?;
            if self.has_border(at, node) {
                let find = |matches: &dyn Fn(&FlowBoundary) -> bool| node.boundaries.iter().position(matches);
                if let Some(index) = find(specific).or_else(|| find(any)) {
                    return Some((at.id, index));
                }
            }
            let scope = self.state.scope(at.scope)?;
            at = self.state.token(scope.host)?;
        }
    }

    fn has_border(&self, token: &Token, node: &FlowNode) -> bool {
        !matches!(node.kind, Kind::End(_)) && !self.is_repetition(token)
    }

    /// A boundary event happened: its edges are taken, by the host itself where it interrupts.
    pub(super) fn take_boundary(&mut self, host: u32, index: usize) -> Done {
        let node = self.node_of(host)?;
        let Some(boundary) = node.boundaries.get(index) else { return Ok(()) };
        self.log(LogKind::Boundary, |entry| {
            entry.node = Some(node.id.clone());
            entry.token = Some(host);
            entry.detail = index.into();
        });
        if boundary.interrupts {
            self.clear(host);
            let token = self.token_mut(host)?;
            token.state = TokenState::Entering;
            token.resume = None;
            token.redo = false;
            return self.follow(host, &boundary.out);
        }
        let scope = self.token(host)?.scope;
        for edge in &boundary.out {
            let edge = &self.flow.edges[*edge];
            let new = self.spawn(&self.flow.nodes[edge.to].id, scope);
            self.token_mut(new)?.via = Some(edge.id.clone());
        }
        Ok(())
    }
}

impl InstanceState {
    /// The scope a token of this node would live in, seen from another token's scopes.
    pub(super) fn run_of(&self, node: &str, from: &Token) -> Option<u32> {
        let above = self.scopes_above(from);
        let found = above.iter().find(|scope| scope.each.is_none() && scope.node == node);
        found.map(|scope| scope.id)
    }
}
