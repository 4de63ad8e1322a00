//! Nothing in the tree depends on one machine: no paths of somebody's disk, no private package registry.

use super::{Finding, Tree};

/// Folders of one person's or one machine's disk. Cut in two so that this file does not accuse itself.
const MACHINE_PATHS: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        for (index, line) in file.text.lines().enumerate() {
            let mut report = |message: String| {
                findings.push(Finding { path: file.path.clone(), line: index + 1, message });
            };
            for path in MACHINE_PATHS {
                if names_machine_path(line, path) {
                    report(format!("a path of one machine: {path}"));
                }
            }
            match file.path.as_str() {
                "Cargo.lock" if is_foreign_crate_source(line) => {
                    report("a crate from elsewhere than crates.io".to_owned());
                }
                "web/package-lock.json" if line.trim_start().starts_with("\"resolved\": \"http") => {
                    report("a download address; the lock file names packages only".to_owned());
                }
                _ => {}
            }
        }
    }
    findings
}

/// A path starts the word it is found in; `/api/v1/work/` in a URL is none.
fn names_machine_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "_-./}$~*".contains(c))
    })
}

fn is_foreign_crate_source(line: &str) -> bool {
    let source = line.strip_prefix("source = ");
    source.is_some_and(|source| source.trim_matches('"') != "registry+https://github.com/rust-lang/crates.io-index")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_line(path: &str, line: &str) -> usize {
        check(&Tree::of(&[(path, line)])).len()
    }

    #[test]
    fn machine_paths_are_found_as_words() {
        let home = format!("cd {}li/gongdan", MACHINE_PATHS[2]);
        assert_eq!(check_line("a.md", &home), 1);
        assert_eq!(check_line("a.md", &format!("open https://x.example{}list", MACHINE_PATHS[0])), 0);
    }

    #[test]
    fn packages_come_from_the_public_registries() {
        let public = r#"source = "registry+https://github.com/rust-lang/crates.io-index""#;
        assert_eq!(check_line("Cargo.lock", public), 0);
        assert_eq!(check_line("Cargo.lock", r#"source = "registry+https://mirror.example/index""#), 1);
        assert_eq!(check_line("web/package-lock.json", r#"  "version": "1.0.0""#), 0);
        assert_eq!(check_line("web/package-lock.json", r#"  "resolved": "http://10.0.0.1/a""#), 1);
    }
}
