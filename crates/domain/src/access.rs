//! Rights: which actions, on which rows, showing which fields.
//!
//! A person holds roles, each for an organisation unit and everything below it. Within the roles the widest
//! counts; across the layers (role, data class, flow node, row scope) the strictest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::id::{OrgId, TeamId, UserId};
use crate::names::named_enum;
use crate::problem::Problem;
use crate::text::Text;

named_enum! {
    /// Something a role may allow.
    pub enum Action {
    TicketCreate = "ticket.create",
    TicketRead = "ticket.read",
    TicketUpdate = "ticket.update",
    TicketAssign = "ticket.assign",
    TicketLink = "ticket.link",
    TicketAdminister = "ticket.administer",
    CommentPublic = "comment.public",
    /// Read and write internal notes.
    CommentInternal = "comment.internal",
    TaskAct = "task.act",
    SuggestionDecide = "suggestion.decide",
    DispatchRun = "dispatch.run",
    RecordRead = "record.read",
    RecordWrite = "record.write",
    PersonRead = "person.read",
    PersonManage = "person.manage",
    DefinitionRead = "definition.read",
    DefinitionEdit = "definition.edit",
    DefinitionPublish = "definition.publish",
    ModelManage = "model.manage",
    StatsRead = "stats.read",
    ImportRun = "import.run",
    TokenManage = "token.manage",
    JobManage = "job.manage",
    AuditRead = "audit.read",
    }
}

/// The document of kind `role`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleDefinition {
    pub kind: String,
    pub key: String,
    #[serde(default = "first_schema")]
    pub schema: u32,
    #[serde(default)]
    pub title: Text,
    pub actions: Vec<String>,
    /// Per action, the Condition a row must meet; an action without an entry covers every row.
    #[serde(default)]
    pub scope: BTreeMap<String, Value>,
    /// Per form, per field: what the role may do with it. `*` stands for every form or field.
    #[serde(default)]
    pub fields: BTreeMap<String, BTreeMap<String, Level>>,
    /// Classes of personal data the role sees in clear.
    #[serde(default)]
    pub classes: BTreeSet<String>,
}

const fn first_schema() -> u32 {
    1
}

impl RoleDefinition {
    /// What is wrong with the document, apart from its Conditions.
    pub fn check(&self) -> Vec<Problem> {
        let known = |text: &str| Action::parse(text).is_some();
        let actions = self.actions.iter().enumerate().filter(|(_, action)| !known(action));
        let scopes = self.scope.keys().filter(|action| !known(action));
        let hidden = self.fields.iter().flat_map(|(form, fields)| {
            let hidden =
                fields.iter().filter(|(field, level)| **level < Level::Read && crate::ticket::is_always_shown(field));
            hidden.map(move |(field, _)| {
                let reason = format!("every reader of a ticket sees `{field}`");
                Problem::new(format!("/fields/{form}/{field}"), "definition.malformed").with("reason", reason)
            })
        });
        actions
            .map(|(index, action)| (format!("/actions/{index}"), action))
            .chain(scopes.map(|action| (format!("/scope/{action}"), action)))
            .map(|(pointer, action)| {
                let reason = format!("unknown action `{action}`");
                Problem::new(pointer, "definition.malformed").with("reason", reason)
            })
            .chain(hidden)
            .collect()
    }
}

/// What one may do with a field, from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    None,
    /// Present, but only its shape is shown.
    Masked,
    Read,
    Write,
}

/// A role that somebody holds, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    pub role: Arc<RoleDefinition>,
    /// The unit it holds for, with everything below; `None` is the whole tenant.
    pub org: Option<OrgId>,
}

/// Everything that decides what a caller may do, resolved once per request.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    pub user: Option<UserId>,
    pub org: Option<OrgId>,
    pub teams: Vec<TeamId>,
    pub grants: Vec<Grant>,
    /// Actions that a token's scopes leave; `None` leaves all.
    pub ceiling: Option<BTreeSet<Action>>,
    /// The program itself: flows, rules, imports. Never set from a request.
    pub unlimited: bool,
}

/// The caller lacks an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not allowed: {}", .0.as_str())]
pub struct Denied(pub Action);

/// Which rows an action covers.
#[derive(Debug, Clone, PartialEq)]
pub enum Scope {
    None,
    All,
    /// A Condition over the row, as a document.
    Where(Value),
}

impl Access {
    /// The program's own access.
    pub fn unlimited() -> Self {
        Self { user: None, org: None, teams: Vec::new(), grants: Vec::new(), ceiling: None, unlimited: true }
    }

    pub fn can(&self, action: Action) -> bool {
        self.unlimited || (self.is_below_ceiling(action) && self.granting(action).next().is_some())
    }

    /// # Errors
    /// [`Denied`] when no role allows the action.
    pub fn require(&self, action: Action) -> Result<(), Denied> {
        if self.can(action) { Ok(()) } else { Err(Denied(action)) }
    }

    /// The rows that `action` covers: any role's rows, each within the unit it was granted for.
    pub fn scope(&self, action: Action) -> Scope {
        if self.unlimited {
            return Scope::All;
        }
        if !self.is_below_ceiling(action) {
            return Scope::None;
        }
        let mut rows = Vec::new();
        for grant in self.granting(action) {
            let mut parts = Vec::new();
            parts.extend(grant.role.scope.get(action.as_str()).cloned());
            parts.extend(grant.org.map(|org| json!({"f": "org", "op": "under", "v": org})));
            match parts.len() {
                0 => return Scope::All,
                1 => rows.append(&mut parts),
                _ => rows.push(json!({ "all": parts })),
            }
        }
        match rows.len() {
            0 => Scope::None,
            1 => Scope::Where(rows.swap_remove(0)),
            _ => Scope::Where(json!({ "any": rows })),
        }
    }

