//! People, teams, units, sessions, tokens.

use serde::Serialize;
use utoipa::ToSchema;

use super::{TextView, Time};

/// A person, team or unit by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A record by title.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Titled {
    pub(crate) id: String,
    pub(crate) title: String,
}

/// Who is signed in, where, with which rights.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    pub(crate) user: SessionUser,
    pub(crate) tenant: TenantView,
    /// Keys of the roles held.
    pub(crate) roles: Vec<String>,
    /// Actions allowed somewhere; a row may still be out of reach.
    #[schema(example = json!(["ticket.create", "ticket.read"]))]
    pub(crate) permissions: Vec<String>,
    pub(crate) teams: Vec<Named>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionUser {
    pub(crate) id: String,
    pub(crate) login: String,
    pub(crate) name: String,
    #[schema(required)]
    pub(crate) org: Option<Named>,
    /// `zh` or `en`.
    pub(crate) language: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TenantView {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
}

/// An API token without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenView {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `read`, `write`, `admin`.
    pub(crate) scopes: Vec<String>,
    pub(crate) created_at: Time,
    #[schema(required)]
    pub(crate) expires_at: Option<Time>,
    #[schema(required)]
    pub(crate) last_used_at: Option<Time>,
}

/// A new API token; its secret is never shown again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewTokenView {
    #[serde(flatten)]
    pub(crate) token: TokenView,
    #[schema(example = "gdn_…")]
    pub(crate) secret: String,
}

/// A person in the directory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonView {
    pub(crate) id: String,
    pub(crate) login: String,
    pub(crate) name: String,
    #[schema(required)]
    pub(crate) org: Option<Named>,
    pub(crate) active: bool,
}

/// A unit of the organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrgView {
    pub(crate) id: String,
    pub(crate) name: String,
    #[schema(required)]
    pub(crate) parent: Option<String>,
}

/// A team: a pool that takes work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TeamView {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) name: String,
}

/// A kind of ticket that may be reported here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketTypeView {
    /// Key of the form.
    pub(crate) key: String,
    pub(crate) title: TextView,
    pub(crate) version: i64,
    pub(crate) prefix: String,
}
