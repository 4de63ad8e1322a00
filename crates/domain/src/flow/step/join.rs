//! Where ways meet again: parallel joins count edges, inclusive joins ask who can still come.

use super::super::compiled::{FlowNode, Kind};
use super::super::def::Mode;
use super::super::graph::reach_from;
use super::super::state::{Token, TokenState};
use super::effect::LogKind;
use super::input::StepRefused;
use super::run::{Done, Run};

impl Run<'_> {
    /// One token per incoming edge is needed; the oldest of each edge goes into the one that leaves.
    pub(super) fn arrive_at_join(&mut self, id: u32, node: &FlowNode) -> Done {
        let token = self.token(id)?;
        let scope = token.scope;
        if token.via.is_none() {
            // An administrator put it here by hand: the wait is over.
            self.count_visit(node);
            return self.leave(id, "done");
        }
        self.set_token(id, TokenState::Joining);
        let mut met = Vec::with_capacity(node.incoming.len());
        for edge in &node.incoming {
            let edge = &self.flow.edges[*edge].id;
            let waits = |token: &&Token| {
                token.state == TokenState::Joining
                    && token.scope == scope
                    && token.node == node.id
                    && token.via.as_ref() == Some(edge)
            };
            match self.state.tokens.iter().find(waits) {
                Some(token) => met.push(token.id),
                None => return Ok(()),
            }
        }
        self.merge(id, node, &met)
    }

    /// `met` become the one token `kept`, which goes on.
    fn merge(&mut self, kept: u32, node: &FlowNode, met: &[u32]) -> Done {
        // A later arrival over an edge may have completed an older token's set.
        let kept = if met.contains(&kept) { kept } else { met.first().copied().unwrap_or(kept) };
        self.state.tokens.retain(|token| token.id == kept || !met.contains(&token.id));
        let count = met.len();
        self.count_visit(node);
        self.log(LogKind::Joined, |entry| {
            entry.node = Some(node.id.clone());
            entry.token = Some(kept);
            entry.detail = count.into();
        });
        self.leave(kept, "done")
    }

    /// When every token waits at a join, none will ever come: that is a fault, not patience.
    pub(super) fn report_starved(&mut self) -> Done {
        let waits = |token: &Token| matches!(token.state, TokenState::Joining | TokenState::Inside);
        if !self.state.tokens.iter().all(waits) {
            return Ok(());
        }
        let starved: Vec<_> =
            self.state.tokens.iter().filter(|token| token.state == TokenState::Joining).map(|token| token.id).collect();
        for token in starved {
            self.incident_named(token, "join_starved".to_owned(), "")?;
        }
        Ok(())
    }

    /// Fires the inclusive joins that nothing can reach any more; `true` when one did.
    pub(super) fn fire_inclusive_joins(&mut self) -> Result<bool, StepRefused> {
        let Some((join, waiting)) = self.ready_join(false).or_else(|| self.ready_join(true)) else {
            return Ok(false);
        };
        let Some(first) = waiting.first() else { return Ok(false) };
        let node = self.node(&join)?;
        self.merge(*first, node, &waiting)?;
        Ok(true)
    }

    /// A join with its waiting tokens. `stuck` looks for joins that wait only for each other.
    fn ready_join(&self, stuck: bool) -> Option<(String, Vec<u32>)> {
        let is_waiting = |token: &&Token| {
            let kind = self.flow.node(&token.node).map(|node| &node.kind);
            token.state == TokenState::Joining && matches!(kind, Some(Kind::Join(Mode::Or)))
        };
        for first in self.state.tokens.iter().filter(is_waiting) {
            let Some(join) = self.flow.index(&first.node) else { continue };
            let in_scope = self.state.tokens.iter().filter(|other| other.scope == first.scope);
            let (here, others): (Vec<_>, Vec<_>) =
                in_scope.partition(|other| other.node == first.node && other.state == TokenState::Joining);
            let filled = |edge: &usize| here.iter().any(|token| token.via.as_ref() == Some(&self.flow.edges[*edge].id));
            let (full, empty): (Vec<usize>, Vec<usize>) =
                self.flow.nodes[join].incoming.iter().partition(|edge| filled(edge));
            let mut awaited = others.into_iter().filter(|other| self.may_come(other, join, &full, &empty));
            let is_ready = empty.is_empty()
                || if stuck { awaited.all(|other| is_waiting(&other)) } else { awaited.next().is_none() };
            if is_ready {
                return Some((first.node.clone(), here.iter().map(|token| token.id).collect()));
            }
        }
        None
    }

    /// Whether a token may still come to a join that has tokens on its `full` edges.
    ///
    /// One that lies on a circle with the join, and could come by full and by empty edges alike, belongs to the
    /// next round and is not waited for; otherwise two joins on a circle would wait for each other.
    fn may_come(&self, token: &Token, join: usize, full: &[usize], empty: &[usize]) -> bool {
        let Some(at) = self.flow.index(&token.node) else { return false };
        if at != join && !self.flow.reach[at].contains(join) {
            return false;
        }
        if !self.flow.reach[join].contains(at) {
            return true;
        }
        let before = reach_from(&self.flow.next, at, &[join]);
        let comes_by = |edge: &usize| before.contains(self.flow.edges[*edge].from);
        !(full.iter().any(comes_by) && empty.iter().any(comes_by))
    }
}
