//! `sample/organisation.json`: units, teams and people. Everybody refers to others by key or login.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// IANA zone in which these people live.
    pub zone: String,
    /// Parents come before their children.
    pub orgs: Vec<SampleOrg>,
    pub teams: Vec<SampleTeam>,
    pub people: Vec<Person>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleOrg {
    pub key: String,
    pub name: String,
    #[serde(default)]
    pub parent: Option<String>,
    /// Login of the person in charge.
    #[serde(default)]
    pub head: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleTeam {
    pub key: String,
    pub name: String,
    pub org: String,
    /// Login.
    #[serde(default)]
    pub lead: Option<String>,
}

/// A person of the sample. Nobody has a password: one signs in by a one-time link.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub login: String,
    pub name: String,
    pub org: String,
    pub roles: Vec<RoleGrant>,
    #[serde(default)]
    pub teams: Vec<String>,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    /// Login.
    #[serde(default)]
    pub manager: Option<String>,
    #[serde(default)]
    pub language: Option<String>,
    /// Only those who are sent out have one.
    #[serde(default)]
    pub engineer: Option<Engineer>,
}

/// A role, in one unit and below, or everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleGrant {
    pub role: String,
    #[serde(default)]
    pub org: Option<String>,
}

/// What dispatch must know of somebody.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engineer {
    /// Category → level, 1 to 5.
    pub skills: BTreeMap<String, u8>,
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    #[serde(default)]
    pub zones: Vec<String>,
    pub capacity: u32,
    /// Key of the working calendar.
    pub calendar: String,
    #[serde(default)]
    pub location: Option<Point>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    pub kind: String,
    /// The last day on which it counts.
    pub valid_until: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub lat: f64,
    pub lng: f64,
}
