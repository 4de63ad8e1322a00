//! What changed between two documents, by id and not by text.
//!
//! Members of an object are compared by name. Items of an array that carry an `id` (or `key`, or `name`) are
//! compared by it, so that moving a field is a move and not a rewrite of everything after it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One difference. `path` names members and ids: `/fields/title/max`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub path: String,
    pub change: ChangeKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
    /// Only where things are drawn, not what they do.
    pub layout: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
    Moved,
}

/// The differences that lead from `old` to `new`, in document order.
pub fn diff(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare("", old, new, &mut changes);
    changes
}

fn compare(path: &str, old: &Value, new: &Value, changes: &mut Vec<Change>) {
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                match after.get(name) {
                    Some(other) => compare(&join(path, name), value, other, changes),
                    None => record(&join(path, name), Some(value), None, changes),
                }
            }
            for (name, value) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
                record(&join(path, name), None, Some(value), changes);
            }
        }
        (Value::Array(before), Value::Array(after)) => match (identities(before), identities(after)) {
            (Some(before_ids), Some(after_ids)) => {
                compare_identified(path, (before, &before_ids), (after, &after_ids), changes);
            }
            _ if before == after => {}
            _ => record(path, Some(old), Some(new), changes),
        },
        _ if old == new => {}
        _ => record(path, Some(old), Some(new), changes),
    }
}

type Identified<'a> = (&'a [Value], &'a [String]);

fn compare_identified(path: &str, old: Identified<'_>, new: Identified<'_>, changes: &mut Vec<Change>) {
    let kept_old: Vec<_> = old.1.iter().filter(|id| new.1.contains(id)).collect();
    let kept_new: Vec<_> = new.1.iter().filter(|id| old.1.contains(id)).collect();
    let still = longest_common(&kept_old, &kept_new);
    for (value, id) in old.0.iter().zip(old.1) {
        match new.1.iter().position(|other| other == id) {
            Some(at) => compare(&join(path, id), value, &new.0[at], changes),
            None => record(&join(path, id), Some(value), None, changes),
        }
    }
    for (index, (value, id)) in new.0.iter().zip(new.1).enumerate() {
        if !old.1.contains(id) {
            record(&join(path, id), None, Some(value), changes);
        } else if !still.contains(&id) {
            let from = old.1.iter().position(|other| other == id);
            changes.push(Change {
                path: join(path, id),
                change: ChangeKind::Moved,
                from: from.map(Value::from),
                to: Some(index.into()),
                layout: is_layout(path),
            });
        }
    }
}

/// The longest common subsequence: what may be said to have stayed while others moved.
fn longest_common<'a>(old: &[&'a String], new: &[&'a String]) -> Vec<&'a String> {
    let mut lengths = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for (i, left) in old.iter().enumerate().rev() {
        for (j, right) in new.iter().enumerate().rev() {
            lengths[i][j] =
                if left == right { lengths[i + 1][j + 1] + 1 } else { lengths[i + 1][j].max(lengths[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut kept) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            kept.push(old[i]);
            i += 1;
            j += 1;
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    kept
}

/// The ids of the items, when every item has one and none appears twice.
fn identities(items: &[Value]) -> Option<Vec<String>> {
    let mut found: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        let id = ["id", "key", "section", "name"].iter().find_map(|name| item.get(name)?.as_str());
        let id = id.or_else(|| item.as_str())?;
        if found.iter().any(|other| other == id) {
            return None;
        }
        found.push(id.to_owned());
    }
    Some(found)
}

fn record(path: &str, from: Option<&Value>, to: Option<&Value>, changes: &mut Vec<Change>) {
    let change = match (from, to) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        _ => ChangeKind::Changed,
    };
    changes.push(Change {
        path: path.to_owned(),
        change,
        from: from.cloned(),
        to: to.cloned(),
        layout: is_layout(path),
    });
}

fn is_layout(path: &str) -> bool {
    path.split('/').any(|part| part == "layout" || part == "position")
}

fn join(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(old: Value, new: Value, expected: &[(&str, ChangeKind)]) {
        let found = diff(&old, &new);
        let short: Vec<_> = found.iter().map(|change| (change.path.as_str(), change.change)).collect();
        assert_eq!(short, expected);
    }

    #[test]
    fn differences_are_found_by_id() {
        use ChangeKind::{Added, Changed, Moved, Removed};
        let old = json!({"fields":[{"id":"a","max":1},{"id":"b"},{"id":"c"}]});
        check(old.clone(), old.clone(), &[]);
        check(old.clone(), json!({"fields":[{"id":"a","max":2},{"id":"b"},{"id":"c"}]}), &[("/fields/a/max", Changed)]);
        check(old.clone(), json!({"fields":[{"id":"c"},{"id":"a","max":1},{"id":"b"}]}), &[("/fields/c", Moved)]);
        check(
            old.clone(),
            json!({"fields":[{"id":"a","max":1},{"id":"x"},{"id":"c"}]}),
            &[("/fields/b", Removed), ("/fields/x", Added)],
        );
        check(json!({"edges":[["a","b"]]}), json!({"edges":[["a","c"]]}), &[("/edges", Changed)]);
        check(json!({"m":["x","y"]}), json!({"m":["y","x","z"]}), &[("/m/x", Moved), ("/m/z", Added)]);
        check(json!({"a":1}), json!({"b":1}), &[("/a", Removed), ("/b", Added)]);
    }

    #[test]
    fn layout_is_told_apart() {
        let found =
            diff(&json!({"nodes":[{"id":"a","position":[1,2]}]}), &json!({"nodes":[{"id":"a","position":[1,3]}]}));
        assert!(found.iter().all(|change| change.layout) && found.len() == 1);
    }
}
