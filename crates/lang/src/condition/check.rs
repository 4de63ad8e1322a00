//! Checks a condition against the types of its rows and turns it into a plan.

use serde_json::Value;

use super::compare::{Side, list_for, operand_for, same_kind};
use super::plan::{Check, Checked, CountRelation, CountTest, Field, Kind, Node, Relation, Test};
use super::{Condition, Operator, Predicate};
use crate::problem::Problem;
use crate::read;
use crate::types::{Type, Types};

pub(super) fn check(condition: &Condition, types: &Types) -> Result<Checked, Vec<Problem>> {
    let mut checker = Checker {
        types,
        pointer: String::new(),
        problems: Vec::new(),
        fields: Vec::new(),
        outer_fields: Vec::new(),
        uses_old: false,
        nested: false,
    };
    let root = checker.node(condition);
    if !checker.problems.is_empty() {
        return Err(checker.problems);
    }
    let mut checked =
        Checked { root, fields: checker.fields, outer_fields: checker.outer_fields, uses_old: checker.uses_old };
    for fields in [&mut checked.fields, &mut checked.outer_fields] {
        fields.sort();
        fields.dedup();
    }
    Ok(checked)
}

pub(super) struct Checker<'a> {
    types: &'a Types,
    pointer: String,
    problems: Vec<Problem>,
    fields: Vec<String>,
    outer_fields: Vec<String>,
    uses_old: bool,
    /// Inside `where`: the row is a table's row.
    nested: bool,
}

impl<'a> Checker<'a> {
    fn node(&mut self, condition: &Condition) -> Node {
        match condition {
            Condition::All(list) => Node::All(self.list("all", list)),
            Condition::Any(list) => Node::Any(self.list("any", list)),
            Condition::Not(inner) => Node::Not(Box::new(self.within("not", inner))),
            Condition::Field(predicate) => self.predicate(predicate).unwrap_or(NOTHING),
            Condition::Rows { quantifier, table, condition } => {
                let Some((table, condition)) = self.table(quantifier.key(), table, condition) else {
                    return NOTHING;
                };
                Node::Rows { quantifier: *quantifier, table, condition: Box::new(condition) }
            }
            Condition::Count { table, condition, operator, value } => {
                let test = self.count_test(*operator, value);
                let table = self.table("count", table, condition);
                let (Some(test), Some((table, condition))) = (test, table) else {
                    return NOTHING;
                };
                Node::Count { table, condition: Box::new(condition), test }
            }
        }
    }

    fn list(&mut self, key: &str, conditions: &[Condition]) -> Vec<Node> {
        conditions.iter().enumerate().map(|(at, inner)| self.within(&format!("{key}/{at}"), inner)).collect()
    }

    fn within(&mut self, key: &str, condition: &Condition) -> Node {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(key);
        let node = self.node(condition);
        self.pointer.truncate(length);
        node
    }

    fn table(&mut self, key: &str, name: &str, condition: &Condition) -> Option<(Field, Node)> {
        let (outer, field) = self.field(key, name)?;
        let Type::Table { fields } = &field.declared else {
            self.fail(key, "condition.not_a_table", name);
            return None;
        };
        if outer || self.nested {
            self.fail(key, "condition.nested_table", name);
            return None;
        }
        let inside = fields.clone().with_outer(self.types.clone());
        let mut checker = Checker {
            types: &inside,
            pointer: std::mem::take(&mut self.pointer),
            problems: Vec::new(),
            fields: Vec::new(),
            outer_fields: Vec::new(),
            uses_old: false,
            nested: true,
        };
        let node = checker.within("where", condition);
        self.pointer = checker.pointer;
        self.problems.append(&mut checker.problems);
        self.fields.append(&mut checker.outer_fields);
        Some((field, node))
    }

    fn predicate(&mut self, predicate: &Predicate) -> Option<Node> {
        let (outer, field) = self.field("f", &predicate.field)?;
        if outer {
            self.fail("f", "condition.unknown_field", &predicate.field);
            return None;
        }
        if !allowed(predicate.operator, &field) {
            self.fail("op", "condition.operator_not_allowed", predicate.operator.key());
            return None;
        }
        if predicate.operator == Operator::Changed {
            if !self.types.has_old() {
                self.fail("op", "condition.operator_not_allowed", "changed");
                return None;
            }
            self.uses_old = true;
        }
        let value = predicate.value.as_ref().unwrap_or(&Value::Null);
        self.test(predicate.operator, field, value).map(Node::Test)
    }

