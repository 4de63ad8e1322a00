//! The order in which computed fields can be computed.

use std::collections::HashMap;

/// Formulas that need each other: each field needs the next one, the last needs the first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("formulas need each other: {}", .0.join(" → "))]
pub struct Cycle(pub Vec<String>);

/// Sorts fields so that each comes after those it needs; `fields` lists name and needed names.
/// Names that are not in the list are plain inputs. Fields that need nothing keep their order.
pub fn order(fields: &[(String, Vec<String>)]) -> Result<Vec<usize>, Cycle> {
    let places = fields.iter().enumerate().map(|(at, (name, _))| (name.as_str(), at)).collect();
    let mut walk =
        Walk { fields, places, state: vec![State::New; fields.len()], trail: Vec::new(), sorted: Vec::new() };
    for at in 0..fields.len() {
        walk.visit(at)?;
    }
    Ok(walk.sorted)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

struct Walk<'a> {
    fields: &'a [(String, Vec<String>)],
    places: HashMap<&'a str, usize>,
    state: Vec<State>,
    trail: Vec<usize>,
    sorted: Vec<usize>,
}

impl Walk<'_> {
    fn visit(&mut self, at: usize) -> Result<(), Cycle> {
        match self.state[at] {
            State::Done => return Ok(()),
            State::Open => {
                let start = self.trail.iter().position(|other| *other == at).unwrap_or(0);
                let names = self.trail[start..].iter().map(|other| self.fields[*other].0.clone());
                return Err(Cycle(names.collect()));
            }
            State::New => {}
        }
        self.state[at] = State::Open;
        self.trail.push(at);
        for needed in &self.fields[at].1 {
            if let Some(next) = self.places.get(needed.as_str()) {
                self.visit(*next)?;
            }
        }
        self.trail.pop();
        self.state[at] = State::Done;
        self.sorted.push(at);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(list: &[(&str, &[&str])]) -> Vec<(String, Vec<String>)> {
        list.iter()
            .map(|(name, needs)| ((*name).to_owned(), needs.iter().map(|need| (*need).to_owned()).collect()))
            .collect()
    }

    #[test]
    fn needed_fields_come_first() {
        let fields = fields(&[("total", &["parts.sum", "fee"]), ("fee", &["input"]), ("parts.sum", &["parts.qty"])]);
        assert_eq!(order(&fields), Ok(vec![2, 1, 0]));
    }

    #[test]
    fn a_cycle_is_named() {
        let fields = fields(&[("x", &["a"]), ("a", &["b"]), ("b", &["c"]), ("c", &["a"])]);
        assert_eq!(order(&fields), Err(Cycle(vec!["a".into(), "b".into(), "c".into()])));
        assert_eq!(order(&[("a".into(), vec!["a".into()])]), Err(Cycle(vec!["a".into()])));
    }
}
