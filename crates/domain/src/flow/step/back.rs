//! Going back: return, resume, withdraw, and the administrator's jump.

use serde_json::Value;

use super::super::compiled::{FlowNode, Kind};
use super::super::def::Then;
use super::super::state::{Parked, ROOT, Resume, Task, Token, TokenState};
use super::effect::{Effect, LogKind};
use super::input::{Refusal, StepRefused};
use super::run::{Done, Run, refuse};
use super::targets;
use crate::definition::canonical;
use crate::id::UserId;

/// Members of the row that change by themselves and say nothing about what was agreed to.
const VOLATILE: [&str; 10] =
    ["updated_at", "status", "owner", "team", "solved_at", "closed_at", "due_at", "stage", "priority", "version"];

impl<'a> Run<'a> {
    /// Sends the token of a task back to an earlier node.
    pub(super) fn send_back(&mut self, task: &Task, to: Option<&str>, then: Option<Then>) -> Done {
        let node = self.node(&task.node)?;
        let rule = node.human().and_then(|human| human.back.as_ref());
        let target = match to {
            Some(name) => targets::resolve(self.flow, &self.state, task, name),
            None => self.usual_target(task),
        };
        let way = targets::way_back(self.flow, &self.state, task, &target)?;
        let then = then.or(rule.and_then(|rule| rule.then)).unwrap_or(Then::Rewalk);
        let agreed = self.agreed_of(task.token);
        self.state.tasks.retain(|other| other.id != task.id);
        self.effects.push(Effect::CloseTask { task: task.id, outcome: "return".to_owned(), by: self.actor.user });
        if !self.is_submitter(self.actor.user) {
            self.state.decided += 1;
        }
        self.go_back(way.source, way.scope, way.goal, then, agreed)
    }

    /// The first place the node's rule allows; the start where it has none.
    fn usual_target(&self, task: &Task) -> String {
        let rule = self.flow.node(&task.node).and_then(|node| node.human()?.back.as_ref());
        let named = rule.map_or(&[][..], |rule| &rule.to).iter();
        let resolved = named.map(|name| targets::resolve(self.flow, &self.state, task, name));
        let possible = |target: &String| targets::way_back(self.flow, &self.state, task, target).is_ok();
        resolved.into_iter().find(possible).unwrap_or_else(|| targets::start_id(self.flow))
    }

    /// Moves `source` to `goal` and takes along what lies between.
    fn go_back(&mut self, source: u32, scope: u32, goal: &'a FlowNode, then: Then, agreed: Vec<UserId>) -> Done {
        let from = self.token(source)?.clone();
        let resuming = then == Then::Resume;
        let mut parked = Vec::new();
        for token in self.swept(source, scope, goal) {
            if resuming {
                parked.push(self.park(token)?);
            }
            self.remove_token(token);
        }
        let print = self.print(source);
        self.clear(source);
        if !resuming {
            self.forget_after(goal);
        }
        self.log(LogKind::Returned, |entry| {
            entry.node = Some(goal.id.clone());
            entry.token = Some(source);
            entry.detail = then.as_str().into();
        });
        self.place(source, &goal.id)?;
        let is_start = matches!(goal.kind, Kind::Start);
        let token = self.token_mut(source)?;
        token.redo = is_start;
        token.after = None;
        let outer = token.resume.take().and_then(|old| if old.arriving { old.outer } else { Some(old) });
        token.resume = resuming.then(|| {
            let (node, via) = (from.node, from.via);
            Box::new(Resume { node, via, parked, agreed, print, arriving: false, outer })
        });
        Ok(())
    }

    fn park(&self, id: u32) -> Result<Parked, StepRefused> {
        let token = self.token(id)?;
        Ok(Parked {
            node: token.node.clone(),
            via: token.via.clone(),
            joining: token.state == TokenState::Joining,
            agreed: self.agreed_of(id),
        })
    }

