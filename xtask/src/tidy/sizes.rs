//! How long the files are. Reported, never enforced: a long file is a question, not a fault.

use std::fmt::Write;

use super::Tree;

/// Suffix of the name, and the length from which a file is worth a look.
const KINDS: &[(&str, usize)] = &[(".rs", 600), (".ts", 300), (".tsx", 300)];

pub(crate) fn report(tree: &Tree) -> String {
    let mut report = String::new();
    for (suffix, long) in KINDS {
        let mut sizes: Vec<(usize, &str)> = tree
            .below("", suffix)
            .filter(|file| !file.path.contains("/tests/") && !is_generated(&file.path))
            .map(|file| (file.text.lines().count(), file.path.as_str()))
            .collect();
        sizes.sort_unstable();
        let Some((largest, _)) = sizes.last() else {
            continue;
        };
        let at = |share: usize| sizes[(sizes.len() - 1) * share / 100].0;
        let _ = writeln!(
            report,
            "{suffix}: {} files, lines: median {}, p90 {}, longest {largest}",
            sizes.len(),
            at(50),
            at(90)
        );
        for (lines, path) in sizes.iter().rev().take_while(|(lines, _)| lines > long) {
            let _ = writeln!(report, "  long: {path} ({lines})");
        }
    }
    report
}

fn is_generated(path: &str) -> bool {
    path.ends_with(".d.ts") || path.contains(".gen.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_long_ones() {
        let long = "x\n".repeat(700);
        let tree = Tree::of(&[("a.rs", "x\n"), ("b.rs", &long), ("b/tests/c.rs", &long), ("d.gen.ts", &long)]);
        let report = report(&tree);
        assert!(report.contains("2 files"), "{report}");
        assert!(report.contains("long: b.rs (700)"), "{report}");
        assert!(!report.contains("c.rs") && !report.contains("d.gen"), "{report}");
    }
}
