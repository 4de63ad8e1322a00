//! Laws of the house that the compiler cannot check. Each law is a function from the tree to [`Finding`]s.
//!
//! Sizes are only reported: they are a guide for judgement, not a law.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

mod documents;
mod lexer;
mod links;
mod migrations;
mod places;
mod requirements;
mod sizes;
mod source;
mod walls;

/// A broken law, where it is broken and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub path: String,
    /// One-based; 0 stands for the whole file.
    pub line: usize,
    pub message: String,
}

/// A text file of the tree, with its path from the top.
pub(crate) struct File {
    pub path: String,
    pub text: String,
}

/// Everything that the laws look at.
pub(crate) struct Tree {
    pub files: Vec<File>,
    /// Every path, text or not, so that links can be resolved.
    pub paths: std::collections::BTreeSet<String>,
}

pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let tree = Tree::read(root)?;
    let mut findings = walls::check(&walls::manifests(root)?);
    findings.extend(source::check(&tree));
    findings.extend(migrations::check(&tree));
    findings.extend(places::check(&tree));
    findings.extend(documents::check(&tree));
    findings.extend(links::check(&tree));
    findings.extend(requirements::check(&tree));
    findings.sort();
    print!("{}", sizes::report(&tree));
    for finding in &findings {
        match finding.line {
            0 => println!("{}: {}", finding.path, finding.message),
            line => println!("{}:{line}: {}", finding.path, finding.message),
        }
    }
    println!("tidy: {} files, {} findings", tree.files.len(), findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Tree {
    fn read(root: &Path) -> Result<Self> {
        let mut paths = Vec::new();
        collect(root, Path::new(""), &mut paths)?;
        let mut files = Vec::new();
        for path in &paths {
            let bytes = std::fs::read(root.join(path)).with_context(|| format!("read {path}"))?;
            // Pictures and the like are no business of these laws.
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(File { path: path.clone(), text });
            }
        }
        Ok(Self { files, paths: paths.into_iter().collect() })
    }

    /// The files below `folder` whose name ends in `suffix`.
    pub(crate) fn below<'a>(&'a self, folder: &'a str, suffix: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.path.starts_with(folder) && file.path.ends_with(suffix))
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files: Vec<_> =
            files.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
        let paths = files.iter().map(|file| file.path.clone()).collect();
        Self { files, paths }
    }
}

/// What git, builds and runs leave behind; nothing in it is ours. In a linked work tree `.git` is a file.
const NOT_OURS: &[&str] = &[".git", "target", "node_modules", "dist", "data", ".results", ".vite"];

fn collect(root: &Path, folder: &Path, paths: &mut Vec<String>) -> Result<()> {
    let here = root.join(folder);
    let entries = std::fs::read_dir(&here).with_context(|| format!("read {}", here.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let path: PathBuf = folder.join(&name);
        let kind = entry.file_type()?;
        if NOT_OURS.iter().any(|other| name == *other) {
            continue;
        }
        if kind.is_dir() {
            collect(root, &path, paths)?;
        } else if kind.is_file() && !name.to_string_lossy().ends_with(".log") {
            paths.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(())
}
