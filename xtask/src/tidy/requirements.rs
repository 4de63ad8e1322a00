//! What `docs/requirements.md` claims: a test that it names must exist.

use super::{Finding, Tree};

const PAGE: &str = "docs/requirements.md";

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(page) = tree.files.iter().find(|file| file.path == PAGE) else {
        return vec![Finding { path: PAGE.to_owned(), line: 0, message: "the page is missing".to_owned() }];
    };
    let mut findings = Vec::new();
    for (index, line) in page.text.lines().enumerate() {
        for name in last_cell(line).split('`').skip(1).step_by(2) {
            if !exists(tree, name) {
                let message = format!("it names a test that does not exist: {name}");
                findings.push(Finding { path: PAGE.to_owned(), line: index + 1, message });
            }
        }
    }
    findings
}

/// The column that names tests, the last one of a table's row.
fn last_cell(line: &str) -> &str {
    let row = line.trim().trim_end_matches('|');
    if row.starts_with('|') { row.rsplit('|').next().unwrap_or_default() } else { "" }
}

/// A function of that name in a Rust file, or a file of that path.
fn exists(tree: &Tree, name: &str) -> bool {
    let function = format!("fn {name}(");
    tree.paths.contains(name) || tree.below("", ".rs").any(|file| file.text.contains(&function))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_tests_exist() {
        let page = "| A1 | `word` in a note | `it_works` `web/a.test.ts` |\n| A2 | x | `it_is_gone` |\nprose `free`";
        let tree = Tree::of(&[(PAGE, page), ("a.rs", "fn it_works() {}"), ("web/a.test.ts", "")]);
        let found: Vec<_> = check(&tree).into_iter().map(|found| found.line).collect();
        assert_eq!(found, [2]);
        assert_eq!(check(&Tree::of(&[])).len(), 1);
    }
}
