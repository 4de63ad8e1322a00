//! Laws about Rust source: every module says what it is; the pure crates neither wait nor look at a clock.

use super::lexer::code_only;
use super::{File, Finding, Tree};

/// Words that the pure crates must not use, and what they do instead.
const IMPURE: &[(&str, &str)] = &[
    (".await", "the core never waits"),
    ("SystemTime", "`now` is an argument"),
    ("Instant::now", "`now` is an argument"),
    ("Timestamp::now", "`now` is an argument"),
    ("Zoned::now", "`now` is an argument"),
    ("std::fs", "files belong to `server` and `connect`"),
    ("std::net", "the network belongs to `connect`"),
    ("std::env", "the environment belongs to `server`"),
    ("thread::sleep", "the core never waits"),
];

/// Outside ports are asynchronous signatures, without bodies.
const PORTS: &str = "crates/domain/src/port";

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.below("", ".rs") {
        if !file.text.starts_with("//!") {
            findings.push(Finding {
                path: file.path.clone(),
                line: 1,
                message: "open the module with `//!`: what it is for, in one sentence".to_owned(),
            });
        }
        let is_core = ["crates/lang/src/", "crates/domain/src/"].iter().any(|folder| file.path.starts_with(folder));
        // Tests may read the vectors that all engines share.
        if is_core && !file.path.ends_with("tests.rs") {
            findings.extend(impurities(file));
        }
    }
    findings
}

fn impurities(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let code = code_only(&file.text);
    for (index, line) in code.lines().enumerate() {
        let mut report = |word: &str, reason: &str| {
            findings.push(Finding {
                path: file.path.clone(),
                line: index + 1,
                message: format!("`{word}` in a pure crate: {reason}"),
            });
        };
        for (word, reason) in IMPURE {
            if names(line, word) {
                report(word, reason);
            }
        }
        if names(line, "async") && !file.path.starts_with(PORTS) {
            report("async", "only the outside ports are asynchronous");
        }
    }
    findings
}

/// Whether `word` stands in `line` and is not part of a longer name.
fn names(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_file(path: &str, text: &str) -> Vec<(usize, String)> {
        let findings = check(&Tree::of(&[(path, text)]));
        findings.into_iter().map(|found| (found.line, found.message)).collect()
    }

    #[test]
    fn a_module_says_what_it_is() {
        assert_eq!(check_file("crates/api/src/a.rs", "//! A.\n").len(), 0);
        assert_eq!(check_file("crates/api/src/a.rs", "use b;\n").len(), 1);
    }

    #[test]
    fn the_core_neither_waits_nor_reads_a_clock() {
        let path = "crates/domain/src/sla/mod.rs";
        assert_eq!(check_file(path, "//! A.\n// .await\nfn f() { asynchrony() }").len(), 0);
        let found = check_file(path, "//! A.\nfn f() {\n  g().await;\n  Instant::now();\n}");
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(check_file(path, "//! A.\nasync fn f() {}").len(), 1);
        assert_eq!(check_file("crates/domain/src/port.rs", "//! A.\nasync fn f();").len(), 0);
        assert_eq!(check_file("crates/engine/src/a.rs", "//! A.\nx.await;").len(), 0);
    }
}
