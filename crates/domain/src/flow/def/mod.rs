//! The document of kind `flow`, as people and programs write it.
//!
//! Every node type of the model parses; what cannot run yet is refused by [`super::check`], by name.
//! [`super::compile`] turns a checked document into a [`super::Flow`].

mod edge;
mod event;
mod node;
mod people;

use std::collections::BTreeMap;

use lang::Types;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::problem::Problem;
use crate::text::Text;

pub use edge::Edge;
pub use event::{Boundary, BoundaryAct, Due, Each, EachMode, StartTrigger, Trigger, TriggerKind};
pub use node::{ActAllowed, Demand, FieldRight, Mode, Node, NodeType, Retry, ReturnRule, Then, Threshold};
pub use people::{IfEmpty, IfSelf, Pick, Repeat, Who};

/// A flow: a graph of nodes that a ticket walks through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowDefinition {
    pub kind: String,
    pub key: String,
    #[serde(default = "first_schema")]
    pub schema: u32,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Key of the form whose fields the conditions and matrices name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// What starts it. Stands for a node called `start` unless a node of type `start` is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<StartTrigger>,
    /// Types of the flow's own variables, so that conditions may name them.
    #[serde(default, skip_serializing_if = "has_no_types")]
    pub vars: Types,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scripts: BTreeMap<String, Script>,
    /// What units below may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Open>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<FlowTest>,
}

/// A piece of JavaScript that a `script` node runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub lang: String,
    pub code: String,
}

/// Members of nodes that an override may change, and places where it may add nodes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// Per node, per member: `free`, `tighten`, `narrow`, `range` or `enum`.
    #[serde(default)]
    pub nodes: BTreeMap<String, BTreeMap<String, Value>>,
    /// Per place, such as `after:head`: what may be added.
    #[serde(default)]
    pub slots: BTreeMap<String, Slot>,
}

/// What may be added at one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    pub types: Vec<NodeType>,
    pub max: u32,
}

/// A saved test: with these fields the flow takes this way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowTest {
    pub name: String,
    #[serde(default)]
    pub given: Map<String, Value>,
    #[serde(default)]
    pub expect: Expectation,
}

/// What a saved test expects.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Nodes that must be visited.
    #[serde(default)]
    pub visits: Vec<String>,
    /// Nodes that must not be visited.
    #[serde(default)]
    pub not: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
}

fn has_no_types(types: &Types) -> bool {
    types.iter().next().is_none()
}

const fn first_schema() -> u32 {
    1
}

impl FlowDefinition {
    /// Variables that have the name of a field.
    pub(super) fn clashes(&self, fields: &Types) -> Vec<Problem> {
        let clashing = self.vars.iter().filter(|(name, _)| fields.get(name).is_some());
        let problem = |(name, _)| {
            let pointer = format!("/vars/{name}");
            Problem::new(pointer, "flow.duplicate_id").with("id", name)
        };
        clashing.map(problem).collect()
    }

    /// The fields of the form and the ticket, and the flow's variables.
    pub(super) fn types(&self, fields: &Types) -> Types {
        let mut types = fields.clone();
        for (name, kind) in self.vars.iter() {
            types.insert(name, kind.clone());
        }
        types
    }

    /// Reads a document.
    ///
    /// # Errors
    /// `flow.malformed` with the reason when the document does not have the shape of a flow.
    pub fn parse(document: &Value) -> Result<Self, Vec<Problem>> {
        Self::deserialize(document)
            .map_err(|error| vec![Problem::new("", "flow.malformed").with("reason", error.to_string())])
    }
}
