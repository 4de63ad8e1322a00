//! What fields a row has and what each may hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Decimals are compared as integers scaled by at most this many digits.
pub const MAX_SCALE: u8 = 6;

/// The type of one field. In JSON: `{"type":"money","scale":2}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Type {
    Text,
    Number {
        #[serde(default)]
        scale: u8,
    },
    Money {
        #[serde(default)]
        scale: u8,
    },
    Date,
    #[serde(rename = "datetime")]
    DateTime,
    Bool,
    /// One of a list; `None` when the list is kept elsewhere.
    Choice {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        options: Option<Vec<Choice>>,
    },
    MultiChoice {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        options: Option<Vec<Choice>>,
    },
    Person,
    Org,
    /// A record of the named kind.
    Reference {
        to: String,
    },
    Table {
        fields: Types,
    },
    Files,
    /// A value that can only be present or absent, such as a signature or an address.
    Opaque,
}

/// One option of a choice: the stored value and the words shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ChoiceDocument")]
pub struct Choice {
    pub value: String,
    pub label: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ChoiceDocument {
    Value(String),
    Labelled { value: String, label: String },
}

impl From<ChoiceDocument> for Choice {
    fn from(document: ChoiceDocument) -> Self {
        match document {
            ChoiceDocument::Value(value) => Self { label: value.clone(), value },
            ChoiceDocument::Labelled { value, label } => Self { value, label },
        }
    }
}

/// The fields of a row by path, plus what surrounds the row.
///
/// A path is an id, or `id.part` for a part of a nested value such as `period.start`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Types {
    fields: BTreeMap<String, Type>,
    #[serde(skip)]
    has_old: bool,
    #[serde(skip)]
    outer: Option<Box<Types>>,
}

impl Types {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn with(mut self, path: impl Into<String>, kind: Type) -> Self {
        self.insert(path, kind);
        self
    }

    pub fn insert(&mut self, path: impl Into<String>, kind: Type) {
        self.fields.insert(path.into(), kind);
    }

    /// Permits `changed`: evaluation will know the row as it was before.
    #[must_use]
    pub fn with_old_row(mut self) -> Self {
        self.has_old = true;
        self
    }

    /// Gives the condition a second row, addressed as `form.…`: the form around a reference filter.
    #[must_use]
    pub fn with_outer(mut self, outer: Types) -> Self {
        self.outer = Some(Box::new(outer));
        self
    }

    /// The type of a field by its bare path.
    pub fn get(&self, path: &str) -> Option<&Type> {
        self.fields.get(path)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Type)> {
        self.fields.iter().map(|(path, kind)| (path.as_str(), kind))
    }

    pub(crate) fn has_old(&self) -> bool {
        self.has_old
    }

    pub(crate) fn outer(&self) -> Option<&Types> {
        self.outer.as_deref()
    }

    /// Finds what a written path means: a field of this row, or with `form.` or `ticket.` one of the outer row.
    /// Where there is no outer row the prefixes mean this row.
    pub(crate) fn resolve<'a>(&self, written: &'a str) -> Option<(bool, &'a str, &Type)> {
        if let Some(kind) = self.fields.get(written) {
            return Some((false, written, kind));
        }
        let bare = bare_path(written)?;
        match self.outer() {
            Some(outer) => Some((true, bare, outer.get(bare)?)),
            None => Some((false, bare, self.get(bare)?)),
        }
    }
}

fn bare_path(written: &str) -> Option<&str> {
    written.strip_prefix("form.").or_else(|| written.strip_prefix("ticket."))
}
