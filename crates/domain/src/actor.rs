//! Who did it: every event names one.

use serde::{Deserialize, Serialize};

use crate::id::{TokenId, UserId};

/// What kind of actor it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    Person,
    Token,
    Rule,
    Flow,
    Model,
    Import,
    System,
}

/// A person, an API token, a rule, a flow, a model, possibly on behalf of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub kind: ActorKind,
    /// Id of the person or token, key of the rule or flow, id of the model; empty for the system.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The name at that time, so that history reads well when people leave.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Person>,
}

/// A person as named in an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub name: String,
}

impl Actor {
    pub fn person(id: UserId, name: &str) -> Self {
        Self::new(ActorKind::Person, id.to_string(), name)
    }

    /// A token acts on behalf of its owner, never beyond the owner's rights.
    pub fn token(id: TokenId, name: &str, owner: Person) -> Self {
        Self { on_behalf_of: Some(owner), ..Self::new(ActorKind::Token, id.to_string(), name) }
    }

    pub fn rule(key: &str) -> Self {
        Self::new(ActorKind::Rule, key.to_owned(), key)
    }

    pub fn flow(key: &str) -> Self {
        Self::new(ActorKind::Flow, key.to_owned(), key)
    }

    pub fn model(id: &str, name: &str) -> Self {
        Self::new(ActorKind::Model, id.to_owned(), name)
    }

    pub fn import(id: &str) -> Self {
        Self::new(ActorKind::Import, id.to_owned(), "")
    }

    pub fn system() -> Self {
        Self::new(ActorKind::System, String::new(), "")
    }

    /// The person who acts, directly or through a token.
    pub fn user_id(&self) -> Option<UserId> {
        match self.kind {
            ActorKind::Person => self.id.parse().ok(),
            _ => self.on_behalf_of.as_ref().map(|person| person.id),
        }
    }

    fn new(kind: ActorKind, id: String, name: &str) -> Self {
        Self { kind, id, name: name.to_owned(), on_behalf_of: None }
    }
}
