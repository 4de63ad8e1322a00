//! Numbers for charts, with the same filter as the list beside them.

use super::TicketFilter;
use crate::error::StoreError;
use crate::tx::Tx;
use crate::value::Value;
use domain::time::Timestamp;

/// What to count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    Status,
    Priority,
    Category,
    Owner,
    Team,
    Org,
    Form,
    SlaState,
}

/// Tickets that share a value; `key` is `None` for those without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCount {
    pub key: Option<String>,
    pub count: i64,
}

/// Tickets created and closed in one range of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCount {
    pub from: Timestamp,
    pub created: i64,
    pub solved: i64,
    pub closed: i64,
}

impl Tx {
    /// Counts per value, largest first.
    pub async fn ticket_group_count(
        &mut self,
        filter: &TicketFilter<'_>,
        by: GroupBy,
        limit: u32,
    ) -> Result<Vec<GroupCount>, StoreError> {
        let column = match by {
            GroupBy::Status => "t.status",
            GroupBy::Priority => "CAST(t.priority AS TEXT)",
            GroupBy::Category => "t.category",
            GroupBy::Owner => "t.owner_id",
            GroupBy::Team => "t.team_id",
            GroupBy::Org => "t.org_id",
            GroupBy::Form => "t.form",
            GroupBy::SlaState => "t.sla_state",
        };
        let mut builder = self.builder(filter)?;
        let limit = builder.bind(Value::Int(limit.into()));
        let sql = format!(
            "SELECT {column}, COUNT(*) FROM {} WHERE {} GROUP BY {column} ORDER BY COUNT(*) DESC, {column} LIMIT {limit}",
            builder.from,
            builder.wheres.join(" AND ")
        );
        let rows = self.query_once(&sql, builder.values).await?;
        rows.into_iter().map(|mut row| Ok(GroupCount { key: row.take()?, count: row.take()? })).collect()
    }

    /// What was created, solved and closed between neighbouring bounds. The caller knows where days begin.
    pub async fn ticket_day_count(
        &mut self,
        filter: &TicketFilter<'_>,
        bounds: &[Timestamp],
    ) -> Result<Vec<DayCount>, StoreError> {
        let ranges = bounds.windows(2);
        let mut days: Vec<DayCount> =
            ranges.clone().map(|pair| DayCount { from: pair[0], created: 0, solved: 0, closed: 0 }).collect();
        let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else {
            return Ok(days);
        };
        for column in ["t.created_at", "t.solved_at", "t.closed_at"] {
            let mut builder = self.builder(filter)?;
            let (from, to) = (builder.bind(Value::Int(first.millis())), builder.bind(Value::Int(last.millis())));
            builder.wheres.push(format!("{column} >= {from} AND {column} < {to}"));
            // One CASE numbers the days, so that daylight saving is the caller's business alone.
            let mut day = String::from("CASE");
            for (index, pair) in ranges.clone().enumerate() {
                let end = builder.bind(Value::Int(pair[1].millis()));
                day.push_str(&format!(" WHEN {column} < {end} THEN {index}"));
            }
            day.push_str(" END");
            let sql = format!(
                "SELECT CAST(day AS BIGINT), COUNT(*) FROM (SELECT {day} AS day FROM {} WHERE {}) AS d GROUP BY day",
                builder.from,
                builder.wheres.join(" AND ")
            );
            for mut row in self.query_once(&sql, builder.values).await? {
                let (index, count): (i64, i64) = (row.take()?, row.take()?);
                let Some(day) = usize::try_from(index).ok().and_then(|index| days.get_mut(index)) else {
                    continue;
                };
                match column {
                    "t.created_at" => day.created = count,
                    "t.solved_at" => day.solved = count,
                    _ => day.closed = count,
                }
            }
        }
        Ok(days)
    }

    /// Resolution promises of the tickets that match, by the local day on which they were kept or broken: day since
    /// 1970, kept, broken. `offset_ms` is what local time is ahead of UTC.
    pub async fn ticket_promise_count(
        &mut self,
        filter: &TicketFilter<'_>,
        since: Timestamp,
        offset_ms: i64,
    ) -> Result<Vec<(i64, i64, i64)>, StoreError> {
        if filter.conditions.is_empty() {
            return self.sla_count_by_day(since, offset_ms).await;
        }
        let mut builder = self.builder(filter)?;
        let (since, offset) = (builder.bind(Value::Int(since.millis())), builder.bind(Value::Int(offset_ms)));
        let sql = format!(
            "SELECT CAST((d.ended_at + {offset}) / 86400000 AS BIGINT) AS day, \
             SUM(CASE WHEN d.breached_at IS NULL THEN 1 ELSE 0 END), \
             SUM(CASE WHEN d.breached_at IS NULL THEN 0 ELSE 1 END) \
             FROM (SELECT COALESCE(c.breached_at, c.met_at) AS ended_at, c.breached_at AS breached_at \
             FROM {} JOIN sla_clock c ON c.tenant_id = t.tenant_id AND c.ticket_id = t.id WHERE {} \
             AND c.kind = 'resolution' AND (c.met_at >= {since} OR c.breached_at >= {since})) AS d \
             WHERE d.ended_at >= {since} \
             GROUP BY CAST((d.ended_at + {offset}) / 86400000 AS BIGINT) ORDER BY day",
            builder.from,
            builder.wheres.join(" AND ")
        );
        let rows = self.query_once(&sql, builder.values).await?;
        rows.into_iter().map(|mut row| Ok((row.take()?, row.take()?, row.take()?))).collect()
    }
}
