//! Templates are plain folders: every file is JSON, and a definition lies where its kind and key say.

use serde_json::Value;

use super::{File, Finding, Tree};

const FOLDER: &str = "templates/";

/// The folder of a template's definitions, and the kind that lies in it.
const FOLDERS: &[(&str, &str)] = &[
    ("forms", "form"),
    ("flows", "flow"),
    ("sla", "sla"),
    ("calendars", "calendar"),
    ("roles", "role"),
    ("views", "view"),
    ("rules", "rule"),
    ("messages", "template"),
    ("ai", "ai"),
];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let files = tree.below(FOLDER, ".json");
    files.flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Finding> {
    let finding = |line, message: String| Finding { path: file.path.clone(), line, message };
    let document: Value = match serde_json::from_str(&file.text) {
        Ok(document) => document,
        Err(error) => return vec![finding(error.line(), format!("not JSON: {error}"))],
    };
    let parts: Vec<&str> = file.path[FOLDER.len()..].split('/').collect();
    let [template, folder, name] = parts[..] else {
        return match parts[..] {
            [template, "template.json"] if document["key"] != template => {
                vec![finding(0, format!("its key is not `{template}`"))]
            }
            _ => Vec::new(),
        };
    };
    if folder == "sample" {
        return Vec::new();
    }
    let Some((_, kind)) = FOLDERS.iter().find(|(known, _)| *known == folder) else {
        let message = format!("`{folder}` is not a folder of a template such as `{template}`");
        return vec![finding(0, message)];
    };
    let mut findings = Vec::new();
    if document["kind"] != *kind {
        findings.push(finding(0, format!("its kind is not `{kind}`")));
    }
    let stem = name.trim_end_matches(".json");
    if document["key"] != stem {
        findings.push(finding(0, format!("its key is not `{stem}`")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_one(path: &str, text: &str) -> Vec<String> {
        let findings = check(&Tree::of(&[(path, text)]));
        findings.into_iter().map(|found| found.message).collect()
    }

    #[test]
    fn a_definition_lies_where_it_says() {
        let form = r#"{"kind":"form","key":"repair"}"#;
        assert!(check_one("templates/a/forms/repair.json", form).is_empty());
        assert_eq!(check_one("templates/a/forms/other.json", form).len(), 1);
        assert_eq!(check_one("templates/a/flows/repair.json", form).len(), 1);
        assert_eq!(check_one("templates/a/odd/repair.json", form).len(), 1);
        assert_eq!(check_one("templates/a/forms/repair.json", "{").len(), 1);
        assert!(check_one("templates/a/sample/parts.json", "[]").is_empty());
        assert!(check_one("templates/a/template.json", r#"{"key":"a"}"#).is_empty());
        assert_eq!(check_one("templates/a/template.json", r#"{"key":"b"}"#).len(), 1);
    }
}
