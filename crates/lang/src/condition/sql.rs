//! Compilation to SQL: literals only as binds, identifiers only from [`Columns`], `not` pushed to the leaves.

use serde_json::Value;

use super::Quantifier;
use super::evaluate::{Rows, Scalar, date_text};
use super::plan::{Check, Checked, CountRelation, CountTest, Field, Kind, List, Node, Operand, Relation, Test};
use crate::env::Env;
use crate::read::empty_row;
use crate::sql::{Bind, Column, Columns, Dialect, JsonColumns, NotInSql, Sql};

/// Up to this many list items are bound one by one, which plans best; longer lists are one bind.
const MAX_SINGLE_BINDS: usize = 8;

impl Checked {
    /// The condition as a SQL expression; placeholders are numbered from `first_bind`.
    pub fn to_sql(
        &self,
        dialect: Dialect,
        columns: &dyn Columns,
        env: &Env,
        first_bind: usize,
    ) -> Result<Sql, NotInSql> {
        self.to_sql_within(dialect, columns, env, first_bind, &empty_row())
    }

    /// The same for a condition that compares with an outer row, whose values become binds.
    pub fn to_sql_within(
        &self,
        dialect: Dialect,
        columns: &dyn Columns,
        env: &Env,
        first_bind: usize,
        outer: &Value,
    ) -> Result<Sql, NotInSql> {
        let mut writer = Writer { dialect, env, outer, next: first_bind, text: String::new(), binds: Vec::new() };
        writer.node(&self.root, false, Scope { columns, parent: None })?;
        Ok(Sql { text: writer.text, binds: writer.binds })
    }
}

/// The row that fields belong to, and the row around it when this is a table's row.
#[derive(Clone, Copy)]
struct Scope<'a> {
    columns: &'a dyn Columns,
    parent: Option<&'a dyn Columns>,
}

struct Writer<'a> {
    dialect: Dialect,
    env: &'a Env,
    outer: &'a Value,
    next: usize,
    text: String,
    binds: Vec<Bind>,
}

/// An expression, or the knowledge that there is no value.
type Expression = Option<String>;

