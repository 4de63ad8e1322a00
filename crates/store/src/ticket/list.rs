//! Lists and counts of tickets, from one builder.
//!
//! Only the builder makes SQL at run time. Its words are fixed, identifiers come from [`TicketColumns`], and every
//! value is bound.

use std::collections::BTreeSet;

use domain::id::TicketId;
use domain::view::Sort;
use lang::{Bind, Checked, Env};

use super::plan::{Equality, equality};
use super::{Cursor, TicketColumns, TicketRow, search, ticket_columns};
use crate::dialect::Dialect;
use crate::error::{Refusal, StoreError};
use crate::tx::Tx;
use crate::value::{ToValue, Value};

/// Which tickets: all conditions must hold.
#[derive(Debug, Clone, Copy)]
pub struct TicketFilter<'a> {
    /// The caller's row scope, the view, the filter on top.
    pub conditions: &'a [&'a Checked],
    pub env: &'a Env,
    /// Form fields that are in the side table for every ticket that has them.
    pub indexed: &'a BTreeSet<String>,
}

/// One page of a list.
#[derive(Debug, Clone, Copy)]
pub struct TicketQuery<'a> {
    pub filter: TicketFilter<'a>,
    /// Ignored when there are words: hits come newest first.
    pub sort: &'a Sort,
    pub after: Option<&'a Cursor>,
    pub limit: u32,
    pub words: Option<&'a str>,
}

/// A query under construction: `$1` is the tenant.
pub(super) struct Builder {
    pub(super) from: String,
    pub(super) wheres: Vec<String>,
    pub(super) values: Vec<Value>,
    /// Filterable fields with a fixed value, among `wheres`.
    pub(super) equalities: Vec<Equality>,
}

impl Tx {
    /// A page of tickets. Empty sort values come last in both directions.
    pub async fn ticket_list(&mut self, query: &TicketQuery<'_>) -> Result<Vec<TicketRow>, StoreError> {
        if let Some(words) = query.words {
            return self.ticket_list_by_words(query, words).await;
        }
        let sort = sort_column(&query.sort.field)?;
        let after = query.after.filter(|cursor| cursor.sort == *query.sort);
        let in_nulls = after.is_some_and(|cursor| cursor.value == Value::Null);
        let mut found = Vec::new();
        if !in_nulls {
            let mut builder = self.builder(&query.filter)?;
            if sort.nullable {
                builder.wheres.push(format!("{} IS NOT NULL", sort.column));
            }
            if let Some(cursor) = after {
                let compare = if query.sort.descending { "<" } else { ">" };
                let (value, id) = (builder.bind(cursor.value.clone()), builder.bind(cursor.id.to_value()));
                builder.wheres.push(format!("({}, t.id) {compare} ({value}, {id})", sort.column));
            }
            found = self.page(builder, sort.column, query, query.limit).await?;
        }
        let missing = query.limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        if sort.nullable && missing > 0 {
            let mut builder = self.builder(&query.filter)?;
            builder.wheres.push(format!("{} IS NULL", sort.column));
            if let Some(cursor) = after.filter(|_| in_nulls) {
                let compare = if query.sort.descending { "<" } else { ">" };
                let id = builder.bind(cursor.id.to_value());
                builder.wheres.push(format!("t.id {compare} {id}"));
            }
            found.extend(self.page(builder, "t.id", query, missing).await?);
        }
        Ok(found)
    }

    /// How many tickets match, counted no further than `cap` + 1.
    pub async fn ticket_count(&mut self, filter: &TicketFilter<'_>, cap: u64) -> Result<u64, StoreError> {
        let mut builder = self.builder(filter)?;
        self.ticket_narrow(&mut builder).await?;
        let limit = builder.bind(Value::Int(i64::try_from(cap).unwrap_or(i64::MAX).saturating_add(1)));
        let inner =
            format!("SELECT 1 AS one FROM {} WHERE {} LIMIT {limit}", builder.from, builder.wheres.join(" AND "));
        let rows = self.query_once(&format!("SELECT COUNT(*) FROM ({inner}) AS found"), builder.values).await?;
        let count: i64 = rows.into_iter().next().ok_or(StoreError::NotFound)?.take()?;
        Ok(count.unsigned_abs())
    }

    /// The ids of matching tickets after `after`, in order of id: for exports and jobs that walk over all of them.
    pub async fn ticket_ids(
        &mut self,
        filter: &TicketFilter<'_>,
        after: Option<TicketId>,
        limit: u32,
    ) -> Result<Vec<TicketId>, StoreError> {
        let mut builder = self.builder(filter)?;
        if let Some(after) = after {
            let id = builder.bind(after.to_value());
            builder.wheres.push(format!("t.id > {id}"));
        }
        let limit = builder.bind(Value::Int(limit.into()));
        let wheres = builder.wheres.join(" AND ");
        let sql = format!("SELECT t.id FROM {} WHERE {wheres} ORDER BY t.id LIMIT {limit}", builder.from);
        let rows = self.query_once(&sql, builder.values).await?;
        rows.into_iter().map(|mut row| row.take()).collect()
    }

