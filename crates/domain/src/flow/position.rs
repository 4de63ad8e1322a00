//! Where an instance is on the drawing of its flow.

use serde::Serialize;

use super::compiled::Flow;
use super::state::{InstanceState, Token, TokenState};
use crate::id::UserId;
use crate::time::Timestamp;

/// How a node is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Idle,
    Done,
    Active,
    /// Something went wrong here and waits for an administrator.
    Incident,
}

/// One node with what happened there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NodePosition {
    pub node: String,
    pub mark: Mark,
    pub visits: u32,
    /// Since when the oldest token is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Who may act now, or who did it.
    pub people: Vec<UserId>,
    pub groups: Vec<String>,
    /// The last outcome, such as `reject`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// Every node of the flow, in the order of the document.
pub fn position(flow: &Flow, state: &InstanceState) -> Vec<NodePosition> {
    flow.nodes.iter().map(|node| node_position(&node.id, state)).collect()
}

fn node_position(id: &str, state: &InstanceState) -> NodePosition {
    let tokens: Vec<&Token> = state.tokens.iter().filter(|token| token.node == id).collect();
    let visit = state.visits.get(id);
    let is_stuck = |token: &&Token| matches!(token.state, TokenState::Incident { .. });
    let mark = if tokens.iter().any(is_stuck) {
        Mark::Incident
    } else if !tokens.is_empty() {
        Mark::Active
    } else if visit.is_some() {
        Mark::Done
    } else {
        Mark::Idle
    };
    let open = || state.open_tasks().filter(|task| task.node == id);
    let mut people: Vec<UserId> =
        open().flat_map(|task| task.holder.map_or_else(|| task.people.clone(), |holder| vec![holder])).collect();
    if tokens.is_empty() {
        people = visit.map(|visit| visit.by.clone()).unwrap_or_default();
    }
    let free = open().filter(|task| task.holder.is_none());
    NodePosition {
        node: id.to_owned(),
        mark,
        visits: visit.map_or(0, |visit| visit.times),
        since: tokens.iter().map(|token| token.entered_at).min(),
        people,
        groups: free.flat_map(|task| task.pools.iter().map(|pool| pool.group.clone())).collect(),
        outcome: visit.and_then(|visit| visit.outcome.clone()).filter(|outcome| outcome != "done"),
    }
}