    /// The widest level that a role gives on a field, narrowed by the field's class of personal data.
    pub fn field_level(&self, form: &str, field: &str, class: Option<&str>) -> Level {
        if self.unlimited {
            return Level::Write;
        }
        let levels = self.grants.iter().map(|grant| {
            let level = role_level(&grant.role, form, field);
            match class {
                Some(class) if !grant.role.classes.contains(class) => level.min(Level::Masked),
                _ => level,
            }
        });
        levels.max().unwrap_or(Level::None)
    }

    /// Keys of the roles held, for `me.roles`.
    pub fn role_keys(&self) -> Vec<&str> {
        let keys: BTreeSet<_> = self.grants.iter().map(|grant| grant.role.key.as_str()).collect();
        keys.into_iter().collect()
    }

    fn is_below_ceiling(&self, action: Action) -> bool {
        self.ceiling.as_ref().is_none_or(|ceiling| ceiling.contains(&action))
    }

    fn granting(&self, action: Action) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.role.actions.iter().any(|a| a == action.as_str()))
    }
}

fn role_level(role: &RoleDefinition, form: &str, field: &str) -> Level {
    let lookup = |form: &str| {
        let fields = role.fields.get(form)?;
        fields.get(field).or_else(|| fields.get("*")).copied()
    };
    lookup(form).or_else(|| lookup("*")).unwrap_or(Level::Write)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(document: Value) -> Arc<RoleDefinition> {
        Arc::new(serde_json::from_value(document).expect("a role document"))
    }

    fn access(grants: Vec<Grant>) -> Access {
        Access { grants, unlimited: false, ..Access::unlimited() }
    }

    #[test]
    fn scopes_of_several_roles_add_up() {
        let mine = json!({"f": "owner", "op": "eq", "v": {"var": "me"}});
        let engineer =
            role(json!({"kind":"role","key":"engineer","actions":["ticket.read"],"scope":{"ticket.read":mine}}));
        let lead = role(json!({"kind":"role","key":"lead","actions":["ticket.read","ticket.assign"]}));
        let org = OrgId::from_u128(1);
        let under = json!({"f": "org", "op": "under", "v": org});
        let one = access(vec![Grant { role: engineer.clone(), org: None }]);
        assert_eq!(one.scope(Action::TicketRead), Scope::Where(mine.clone()));
        assert_eq!(one.scope(Action::TicketAssign), Scope::None);
        let two = access(vec![Grant { role: engineer, org: None }, Grant { role: lead.clone(), org: Some(org) }]);
        assert_eq!(two.scope(Action::TicketRead), Scope::Where(json!({"any": [mine, under]})));
        let everywhere = access(vec![Grant { role: lead, org: None }]);
        assert_eq!(everywhere.scope(Action::TicketRead), Scope::All);
    }

    #[test]
    fn a_token_never_exceeds_its_ceiling() {
        let lead = role(json!({"kind":"role","key":"lead","actions":["ticket.read","ticket.assign"]}));
        let mut token = access(vec![Grant { role: lead, org: None }]);
        token.ceiling = Some([Action::TicketRead, Action::AuditRead].into());
        assert!(token.can(Action::TicketRead));
        assert_eq!(token.require(Action::TicketAssign), Err(Denied(Action::TicketAssign)));
        assert!(!token.can(Action::AuditRead), "the owner lacks it");
        assert_eq!(token.scope(Action::TicketAssign), Scope::None);
    }

    #[test]
    fn field_levels_take_the_widest_role_and_the_data_class() {
        let plain = role(json!({"kind":"role","key":"a","actions":[],"fields":{"repair":{"cost":"none"}}}));
        let finance =
            role(json!({"kind":"role","key":"b","actions":[],"fields":{"*":{"*":"read"}},"classes":["contact"]}));
        let one = access(vec![Grant { role: plain.clone(), org: None }]);
        assert_eq!(one.field_level("repair", "cost", None), Level::None);
        assert_eq!(one.field_level("repair", "title", None), Level::Write);
        assert_eq!(one.field_level("repair", "phone", Some("contact")), Level::Masked);
        let two = access(vec![Grant { role: plain, org: None }, Grant { role: finance, org: None }]);
        assert_eq!(two.field_level("repair", "cost", None), Level::Read);
        assert_eq!(two.field_level("repair", "phone", Some("contact")), Level::Read);
    }

    #[test]
    fn unknown_actions_are_named() {
        let role = role(json!({"kind":"role","key":"a","actions":["ticket.read","ticket.eat"],"scope":{"x.y":{}}}));
        let pointers: Vec<_> = role.check().into_iter().map(|problem| problem.pointer).collect();
        assert_eq!(pointers, ["/actions/1", "/scope/x.y"]);
    }

    #[test]
    fn what_makes_a_ticket_cannot_be_hidden() {
        let fields =
            json!({"*": {"*": "none", "priority": "none", "status": "read", "category": "none", "title": "masked"}});
        let role = role(json!({"kind":"role","key":"a","actions":[],"fields":fields}));
        let pointers: Vec<_> = role.check().into_iter().map(|problem| problem.pointer).collect();
        assert_eq!(pointers, ["/fields/*/priority", "/fields/*/title"]);
    }
}