impl Writer<'_> {
    fn node(&mut self, node: &Node, negated: bool, scope: Scope<'_>) -> Result<(), NotInSql> {
        match node {
            Node::All(list) => self.group(list, if negated { " OR " } else { " AND " }, negated, scope),
            Node::Any(list) => self.group(list, if negated { " AND " } else { " OR " }, negated, scope),
            Node::Not(inner) => self.node(inner, !negated, scope),
            Node::Test(test) => {
                let negated = negated != test.negative;
                let text = self.test(test, negated, scope)?;
                self.text.push_str(&text);
                Ok(())
            }
            Node::Rows { quantifier, table, condition } => {
                let wanted = *quantifier == Quantifier::Some;
                self.text.push_str(if negated == wanted {
                    "NOT EXISTS (SELECT 1 FROM "
                } else {
                    "EXISTS (SELECT 1 FROM "
                });
                self.table_rows(table, condition, *quantifier == Quantifier::Every, scope)?;
                self.text.push(')');
                Ok(())
            }
            Node::Count { table, condition, test } => {
                self.text.push_str(if negated != test.negative {
                    "NOT ((SELECT count(*) FROM "
                } else {
                    "((SELECT count(*) FROM "
                });
                self.table_rows(table, condition, false, scope)?;
                let relation = self.count_relation(test);
                self.text.push_str(&format!("){relation})"));
                Ok(())
            }
        }
    }

    fn group(&mut self, list: &[Node], joiner: &str, negated: bool, scope: Scope<'_>) -> Result<(), NotInSql> {
        if list.is_empty() {
            self.text.push_str(if joiner == " AND " { "TRUE" } else { "FALSE" });
            return Ok(());
        }
        self.text.push('(');
        for (at, node) in list.iter().enumerate() {
            if at > 0 {
                self.text.push_str(joiner);
            }
            self.node(node, negated, scope)?;
        }
        self.text.push(')');
        Ok(())
    }

    /// `{from} AND {condition}`, for the inside of EXISTS or count.
    fn table_rows(&mut self, table: &Field, condition: &Node, negated: bool, scope: Scope<'_>) -> Result<(), NotInSql> {
        let Column::Table { from, row, .. } = column_of(table, scope)? else {
            return Err(NotInSql::WrongShape(table.name.clone()));
        };
        self.text.push_str(&from);
        self.text.push_str(" AND ");
        let columns = JsonColumns { dialect: self.dialect, document: row };
        self.node(condition, negated, Scope { columns: &columns, parent: Some(scope.columns) })
    }

    fn count_relation(&mut self, test: &CountTest) -> String {
        match test.relation {
            CountRelation::Equal(count) => format!(" = {}", self.bind(Bind::Int(count))),
            CountRelation::Order(relation, count) => {
                format!(" {} {}", symbol(relation), self.bind(Bind::Int(count)))
            }
            CountRelation::Between(low, high) => {
                let low = self.bind(Bind::Int(low));
                format!(" BETWEEN {low} AND {}", self.bind(Bind::Int(high)))
            }
        }
    }

    fn test(&mut self, test: &Test, negated: bool, scope: Scope<'_>) -> Result<String, NotInSql> {
        let field = &test.field;
        let column = column_of(field, scope)?;
        match &test.check {
            Check::Changed => Err(NotInSql::Changed),
            Check::Empty => {
                let (Column::Value { empty, .. }
                | Column::Values { empty, .. }
                | Column::Table { empty, .. }
                | Column::Presence { empty }) = column;
                Ok(if negated { format!("NOT ({empty})") } else { format!("({empty})") })
            }
            Check::HasAll(list) => self.has_all(field, &column, list, negated),
            _ => {
                let value = match &column {
                    Column::Value { expression, .. } => expression,
                    Column::Values { value, .. } => value,
                    Column::Table { .. } | Column::Presence { .. } => {
                        return Err(NotInSql::WrongShape(field.name.clone()));
                    }
                };
                let Some(comparison) = self.comparison(field, value, &test.check, scope)? else {
                    return Ok(if negated { "TRUE" } else { "FALSE" }.to_owned());
                };
                Ok(match (&column, negated) {
                    (Column::Values { from, .. }, false) => {
                        format!("EXISTS (SELECT 1 FROM {from} AND {comparison})")
                    }
                    (Column::Values { from, .. }, true) => {
                        format!("NOT EXISTS (SELECT 1 FROM {from} AND {comparison})")
                    }
                    (_, false) => comparison,
                    // NULL means that a side is missing: the comparison is false, so its opposite is true.
                    (_, true) => format!("({comparison}) IS NOT TRUE"),
                })
            }
        }
    }

    /// The positive comparison; NULL when a side is missing, `None` when it can never be true.
    fn comparison(
        &mut self,
        field: &Field,
        value: &str,
        check: &Check,
        scope: Scope<'_>,
    ) -> Result<Expression, NotInSql> {
        let left = scaled(value, field.factor);
        let text = match check {
            Check::Equal(right) => self.operand(field, right, scope)?.map(|right| format!("{left} = {right}")),
            Check::Order(relation, right) => {
                self.operand(field, right, scope)?.map(|right| format!("{left} {} {right}", symbol(*relation)))
            }
            Check::Between(low, high) => {
                let (low, high) = (self.operand(field, low, scope)?, self.operand(field, high, scope)?);
                low.zip(high).map(|(low, high)| format!("{left} BETWEEN {low} AND {high}"))
            }
            Check::OneOf(list) | Check::HasAny(list) => self.list(field, list).map(|list| format!("{left} IN {list}")),
            Check::Contains(right) => {
                self.folded(field, right, scope)?.map(|right| self.position(&left, &right, "> 0"))
            }
            Check::Starts(right) => self.folded(field, right, scope)?.map(|right| self.position(&left, &right, "= 1")),
            Check::Under(right) => self.under(field, &left, right, scope),
            Check::Empty | Check::Changed | Check::HasAll(_) => None,
        };
        Ok(text)
    }

    fn has_all(&mut self, field: &Field, column: &Column, list: &List, negated: bool) -> Result<String, NotInSql> {
        let Column::Values { from, value, .. } = column else {
            return Err(NotInSql::WrongShape(field.name.clone()));
        };
        let count = match list {
            List::Texts(texts) => texts.len(),
            List::Numbers(numbers) => numbers.len(),
            List::OrgsBelow => self.env.orgs_below.len(),
            List::Roles => self.env.roles.len(),
        };
        let Some(items) = self.list(field, list) else {
            return Ok(if negated { "TRUE" } else { "FALSE" }.to_owned());
        };
        let relation = if negated { "<>" } else { "=" };
        Ok(format!("(SELECT count(DISTINCT {value}) FROM {from} AND {value} IN {items}) {relation} {count}"))
    }

    fn operand(&mut self, field: &Field, operand: &Operand, scope: Scope<'_>) -> Result<Expression, NotInSql> {
        if let Some((owner, other)) = operand_column(operand, scope) {
            let column = owner
                .column(&other.name, &other.declared)
                .ok_or_else(|| NotInSql::UnknownColumn(other.name.clone()))?;
            let value = match column {
                Column::Value { expression, .. } => expression,
                Column::Values { from, value, .. } => format!("(SELECT {value} FROM {from})"),
                Column::Table { .. } | Column::Presence { .. } => {
                    return Err(NotInSql::WrongShape(other.name.clone()));
                }
            };
            return Ok(Some(scaled(&value, other.factor)));
        }
        let Some(bind) = self.constant(field, operand) else {
            return Ok(None);
        };
        Ok(Some(self.bind(bind)))
    }

    /// A literal, a variable or a value of the outer row, as the column stores it.
    fn constant(&self, field: &Field, operand: &Operand) -> Option<Bind> {
        let nothing = Value::Null;
        let rows = Rows { row: &nothing, old: None, outer: Some(self.outer) };
        Some(match operand.resolve(field, rows, self.env)? {
            Scalar::Text(text) => Bind::Text(text.to_owned()),
            Scalar::Number(number) => number_bind(field.kind, number),
        })
    }

    fn folded(&mut self, field: &Field, operand: &Operand, scope: Scope<'_>) -> Result<Expression, NotInSql> {
        if operand_column(operand, scope).is_some() {
            let text = self.operand(field, operand, scope)?;
            return Ok(text.map(|text| self.lower(&text)));
        }
        let Some(Bind::Text(text)) = self.constant(field, operand) else {
            return Ok(None);
        };
        Ok(Some(self.bind(Bind::Text(text.to_ascii_lowercase()))))
    }

    fn position(&self, left: &str, right: &str, relation: &str) -> String {
        let function = if self.dialect == Dialect::Sqlite { "instr" } else { "strpos" };
        format!("{function}({}, {right}) {relation}", self.lower(left))
    }

    /// Folds A–Z only, on both engines.
    fn lower(&self, text: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => format!("lower({text})"),
            Dialect::Postgres => format!("lower(({text}) COLLATE \"C\")"),
        }
    }

    fn under(&mut self, field: &Field, left: &str, root: &Operand, scope: Scope<'_>) -> Expression {
        let Some(Bind::Text(root)) = self.constant(field, root) else {
            return None;
        };
        let prefix = self.env.org_paths.get(&root)?.clone();
        let Some(path) = scope.columns.org_path(left) else {
            let mut below: Vec<String> =
                self.env.org_paths.keys().filter(|id| self.env.is_under(id, &root)).cloned().collect();
            below.sort();
            return self.texts(&below).map(|list| format!("{left} IN {list}"));
        };
        let path = if self.dialect == Dialect::Sqlite { path } else { format!("({path}) COLLATE \"C\"") };
        // `0` follows `/`, so the range holds exactly the paths that start with the prefix.
        let end = match prefix.strip_suffix('/') {
            Some(stem) => format!("{stem}0"),
            None => format!("{prefix}{}", char::MAX),
        };
        let start = self.bind(Bind::Text(prefix));
        let end = self.bind(Bind::Text(end));
        Some(format!("({path} >= {start} AND {path} < {end})"))
    }

    fn list(&mut self, field: &Field, list: &List) -> Expression {
        match list {
            List::Texts(texts) => self.texts(texts),
            List::Numbers(numbers) if field.kind == Kind::Date => {
                let dates: Vec<String> = numbers.iter().map(|number| date_text(*number)).collect();
                self.texts(&dates)
            }
            List::Numbers(numbers) => self.numbers(numbers),
            List::OrgsBelow => {
                let ids: Vec<String> = self.env.orgs_below.iter().cloned().collect();
                self.texts(&ids)
            }
            List::Roles => {
                let roles: Vec<String> = self.env.roles.iter().cloned().collect();
                self.texts(&roles)
            }
        }
    }

    fn texts(&mut self, texts: &[String]) -> Expression {
        if texts.is_empty() {
            return None;
        }
        if texts.len() <= MAX_SINGLE_BINDS {
            let binds: Vec<String> = texts.iter().map(|text| self.bind(Bind::Text(text.clone()))).collect();
            return Some(format!("({})", binds.join(", ")));
        }
        let list = self.bind(Bind::Text(Value::from(texts).to_string()));
        Some(match self.dialect {
            Dialect::Sqlite => format!("(SELECT value FROM json_each({list}))"),
            Dialect::Postgres => {
                format!("(SELECT jsonb_array_elements_text(CAST({list} AS JSONB)))")
            }
        })
    }

    fn numbers(&mut self, numbers: &[i64]) -> Expression {
        if numbers.is_empty() {
            return None;
        }
        if numbers.len() <= MAX_SINGLE_BINDS {
            let binds: Vec<String> = numbers.iter().map(|number| self.bind(Bind::Int(*number))).collect();
            return Some(format!("({})", binds.join(", ")));
        }
        let list = self.bind(Bind::Text(Value::from(numbers).to_string()));
        Some(match self.dialect {
            Dialect::Sqlite => format!("(SELECT value FROM json_each({list}))"),
            Dialect::Postgres => {
                format!("(SELECT CAST(jsonb_array_elements_text(CAST({list} AS JSONB)) AS BIGINT))")
            }
        })
    }

    /// Appends a bind and answers its placeholder. PostgreSQL needs the type, or it guesses one from the context.
    fn bind(&mut self, bind: Bind) -> String {
        let number = self.next;
        self.next += 1;
        let kind = if matches!(bind, Bind::Int(_)) { "BIGINT" } else { "TEXT" };
        self.binds.push(bind);
        match self.dialect {
            Dialect::Sqlite => format!("${number}"),
            Dialect::Postgres => format!("CAST(${number} AS {kind})"),
        }
    }
}

fn column_of(field: &Field, scope: Scope<'_>) -> Result<Column, NotInSql> {
    scope.columns.column(&field.name, &field.declared).ok_or_else(|| NotInSql::UnknownColumn(field.name.clone()))
}

/// The columns that hold an operand; `None` for constants, which the values of an outer row without SQL are too.
fn operand_column<'a>(operand: &'a Operand, scope: Scope<'a>) -> Option<(&'a dyn Columns, &'a Field)> {
    let Operand::Field(other) = operand else {
        return None;
    };
    let owner = if other.outer { scope.parent? } else { scope.columns };
    Some((owner, other))
}

fn number_bind(kind: Kind, number: i64) -> Bind {
    match kind {
        Kind::Date => Bind::Text(date_text(number)),
        Kind::Bool => Bind::Text(if number == 0 { "false" } else { "true" }.to_owned()),
        _ => Bind::Int(number),
    }
}

fn scaled(value: &str, factor: i64) -> String {
    if factor == 1 { value.to_owned() } else { format!("({value} * {factor})") }
}

fn symbol(relation: Relation) -> &'static str {
    match relation {
        Relation::Lt => "<",
        Relation::Lte => "<=",
        Relation::Gt => ">",
        Relation::Gte => ">=",
    }
}
