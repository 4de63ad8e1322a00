//! The document that says what to look for.

/// What to look for in a ticket's texts.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractPolicy {
    pub entities: Vec<EntityRule>,
}

/// One rule; several may find the same entity.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct EntityRule {
    pub entity: String,
    #[serde(flatten)]
    pub find: RuleKind,
    /// How often a match of this rule is what it says.
    #[serde(default = "usual_confidence")]
    pub confidence: f64,
}

/// How a rule finds its entity. Matching sees narrow, lower-case text with single spaces.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RuleKind {
    /// A regular expression without look-around; the first group that takes part gives the value.
    Pattern {
        pattern: String,
        /// The group whose place is marked; 0 is the whole match.
        #[serde(default)]
        group: usize,
        #[serde(default)]
        form: ValueForm,
    },
    /// Words and what they mean.
    Words {
        words: Vec<WordGroup>,
        /// Skip a word that "no" or "没有" takes back.
        #[serde(default)]
        refuse_negation: bool,
    },
    /// Names of a list that the caller supplies: assets, places, people.
    List { list: String },
    /// Dates and times, resolved against the present.
    Time,
}

/// Words that mean the same.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordGroup {
    pub value: String,
    pub words: Vec<String>,
}

/// How the matched text becomes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueForm {
    /// As matched, in lower case and without outer spaces.
    #[default]
    Text,
    /// In capitals without spaces, for serial numbers.
    Code,
    /// Digits only.
    Digits,
    /// `3F`, `B1`, `1F` for the ground floor.
    Floor,
    /// A number or letter in capitals: 第三 becomes 3.
    Label,
}

/// Why a policy cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtractError {
    #[error("the pattern of `{entity}` cannot be used: {reason}")]
    Pattern { entity: String, reason: String },
    #[error("the pattern of `{entity}` has no group {group}")]
    Group { entity: String, group: usize },
    #[error("the confidence of `{0}` is not between 0 and 1")]
    Confidence(String),
    #[error("the names of `{0}` are too many")]
    TooManyNames(String),
}

fn usual_confidence() -> f64 {
    0.9
}
