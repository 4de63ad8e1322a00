//! The nodes and edges of a document with their names resolved: the ground both for checking and for compiling.

use std::collections::HashMap;

use super::def::{Boundary, Edge, FlowDefinition, Mode, Node, NodeType, StartTrigger};
use crate::problem::Problem;

/// The id of the start that needs no entry in `nodes`.
pub(super) const IMPLICIT_START: &str = "start";

pub(super) struct OutlineNode<'a> {
    pub(super) id: &'a str,
    pub(super) kind: NodeType,
    /// Index of the scope it lies in.
    pub(super) parent: Option<usize>,
    pub(super) pointer: String,
    /// Absent for the implicit start.
    pub(super) document: Option<&'a Node>,
}

impl OutlineNode<'_> {
    pub(super) fn mode(&self) -> Option<Mode> {
        self.document.and_then(|node| node.mode)
    }

    pub(super) fn boundaries(&self) -> &[Boundary] {
        self.document.map_or(&[], |node| &node.on)
    }

    /// A scope that starts by an event beside its siblings instead of by an edge.
    pub(super) fn is_beside(&self) -> bool {
        self.kind == NodeType::Scope && self.document.is_some_and(|node| node.start.is_some())
    }
}

pub(super) struct OutlineEdge<'a> {
    pub(super) id: String,
    pub(super) from: usize,
    /// Index of the boundary event of `from` that it starts at.
    pub(super) boundary: Option<usize>,
    pub(super) to: usize,
    pub(super) pointer: String,
    /// Absent for a boundary's `to`.
    pub(super) document: Option<&'a Edge>,
}

pub(super) struct Outline<'a> {
    pub(super) definition: &'a FlowDefinition,
    pub(super) nodes: Vec<OutlineNode<'a>>,
    pub(super) edges: Vec<OutlineEdge<'a>>,
    pub(super) by_id: HashMap<&'a str, usize>,
    /// Names that did not resolve, ids that appear twice.
    pub(super) problems: Vec<Problem>,
}

impl<'a> Outline<'a> {
    pub(super) fn new(definition: &'a FlowDefinition) -> Self {
        let mut outline =
            Self { definition, nodes: Vec::new(), edges: Vec::new(), by_id: HashMap::new(), problems: Vec::new() };
        let has_start = definition.nodes.iter().any(|node| node.kind == NodeType::Start);
        if !has_start {
            outline.add_node(OutlineNode {
                id: IMPLICIT_START,
                kind: NodeType::Start,
                parent: None,
                pointer: "/start".to_owned(),
                document: None,
            });
        }
        outline.add_nodes(&definition.nodes, None, "");
        let boundaries = outline.boundaries_by_id();
        outline.add_edges(&definition.edges, None, "", &boundaries);
        outline.add_nested_edges(&boundaries);
        outline.add_boundary_edges();
        outline
    }

