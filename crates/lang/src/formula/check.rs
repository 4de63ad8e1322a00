//! Gives every part of a formula its kind, and resolves the fields.

use super::{Binary, Expression, Function};
use crate::decimal::Decimal;
use crate::problem::Problem;
use crate::types::{Choice, MAX_SCALE, Type, Types};

/// What a formula or a part of it yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    Text,
    Truth,
    Date,
    Instant,
}

/// A formula whose names and kinds are sound.
#[derive(Debug, Clone)]
pub struct CheckedFormula {
    pub(super) root: Node,
    pub(super) kind: Kind,
    /// Decimals of the result, when a field asks for them.
    pub(super) scale: Option<u8>,
    fields: Vec<String>,
    outer_fields: Vec<String>,
}

impl CheckedFormula {
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Fields of the row that the formula reads, sorted; a table's column as `table.column`.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Fields of the outer row that a column's formula reads, sorted.
    pub fn outer_fields(&self) -> &[String] {
        &self.outer_fields
    }
}

#[derive(Debug, Clone)]
pub(super) enum Node {
    Number(Decimal),
    Text(String),
    Field(Field),
    Negate(Box<Node>),
    Arithmetic(Binary, Box<Node>, Box<Node>),
    Compare(Binary, Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Aggregate(Function, Vec<Part>),
    Round(Box<Node>, u8),
    Concat(Vec<Node>),
    Days(Box<Node>, Box<Node>),
    Label(Field, Vec<Choice>),
}

/// One argument of an aggregate.
#[derive(Debug, Clone)]
pub(super) enum Part {
    One(Node),
    /// The expression once for each row of a table.
    Each {
        table: Vec<String>,
        node: Node,
    },
    /// How many rows or items a field has.
    Items(Vec<String>),
}

#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) source: Source,
    pub(super) path: Vec<String>,
    pub(super) read: Read,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Row,
    Outer,
    /// The current row of the table that an aggregate walks.
    TableRow,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Number {
        scale: u8,
    },
    Text,
    Truth,
    Date,
    Instant,
    /// Only for `text`: all values of a multiple choice.
    List,
}

pub(super) fn check(root: &Expression, types: &Types, target: Option<&Type>) -> Result<CheckedFormula, Vec<Problem>> {
    let mut checker = Checker {
        types,
        problems: Vec::new(),
        fields: Vec::new(),
        outer_fields: Vec::new(),
        table: None,
        walked: false,
    };
    let node = checker.node(root);
    if let (Some((_, kind)), Some(target)) = (&node, target) {
        checker.expect_target(*kind, target);
    }
    let (Some((root, kind)), true) = (node, checker.problems.is_empty()) else {
        return Err(checker.problems);
    };
    let scale = match target {
        Some(Type::Number { scale } | Type::Money { scale }) => Some(*scale),
        _ => None,
    };
    let mut checked = CheckedFormula { root, kind, scale, fields: checker.fields, outer_fields: checker.outer_fields };
    for fields in [&mut checked.fields, &mut checked.outer_fields] {
        fields.sort();
        fields.dedup();
    }
    Ok(checked)
}

type Typed = Option<(Node, Kind)>;

struct Checker<'a> {
    types: &'a Types,
    problems: Vec<Problem>,
    fields: Vec<String>,
    outer_fields: Vec<String>,
    /// Inside an aggregate: the table whose columns occurred, once one did.
    table: Option<Option<String>>,
    /// Whether an aggregate inside the current argument walks a table.
    walked: bool,
}

