//! Links in Markdown lead somewhere: to a file of the tree, and to a heading when they name one.

use std::collections::BTreeSet;

use super::{File, Finding, Tree};

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.below("", ".md") {
        for (line, target) in links(&file.text) {
            if let Some(message) = broken(tree, file, &target) {
                findings.push(Finding { path: file.path.clone(), line, message });
            }
        }
    }
    findings
}

fn broken(tree: &Tree, file: &File, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() { file.path.clone() } else { resolve(&file.path, path) };
    let folder = format!("{}/", path.trim_end_matches('/'));
    let is_folder = tree.paths.iter().any(|other| other.starts_with(&folder));
    if !tree.paths.contains(&path) && !is_folder {
        return Some(format!("a link to nothing: {target}"));
    }
    if heading.is_empty() {
        return None;
    }
    let found = tree.files.iter().find(|other| other.path == path)?;
    let known = headings(&found.text).contains(heading);
    (!known).then(|| format!("a link to a heading that is not there: {target}"))
}

/// Every `](target)` outside code, with its line.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
            continue;
        }
        if in_block {
            continue;
        }
        // Every second piece between back-ticks is code.
        for prose in line.split('`').step_by(2) {
            for piece in prose.split("](").skip(1) {
                if let Some((target, _)) = piece.split_once(')') {
                    found.push((index + 1, target.to_owned()));
                }
            }
        }
    }
    found
}

fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The anchors that a renderer gives to headings: lower case, hyphens for spaces, no punctuation.
fn headings(text: &str) -> BTreeSet<String> {
    let titles = text.lines().filter(|line| line.starts_with('#'));
    titles
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            let kept = title.chars().filter_map(|c| match c {
                ' ' => Some('-'),
                '-' | '_' => Some(c),
                c if c.is_alphanumeric() => Some(c),
                _ => None,
            });
            kept.collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_somewhere() {
        let tree = Tree::of(&[
            ("docs/a.md", "[b](b.md) [top](../README.md#start-here) [web](https://x.example/)\n`[no](code.md)`"),
            ("docs/b.md", "# B\n[gone](c.md)\n[no heading](a.md#nothing)\n[folder](../docs)"),
            ("README.md", "## Start here!\n```\n[block](nothing.md)\n```\n[self](#start-here)"),
        ]);
        let found: Vec<_> = check(&tree).into_iter().map(|found| (found.path, found.line)).collect();
        assert_eq!(found, [("docs/b.md".to_owned(), 2), ("docs/b.md".to_owned(), 3)]);
    }
}