    pub(super) fn builder(&self, filter: &TicketFilter<'_>) -> Result<Builder, StoreError> {
        let mut builder = Builder {
            from: "ticket t".to_owned(),
            wheres: vec!["t.tenant_id = $1".to_owned()],
            values: self.scoped(&[])?,
            equalities: Vec::new(),
        };
        builder.add(filter, self.dialect())?;
        Ok(builder)
    }

    async fn page(
        &mut self,
        mut builder: Builder,
        column: &str,
        query: &TicketQuery<'_>,
        limit: u32,
    ) -> Result<Vec<TicketRow>, StoreError> {
        self.ticket_narrow(&mut builder).await?;
        self.ticket_walk(&mut builder, column);
        let direction = if query.sort.descending { "DESC" } else { "ASC" };
        let order = if column == "t.id" {
            format!("t.id {direction}")
        } else {
            format!("{column} {direction}, t.id {direction}")
        };
        let limit = builder.bind(Value::Int(limit.into()));
        let sql = format!(
            "SELECT {} FROM {} WHERE {} ORDER BY {order} LIMIT {limit}",
            ticket_columns!("t."),
            builder.from,
            builder.wheres.join(" AND ")
        );
        let rows = self.query_once(&sql, builder.values).await?;
        rows.into_iter().map(TicketRow::read).collect()
    }

    async fn ticket_list_by_words(
        &mut self,
        query: &TicketQuery<'_>,
        words: &str,
    ) -> Result<Vec<TicketRow>, StoreError> {
        let dialect = self.dialect();
        let Some(expression) = search::expression(dialect, self.tenant(), words) else {
            return Ok(Vec::new());
        };
        let mut builder = self.builder(&query.filter)?;
        let expression = builder.bind(Value::Text(expression));
        let (order, tie) = match dialect {
            Dialect::Sqlite => {
                // CROSS JOIN keeps SQLite from leaving the full-text table for last.
                builder.from = "ticket_search CROSS JOIN ticket_text x ON x.doc = ticket_search.rowid \
                                CROSS JOIN ticket t ON t.tenant_id = x.tenant_id AND t.id = x.ticket_id"
                    .to_owned();
                builder.wheres.push(format!("ticket_search MATCH {expression} AND x.tenant_id = $1"));
                ("ticket_search.rowid", "")
            }
            Dialect::Postgres => {
                builder.from =
                    "ticket_text x JOIN ticket t ON t.tenant_id = x.tenant_id AND t.id = x.ticket_id".to_owned();
                builder.wheres.push(format!("x.words @@ CAST({expression} AS TSQUERY) AND x.tenant_id = $1"));
                ("x.doc", ", x.ticket_id DESC")
            }
        };
        if let Some(cursor) = query.after {
            let id = builder.bind(cursor.id.to_value());
            let last = format!("(SELECT c.doc FROM ticket_text c WHERE c.tenant_id = $1 AND c.ticket_id = {id})");
            builder.wheres.push(match dialect {
                // A row number is one ticket's alone.
                Dialect::Sqlite => format!("{order} < {last}"),
                Dialect::Postgres => format!("({order}, x.ticket_id) < ({last}, {id})"),
            });
        }
        let limit = builder.bind(Value::Int(query.limit.into()));
        let sql = format!(
            "SELECT {} FROM {} WHERE {} ORDER BY {order} DESC{tie} LIMIT {limit}",
            ticket_columns!("t."),
            builder.from,
            builder.wheres.join(" AND ")
        );
        let rows = self.query_once(&sql, builder.values).await?;
        rows.into_iter().map(TicketRow::read).collect()
    }
}

impl Builder {
    /// Binds a value and answers its placeholder.
    pub(super) fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn add(&mut self, filter: &TicketFilter<'_>, dialect: Dialect) -> Result<(), StoreError> {
        let columns = TicketColumns { dialect, indexed: filter.indexed };
        // Part by part, so that each can be looked at when the way into the list is chosen.
        for condition in filter.conditions.iter().flat_map(|condition| condition.conjuncts()) {
            let first = self.values.len() + 1;
            let sql = condition.to_sql(dialect, &columns, filter.env, first);
            let sql = sql.map_err(|why| StoreError::Refused(Refusal::Statement(why.to_string())))?;
            self.equalities.extend(equality(&sql, first));
            self.wheres.push(format!("({})", sql.text));
            self.values.extend(sql.binds.into_iter().map(|bind| match bind {
                Bind::Text(text) => Value::Text(text),
                Bind::Int(number) => Value::Int(number),
            }));
        }
        Ok(())
    }
}

struct SortColumn {
    column: &'static str,
    nullable: bool,
}

fn sort_column(field: &str) -> Result<SortColumn, StoreError> {
    let (column, nullable) = match field {
        "created_at" => ("t.created_at", false),
        "updated_at" => ("t.updated_at", false),
        "priority" => ("t.priority", false),
        "number" => ("t.number", false),
        "due_at" => ("t.due_at", true),
        "solved_at" => ("t.solved_at", true),
        other => {
            return Err(StoreError::Refused(Refusal::Statement(format!("no list is sorted by `{other}`"))));
        }
    };
    Ok(SortColumn { column, nullable })
}