    pub(super) fn trigger(&self) -> Option<&'a StartTrigger> {
        self.definition.start.as_ref()
    }

    /// For every node, the nodes directly after it, along plain and boundary edges.
    pub(super) fn next(&self) -> Vec<Vec<usize>> {
        let mut next = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            next[edge.from].push(edge.to);
        }
        next
    }

    /// Edges out of a node itself, in listed order.
    pub(super) fn out_of(&self, node: usize) -> impl Iterator<Item = &OutlineEdge<'a>> {
        self.edges.iter().filter(move |edge| edge.from == node && edge.boundary.is_none())
    }

    /// Where tokens begin in a scope (or at the top): its starts, else what no edge leads to.
    pub(super) fn entries(&self, scope: Option<usize>) -> Vec<usize> {
        let inside = || (0..self.nodes.len()).filter(|node| self.nodes[*node].parent == scope);
        let starts: Vec<_> = inside().filter(|node| self.nodes[*node].kind == NodeType::Start).collect();
        if !starts.is_empty() {
            return starts;
        }
        let is_led_to = |node: usize| self.edges.iter().any(|edge| edge.to == node);
        inside().filter(|node| !is_led_to(*node) && !self.nodes[*node].is_beside()).collect()
    }

    fn add_node(&mut self, node: OutlineNode<'a>) {
        if self.by_id.contains_key(node.id) {
            self.problems.push(Problem::new(format!("{}/id", node.pointer), "flow.duplicate_id").with("id", node.id));
        } else {
            self.by_id.insert(node.id, self.nodes.len());
        }
        self.nodes.push(node);
    }

    fn add_nodes(&mut self, nodes: &'a [Node], parent: Option<usize>, at: &str) {
        for (index, node) in nodes.iter().enumerate() {
            let pointer = format!("{at}/nodes/{index}");
            let here = self.nodes.len();
            self.add_node(OutlineNode {
                id: &node.id,
                kind: node.kind,
                parent,
                pointer: pointer.clone(),
                document: Some(node),
            });
            self.add_nodes(&node.nodes, Some(here), &pointer);
        }
    }

    fn boundaries_by_id(&mut self) -> HashMap<&'a str, (usize, usize)> {
        let mut found = HashMap::new();
        for (host, node) in self.nodes.iter().enumerate() {
            let Some(document) = node.document else { continue };
            for (index, boundary) in document.on.iter().enumerate() {
                let Some(id) = boundary.id.as_deref() else { continue };
                if self.by_id.contains_key(id) || found.insert(id, (host, index)).is_some() {
                    let pointer = format!("{}/on/{index}/id", node.pointer);
                    self.problems.push(Problem::new(pointer, "flow.duplicate_id").with("id", id));
                }
            }
        }
        found
    }

    fn add_nested_edges(&mut self, boundaries: &HashMap<&'a str, (usize, usize)>) {
        for index in 0..self.nodes.len() {
            let Some(document) = self.nodes[index].document else { continue };
            let pointer = self.nodes[index].pointer.clone();
            self.add_edges(&document.edges, Some(index), &pointer, boundaries);
        }
    }

    fn add_edges(
        &mut self,
        edges: &'a [Edge],
        scope: Option<usize>,
        at: &str,
        boundaries: &HashMap<&'a str, (usize, usize)>,
    ) {
        for (index, edge) in edges.iter().enumerate() {
            let pointer = format!("{at}/edges/{index}");
            let source = match boundaries.get(edge.from.as_str()) {
                Some((host, index)) => Some((*host, Some(*index))),
                None => self.by_id.get(edge.from.as_str()).map(|node| (*node, None)),
            };
            let target = self.by_id.get(edge.to.as_str()).copied();
            for (end, is_known) in [(&edge.from, source.is_some()), (&edge.to, target.is_some())] {
                if !is_known {
                    self.problems.push(Problem::new(pointer.clone(), "flow.unknown_node").with("node", end.as_str()));
                }
            }
            let (Some((from, boundary)), Some(to)) = (source, target) else { continue };
            if self.nodes[from].parent != scope || self.nodes[to].parent != scope {
                self.problems.push(
                    Problem::new(pointer, "flow.edge_leaves_scope")
                        .with("from", edge.from.as_str())
                        .with("to", edge.to.as_str()),
                );
                continue;
            }
            let id = self.edge_id(edge, from, to);
            self.edges.push(OutlineEdge { id, from, boundary, to, pointer, document: Some(edge) });
        }
    }

    fn add_boundary_edges(&mut self) {
        for from in 0..self.nodes.len() {
            let Some(document) = self.nodes[from].document else { continue };
            for (index, boundary) in document.on.iter().enumerate() {
                let Some(target) = boundary.to.as_deref() else { continue };
                let pointer = format!("{}/on/{index}/to", self.nodes[from].pointer);
                let to = self.by_id.get(target).copied();
                match to.filter(|to| self.nodes[*to].parent == self.nodes[from].parent) {
                    Some(to) => self.edges.push(OutlineEdge {
                        id: format!("{}:on{index}>{target}", document.id),
                        from,
                        boundary: Some(index),
                        to,
                        pointer,
                        document: None,
                    }),
                    None => self.problems.push(Problem::new(pointer, "flow.unknown_node").with("node", target)),
                }
            }
        }
    }

    /// An id that survives a new version: the given one, else made of the ends and the outcome.
    fn edge_id(&self, edge: &Edge, from: usize, to: usize) -> String {
        if let Some(id) = &edge.id {
            return id.clone();
        }
        let on = edge.on.as_ref().map(|on| format!(":{on}")).unwrap_or_default();
        let base = format!("{}{on}>{}", edge.from, edge.to);
        let twins =
            self.edges.iter().filter(|other| other.from == from && other.to == to && other.id.starts_with(&base));
        match twins.count() {
            0 => base,
            count => format!("{base}#{}", count + 1),
        }
    }
}
