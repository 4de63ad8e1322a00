//! The shape of the graph: everything is reachable, everything leads to an end, what parts meets again.

use std::collections::BTreeSet;

use super::super::compile::blocks;
use super::super::def::{Mode, NodeType};
use super::super::graph::{self, reach_all, reach_from};
use super::super::outline::{Outline, OutlineNode};
use super::Allowed;
use crate::problem::Problem;

pub(super) fn check(outline: &Outline<'_>, allowed: &Allowed, problems: &mut Vec<Problem>) {
    let next = outline.next();
    let mut found = Vec::new();
    unreachable(outline, &next, &mut found);
    ends(outline, &next, &mut found);
    parts_and_meets(outline, &next, &mut found);
    leaks(outline, &next, &mut found);
    if allowed.loose_shape {
        found = found.into_iter().map(Problem::warning).collect();
    }
    problems.append(&mut found);
    choices(outline, allowed, problems);
    loops(outline, &next, problems);
    advice(outline, problems);
}

fn about(node: &OutlineNode<'_>, code: &str) -> Problem {
    Problem::new(node.pointer.clone(), code).with("node", node.id)
}

fn unreachable(outline: &Outline<'_>, next: &[Vec<usize>], problems: &mut Vec<Problem>) {
    let mut reached = vec![false; outline.nodes.len()];
    let scopes = (0..outline.nodes.len()).filter(|node| outline.nodes[*node].kind == NodeType::Scope);
    for scope in std::iter::once(None).chain(scopes.map(Some)) {
        for entry in outline.entries(scope) {
            let from_here = reach_from(next, entry, &[]);
            for (node, reached) in reached.iter_mut().enumerate() {
                *reached |= from_here.contains(node);
            }
        }
    }
    for (node, reached) in outline.nodes.iter().zip(reached) {
        if !reached && !node.is_beside() {
            problems.push(about(node, "flow.unreachable"));
        }
    }
}

fn ends(outline: &Outline<'_>, next: &[Vec<usize>], problems: &mut Vec<Problem>) {
    let reach = reach_all(next);
    let ends: Vec<_> = (0..outline.nodes.len()).filter(|node| outline.nodes[*node].kind == NodeType::End).collect();
    let can_end = |node: usize| ends.contains(&node) || ends.iter().any(|end| reach[node].contains(*end));
    if !outline.entries(None).iter().any(|entry| can_end(*entry)) {
        problems.push(Problem::new("/nodes", "flow.no_end"));
    }
    for (index, node) in outline.nodes.iter().enumerate() {
        if node.kind == NodeType::End {
            continue;
        }
        if !has_way_out(outline, index) {
            problems.push(about(node, "flow.dead_end"));
        } else if !can_end(index) {
            problems.push(about(node, "flow.never_ends"));
        }
    }
}

/// There is an edge for the case that all goes well.
fn has_way_out(outline: &Outline<'_>, index: usize) -> bool {
    let node = &outline.nodes[index];
    if node.is_beside() {
        return true;
    }
    outline.out_of(index).any(|edge| match (node.kind, edge.document.and_then(|edge| edge.on.as_deref())) {
        (NodeType::Approve, Some(on)) => on == "approve",
        _ => true,
    })
}

fn parts_and_meets(outline: &Outline<'_>, next: &[Vec<usize>], problems: &mut Vec<Problem>) {
    let blocks = blocks(outline, next);
    for block in &blocks {
        let node = &outline.nodes[block.split];
        if node.kind == NodeType::Split && node.mode() == Some(Mode::And) && block.join.is_none() {
            problems.push(about(node, "flow.split_without_join"));
        }
    }
    let reach = reach_all(next);
    for (index, node) in outline.nodes.iter().enumerate() {
        if node.kind != NodeType::Join || node.mode() != Some(Mode::And) {
            continue;
        }
        let feeds = |block: &&graph::Block| {
            let branches = outline.edges.iter().filter(|edge| edge.from == block.split);
            branches.filter(|edge| edge.to == index || reach[edge.to].contains(index)).count() >= 2
        };
        let has_several = outline.edges.iter().filter(|edge| edge.to == index).count() >= 2;
        if has_several && !blocks.iter().any(|block| feeds(&block)) {
            problems.push(about(node, "flow.join_without_split"));
        }
    }
}

