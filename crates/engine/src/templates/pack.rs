//! A template pack: a plain folder of definitions and sample data, read into memory.

use std::collections::BTreeMap;

use domain::definition::Kind;
use domain::problem::Problem;
use domain::text::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `template.json`: what the pack says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub key: String,
    pub title: Text,
    #[serde(default)]
    pub description: Text,
    #[serde(default)]
    pub version: Value,
    #[serde(flatten)]
    pub other: serde_json::Map<String, Value>,
}

/// A pack with its documents in the order in which they can be published.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    pub manifest: Manifest,
    pub documents: Vec<(Kind, String, Value)>,
    /// Files under `sample/`, by name without its ending.
    pub sample: BTreeMap<String, Value>,
}

/// Folder of each kind, in an order that lets each refer to those before it.
const FOLDERS: [(&str, Kind); 9] = [
    ("calendars", Kind::Calendar),
    ("forms", Kind::Form),
    ("roles", Kind::Role),
    ("messages", Kind::Template),
    ("sla", Kind::Sla),
    ("flows", Kind::Flow),
    ("rules", Kind::Rule),
    ("views", Kind::View),
    ("ai", Kind::Ai),
];

impl Pack {
    /// The folder in which documents of a kind live.
    pub fn folder(kind: Kind) -> &'static str {
        let known = FOLDERS.iter().find(|(_, other)| *other == kind);
        known.map_or("other", |(folder, _)| folder)
    }

    /// Reads a pack from its files: path inside the pack → bytes.
    ///
    /// # Errors
    /// A problem for each file that is not a document of its folder's kind; the pointer is the path.
    pub fn read(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut parse = |path: &str| -> Option<Value> {
            match serde_json::from_slice(files.get(path)?) {
                Ok(value) => Some(value),
                Err(error) => {
                    problems.push(malformed(path, &error.to_string()));
                    None
                }
            }
        };
        let manifest = parse("template.json");
        let mut documents = Vec::new();
        let mut sample = BTreeMap::new();
        for (folder, kind) in FOLDERS {
            for path in files.keys().filter(|path| in_folder(path, folder)) {
                documents.extend(parse(path).map(|document| (path.clone(), kind, document)));
            }
        }
        for path in files.keys().filter(|path| in_folder(path, "sample")) {
            let name = path.trim_start_matches("sample/").trim_end_matches(".json");
            sample.extend(parse(path).map(|value| (name.to_owned(), value)));
        }
        let manifest = manifest.map(serde_json::from_value::<Manifest>);
        let manifest = match manifest {
            Some(Ok(manifest)) => Some(manifest),
            Some(Err(error)) => {
                problems.push(malformed("template.json", &error.to_string()));
                None
            }
            None => {
                problems.push(malformed("template.json", "the file is missing or unreadable"));
                None
            }
        };
        let documents = documents.into_iter().filter_map(|(path, kind, document)| {
            let own = |name: &str| document.get(name).and_then(Value::as_str);
            match (own("kind"), own("key")) {
                (Some(found), Some(key)) if found == kind.as_str() => Some((kind, key.to_owned(), document)),
                _ => {
                    problems.push(malformed(&path, &format!("needs `kind` = `{}` and a `key`", kind.as_str())));
                    None
                }
            }
        });
        let documents = documents.collect();
        match manifest {
            Some(manifest) if problems.is_empty() => Ok(Self { manifest, documents, sample }),
            _ => Err(problems),
        }
    }
}

/// Adds the manifest that loose documents lack, and refuses what lies in no folder of ours: left out in silence, it
/// would seem to have been read.
///
/// # Errors
/// A problem for each file that belongs nowhere.
pub fn complete(files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Vec<Problem>> {
    let has_place = |path: &str| {
        let folders = FOLDERS.iter().map(|(folder, _)| *folder).chain(["sample"]);
        path == "template.json" || folders.into_iter().any(|folder| in_folder(path, folder))
    };
    let lost: Vec<Problem> = files
        .keys()
        .filter(|path| !has_place(path))
        .map(|path| malformed(path, "no folder of definitions, such as `forms/`"))
        .collect();
    if !lost.is_empty() {
        return Err(lost);
    }
    files.entry("template.json".to_owned()).or_insert_with(|| br#"{"key":"loose","title":"loose"}"#.to_vec());
    Ok(())
}

fn in_folder(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') && rest.ends_with(".json"))
}

fn malformed(path: &str, reason: &str) -> Problem {
    Problem::new(format!("/{path}"), "definition.malformed").with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn documents_come_in_publishing_order() {
        let pack = Pack::read(&files(&[
            ("template.json", r#"{"key":"repair","title":"维修"}"#),
            ("views/a.json", r#"{"kind":"view","key":"a"}"#),
            ("forms/b.json", r#"{"kind":"form","key":"b"}"#),
            ("sample/assets.json", "[]"),
            ("README.md", "x"),
        ]))
        .expect("a pack");
        let keys: Vec<_> = pack.documents.iter().map(|(kind, key, _)| (*kind, key.as_str())).collect();
        assert_eq!(keys, [(Kind::Form, "b"), (Kind::View, "a")]);
        assert!(pack.sample.contains_key("assets"));
    }

    #[test]
    fn loose_documents_are_a_pack_too() {
        let mut loose = files(&[("forms/a.json", r#"{"kind":"form","key":"a"}"#)]);
        complete(&mut loose).expect("every file has a place");
        assert_eq!(Pack::read(&loose).expect("a pack").documents.len(), 1);
        let mut lost = files(&[("form/a.json", "{}"), ("../forms/a.json", "{}"), ("forms/a.txt", "")]);
        let pointers: Vec<_> = complete(&mut lost).expect_err("lost").into_iter().map(|one| one.pointer).collect();
        assert_eq!(pointers, ["/../forms/a.json", "/form/a.json", "/forms/a.txt"]);
    }

    #[test]
    fn every_broken_file_is_named() {
        let problems = Pack::read(&files(&[("forms/a.json", "{"), ("flows/b.json", r#"{"kind":"form","key":"b"}"#)]));
        let pointers: Vec<_> = problems.expect_err("broken").into_iter().map(|problem| problem.pointer).collect();
        assert_eq!(pointers, ["/forms/a.json", "/template.json", "/flows/b.json"]);
    }
}
