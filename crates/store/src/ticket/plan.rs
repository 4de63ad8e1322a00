//! Chooses the way into a list, where the engines' own guesses cost seconds on a million rows.
//!
//! Two guesses go wrong. A filterable field with a rare value is best entered through the side table, with a common
//! one through the order of the list; so values are counted, up to a few hundred, before a choice is made. And a list
//! of statuses tempts SQLite into sorting every ticket that has one of them instead of walking the order.

use lang::{Bind, Sql};

use super::list::Builder;
use crate::dialect::Dialect;
use crate::error::StoreError;
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{ToValue, Value};

/// `field = value` on the side table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Equality {
    pub(super) field: String,
    column: &'static str,
    pub(super) value: Value,
}

statements! {
    COUNT_TEXT = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM ticket_field WHERE tenant_id = $1 AND field = $2 \
                  AND text_value = $3 LIMIT 501) AS found";
    COUNT_NUMBER = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM ticket_field WHERE tenant_id = $1 AND field = $2 \
                    AND number_value = $3 LIMIT 501) AS found";
}

/// As many tickets are fetched and sorted faster than the order is walked.
const FEW: i64 = 500;

/// Columns with an index of their own, which an engine picks by itself.
const KEYED: [&str; 5] = ["t.owner_id", "t.requester_id", "t.team_id", "t.asset_id", "t.number"];

/// Recognises an equality on the side table, as the condition was compiled.
pub(super) fn equality(sql: &Sql, first_bind: usize) -> Option<Equality> {
    let [bind] = sql.binds.as_slice() else { return None };
    let rest = sql.text.strip_prefix(
        "EXISTS (SELECT 1 FROM ticket_field s WHERE s.tenant_id = t.tenant_id AND s.ticket_id = t.id AND s.field = '",
    )?;
    let (field, rest) = rest.split_once('\'')?;
    let (column, value) = match bind {
        Bind::Text(text) => ("text_value", Value::Text(text.clone())),
        Bind::Int(number) => ("number_value", Value::Int(*number)),
    };
    let expected = format!(" AND s.{column} IS NOT NULL AND s.{column} = ${first_bind})");
    (rest == expected).then(|| Equality { field: field.to_owned(), column, value })
}

impl Tx {
    /// Enters through the rarest value of a filterable field, if it is rare.
    pub(super) async fn ticket_narrow(&mut self, builder: &mut Builder) -> Result<(), StoreError> {
        let mut rarest: Option<(i64, Equality)> = None;
        for equality in builder.equalities.clone().into_iter().take(4) {
            let sql = if equality.column == "text_value" { COUNT_TEXT } else { COUNT_NUMBER };
            let args: [&dyn ToValue; 2] = [&equality.field, &equality.value];
            let count: i64 = self.query_value(sql, &args).await?;
            if count <= FEW && rarest.as_ref().is_none_or(|(least, _)| count < *least) {
                rarest = Some((count, equality));
            }
        }
        if let Some((_, Equality { field, column, value })) = rarest {
            let (field, value) = (builder.bind(Value::Text(field)), builder.bind(value));
            // CROSS JOIN keeps SQLite's hands off the order of the two.
            builder.from = format!(
                "(SELECT DISTINCT d.ticket_id FROM ticket_field d WHERE d.tenant_id = $1 AND d.field = {field} \
                 AND d.{column} = {value}) AS d CROSS JOIN ticket t"
            );
            builder.wheres.push("t.id = d.ticket_id".to_owned());
        }
        Ok(())
    }

    /// Walks the order of the list where SQLite would sort all tickets of several statuses.
    pub(super) fn ticket_walk(&self, builder: &mut Builder, column: &str) {
        let index = match column {
            "t.created_at" => "ix_ticket_created",
            "t.updated_at" => "ix_ticket_updated",
            "t.priority" => "ix_ticket_priority",
            "t.due_at" => "ix_ticket_due",
            _ => return,
        };
        let tempting = builder.wheres.iter().any(|part| part.starts_with("(t.status IN ("));
        let keyed = builder.wheres.iter().any(|part| KEYED.iter().any(|column| part.contains(column)));
        if self.dialect() == Dialect::Sqlite && builder.from == "ticket t" && tempting && !keyed {
            builder.from = format!("ticket t INDEXED BY {index}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use lang::{Condition, Env, Type};
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::ticket::TicketColumns;

    fn found(document: Json) -> Option<Equality> {
        let condition: Condition = serde_json::from_value(document).expect("a condition");
        let types = domain::ticket::system_types()
            .with("cat", Type::Text)
            .with("floor", Type::Number { scale: 0 })
            .with("note", Type::Text);
        let checked = condition.check(&types).expect("it checks");
        let indexed: BTreeSet<String> = ["cat", "floor"].map(str::to_owned).into();
        let columns = TicketColumns { dialect: Dialect::Sqlite, indexed: &indexed };
        equality(&checked.to_sql(Dialect::Sqlite, &columns, &Env::default(), 7).expect("it compiles"), 7)
    }

    #[test]
    fn only_an_equality_on_the_side_table_is_one() {
        let text = found(json!({"f": "cat", "op": "eq", "v": "a'b"})).expect("an equality");
        assert_eq!((text.field.as_str(), text.value), ("cat", Value::Text("a'b".into())));
        let number = found(json!({"f": "floor", "op": "eq", "v": 3})).expect("an equality");
        assert_eq!((number.column, number.value), ("number_value", Value::Int(3)));
        for other in [
            json!({"f": "cat", "op": "ne", "v": "a"}),
            json!({"f": "cat", "op": "in", "v": ["a", "b"]}),
            json!({"f": "floor", "op": "gt", "v": 3}),
            json!({"f": "note", "op": "eq", "v": "a"}),
            json!({"f": "title", "op": "eq", "v": "a"}),
            json!({"any": [{"f": "cat", "op": "eq", "v": "a"}, {"f": "floor", "op": "eq", "v": 3}]}),
        ] {
            assert_eq!(found(other.clone()), None, "{other}");
        }
    }
}
