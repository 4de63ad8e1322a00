//! Which parts of the model run in this release, and refusal by name of those that do not.

use super::super::def::{NodeType, Who};
use super::super::outline::{Outline, OutlineNode};
use crate::problem::Problem;

/// What an action may call in this release.
pub const CALLS: [&str; 3] = ["ai:suggest", "record.create", "record.update"];

/// The parts of the model that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    pub scripts: bool,
    pub calls: bool,
    /// Actions besides [`CALLS`]: connectors, decision tables.
    pub outside_actions: bool,
    /// Scopes that start by an event beside their siblings.
    pub event_scopes: bool,
    /// People found by a connector or a rota.
    pub outside_people: bool,
    /// Nodes without a way out, splits that never meet: fine in an imported BPMN model, not in one drawn here.
    pub loose_shape: bool,
}

impl Allowed {
    /// What this release runs.
    pub const fn now() -> Self {
        Self {
            scripts: false,
            calls: false,
            outside_actions: false,
            event_scopes: false,
            outside_people: false,
            loose_shape: false,
        }
    }

    /// The whole model, as far as the engine itself carries it.
    pub const fn everything() -> Self {
        Self {
            scripts: true,
            calls: true,
            outside_actions: true,
            event_scopes: false,
            outside_people: true,
            loose_shape: true,
        }
    }
}

pub(super) fn check(outline: &Outline<'_>, allowed: &Allowed, problems: &mut Vec<Problem>) {
    for node in &outline.nodes {
        let mut refuse = |what: &str| {
            problems.push(
                Problem::new(node.pointer.clone(), "flow.not_running_yet").with("node", node.id).with("what", what),
            );
        };
        match node.kind {
            NodeType::Script if !allowed.scripts => refuse("script"),
            NodeType::Call if !allowed.calls => refuse("call"),
            NodeType::Action if !allowed.outside_actions => {
                let call = node.document.and_then(|node| node.call.as_deref());
                if let Some(call) = call.filter(|call| !CALLS.contains(call)) {
                    refuse(call);
                }
            }
            NodeType::Scope if node.is_beside() && !allowed.event_scopes => refuse("scope.start"),
            _ => {}
        }
        if !allowed.outside_people {
            for who in resolvers(node) {
                match who {
                    Who::Rota { .. } => refuse("who.rota"),
                    Who::Connector { .. } => refuse("who.connector"),
                    _ => {}
                }
            }
        }
    }
}

fn resolvers<'a>(node: &OutlineNode<'a>) -> impl Iterator<Item = &'a Who> {
    let document = node.document;
    let own = document.map_or(&[][..], |node| &node.who);
    let named = document.map_or(&[][..], |node| &node.named);
    let later = document.map_or(&[][..], |node| &node.on).iter().flat_map(|boundary| &boundary.who);
    own.iter().chain(named).chain(later)
}
