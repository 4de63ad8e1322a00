//! Says what is wrong with a flow before anybody publishes it.
//!
//! Names and members first, then the shape of the graph, then what this release cannot run.

mod members;
mod running;
mod shape;

use lang::Types;

pub use running::{Allowed, CALLS};

use super::def::FlowDefinition;
use super::outline::Outline;
use crate::problem::Problem;

/// More nodes than this are refused.
pub const MAX_NODES: usize = 500;
/// More edges than this are refused.
pub const MAX_EDGES: usize = 2_000;
/// Scopes nested deeper than this are refused.
pub const MAX_DEPTH: usize = 8;

/// Everything that is wrong with a flow, warnings included. `types` are the fields of its form and of tickets.
pub fn check(definition: &FlowDefinition, types: &Types) -> Vec<Problem> {
    check_allowing(definition, types, &Allowed::now())
}

/// The same, with a say in which parts of the model may be used.
pub fn check_allowing(definition: &FlowDefinition, types: &Types, allowed: &Allowed) -> Vec<Problem> {
    let mut problems = definition.clashes(types);
    problems.extend(check_outline(&Outline::new(definition), &definition.types(types), allowed));
    problems
}

pub(super) fn check_outline(outline: &Outline<'_>, types: &Types, allowed: &Allowed) -> Vec<Problem> {
    if let Some(problem) = too_large(outline) {
        return vec![problem];
    }
    let mut problems = outline.problems.clone();
    members::check(outline, types, &mut problems);
    shape::check(outline, allowed, &mut problems);
    running::check(outline, allowed, &mut problems);
    problems
}

fn too_large(outline: &Outline<'_>) -> Option<Problem> {
    let over = |limit: usize| Problem::new("", "flow.too_large").with("limit", limit);
    if outline.nodes.len() > MAX_NODES {
        return Some(over(MAX_NODES));
    }
    if outline.edges.len() > MAX_EDGES {
        return Some(over(MAX_EDGES));
    }
    let depth = |mut node: usize| {
        let mut depth = 0;
        while let Some(parent) = outline.nodes[node].parent {
            node = parent;
            depth += 1;
        }
        depth
    };
    let is_deep = (0..outline.nodes.len()).any(|node| depth(node) > MAX_DEPTH);
    is_deep.then(|| over(MAX_DEPTH))
}
