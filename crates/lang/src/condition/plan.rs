//! A checked condition: every name resolved, every literal read once.

use crate::civil::Duration;
use crate::types::Type;

use super::Quantifier;

/// A condition whose names and types are sound, ready to evaluate or to compile.
#[derive(Debug, Clone)]
pub struct Checked {
    pub(super) root: Node,
    pub(super) fields: Vec<String>,
    pub(super) outer_fields: Vec<String>,
    pub(super) uses_old: bool,
}

impl Checked {
    /// The condition that every row fulfils.
    pub fn always() -> Self {
        Self { root: Node::All(Vec::new()), fields: Vec::new(), outer_fields: Vec::new(), uses_old: false }
    }

    /// True when all of `conditions` are.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self::always();
        let mut nodes = Vec::new();
        for condition in conditions {
            nodes.push(condition.root);
            joined.fields.extend(condition.fields);
            joined.outer_fields.extend(condition.outer_fields);
            joined.uses_old |= condition.uses_old;
        }
        joined.fields.sort();
        joined.fields.dedup();
        joined.root = Node::All(nodes);
        joined
    }

    /// The parts that must all hold. Joined by [`Checked::all`] they mean the same; each still names all fields.
    pub fn conjuncts(&self) -> Vec<Self> {
        fn collect<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
            match node {
                Node::All(nodes) => nodes.iter().for_each(|node| collect(node, found)),
                other => found.push(other),
            }
        }
        let mut nodes = Vec::new();
        collect(&self.root, &mut nodes);
        nodes.into_iter().map(|node| Self { root: node.clone(), ..self.clone() }).collect()
    }

    /// Fields of the row that the condition reads, sorted; a table's columns count as the table.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Fields of the outer row that the condition reads, sorted.
    pub fn outer_fields(&self) -> &[String] {
        &self.outer_fields
    }

    /// Whether `changed` occurs.
    pub fn uses_old(&self) -> bool {
        self.uses_old
    }
}

#[derive(Debug, Clone)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(Test),
    Rows { quantifier: Quantifier, table: Field, condition: Box<Node> },
    Count { table: Field, condition: Box<Node>, test: CountTest },
}

#[derive(Debug, Clone)]
pub(super) struct CountTest {
    pub(super) negative: bool,
    pub(super) relation: CountRelation,
}

#[derive(Debug, Clone)]
pub(super) enum CountRelation {
    Equal(i64),
    Order(Relation, i64),
    Between(i64, i64),
}

/// One comparison; `negative` turns the answer round.
#[derive(Debug, Clone)]
pub(super) struct Test {
    pub(super) field: Field,
    pub(super) negative: bool,
    pub(super) check: Check,
}

#[derive(Debug, Clone)]
pub(super) enum Check {
    Empty,
    Changed,
    Equal(Operand),
    Order(Relation, Operand),
    Between(Operand, Operand),
    OneOf(List),
    Contains(Operand),
    Starts(Operand),
    HasAny(List),
    HasAll(List),
    Under(Operand),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Lt,
    Lte,
    Gt,
    Gte,
}

/// A field of a row, and how to read it.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) path: Vec<String>,
    pub(super) outer: bool,
    pub(super) kind: Kind,
    /// Brings a number to the scale of the comparison.
    pub(super) factor: i64,
    pub(super) declared: Type,
}

/// How values of a type compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Bool,
    Number {
        scale: u8,
    },
    Date,
    Instant,
    List,
    Table,
    /// Can only be empty or not.
    Opaque,
}

/// The right side of a comparison.
#[derive(Debug, Clone)]
pub(super) enum Operand {
    Text(String),
    /// A scaled number, a date as a number, an instant, or a truth value, by the field's kind.
    Number(i64),
    Field(Field),
    Me,
    Actor,
    MyOrg,
    Today,
    /// The instant at which the local day began.
    TodayStart,
    Now,
    Shifted {
        sign: i64,
        by: Duration,
    },
}

/// The right side of a comparison with a list; literals are sorted and unique.
#[derive(Debug, Clone)]
pub(super) enum List {
    Texts(Vec<String>),
    Numbers(Vec<i64>),
    OrgsBelow,
    Roles,
}
