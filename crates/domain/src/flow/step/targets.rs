//! Where a token may be sent: back by a person, anywhere by an administrator.

use super::super::compiled::{Flow, FlowNode, Kind};
use super::super::def::Mode;
use super::super::graph::Block;
use super::super::state::{InstanceState, ROOT, Task};
use super::input::{Refusal, StepRefused};

/// A return that can be carried out.
pub(super) struct WayBack<'a> {
    pub(super) goal: &'a FlowNode,
    /// The token that moves: the task's own, or the host above it.
    pub(super) source: u32,
    pub(super) scope: u32,
}

/// The nodes a task can be returned to now, in the order of the document.
pub fn return_targets(flow: &Flow, state: &InstanceState, task: u32) -> Vec<String> {
    let Some(task) = state.task(task) else { return Vec::new() };
    let ids = flow.nodes.iter().map(|node| &node.id);
    ids.filter(|id| way_back(flow, state, task, id).is_ok()).cloned().collect()
}

/// What `previous` and `start` stand for.
pub(super) fn resolve(flow: &Flow, state: &InstanceState, task: &Task, name: &str) -> String {
    match name {
        "previous" => {
            let previous = state.token(task.token).and_then(|token| token.after.clone());
            previous.unwrap_or_else(|| start_id(flow))
        }
        "start" if flow.index("start").is_none() => start_id(flow),
        other => other.to_owned(),
    }
}

pub(super) fn start_id(flow: &Flow) -> String {
    let first = flow.entries.first().map(|index| flow.nodes[*index].id.clone());
    first.unwrap_or_default()
}

/// Whether a task may be returned to a node, and how.
pub(super) fn way_back<'a>(
    flow: &'a Flow,
    state: &InstanceState,
    task: &Task,
    target: &str,
) -> Result<WayBack<'a>, StepRefused> {
    let bad = || StepRefused::new(Refusal::BadReturn, target);
    let goal = flow.node(target).ok_or_else(bad)?;
    let rule = flow.node(&task.node).and_then(|node| node.human()?.back.as_ref());
    let named = rule.map_or(&[][..], |rule| &rule.to);
    let is_allowed = named.is_empty() || named.iter().any(|name| resolve(flow, state, task, name) == target);
    let is_visited = state.visits.contains_key(target);
    if !goal.is_human() || !is_visited || target == task.node || !is_allowed {
        return Err(bad());
    }
    let (source, scope) = climb(flow, state, task.token, goal).ok_or_else(bad)?;
    let from = state.token(source).map_or("", |token| &token.node);
    may_jump(flow, from, goal)?;
    Ok(WayBack { goal, source, scope })
}

/// The token, or the host above it, that lives in the same scope run as `goal` would.
pub(super) fn climb(flow: &Flow, state: &InstanceState, token: u32, goal: &FlowNode) -> Option<(u32, u32)> {
    let mut at = state.token(token)?;
    let scope = match goal.parent {
        None => ROOT,
        Some(parent) => state.run_of(&flow.nodes[parent].id, at)?,
    };
    while at.scope != scope {
        at = state.token(state.scope(at.scope)?.host)?;
    }
    Some((at.id, scope))
}

/// A jump from outside into one way of a parallel block would leave its join waiting for ever.
pub(super) fn may_jump(flow: &Flow, from: &str, goal: &FlowNode) -> Result<(), StepRefused> {
    let (Some(source), Some(target)) = (flow.index(from), flow.index(&goal.id)) else {
        return Err(StepRefused::new(Refusal::UnknownNode, from));
    };
    let is_barred = |block: &Block| {
        let join = block.join.map(|join| &flow.nodes[join].kind);
        let mut into = block.branches_of(target).peekable();
        matches!(join, Some(Kind::Join(Mode::And)))
            && into.peek().is_some()
            && !into.any(|branch| block.branches[branch].contains(source))
    };
    if flow.blocks.iter().any(is_barred) {
        return Err(StepRefused::new(Refusal::IntoBranch, goal.id.as_str()));
    }
    Ok(())
}
