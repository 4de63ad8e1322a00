//! Migrations come in pairs: the same number and name for both engines, numbered without a gap.

use std::collections::BTreeSet;

use super::{Finding, Tree};

const FOLDER: &str = "crates/store/migrations/";

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let sqlite = names(tree, "sqlite");
    let postgres = names(tree, "postgres");
    let mut findings = Vec::new();
    let mut report = |engine: &str, name: &str, message: String| {
        findings.push(Finding { path: format!("{FOLDER}{engine}/{name}"), line: 0, message });
    };
    for name in sqlite.difference(&postgres) {
        report("sqlite", name, "has no twin for PostgreSQL".to_owned());
    }
    for name in postgres.difference(&sqlite) {
        report("postgres", name, "has no twin for SQLite".to_owned());
    }
    for (index, name) in sqlite.union(&postgres).enumerate() {
        let expected = format!("{:04}_", index + 1);
        if !name.starts_with(&expected) {
            report("sqlite", name, format!("the next number is {expected}"));
        }
    }
    findings
}

fn names(tree: &Tree, engine: &str) -> BTreeSet<String> {
    let folder = format!("{FOLDER}{engine}/");
    let files = tree.below(&folder, ".sql");
    files.map(|file| file.path[folder.len()..].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_names(sqlite: &[&str], postgres: &[&str]) -> usize {
        let mut files = Vec::new();
        for (engine, names) in [("sqlite", sqlite), ("postgres", postgres)] {
            files.extend(names.iter().map(|name| format!("{FOLDER}{engine}/{name}")));
        }
        let files: Vec<_> = files.iter().map(|path| (path.as_str(), "")).collect();
        check(&Tree::of(&files)).len()
    }

    #[test]
    fn pairs_without_gaps() {
        let (one, two, three) = ("0001_a.sql", "0002_b.sql", "0003_c.sql");
        assert_eq!(check_names(&[one, two], &[one, two]), 0);
        assert_eq!(check_names(&[one, two], &[one]), 1);
        assert_eq!(check_names(&[one], &[one, two]), 1);
        assert_eq!(check_names(&[one, three], &[one, three]), 1);
    }
}
