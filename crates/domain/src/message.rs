//! Message templates: texts with a closed list of variables and no logic.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::text::Text;

/// Everything a message may speak of.
pub const VARIABLES: [&str; 13] = [
    "number",
    "title",
    "type",
    "status",
    "priority",
    "category",
    "owner",
    "requester",
    "actor",
    "org",
    "place",
    "due_at",
    "target",
];

/// The document of kind `template`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageDefinition {
    pub kind: String,
    pub key: String,
    #[serde(default)]
    pub schema: u32,
    pub title: Text,
    #[serde(default)]
    pub body: Text,
}

impl MessageDefinition {
    /// Names variables that do not exist.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (pointer, text) in [("/title", &self.title), ("/body", &self.body)] {
            for language in ["zh", "en"] {
                for name in variables(text.get(language)).filter(|name| !VARIABLES.contains(name)) {
                    let reason = format!("unknown variable `{name}`");
                    let problem = Problem::new(pointer, "definition.malformed").with("reason", reason);
                    if !problems.contains(&problem) {
                        problems.push(problem);
                    }
                }
            }
        }
        problems
    }
}

/// Puts values in place of `{{name}}`; an unknown name stays as it is written.
pub fn render(text: &str, values: &BTreeMap<&str, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, tail)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        match values.get(name.trim()) {
            Some(value) => out.push_str(value),
            None => {
                out.push_str("{{");
                out.push_str(name);
                out.push_str("}}");
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").skip(1).filter_map(|part| part.split_once("}}").map(|(name, _)| name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_replace_names_and_nothing_else() {
        let values = [("number", "WX-1".to_owned()), ("title", "{{number}}".to_owned())].into();
        for (text, expected) in [
            ("{{number}}：{{ title }}", "WX-1：{{number}}"),
            ("{{unknown}} {{number", "{{unknown}} {{number"),
            ("无变量", "无变量"),
        ] {
            assert_eq!(render(text, &values), expected);
        }
    }

    #[test]
    fn unknown_variables_are_named_once() {
        let message = MessageDefinition {
            kind: "template".into(),
            key: "x".into(),
            schema: 1,
            title: "{{secret}}".into(),
            body: "{{number}} {{owner.password}}".into(),
        };
        let pointers: Vec<_> = message.check().into_iter().map(|problem| problem.pointer).collect();
        assert_eq!(pointers, ["/title", "/body"]);
    }
}
