//! Saved views: a condition, columns and an order that people share.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::problem::Problem;
use crate::text::Text;

/// The document of kind `view`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewDefinition {
    pub kind: String,
    pub key: String,
    #[serde(default)]
    pub schema: u32,
    #[serde(default)]
    pub title: Text,
    /// The Condition a ticket must meet; absent for all.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
    #[serde(default)]
    pub columns: Vec<String>,
    /// Field ids, `-` in front for descending; the first one counts, the id breaks ties.
    #[serde(default)]
    pub sort: Vec<String>,
    /// Keys of the roles that see it; empty for everybody.
    #[serde(default, rename = "for")]
    pub audience: Vec<String>,
    /// Smaller comes first in the list of views.
    #[serde(default)]
    pub order: i64,
}

/// System fields a list may be ordered by.
pub const SORTABLE: [&str; 6] = ["created_at", "updated_at", "due_at", "priority", "number", "solved_at"];

/// One sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub field: String,
    pub descending: bool,
}

impl Sort {
    /// Reads `-created_at`.
    ///
    /// # Errors
    /// A problem when the field cannot be sorted by.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let (field, descending) = text.strip_prefix('-').map_or((text, false), |rest| (rest, true));
        if SORTABLE.contains(&field) {
            Ok(Self { field: field.to_owned(), descending })
        } else {
            let reason = format!("cannot sort by `{field}`; possible: {}", SORTABLE.join(", "));
            Err(Problem::new("/sort", "request.invalid_value").with("reason", reason))
        }
    }
}

impl Default for Sort {
    fn default() -> Self {
        Self { field: "created_at".to_owned(), descending: true }
    }
}

impl ViewDefinition {
    /// What is wrong with the document, apart from its Condition.
    pub fn check(&self) -> Vec<Problem> {
        let wrong = self.sort.iter().enumerate().filter_map(|(index, text)| {
            let problem = Sort::parse(text).err()?;
            Some(Problem { pointer: format!("/sort/{index}"), ..problem })
        });
        wrong.collect()
    }

    pub fn sort(&self) -> Sort {
        self.sort.first().and_then(|text| Sort::parse(text).ok()).unwrap_or_default()
    }
}
