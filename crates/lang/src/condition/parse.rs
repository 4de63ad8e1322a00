//! From a JSON document to a [`Condition`], with limits on its size.

use serde_json::{Map, Value};

use super::{Condition, Operator, Predicate, Quantifier};
use crate::problem::Problem;

/// How large a condition may be.
pub struct Limits;

impl Limits {
    pub const DEPTH: usize = 8;
    pub const PREDICATES: usize = 200;
    pub const LIST_ITEMS: usize = 1_000;
    pub const TEXT_CHARS: usize = 2_000;
}

pub(super) fn parse(document: &Value) -> Result<Condition, Problem> {
    let mut parser = Parser { pointer: String::new(), depth: 0, predicates: 0 };
    parser.condition(document)
}

struct Parser {
    pointer: String,
    depth: usize,
    predicates: usize,
}

impl Parser {
    fn condition(&mut self, document: &Value) -> Result<Condition, Problem> {
        let Value::Object(object) = document else {
            return Err(self.problem("condition.malformed", "a condition is an object"));
        };
        self.depth += 1;
        if self.depth > Limits::DEPTH {
            return Err(self.problem("condition.too_deep", Limits::DEPTH.to_string()));
        }
        let condition = self.object(object)?;
        self.depth -= 1;
        Ok(condition)
    }

    fn object(&mut self, object: &Map<String, Value>) -> Result<Condition, Problem> {
        if let Some(list) = object.get("all") {
            self.only(object, &["all"])?;
            return Ok(Condition::All(self.list("all", list)?));
        }
        if let Some(list) = object.get("any") {
            self.only(object, &["any"])?;
            return Ok(Condition::Any(self.list("any", list)?));
        }
        if let Some(inner) = object.get("not") {
            self.only(object, &["not"])?;
            return Ok(Condition::Not(Box::new(self.within("not", inner)?)));
        }
        for quantifier in Quantifier::ALL {
            if object.contains_key(quantifier.key()) {
                self.only(object, &[quantifier.key(), "where"])?;
                let table = self.path(object, quantifier.key())?;
                let condition = Box::new(self.filter(object)?);
                return Ok(Condition::Rows { quantifier, table, condition });
            }
        }
        if object.contains_key("count") {
            return self.count(object);
        }
        if object.contains_key("f") {
            return self.predicate(object);
        }
        Err(self.problem("condition.malformed", "one of all, any, not, f, some, every, none, count is needed"))
    }

    fn predicate(&mut self, object: &Map<String, Value>) -> Result<Condition, Problem> {
        self.only(object, &["f", "op", "v"])?;
        self.add_predicate()?;
        let field = self.path(object, "f")?;
        let operator = self.operator(object)?;
        let value = self.value(object, operator)?;
        Ok(Condition::Field(Predicate { field, operator, value }))
    }

    fn count(&mut self, object: &Map<String, Value>) -> Result<Condition, Problem> {
        self.only(object, &["count", "where", "op", "v"])?;
        self.add_predicate()?;
        let table = self.path(object, "count")?;
        let condition = Box::new(self.filter(object)?);
        let operator = self.operator(object)?;
        let Some(value) = self.value(object, operator)? else {
            return Err(self.problem_at("op", "condition.operator_not_allowed", operator.key()));
        };
        Ok(Condition::Count { table, condition, operator, value })
    }

    /// `where` may be left out: then every row counts.
    fn filter(&mut self, object: &Map<String, Value>) -> Result<Condition, Problem> {
        match object.get("where") {
            Some(condition) => self.within("where", condition),
            None => Ok(Condition::always()),
        }
    }

    fn list(&mut self, key: &str, list: &Value) -> Result<Vec<Condition>, Problem> {
        let Value::Array(items) = list else {
            return Err(self.problem_at(key, "condition.malformed", "a list of conditions is needed"));
        };
        let mut conditions = Vec::with_capacity(items.len().min(Limits::PREDICATES));
        for (at, item) in items.iter().enumerate() {
            // Empty groups are no predicates, so the length is limited as well.
            if at >= Limits::PREDICATES {
                return Err(self.problem_at(key, "condition.too_many_predicates", Limits::PREDICATES.to_string()));
            }
            conditions.push(self.within(&format!("{key}/{at}"), item)?);
        }
        Ok(conditions)
    }

    fn within(&mut self, key: &str, document: &Value) -> Result<Condition, Problem> {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(key);
        let condition = self.condition(document)?;
        self.pointer.truncate(length);
        Ok(condition)
    }

    fn path(&self, object: &Map<String, Value>, key: &str) -> Result<String, Problem> {
        match object.get(key).and_then(Value::as_str) {
            Some(path) if !path.is_empty() => Ok(path.to_owned()),
            _ => Err(self.problem_at(key, "condition.malformed", "the name of a field is needed")),
        }
    }

    fn operator(&self, object: &Map<String, Value>) -> Result<Operator, Problem> {
        let key = object.get("op").and_then(Value::as_str).unwrap_or_default();
        Operator::from_key(key).ok_or_else(|| self.problem_at("op", "condition.unknown_operator", key))
    }

    fn value(&self, object: &Map<String, Value>, operator: Operator) -> Result<Option<Value>, Problem> {
        match object.get("v") {
            None if operator.takes_value() => Err(self.problem_at("v", "condition.missing_value", operator.key())),
            None => Ok(None),
            Some(_) if !operator.takes_value() => {
                Err(self.problem_at("v", "condition.unexpected_value", operator.key()))
            }
            Some(Value::Array(items)) if items.len() > Limits::LIST_ITEMS => {
                Err(self.problem_at("v", "condition.too_many_items", Limits::LIST_ITEMS.to_string()))
            }
            Some(value) => Ok(Some(value.clone())),
        }
    }

    fn add_predicate(&mut self) -> Result<(), Problem> {
        self.predicates += 1;
        if self.predicates > Limits::PREDICATES {
            return Err(self.problem("condition.too_many_predicates", Limits::PREDICATES.to_string()));
        }
        Ok(())
    }

    fn only(&self, object: &Map<String, Value>, known: &[&str]) -> Result<(), Problem> {
        match object.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(self.problem("condition.unknown_key", key)),
            None => Ok(()),
        }
    }

    fn problem(&self, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(&self.pointer, code, detail)
    }

    fn problem_at(&self, key: &str, code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(format!("{}/{key}", self.pointer), code, detail)
    }
}
