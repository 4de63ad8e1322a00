//! Everything that happened.

use domain::actor::{Actor, ActorKind};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Named, TextView, Time};

/// A fact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventView {
    /// Position in the tenant's log.
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) at: Time,
    pub(crate) actor: ActorView,
    #[schema(example = "ticket.changed")]
    pub(crate) kind: String,
    #[schema(required)]
    pub(crate) ticket: Option<String>,
    /// What it is about, when that is not the ticket.
    #[schema(required)]
    pub(crate) subject: Option<String>,
    #[schema(value_type = Object)]
    pub(crate) data: Value,
    #[schema(required)]
    pub(crate) comment: Option<CommentView>,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActorView {
    /// `person`, `token`, `rule`, `flow`, `model`, `import` or `system`.
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) name: String,
    #[schema(required)]
    pub(crate) on_behalf_of: Option<Named>,
}

impl From<&Actor> for ActorView {
    fn from(actor: &Actor) -> Self {
        let kind = match actor.kind {
            ActorKind::Person => "person",
            ActorKind::Token => "token",
            ActorKind::Rule => "rule",
            ActorKind::Flow => "flow",
            ActorKind::Model => "model",
            ActorKind::Import => "import",
            ActorKind::System => "system",
        };
        let behind = actor.on_behalf_of.as_ref();
        Self {
            kind: kind.to_owned(),
            id: actor.id.clone(),
            name: actor.name.clone(),
            on_behalf_of: behind.map(|person| Named { id: person.id.to_string(), name: person.name.clone() }),
        }
    }
}

/// What somebody wrote.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommentView {
    pub(crate) id: String,
    /// `public` or `internal`.
    pub(crate) visibility: String,
    pub(crate) body: String,
    pub(crate) files: Vec<FileView>,
}

/// An uploaded file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FileView {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) size: i64,
    pub(crate) sha256: String,
}

/// The flow of a ticket with where it is and was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowView {
    /// Key of the flow.
    pub(crate) flow: String,
    pub(crate) version: i64,
    /// `running` or `ended`.
    pub(crate) status: String,
    pub(crate) nodes: Vec<FlowNodeView>,
    pub(crate) edges: Vec<FlowEdgeView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowNodeView {
    pub(crate) id: String,
    pub(crate) r#type: String,
    pub(crate) name: TextView,
    pub(crate) column: usize,
    pub(crate) row: usize,
    /// `done`, `active`, `waiting`, `todo` or `failed`.
    pub(crate) state: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowEdgeView {
    pub(crate) from: String,
    pub(crate) to: String,
    #[schema(required)]
    pub(crate) label: Option<String>,
    pub(crate) taken: bool,
}
