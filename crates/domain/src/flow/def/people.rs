//! Who acts: resolvers, and what happens when they find nobody, the submitter, or the same person again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::names::named_enum;

/// A way to find people. The core answers what the instance knows; the rest is asked of the driver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Who {
    /// A person by id or by name of account; one part may be a path, as in `tester_${index}`.
    User {
        user: String,
    },
    Role {
        role: String,
        /// The organisation unit it is held for: `record.FIELD`, `submitter`, or nothing for any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        #[serde(default, skip_serializing_if = "is_zero")]
        up: u8,
    },
    OrgHead {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        #[serde(default, skip_serializing_if = "is_zero")]
        up: u8,
    },
    Manager {
        /// `submitter` (the default), `record.FIELD`, or a person's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        #[serde(default = "one")]
        up: u8,
    },
    ManagerChain {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        #[serde(default = "one")]
        from: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<u8>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_role: Option<String>,
    },
    /// The people in a field of the form.
    Field {
        field: String,
    },
    Submitter {},
    /// Those whom the submitter named for this node.
    PickedBySubmitter {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        range: Vec<Who>,
    },
    /// Those who decided or did the named node last.
    HandlerOf {
        node: String,
    },
    /// Work for a group: its members claim, or somebody is chosen.
    Pool {
        group: String,
        #[serde(default)]
        pick: Pick,
    },
    Rota {
        rota: String,
    },
    Connector {
        #[serde(rename = "use")]
        call: String,
        #[serde(default, rename = "in", skip_serializing_if = "BTreeMap::is_empty")]
        with: BTreeMap<String, Value>,
    },
    /// The tenant's administrators of flows.
    Admin {},
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u8) -> bool {
    *number == 0
}

const fn one() -> u8 {
    1
}

/// How a pool's work finds its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pick {
    #[default]
    Claim,
    Dispatch,
    LeastLoaded,
    Skill,
}

named_enum! {
    /// What happens when nobody is found.
    pub enum IfEmpty {
    /// Ask one level higher, in the end the administrators.
    Up = "up",
    Admin = "admin",
    Named = "named",
    Skip = "skip",
    Reject = "reject",
    BlockStart = "block_start",
    }
}

named_enum! {
    /// What happens when the submitter is among those asked.
    pub enum IfSelf {
    Allow = "allow",
    Skip = "skip",
    Up = "up",
    }
}

named_enum! {
    /// Whether somebody who agreed before is asked again.
    pub enum Repeat {
    None = "none",
    Consecutive = "consecutive",
    AnyEarlier = "any_earlier",
    }
}

impl Who {
    /// The same question one level higher, where that makes sense.
    pub fn higher(&self) -> Option<Self> {
        let mut higher = self.clone();
        match &mut higher {
            Self::Role { of: Some(_), up, .. } | Self::OrgHead { up, .. } | Self::Manager { up, .. } => {
                *up = up.saturating_add(1);
                Some(higher)
            }
            Self::ManagerChain { of, from, to, .. } => {
                let up = to.unwrap_or(*from).saturating_add(1);
                Some(Self::Manager { of: of.clone(), up })
            }
            _ => None,
        }
    }
}
