//! What a condition may know besides its rows: the time, the person, the organisation tree.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::civil::{CivilDate, day_start, local_day};

/// The constants of one evaluation. The caller has already resolved the tenant's zone to an offset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Env {
    pub now_ms: i64,
    /// Minutes that local time is ahead of UTC.
    pub offset_minutes: i32,
    /// `me`: the person who looks or acts.
    pub me: Option<String>,
    /// `actor`: who caused the event, when that may be someone else.
    pub actor: Option<String>,
    /// `me.org`
    pub org: Option<String>,
    /// `me.orgs_below`: `me.org` and everything under it.
    pub orgs_below: BTreeSet<String>,
    /// `me.roles`
    pub roles: BTreeSet<String>,
    /// Path of every organisation that may be compared with `under`: `/group/north/` lies under `/group/`.
    #[serde(with = "shared")]
    pub org_paths: Arc<HashMap<String, String>>,
}

/// Serialises the shared map as if it were owned.
mod shared {
    use super::{Arc, Deserialize, HashMap, Serialize};

    type Paths = Arc<HashMap<String, String>>;

    pub(super) fn serialize<S: serde::Serializer>(paths: &Paths, serializer: S) -> Result<S::Ok, S::Error> {
        HashMap::serialize(paths, serializer)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Paths, D::Error> {
        HashMap::deserialize(deserializer).map(Arc::new)
    }
}

impl Env {
    pub(crate) fn today(&self) -> CivilDate {
        local_day(self.now_ms, self.offset_minutes)
    }

    pub(crate) fn today_start(&self) -> i64 {
        day_start(self.today(), self.offset_minutes)
    }

    /// Whether `org` is `root` or lies below it.
    pub fn is_under(&self, org: &str, root: &str) -> bool {
        let paths = (self.org_paths.get(org), self.org_paths.get(root));
        matches!(paths, (Some(path), Some(prefix)) if path.starts_with(prefix.as_str()))
    }
}