    /// The token did again what it was sent back for: it returns to its sender, and so do those that went along.
    pub(super) fn resume(&mut self, id: u32, resume: Resume) -> Done {
        self.log(LogKind::Resumed, |entry| {
            entry.node = Some(resume.node.clone());
            entry.token = Some(id);
        });
        let back = |agreed: Vec<UserId>, outer| {
            let node = String::new();
            let (via, parked, print, arriving) = (None, Vec::new(), resume.print, true);
            Some(Box::new(Resume { node, via, parked, agreed, print, arriving, outer }))
        };
        self.place(id, &resume.node)?;
        let scope = {
            let token = self.token_mut(id)?;
            token.via.clone_from(&resume.via);
            token.resume = back(resume.agreed.clone(), resume.outer.clone());
            token.scope
        };
        for parked in resume.parked {
            let new = self.spawn(&parked.node, scope);
            let token = self.token_mut(new)?;
            token.via = parked.via;
            if parked.joining {
                token.state = TokenState::Joining;
            } else {
                token.resume = back(parked.agreed, None);
            }
        }
        Ok(())
    }

    /// The submitter takes it back.
    pub(super) fn withdraw(&mut self) -> Done {
        if !self.may_withdraw() {
            return Err(refuse(Refusal::TooLateToWithdraw));
        }
        let start = self.flow.entries.first().map(|index| &self.flow.nodes[*index]);
        let start = start.filter(|node| matches!(node.kind, Kind::Start));
        let start = start.ok_or_else(|| refuse(Refusal::TooLateToWithdraw))?;
        let tokens: Vec<_> =
            self.state.tokens.iter().filter(|token| token.scope == ROOT).map(|token| token.id).collect();
        for token in tokens {
            self.remove_token(token);
        }
        self.state.visits.clear();
        self.state.decided = 0;
        let token = self.spawn(&start.id, ROOT);
        self.token_mut(token)?.redo = true;
        Ok(())
    }

    pub(super) fn may_withdraw(&self) -> bool {
        self.state.decided == 0 || self.withdraw_until()
    }

    /// Whether a rule allows it although somebody has decided.
    fn withdraw_until(&self) -> bool {
        let active = self.state.tokens.iter().filter_map(|token| self.flow.node(&token.node));
        let rules = active.filter_map(|node| node.withdraw.as_deref()).chain(self.flow.withdraw.as_deref());
        rules.filter_map(|rule| rule.strip_prefix("until:")).any(|node| !self.state.visits.contains_key(node))
    }

    pub(super) fn admin_jump(&mut self, by: Option<UserId>, from: &[String], to: &str, reason: &str) -> Done {
        self.actor.user = by;
        let goal = self.node(to)?;
        let is_meant = |token: &&Token| {
            if from.is_empty() { token.scope == ROOT } else { from.contains(&token.node) }
        };
        let tokens: Vec<_> = self.state.tokens.iter().filter(is_meant).map(|token| token.id).collect();
        let mut sources: Vec<(u32, u32)> = Vec::new();
        for token in tokens {
            let found = targets::climb(self.flow, &self.state, token, goal)
                .ok_or_else(|| StepRefused::new(Refusal::BadReturn, to))?;
            if !sources.contains(&found) {
                sources.push(found);
            }
        }
        let Some((first, _)) = sources.first().copied() else {
            return Err(StepRefused::new(Refusal::UnknownToken, from.join(", ")));
        };
        for (source, _) in &sources {
            let node = self.token(*source)?.node.clone();
            targets::may_jump(self.flow, &node, goal)?;
        }
        for (source, _) in sources.into_iter().skip(1) {
            self.remove_token(source);
        }
        self.clear(first);
        self.log(LogKind::Jumped, |entry| {
            entry.node = Some(goal.id.clone());
            entry.token = Some(first);
            entry.detail = reason.into();
        });
        self.place(first, &goal.id)?;
        let token = self.token_mut(first)?;
        token.resume = None;
        token.redo = false;
        Ok(())
    }

