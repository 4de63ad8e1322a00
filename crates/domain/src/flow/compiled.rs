//! A checked flow, ready to run: names resolved, conditions compiled, blocks and reach known.

use std::collections::{BTreeMap, HashMap};

use lang::Checked;
use serde_json::{Map, Value};

use super::def::{
    ActAllowed, Boundary, Due, EachMode, FieldRight, IfEmpty, IfSelf, Mode, NodeType, Repeat, Retry, ReturnRule,
    Threshold, Trigger, Who,
};
use super::graph::{Block, Set};
use super::timer::TimerSpec;
use crate::text::Text;
use crate::ticket::Status;

/// A flow that [`super::step`] can run. Immutable; shared between requests.
#[derive(Debug, Clone)]
pub struct Flow {
    pub key: String,
    pub title: Text,
    pub form: Option<String>,
    pub(super) nodes: Vec<FlowNode>,
    pub(super) edges: Vec<FlowEdge>,
    pub(super) by_id: HashMap<String, usize>,
    pub(super) edge_by_id: HashMap<String, usize>,
    /// Where tokens begin at the top.
    pub(super) entries: Vec<usize>,
    /// Until when the submitter may take it back.
    pub(super) withdraw: Option<String>,
    /// Splits whose ways run side by side.
    pub(super) blocks: Vec<Block>,
    /// Per node, the nodes directly after it.
    pub(super) next: Vec<Vec<usize>>,
    /// Per node, what can be reached by at least one edge.
    pub(super) reach: Vec<Set>,
}

/// An edge as a drawing needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way<'a> {
    pub id: &'a str,
    pub from: &'a str,
    pub to: &'a str,
    /// The outcome that takes it.
    pub on: Option<&'a str>,
    pub is_default: bool,
    pub is_conditional: bool,
    /// It starts at a boundary event.
    pub from_border: bool,
}

#[derive(Debug, Clone)]
pub(super) struct FlowNode {
    pub(super) id: String,
    pub(super) node_type: NodeType,
    pub(super) name: Text,
    pub(super) kind: Kind,
    pub(super) parent: Option<usize>,
    /// Edges out of the node itself, in listed order.
    pub(super) out: Vec<usize>,
    pub(super) incoming: Vec<usize>,
    pub(super) boundaries: Vec<FlowBoundary>,
    pub(super) each: Option<FlowEach>,
    pub(super) due: Option<Due>,
    pub(super) status: Option<Status>,
    pub(super) stage: Text,
    pub(super) withdraw: Option<String>,
    pub(super) fields: BTreeMap<String, FieldRight>,
    pub(super) actions: Option<Vec<ActAllowed>>,
    pub(super) position: Option<Value>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Start,
    End(End),
    Approve(Human),
    Work(Human),
    Notify {
        who: Vec<Who>,
        template: Option<String>,
        throws: Throws,
    },
    Split(Mode),
    Join(Mode),
    Wait(Vec<FlowTrigger>),
    /// An action, a script (`script:ID`) or another flow (`flow:KEY`): the driver runs it and answers.
    Action(Action),
    Scope {
        entries: Vec<usize>,
        vars: Map<String, Value>,
    },
}

#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) result: Option<String>,
    pub(super) terminate: bool,
    pub(super) error: Option<String>,
    pub(super) throws: Throws,
}

/// What a node sends out when a token comes by.
#[derive(Debug, Clone, Default)]
pub(super) struct Throws {
    pub(super) escalation: Option<String>,
    pub(super) message: Option<String>,
    pub(super) signal: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Human {
    pub(super) who: Vec<Who>,
    pub(super) mode: Mode,
    pub(super) pass: Option<Threshold>,
    pub(super) veto: bool,
    pub(super) wait_all: bool,
    pub(super) if_empty: IfEmpty,
    pub(super) named: Vec<Who>,
    pub(super) if_self: IfSelf,
    pub(super) dedupe: Repeat,
    pub(super) back: Option<ReturnRule>,
}

#[derive(Debug, Clone)]
pub(super) struct Action {
    pub(super) call: String,
    pub(super) input: BTreeMap<String, Value>,
    pub(super) output: BTreeMap<String, String>,
    pub(super) retry: Option<Retry>,
    pub(super) confirm: Confirm,
    /// Who confirms.
    pub(super) human: Human,
}

/// Which results of an action a person must confirm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Confirm {
    Never,
    Always,
    Below(f64),
}