/// Ways into and out of a parallel branch that leave its join waiting for ever.
fn leaks(outline: &Outline<'_>, next: &[Vec<usize>], problems: &mut Vec<Problem>) {
    let reach = reach_all(next);
    let mut lost = BTreeSet::new();
    for block in blocks(outline, next) {
        let Some(join) = block.join.filter(|join| outline.nodes[*join].mode() == Some(Mode::And)) else {
            continue;
        };
        for edge in &outline.edges {
            let mut into = block.branches_of(edge.to).peekable();
            let is_inside = into.peek().is_some() && reach[edge.to].contains(join);
            let comes_from_inside =
                edge.from == block.split || into.any(|branch| block.branches[branch].contains(edge.from));
            if is_inside && !comes_from_inside {
                problems.push(
                    Problem::new(edge.pointer.clone(), "flow.edge_into_branch")
                        .with("from", outline.nodes[edge.from].id)
                        .with("to", outline.nodes[edge.to].id),
                );
            }
        }
        lost.extend(ends_before(outline, block.split, join));
    }
    for node in lost {
        problems.push(about(&outline.nodes[node], "flow.end_in_branch"));
    }
}

/// Ends at which a token of the branches is lost to the join: no terminating ones, and not those that only an
/// event beside the work leads to.
fn ends_before(outline: &Outline<'_>, split: usize, join: usize) -> Vec<usize> {
    let mut next = vec![Vec::new(); outline.nodes.len()];
    for edge in &outline.edges {
        let boundary = edge.boundary.map(|index| &outline.nodes[edge.from].boundaries()[index]);
        if boundary.is_none_or(|boundary| boundary.interrupt.unwrap_or(boundary.act.is_none())) {
            next[edge.from].push(edge.to);
        }
    }
    let is_silent = |node: usize| {
        let document = outline.nodes[node].document;
        outline.nodes[node].kind == NodeType::End && document.is_none_or(|end| !end.terminate && end.error.is_none())
    };
    let firsts = next[split].clone();
    let reached: Vec<_> = firsts.iter().map(|first| reach_from(&next, *first, &[split, join])).collect();
    let is_reached = |node: &usize| reached.iter().any(|reached| reached.contains(*node));
    (0..outline.nodes.len()).filter(|node| is_silent(*node)).filter(is_reached).collect()
}

/// A choice must have something to take when no condition holds.
fn choices(outline: &Outline<'_>, allowed: &Allowed, problems: &mut Vec<Problem>) {
    for (index, node) in outline.nodes.iter().enumerate() {
        let edges: Vec<_> = outline.out_of(index).filter_map(|edge| edge.document).collect();
        let defaults = edges.iter().filter(|edge| edge.default).count();
        if defaults > 1 {
            problems.push(about(node, "flow.two_defaults"));
        }
        let is_sure = edges.iter().any(|edge| edge.default || edge.when.is_none());
        if edges.is_empty() || is_sure {
            continue;
        }
        let problem = about(node, "flow.no_default");
        let is_choice = node.kind == NodeType::Split && node.mode() == Some(Mode::Xor);
        problems.push(if is_choice && !allowed.loose_shape { problem } else { problem.warning() });
    }
}

/// A circle in which nothing waits for a person, a message or a time would never stop.
fn loops(outline: &Outline<'_>, next: &[Vec<usize>], problems: &mut Vec<Problem>) {
    let waits = |index: usize| {
        let is_waiting = |kind| matches!(kind, NodeType::Approve | NodeType::Work | NodeType::Wait | NodeType::Call);
        let holds = |node: &OutlineNode<'_>| node.parent == Some(index) && is_waiting(node.kind);
        let kind = outline.nodes[index].kind;
        is_waiting(kind) || (kind == NodeType::Scope && outline.nodes.iter().any(holds))
    };
    let passing: Vec<Vec<usize>> =
        next.iter().enumerate().map(|(node, after)| if waits(node) { Vec::new() } else { after.clone() }).collect();
    for cycle in graph::cycles(&passing) {
        if let Some(first) = cycle.first() {
            problems.push(about(&outline.nodes[*first], "flow.endless_loop"));
        }
    }
}

fn advice(outline: &Outline<'_>, problems: &mut Vec<Problem>) {
    for (index, node) in outline.nodes.iter().enumerate() {
        let Some(document) = node.document else { continue };
        if node.kind == NodeType::Approve {
            let rejects = outline.out_of(index).filter_map(|edge| edge.document?.on.as_deref());
            if !rejects.into_iter().any(|on| on == "reject") {
                problems.push(about(node, "flow.no_reject_edge").warning());
            }
        }
        if matches!(node.kind, NodeType::Approve | NodeType::Work) && document.due.is_none() {
            problems.push(about(node, "flow.no_deadline").warning());
        }
        let plain =
            outline.out_of(index).filter_map(|edge| edge.document).filter(|edge| edge.on.is_none() && !edge.default);
        if !matches!(node.kind, NodeType::Split) && plain.count() > 1 {
            problems.push(about(node, "flow.implicit_split").warning());
        }
    }
}
