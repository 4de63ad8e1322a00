//! Patterns that unfold into sentences.
//!
//! `(a|b|c)` is one of its parts, `[a]` is there half of the time, `{name}` is a value or one pattern of a list.
//! Nothing is escaped: Chinese text has brackets of its own.

use std::collections::BTreeMap;

use super::random::Random;

/// Patterns refer to patterns; deeper than this they refer to themselves.
const MAX_DEPTH: u8 = 8;

/// What `{name}` may stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope<'a> {
    /// Texts that are settled for this ticket.
    values: BTreeMap<&'static str, String>,
    lists: Vec<&'a BTreeMap<String, Vec<String>>>,
}

impl<'a> Scope<'a> {
    pub(super) fn with_lists(lists: &'a BTreeMap<String, Vec<String>>) -> Self {
        Self { values: BTreeMap::new(), lists: vec![lists] }
    }

    pub(super) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.values.insert(name, value.into());
    }

    /// A pattern is usable when every value it needs is there: no device number without a device.
    pub(super) fn can_say(&self, pattern: &str) -> bool {
        let mut names = pattern.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
        names.all(|(name, _)| match self.list(name) {
            Some(list) => list.iter().any(|inner| self.can_say(inner)),
            None => self.values.contains_key(name) || is_number(name),
        })
    }

    /// One of the usable patterns, unfolded.
    pub(super) fn say(&self, patterns: &[String], random: &mut Random) -> String {
        let usable: Vec<_> = patterns.iter().filter(|pattern| self.can_say(pattern)).collect();
        random.pick(&usable).map(|pattern| self.unfold(pattern, random)).unwrap_or_default()
    }

    fn unfold(&self, pattern: &str, random: &mut Random) -> String {
        let chars: Vec<char> = pattern.chars().collect();
        let mut out = String::new();
        self.write(&chars, random, MAX_DEPTH, &mut out);
        out
    }

    fn write(&self, pattern: &[char], random: &mut Random, depth: u8, out: &mut String) {
        let mut at = 0;
        while let Some(&c) = pattern.get(at) {
            let Some(end) = closing(pattern, at) else {
                out.push(c);
                at += 1;
                continue;
            };
            let inside = &pattern[at + 1..end];
            at = end + 1;
            if depth == 0 {
                continue;
            }
            match c {
                '(' => {
                    let parts = alternatives(inside);
                    if let Some(part) = random.pick(&parts) {
                        self.write(part, random, depth - 1, out);
                    }
                }
                '[' => {
                    if random.chance(0.5) {
                        self.write(inside, random, depth - 1, out);
                    }
                }
                _ => self.write_name(&inside.iter().collect::<String>(), random, depth - 1, out),
            }
        }
    }

    fn write_name(&self, name: &str, random: &mut Random, depth: u8, out: &mut String) {
        if let Some(value) = self.values.get(name) {
            out.push_str(value);
        } else if let Some(list) = self.list(name) {
            let usable: Vec<_> = list.iter().filter(|pattern| self.can_say(pattern)).collect();
            if let Some(pattern) = random.pick(&usable) {
                let chars: Vec<char> = pattern.chars().collect();
                self.write(&chars, random, depth, out);
            }
        } else {
            out.push_str(&number(name, random));
        }
    }

    fn list(&self, name: &str) -> Option<&'a Vec<String>> {
        self.lists.iter().find_map(|lists| lists.get(name))
    }
}

fn is_number(name: &str) -> bool {
    matches!(name, "n" | "hour" | "minute" | "ext")
}

fn number(name: &str, random: &mut Random) -> String {
    match name {
        "n" => random.between(2, 9).to_string(),
        "hour" => random.between(7, 18).to_string(),
        "minute" => format!("{:02}", random.between(0, 11) * 5),
        "ext" => random.between(6001, 6899).to_string(),
        _ => String::new(),
    }
}

/// Where the bracket that opens at `from` closes; `None` when none opens there.
fn closing(pattern: &[char], from: usize) -> Option<usize> {
    let (open, close) = match pattern[from] {
        '(' => ('(', ')'),
        '[' => ('[', ']'),
        '{' => ('{', '}'),
        _ => return None,
    };
    let mut depth = 0;
    for (at, &c) in pattern.iter().enumerate().skip(from) {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// The parts between bars, bars inside brackets aside.
fn alternatives(inside: &[char]) -> Vec<&[char]> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < inside.len() {
        if let Some(end) = closing(inside, at) {
            at = end;
        } else if inside[at] == '|' {
            parts.push(&inside[start..at]);
            start = at + 1;
        }
        at += 1;
    }
    parts.push(&inside[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn all(pattern: &str, scope: &Scope<'_>) -> BTreeSet<String> {
        let said = (0..200).map(|seed| scope.say(&[pattern.to_owned()], &mut Random::new(seed)));
        said.collect()
    }

    #[test]
    fn patterns_unfold_in_every_way() {
        let lists = BTreeMap::from([("who".to_owned(), vec!["张(三|四)".to_owned()])]);
        let mut scope = Scope::with_lists(&lists);
        scope.set("asset", "KT-01");
        let check = |pattern: &str, expected: &[&str]| {
            let expected: BTreeSet<_> = expected.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(all(pattern, &scope), expected, "{pattern}");
        };
        check("灯(不亮|闪(了|过))", &["灯不亮", "灯闪了", "灯闪过"]);
        check("灯[坏]了", &["灯坏了", "灯了"]);
        check("{who}报{asset}", &["张三报KT-01", "张四报KT-01"]);
        check("没有(括号", &["没有(括号"]);
        assert_eq!(all("{n}次", &scope).len(), 8);
        assert!(!scope.can_say("{asset_name}坏了"), "a value that is missing");
    }
}
