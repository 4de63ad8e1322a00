//! Versioned configuration: one mechanism for every kind of document.
//!
//! A definition has one draft and a row of immutable versions. Publishing makes version n+1 from the draft;
//! rolling back makes version n+1 from an older one, so numbers only grow and history stays true.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::names::named_enum;

mod diff;

pub use diff::{Change, ChangeKind, diff};

named_enum! {
    /// A kind of definition.
    pub enum Kind {
    Form = "form",
    Flow = "flow",
    Sla = "sla",
    Calendar = "calendar",
    Rule = "rule",
    Role = "role",
    View = "view",
    Template = "template",
    Ai = "ai",
    }
}

/// A document larger than this is refused.
pub const MAX_DOCUMENT_BYTES: usize = 1_000_000;

/// Whether a text can be a definition's key: `[a-z][a-z0-9_]{0,62}`.
pub fn is_key(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && text.len() <= 63
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The document with its members in the order of their names, so that equal documents have equal text.
pub fn canonical(document: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let mut names: Vec<_> = members.iter().collect();
                names.sort_by_key(|(name, _)| *name);
                Value::Object(names.into_iter().map(|(n, v)| (n.clone(), sorted(v))).collect::<Map<_, _>>())
            }
            Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
            other => other.clone(),
        }
    }
    sorted(document).to_string()
}

/// SHA-256 over the canonical text, in lower-case hexadecimal.
pub fn fingerprint(document: &Value) -> String {
    hex(&Sha256::digest(canonical(document).as_bytes()))
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_documents_have_equal_fingerprints() {
        let one = json!({"b": [1, {"y": 2, "x": 3}], "a": null});
        let two = json!({"a": null, "b": [1, {"x": 3, "y": 2}]});
        assert_eq!(fingerprint(&one), fingerprint(&two));
        assert_eq!(canonical(&one), r#"{"a":null,"b":[1,{"x":3,"y":2}]}"#);
        assert_ne!(fingerprint(&one), fingerprint(&json!({"a": null, "b": [{"x": 3, "y": 2}, 1]})));
    }

    #[test]
    fn keys_are_narrow() {
        for good in ["a", "store_repair", "x9"] {
            assert!(is_key(good), "{good}");
        }
        for bad in ["", "9a", "_a", "A", "a-b", "a b", "报修", &"a".repeat(64)] {
            assert!(!is_key(bad), "{bad}");
        }
    }
}
