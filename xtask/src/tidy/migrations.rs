//! Schema steps are numbered without a gap: one text a step, for both engines.

use super::{Finding, Tree};

const FOLDER: &str = "crates/store/src/migrate/steps/";

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut names: Vec<&str> = tree.below(FOLDER, ".sql").map(|file| &file.path[FOLDER.len()..]).collect();
    names.sort_unstable();
    let mut findings = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        let expected = format!("{:04}_", index + 1);
        if !name.starts_with(&expected) {
            let message = format!("the next number is {expected}");
            findings.push(Finding { path: format!("{FOLDER}{name}"), line: 0, message });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_names(names: &[&str]) -> usize {
        let files: Vec<String> = names.iter().map(|name| format!("{FOLDER}{name}")).collect();
        let files: Vec<_> = files.iter().map(|path| (path.as_str(), "")).collect();
        check(&Tree::of(&files)).len()
    }

    #[test]
    fn steps_have_no_gap() {
        assert_eq!(check_names(&["0001_a.sql", "0002_b.sql"]), 0);
        assert_eq!(check_names(&["0001_a.sql", "0003_b.sql"]), 1);
        assert_eq!(check_names(&["0001_a.sql", "0001_b.sql"]), 1);
    }
}