impl Confirm {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "never" => Some(Self::Never),
            "always" => Some(Self::Always),
            _ => {
                let limit: f64 = text.strip_prefix("below:")?.parse().ok()?;
                (0.0..=1.0).contains(&limit).then_some(Self::Below(limit))
            }
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct FlowEdge {
    pub(super) id: String,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) on: Option<String>,
    pub(super) when: Option<Checked>,
    pub(super) default: bool,
}

#[derive(Debug, Clone)]
pub(super) struct FlowTrigger {
    pub(super) document: Trigger,
    pub(super) timer: Option<TimerSpec>,
    pub(super) condition: Option<Checked>,
}

#[derive(Debug, Clone)]
pub(super) struct FlowBoundary {
    pub(super) document: Boundary,
    pub(super) timer: Option<TimerSpec>,
    pub(super) condition: Option<Checked>,
    pub(super) interrupts: bool,
    pub(super) out: Vec<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct FlowEach {
    pub(super) over: Value,
    pub(super) mode: EachMode,
    pub(super) until: Option<Checked>,
}

impl Flow {
    /// Whether the flow has a node of this id.
    pub fn has_node(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Ids, types and names of the nodes, in the order of the document.
    pub fn nodes(&self) -> impl Iterator<Item = (&str, NodeType, &Text)> {
        self.nodes.iter().map(|node| (node.id.as_str(), node.node_type, &node.name))
    }

    /// The words for where a ticket is, while it is at this node.
    pub fn stage(&self, id: &str) -> Option<&Text> {
        let node = self.node(id)?;
        Some(if node.stage.is_empty() { &node.name } else { &node.stage })
    }

    /// Edges with what tells them apart on a drawing.
    pub fn ways(&self) -> impl Iterator<Item = Way<'_>> {
        self.edges.iter().enumerate().map(|(index, edge)| {
            let from = &self.nodes[edge.from];
            Way {
                id: &edge.id,
                from: &from.id,
                to: &self.nodes[edge.to].id,
                on: edge.on.as_deref(),
                is_default: edge.default,
                is_conditional: edge.when.is_some(),
                from_border: !from.out.contains(&index),
            }
        })
    }

    /// Edges as pairs of node ids.
    pub fn edges(&self) -> impl Iterator<Item = (&str, &str)> {
        let id = |node: usize| self.nodes[node].id.as_str();
        self.edges.iter().map(move |edge| (id(edge.from), id(edge.to)))
    }

    pub(super) fn node(&self, id: &str) -> Option<&FlowNode> {
        self.by_id.get(id).map(|index| &self.nodes[*index])
    }

    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The node that an edge starts at, by the edge's id.
    pub(super) fn source_of(&self, edge: &str) -> Option<usize> {
        self.edge_by_id.get(edge).map(|index| self.edges[*index].from)
    }
}

impl FlowNode {
    pub(super) fn human(&self) -> Option<&Human> {
        match &self.kind {
            Kind::Approve(human) | Kind::Work(human) => Some(human),
            _ => None,
        }
    }

    /// A person decides or works here, or hands in at the start.
    pub(super) fn is_human(&self) -> bool {
        matches!(self.kind, Kind::Start | Kind::Approve(_) | Kind::Work(_))
    }

    /// What the outcome is called when all went well.
    pub(super) fn ordinary(&self) -> &'static str {
        match self.kind {
            Kind::Approve(_) => "approve",
            Kind::Work(_) => "complete",
            _ => "done",
        }
    }
}