impl Checker<'_> {
    fn node(&mut self, expression: &Expression) -> Typed {
        match expression {
            Expression::Number(number) => Some((Node::Number(*number), Kind::Number)),
            Expression::Text(text) => Some((Node::Text(text.clone()), Kind::Text)),
            Expression::Field { name, at } => self.field(name, *at),
            Expression::Negate { inner, at } => {
                let inner = self.of_kind(inner, Kind::Number, *at)?;
                Some((Node::Negate(Box::new(inner)), Kind::Number))
            }
            Expression::Binary { operator, left, right, at } if operator.is_comparison() => {
                self.comparison(*operator, left, right, *at)
            }
            Expression::Binary { operator, left, right, at } => {
                let left = self.of_kind(left, Kind::Number, *at);
                let right = self.of_kind(right, Kind::Number, *at);
                Some((Node::Arithmetic(*operator, Box::new(left?), Box::new(right?)), Kind::Number))
            }
            Expression::Call { function, arguments, at } if function.is_aggregate() => {
                self.aggregate(*function, arguments, *at)
            }
            Expression::Call { function, arguments, at } => self.call(*function, arguments, *at),
        }
    }

    fn comparison(&mut self, operator: Binary, left: &Expression, right: &Expression, at: usize) -> Typed {
        let (left, right) = (self.node(left), self.node(right));
        let ((left, left_kind), (right, right_kind)) = (left?, right?);
        let ordered = !matches!(left_kind, Kind::Text | Kind::Truth);
        if left_kind != right_kind || !(ordered || matches!(operator, Binary::Equal | Binary::NotEqual)) {
            return self.fail("formula.wrong_type", at);
        }
        Some((Node::Compare(operator, Box::new(left), Box::new(right)), Kind::Truth))
    }

    fn call(&mut self, function: Function, arguments: &[Expression], at: usize) -> Typed {
        match (function, arguments) {
            (Function::If, [condition, yes, no]) => {
                let condition = self.of_kind(condition, Kind::Truth, at);
                let (yes, no) = (self.node(yes), self.node(no));
                let ((yes, kind), (no, other)) = (yes?, no?);
                if kind != other {
                    return self.fail("formula.wrong_type", at);
                }
                Some((Node::If(Box::new(condition?), Box::new(yes), Box::new(no)), kind))
            }
            (Function::And, _) => Some((Node::And(self.all_of_kind(arguments, Kind::Truth, at)?), Kind::Truth)),
            (Function::Or, _) => Some((Node::Or(self.all_of_kind(arguments, Kind::Truth, at)?), Kind::Truth)),
            (Function::Not, [inner]) => {
                let inner = self.of_kind(inner, Kind::Truth, at)?;
                Some((Node::Not(Box::new(inner)), Kind::Truth))
            }
            (Function::Round, [number, rest @ ..]) => {
                let number = self.of_kind(number, Kind::Number, at)?;
                let scale = match rest {
                    [] => 0,
                    [Expression::Number(Decimal { units, scale: 0 })]
                        if (0..=i128::from(MAX_SCALE)).contains(units) =>
                    {
                        u8::try_from(*units).unwrap_or(MAX_SCALE)
                    }
                    _ => return self.fail("formula.wrong_type", at),
                };
                Some((Node::Round(Box::new(number), scale), Kind::Number))
            }
            (Function::Concat, _) => {
                let mut parts = Vec::new();
                for argument in arguments {
                    match self.node(argument)? {
                        (_, Kind::Truth) => return self.fail("formula.wrong_type", at),
                        (node, _) => parts.push(node),
                    }
                }
                Some((Node::Concat(parts), Kind::Text))
            }
            (Function::Days, [from, to]) => {
                let (from, to) = (self.day(from, at), self.day(to, at));
                Some((Node::Days(Box::new(from?), Box::new(to?)), Kind::Number))
            }
            (Function::Text, [Expression::Field { name, at }]) => self.label(name, *at),
            _ => self.fail("formula.wrong_type", at),
        }
    }

    fn aggregate(&mut self, function: Function, arguments: &[Expression], at: usize) -> Typed {
        let mut parts = Vec::new();
        for argument in arguments {
            if function == Function::Count
                && let Expression::Field { name, .. } = argument
                && let Some((false, bare, Type::Table { .. } | Type::Files | Type::MultiChoice { .. })) =
                    self.types.resolve(name)
            {
                self.fields.push(bare.to_owned());
                parts.push(Part::Items(split(bare)));
                continue;
            }
            let (table, node) = self.walking(argument, at);
            let (node, kind) = node?;
            if kind != Kind::Number && function != Function::Count {
                return self.fail("formula.wrong_type", at);
            }
            parts.push(match table {
                Some(table) => Part::Each { table: split(&table), node },
                None => Part::One(node),
            });
        }
        Some((Node::Aggregate(function, parts), Kind::Number))
    }

    /// An argument with the table whose rows it is worked out for, if it names a column. A walk inside a walk is
    /// refused: it would take the square of the rows.
    fn walking(&mut self, argument: &Expression, at: usize) -> (Option<String>, Typed) {
        let around = self.table.replace(None);
        let walked_around = std::mem::replace(&mut self.walked, false);
        let node = self.node(argument);
        let table = std::mem::replace(&mut self.table, around).flatten();
        if table.is_some() && self.walked {
            return (table, self.fail("formula.nested_aggregate", at));
        }
        self.walked |= walked_around || table.is_some();
        (table, node)
    }

    fn field(&mut self, name: &str, at: usize) -> Typed {
        let (field, declared) = self.resolve(name, at)?;
        let kind = match field.read {
            Read::Number { .. } => Kind::Number,
            Read::Text => Kind::Text,
            Read::Truth => Kind::Truth,
            Read::Date => Kind::Date,
            Read::Instant => Kind::Instant,
            Read::List => return self.fail_with("formula.wrong_type", at, name),
        };
        debug_assert!(!matches!(declared, Type::Table { .. }));
        Some((Node::Field(field), kind))
    }

    fn label(&mut self, name: &str, at: usize) -> Typed {
        let (field, declared) = self.resolve(name, at)?;
        let (Type::Choice { options } | Type::MultiChoice { options }) = declared else {
            return self.fail_with("formula.wrong_type", at, name);
        };
        Some((Node::Label(field, options.unwrap_or_default()), Kind::Text))
    }

    fn resolve(&mut self, name: &str, at: usize) -> Option<(Field, Type)> {
        if let Some((outer, bare, declared)) = self.types.resolve(name) {
            let used = if outer { &mut self.outer_fields } else { &mut self.fields };
            used.push(bare.to_owned());
            let Some(read) = read_of(declared) else {
                return self.fail_with("formula.wrong_type", at, name);
            };
            let source = if outer { Source::Outer } else { Source::Row };
            return Some((Field { source, path: split(bare), read }, declared.clone()));
        }
        let (table, column, declared) = self.column(name, at)?;
        match &mut self.table {
            None => return self.fail_with("formula.column_needs_aggregate", at, name),
            Some(Some(other)) if *other != table => {
                return self.fail_with("formula.two_tables", at, name);
            }
            Some(current) => *current = Some(table.clone()),
        }
        self.fields.push(format!("{table}.{column}"));
        let Some(read) = read_of(&declared) else {
            return self.fail_with("formula.wrong_type", at, name);
        };
        Some((Field { source: Source::TableRow, path: split(&column), read }, declared))
    }

    /// Finds `table.column`.
    fn column(&mut self, name: &str, at: usize) -> Option<(String, String, Type)> {
        let bare = name.strip_prefix("form.").unwrap_or(name);
        if let Some((table, column)) = bare.split_once('.')
            && let Some(Type::Table { fields }) = self.types.get(table)
            && let Some(declared) = fields.get(column)
        {
            return Some((table.to_owned(), column.to_owned(), declared.clone()));
        }
        self.fail_with("formula.unknown_field", at, name)
    }

    fn day(&mut self, expression: &Expression, at: usize) -> Option<Node> {
        match self.node(expression)? {
            (node, Kind::Date | Kind::Instant) => Some(node),
            _ => self.fail("formula.wrong_type", at),
        }
    }

    fn of_kind(&mut self, expression: &Expression, wanted: Kind, at: usize) -> Option<Node> {
        let (node, kind) = self.node(expression)?;
        if kind == wanted { Some(node) } else { self.fail("formula.wrong_type", at) }
    }

    fn all_of_kind(&mut self, list: &[Expression], wanted: Kind, at: usize) -> Option<Vec<Node>> {
        list.iter().map(|expression| self.of_kind(expression, wanted, at)).collect()
    }

    fn expect_target(&mut self, kind: Kind, target: &Type) {
        let fits = match target {
            Type::Number { .. } | Type::Money { .. } => kind == Kind::Number,
            Type::Text => kind == Kind::Text,
            Type::Bool => kind == Kind::Truth,
            Type::Date => kind == Kind::Date,
            Type::DateTime => kind == Kind::Instant,
            _ => false,
        };
        if !fits {
            self.problems.push(Problem::new("", "formula.wrong_result", "0"));
        }
    }

    fn fail<T>(&mut self, code: &'static str, at: usize) -> Option<T> {
        self.problems.push(Problem::new("", code, format!("{at}")));
        None
    }

    fn fail_with<T>(&mut self, code: &'static str, at: usize, name: &str) -> Option<T> {
        self.problems.push(Problem::new("", code, format!("{at} {name}")));
        None
    }
}

fn split(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

fn read_of(declared: &Type) -> Option<Read> {
    match declared {
        Type::Number { scale } | Type::Money { scale } => Some(Read::Number { scale: *scale }),
        Type::Text | Type::Choice { .. } | Type::Person | Type::Org | Type::Reference { .. } => Some(Read::Text),
        Type::Bool => Some(Read::Truth),
        Type::Date => Some(Read::Date),
        Type::DateTime => Some(Read::Instant),
        Type::MultiChoice { .. } => Some(Read::List),
        Type::Table { .. } | Type::Files | Type::Opaque => None,
    }
}