    pub(super) fn retry(&mut self, by: Option<UserId>, id: u32, reason: &str) -> Done {
        self.with_incident(by, id, "retry", reason)?;
        self.clear(id);
        self.set_token(id, TokenState::Entering);
        self.queue.push_back(id);
        Ok(())
    }

    pub(super) fn skip(
        &mut self,
        by: Option<UserId>,
        id: u32,
        values: serde_json::Map<String, Value>,
        reason: &str,
    ) -> Done {
        self.with_incident(by, id, "skip", reason)?;
        self.state.vars.extend(values);
        let node = self.node_of(id)?;
        self.leave(id, node.ordinary())
    }

    fn with_incident(&mut self, by: Option<UserId>, id: u32, what: &str, reason: &str) -> Done {
        self.actor.user = by;
        let token = self.token(id)?;
        if !matches!(token.state, TokenState::Incident { .. }) {
            return Err(StepRefused::new(Refusal::NoIncident, id.to_string()));
        }
        let node = token.node.clone();
        self.log(LogKind::Jumped, |entry| {
            entry.node = Some(node);
            entry.token = Some(id);
            entry.detail = serde_json::json!({ what: reason });
        });
        Ok(())
    }

    /// The other tokens that a return to `goal` takes along: those after it, but not in a way beside it.
    fn swept(&self, source: u32, scope: u32, goal: &FlowNode) -> Vec<u32> {
        let Some(target) = self.flow.index(&goal.id) else { return Vec::new() };
        let others = self.state.tokens.iter().filter(|token| token.scope == scope && token.id != source);
        let is_swept = |token: &&Token| {
            let at = self.flow.index(&token.node);
            let came_from = token.via.as_deref().and_then(|via| self.flow.source_of(via));
            let joining = token.state == TokenState::Joining;
            let Some(place) = came_from.filter(|_| joining).or(at) else { return false };
            let is_after = place == target || self.flow.reach[target].contains(place);
            is_after && !self.is_beside(target, place, at.filter(|_| joining))
        };
        others.filter(is_swept).map(|token| token.id).collect()
    }

    /// Whether `place` lies in another way of a block than `target`.
    fn is_beside(&self, target: usize, place: usize, join: Option<usize>) -> bool {
        self.flow.blocks.iter().any(|block| {
            let mine: Vec<_> = block.branches_of(target).collect();
            if mine.is_empty() {
                return false;
            }
            // A way that leads straight from the split to the join has no node of its own.
            if place == block.split && join.is_some() && join == block.join {
                return true;
            }
            let mut theirs = block.branches_of(place).peekable();
            theirs.peek().is_some() && !theirs.any(|branch| mine.contains(&branch))
        })
    }

    fn forget_after(&mut self, goal: &FlowNode) {
        let Some(target) = self.flow.index(&goal.id) else { return };
        let mut gone = Vec::new();
        for id in self.state.visits.keys() {
            let Some(node) = self.flow.index(id) else { continue };
            if self.flow.reach[target].contains(node) && !self.is_beside(target, node, None) {
                gone.push(id.clone());
            }
        }
        for id in gone {
            self.state.visits.remove(&id);
        }
    }

    /// Those who have said yes at a token's node so far.
    fn agreed_of(&self, id: u32) -> Vec<UserId> {
        let tasks = self.state.tasks.iter().filter(|task| task.token == id);
        let decisions = tasks.filter_map(|task| task.decision.as_ref()).filter(|decision| decision.yes);
        decisions.filter_map(|decision| decision.by).collect()
    }

    /// A print of the data that people agree to (FNV-1a, 64 bits).
    pub(super) fn print(&self, id: u32) -> u64 {
        let mut row = self.row(id).as_object().cloned().unwrap_or_default();
        for name in VOLATILE {
            row.remove(name);
        }
        let text = canonical(&Value::Object(row));
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |print, byte| (print ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}