    fn test(&mut self, operator: Operator, mut field: Field, value: &Value) -> Option<Test> {
        use Operator as Op;
        let check = match operator {
            Op::Empty | Op::NotEmpty => Check::Empty,
            Op::Changed => Check::Changed,
            Op::Eq | Op::Ne => Check::Equal(operand_for(self, &mut field, "v", value)?),
            Op::Lt => Check::Order(Relation::Lt, operand_for(self, &mut field, "v", value)?),
            Op::Lte => Check::Order(Relation::Lte, operand_for(self, &mut field, "v", value)?),
            Op::Gt => Check::Order(Relation::Gt, operand_for(self, &mut field, "v", value)?),
            Op::Gte => Check::Order(Relation::Gte, operand_for(self, &mut field, "v", value)?),
            Op::Between => {
                let Value::Array(bounds) = value else {
                    return self.refuse("v", "condition.wrong_type", "two bounds are needed");
                };
                let [low, high] = bounds.as_slice() else {
                    return self.refuse("v", "condition.wrong_type", "two bounds are needed");
                };
                if [low, high].into_iter().any(|bound| bound.get("f").is_some()) {
                    return self.refuse("v", "condition.wrong_type", "a bound cannot be a field");
                }
                let low = operand_for(self, &mut field, "v/0", low);
                let high = operand_for(self, &mut field, "v/1", high);
                Check::Between(low?, high?)
            }
            Op::In | Op::Nin => Check::OneOf(list_for(self, &field, value)?),
            Op::HasAny | Op::HasNone => Check::HasAny(list_for(self, &field, value)?),
            Op::HasAll => Check::HasAll(list_for(self, &field, value)?),
            Op::Contains | Op::NotContains => Check::Contains(operand_for(self, &mut field, "v", value)?),
            Op::Starts => Check::Starts(operand_for(self, &mut field, "v", value)?),
            Op::Under => {
                if value.get("f").is_some() {
                    return self.refuse("v", "condition.wrong_type", "an organisation is needed, not a field");
                }
                Check::Under(operand_for(self, &mut field, "v", value)?)
            }
        };
        let negative = matches!(operator, Op::Ne | Op::Nin | Op::NotContains | Op::NotEmpty | Op::HasNone);
        Some(Test { field, negative, check })
    }

    fn count_test(&mut self, operator: Operator, value: &Value) -> Option<CountTest> {
        let number = |value: &Value| read::scaled(value, 0).filter(|count| *count >= 0);
        let relation = match (operator, value) {
            (Operator::Between, Value::Array(bounds)) if bounds.len() == 2 => {
                Some((number(&bounds[0]), number(&bounds[1])))
                    .and_then(|(low, high)| Some(CountRelation::Between(low?, high?)))
            }
            (Operator::Eq | Operator::Ne, value) => number(value).map(CountRelation::Equal),
            (Operator::Lt, value) => number(value).map(|count| CountRelation::Order(Relation::Lt, count)),
            (Operator::Lte, value) => number(value).map(|count| CountRelation::Order(Relation::Lte, count)),
            (Operator::Gt, value) => number(value).map(|count| CountRelation::Order(Relation::Gt, count)),
            (Operator::Gte, value) => number(value).map(|count| CountRelation::Order(Relation::Gte, count)),
            (Operator::Between, _) => None,
            _ => return self.refuse("op", "condition.operator_not_allowed", operator.key()),
        };
        let Some(relation) = relation else {
            return self.refuse("v", "condition.wrong_type", "a whole number is needed");
        };
        Some(CountTest { negative: operator == Operator::Ne, relation })
    }

    /// Resolves a written path; the answer says whether it leads to the outer row.
    fn field(&mut self, key: &str, written: &str) -> Option<(bool, Field)> {
        let types = self.types;
        let Some((outer, bare, declared)) = types.resolve(written) else {
            self.fail(key, "condition.unknown_field", written);
            return None;
        };
        let used = if outer { &mut self.outer_fields } else { &mut self.fields };
        used.push(bare.to_owned());
        let path = bare.split('.').map(str::to_owned).collect();
        let field = Field {
            name: bare.to_owned(),
            path,
            outer,
            kind: kind_of(declared),
            factor: 1,
            declared: declared.clone(),
        };
        Some((outer, field))
    }

    pub(super) fn refuse<T>(&mut self, key: &str, code: &'static str, detail: &str) -> Option<T> {
        self.fail(key, code, detail);
        None
    }

    fn fail(&mut self, key: &str, code: &'static str, detail: &str) {
        let short: String = detail.chars().take(100).collect();
        self.problems.push(Problem::new(format!("{}/{key}", self.pointer), code, short));
    }
}

impl Side for Checker<'_> {
    fn reject(&mut self, key: &str, code: &'static str, detail: &str) {
        self.fail(key, code, detail);
    }

    fn other_field(&mut self, key: &str, written: &str, field: &Field) -> Option<Field> {
        let (_, other) = self.field(key, written)?;
        if !same_kind(field, &other) {
            return self.refuse(key, "condition.wrong_type", written);
        }
        Some(other)
    }
}

/// Stands where a faulty part was; never evaluated, because faults make the check fail.
const NOTHING: Node = Node::Any(Vec::new());

fn kind_of(declared: &Type) -> Kind {
    match declared {
        Type::Text | Type::Choice { .. } | Type::Person | Type::Org | Type::Reference { .. } => Kind::Text,
        Type::Number { scale } | Type::Money { scale } => Kind::Number { scale: *scale },
        Type::Date => Kind::Date,
        Type::DateTime => Kind::Instant,
        Type::Bool => Kind::Bool,
        Type::MultiChoice { .. } => Kind::List,
        Type::Table { .. } => Kind::Table,
        Type::Files | Type::Opaque => Kind::Opaque,
    }
}

/// Which operators a type has.
fn allowed(operator: Operator, field: &Field) -> bool {
    use Operator as Op;
    match operator {
        Op::Empty | Op::NotEmpty | Op::Changed => true,
        Op::Eq | Op::Ne => {
            matches!(field.kind, Kind::Text | Kind::Bool | Kind::Number { .. } | Kind::Date | Kind::Instant)
        }
        Op::Lt | Op::Lte | Op::Gt | Op::Gte | Op::Between => {
            matches!(field.kind, Kind::Number { .. } | Kind::Date | Kind::Instant)
        }
        Op::In | Op::Nin => matches!(field.kind, Kind::Text | Kind::Number { .. } | Kind::Date),
        Op::Contains | Op::NotContains | Op::Starts => field.declared == Type::Text,
        Op::HasAny | Op::HasAll | Op::HasNone => field.kind == Kind::List,
        Op::Under => field.declared == Type::Org,
    }
}
