//! A token leaves a node: which ways it takes.

use super::super::compiled::{FlowNode, Kind};
use super::super::def::Mode;
use super::super::state::{Life, TokenState};
use super::effect::LogKind;
use super::input::Refusal;
use super::run::{Done, Run};

/// Where it goes on.
enum Choice {
    Take(Vec<usize>),
    /// No edge leads on: the token's way is over.
    Over,
    /// Turned down, and the flow says nothing about that.
    Rejected,
    NoBranch,
}

impl Run<'_> {
    pub(super) fn leave(&mut self, id: u32, outcome: &str) -> Done {
        let node = self.node_of(id)?;
        // What it did here is over; nothing is left to be stopped.
        self.set_token(id, TokenState::Entering);
        self.clear(id);
        if let Some(visit) = self.state.visits.get_mut(&node.id) {
            visit.outcome = Some(outcome.to_owned());
        }
        self.log(LogKind::Left, |entry| {
            entry.node = Some(node.id.clone());
            entry.token = Some(id);
            if outcome != "done" {
                entry.detail = outcome.into();
            }
        });
        if self.is_repetition(self.token(id)?) {
            return self.repetition_done(id, node, outcome);
        }
        let token = self.token_mut(id)?;
        token.redo = false;
        if matches!(node.kind, Kind::Approve(_) | Kind::Work(_)) {
            token.after = Some(node.id.clone());
        }
        let resume = token.resume.take();
        let resume = resume.and_then(|resume| if resume.arriving { resume.outer } else { Some(resume) });
        if let Some(resume) = resume.filter(|_| outcome == node.ordinary()) {
            return self.resume(id, *resume);
        }
        match self.choose(id, node, outcome) {
            Choice::Take(edges) => self.follow(id, &edges),
            Choice::Over => self.end_token(id),
            Choice::Rejected => {
                self.state.result = Some("rejected".to_owned());
                self.finish_instance(Life::Ended);
                Ok(())
            }
            Choice::NoBranch => self.incident(id, Refusal::NoBranch, outcome),
        }
    }

    fn choose(&self, id: u32, node: &FlowNode, outcome: &str) -> Choice {
        let edges = || node.out.iter().map(|index| (*index, &self.flow.edges[*index]));
        let mut ways: Vec<_> = edges().filter(|(_, edge)| edge.on.as_deref() == Some(outcome)).collect();
        if ways.is_empty() {
            if outcome == "reject" {
                return Choice::Rejected;
            }
            ways = edges().filter(|(_, edge)| edge.on.is_none()).collect();
        }
        if node.out.is_empty() {
            return Choice::Over;
        }
        if matches!(node.kind, Kind::Split(Mode::And)) {
            return Choice::Take(ways.into_iter().map(|(index, _)| index).collect());
        }
        let row = self.row(id);
        let holds = |edge: &super::super::compiled::FlowEdge| {
            let when = edge.when.as_ref();
            !edge.default && when.is_none_or(|when| when.evaluate(&row, self.ctx.env))
        };
        let is_exclusive = matches!(node.kind, Kind::Split(Mode::Xor));
        let mut taken = Vec::new();
        for (index, edge) in &ways {
            if holds(edge) {
                taken.push(*index);
                if is_exclusive {
                    break;
                }
            }
        }
        if taken.is_empty() {
            taken.extend(ways.iter().find(|(_, edge)| edge.default).map(|(index, _)| *index));
        }
        if taken.is_empty() { Choice::NoBranch } else { Choice::Take(taken) }
    }

    /// The token takes the first edge; new tokens take the others.
    pub(super) fn follow(&mut self, id: u32, edges: &[usize]) -> Done {
        let (scope, after) = {
            let token = self.token(id)?;
            (token.scope, token.after.clone())
        };
        let Some((first, others)) = edges.split_first() else {
            return self.end_token(id);
        };
        self.put(id, *first)?;
        for edge in others {
            let target = &self.flow.nodes[self.flow.edges[*edge].to].id;
            let new = self.spawn(target, scope);
            let via = self.flow.edges[*edge].id.clone();
            let token = self.token_mut(new)?;
            token.via = Some(via);
            token.after.clone_from(&after);
        }
        Ok(())
    }

    fn put(&mut self, id: u32, edge: usize) -> Done {
        let edge = &self.flow.edges[edge];
        let target = self.flow.nodes[edge.to].id.clone();
        let token = self.token_mut(id)?;
        token.node = target;
        token.via = Some(edge.id.clone());
        token.state = TokenState::Entering;
        self.queue.push_back(id);
        Ok(())
    }

    /// Moves a token straight to a node, without an edge.
    pub(super) fn place(&mut self, id: u32, node: &str) -> Done {
        let token = self.token_mut(id)?;
        node.clone_into(&mut token.node);
        token.via = None;
        token.state = TokenState::Entering;
        self.queue.push_back(id);
        Ok(())
    }
}
