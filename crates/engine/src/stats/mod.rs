//! The figures of the start page. Each has one definition, here; rights apply as to lists.

use std::collections::BTreeMap;

use domain::access::Action;
use domain::id::UserId;
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::json;
use store::{GroupBy, TicketFilter};

use crate::configuration;
use crate::error::Result;
use crate::tickets::sight;
use crate::{Ctx, Engine, Work};

/// The four charts.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// Tickets that are not closed, by status.
    pub open_by_status: Vec<StatusCount>,
    /// Resolution promises that came to an end, by local day of that end.
    pub sla_rate: Vec<SlaDay>,
    /// Active tickets by owner, the fullest first.
    pub load_by_engineer: Vec<Load>,
    /// Tickets created and closed, by local day.
    pub created_closed: Vec<FlowDay>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusCount {
    pub status: String,
    pub count: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlaDay {
    pub day: String,
    pub met: i64,
    pub breached: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Load {
    pub person: UserId,
    pub name: String,
    pub open: i64,
    pub overdue: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlowDay {
    pub day: String,
    pub created: i64,
    pub closed: i64,
}

const DAY_MS: i64 = 86_400_000;
/// Bars beyond this many say nothing.
const MOST_ENGINEERS: u32 = 20;
/// The busiest need not be the latest, so what is late is counted for everybody.
const MOST_OWNERS: u32 = 10_000;

/// # Errors
/// `access.denied`.
#[tracing::instrument(name = "stats.overview", skip_all)]
pub async fn overview(engine: &Engine, ctx: &Ctx, days: u32) -> Result<Overview> {
    ctx.require(Action::StatsRead)?;
    engine.read(ctx, move |work| Box::pin(async move { work.overview(days.clamp(1, 366)).await })).await
}

impl Work<'_> {
    async fn overview(&mut self, days: u32) -> Result<Overview> {
        let scope = sight::list_scope(self, Action::TicketRead)?;
        let conditions: Vec<&lang::Checked> = scope.iter().collect();
        let env = self.env();
        let offset_ms = i64::from(env.offset_minutes) * 60_000;
        let today = (self.now().millis() + offset_ms).div_euclid(DAY_MS);
        let first = today - i64::from(days) + 1;
        let since = Timestamp::from_millis(first * DAY_MS - offset_ms);
        let configuration = std::sync::Arc::clone(&self.configuration);
        let filter = TicketFilter { conditions: &conditions, env: &env, indexed: &configuration.indexed };
        let statuses = self.tx.ticket_group_count(&filter, GroupBy::Status, 10).await?;
        let loads = self.loads(&conditions, &env).await?;
        let bounds: Vec<Timestamp> =
            (first..=today + 1).map(|day| Timestamp::from_millis(day * DAY_MS - offset_ms)).collect();
        let counted = self.tx.ticket_day_count(&filter, &bounds).await?;
        let kept = self.tx.ticket_promise_count(&filter, since, offset_ms).await?;
        let people: Vec<UserId> = loads.iter().map(|(owner, _, _)| *owner).collect();
        let names: BTreeMap<UserId, String> = self.tx.user_names(&people).await?.into_iter().collect();
        let kept: BTreeMap<i64, (i64, i64)> =
            kept.into_iter().map(|(day, met, breached)| (day, (met, breached))).collect();
        let name_of = |day: i64| lang::format_date(lang::CivilDate::from_days(day));
        Ok(Overview {
            open_by_status: statuses
                .into_iter()
                .filter_map(|group| Some(StatusCount { status: group.key?, count: group.count }))
                .filter(|group| group.status != "closed")
                .collect(),
            sla_rate: (first..=today)
                .map(|day| {
                    let (met, breached) = kept.get(&day).copied().unwrap_or_default();
                    SlaDay { day: name_of(day), met, breached }
                })
                .collect(),
            load_by_engineer: loads
                .into_iter()
                .map(|(person, open, overdue)| {
                    let name = names.get(&person).cloned().unwrap_or_default();
                    Load { person, name, open, overdue }
                })
                .collect(),
            created_closed: (first..=today)
                .zip(counted)
                .map(|(day, counts)| FlowDay { day: name_of(day), created: counts.created, closed: counts.closed })
                .collect(),
        })
    }

    /// Active tickets by owner, and how many of them are past their due time.
    async fn loads(&mut self, scope: &[&lang::Checked], env: &lang::Env) -> Result<Vec<(UserId, i64, i64)>> {
        let now = self.now().to_string();
        let active = json!({"f": "status", "op": "in", "v": ["new", "open", "waiting"]});
        let late = json!({"all": [active, {"f": "due_at", "op": "lt", "v": now}]});
        let configuration = std::sync::Arc::clone(&self.configuration);
        let mut counts = Vec::with_capacity(2);
        for (condition, most) in [(active, MOST_ENGINEERS), (late, MOST_OWNERS)] {
            let checked = configuration::condition(&condition, &domain::ticket::system_types())?;
            let conditions: Vec<&lang::Checked> = scope.iter().copied().chain([&checked]).collect();
            let filter = TicketFilter { conditions: &conditions, env, indexed: &configuration.indexed };
            counts.push(self.tx.ticket_group_count(&filter, GroupBy::Owner, most).await?);
        }
        let late: BTreeMap<Option<String>, i64> =
            counts.pop().unwrap_or_default().into_iter().map(|group| (group.key, group.count)).collect();
        let open = counts.pop().unwrap_or_default().into_iter();
        Ok(open
            .filter_map(|group| {
                let overdue = late.get(&group.key).copied().unwrap_or_default();
                Some((group.key?.parse().ok()?, group.count, overdue))
            })
            .collect())
    }
}
