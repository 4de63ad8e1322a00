//! Many tickets, written straight into the store: what matters for reading is that the rows are there.

use domain::id::{OrgId, SeededIds, TenantId, TicketId, UserId};
use domain::ticket::Status;
use domain::time::Timestamp;
use engine::Engine;
use serde_json::json;
use store::{FieldValue, Scope, StoreError, TicketRow, Tx};

use crate::clock;
use crate::output::Progress;
use crate::scratch::Dice;

const BATCH: u64 = 500;
const DAY_MS: i64 = 86_400_000;
/// Words of both languages, each rare enough to find something and common enough to find much.
const PLACES: [&str; 12] =
    ["A座", "B座", "一号车间", "二号车间", "冷库", "食堂", "机房", "北门", "Lab", "Warehouse", "Office", "Dormitory"];
const THINGS: [&str; 12] =
    ["空调", "电梯", "打印机", "注塑机", "照明灯", "水管", "门禁", "网络", "pump", "conveyor", "printer", "router"];
const FAULTS: [&str; 12] =
    ["漏水", "异响", "无法启动", "卡纸", "闪烁", "堵塞", "失灵", "中断", "leaks", "stopped", "overheats", "offline"];
const CATEGORIES: [&str; 6] = ["hvac", "electric", "plumbing", "network", "machine", "other"];
const URGENCIES: [&str; 3] = ["low", "normal", "urgent"];

/// Adds `rows` tickets to a tenant.
pub(super) async fn tickets(engine: &Engine, tenant: TenantId, rows: u64) -> anyhow::Result<()> {
    let progress = Progress::new();
    let now = clock::now();
    let mut done = 0;
    while done < rows {
        let count = BATCH.min(rows - done);
        let (first, total) = (done, rows);
        let scope = Scope::tenant(tenant);
        let loaded: Result<(), StoreError> = engine
            .store()
            .tx(scope, move |tx| Box::pin(async move { batch(tx, first, count, total, now).await }))
            .await;
        loaded?;
        done += count;
        progress.step(&format!("{done} of {rows} tickets loaded …"));
    }
    progress.done();
    Ok(())
}

async fn batch(tx: &mut Tx, first: u64, count: u64, total: u64, now: Timestamp) -> Result<(), StoreError> {
    for n in first..first + count {
        let mut dice = Dice::new(n.wrapping_mul(0x9e37_79b9));
        let ticket = ticket(n, total, now, &mut dice);
        let urgency = dice.pick(&URGENCIES).copied().unwrap_or("normal");
        let field = FieldValue { field: "urgency".into(), text: Some(urgency.into()), number: None };
        tx.ticket_insert(&ticket).await?;
        tx.ticket_fields_replace(ticket.id, &[field]).await?;
        tx.ticket_search_replace(ticket.id, &format!("{} {}", ticket.number, ticket.title)).await?;
    }
    Ok(())
}

/// Ticket `n` of `total`, spread evenly over a year; most are closed, as in life.
fn ticket(n: u64, total: u64, now: Timestamp, dice: &mut Dice) -> TicketRow {
    let mut word = |words: &[&'static str; 12]| dice.pick(words).copied().unwrap_or_default();
    let title = format!("{} {n}", joined([word(&PLACES), word(&THINGS), word(&FAULTS)]));
    let age = i64::try_from((total - n).saturating_mul(u64::try_from(365 * DAY_MS).unwrap_or(1)) / total.max(1));
    let created_at = now.plus_millis(-age.unwrap_or_default());
    let millis = u64::try_from(created_at.millis()).unwrap_or_default();
    let status = match dice.below(20) {
        0 => Status::New,
        1 | 2 => Status::Open,
        3 => Status::Waiting,
        4 => Status::Solved,
        _ => Status::Closed,
    };
    let over = !status.is_active();
    TicketRow {
        id: TicketId::new(&mut SeededIds::new(millis, n)),
        number: format!("LD-{n:07}"),
        form: "repair".into(),
        form_version: 1,
        title,
        status,
        stage: None,
        priority: i64::try_from(1 + dice.below(4)).unwrap_or(2),
        category: dice.pick(&CATEGORIES).map(|category| (*category).to_owned()),
        owner_id: None::<UserId>,
        team_id: None,
        requester_id: None,
        org_id: None::<OrgId>,
        place_id: None,
        asset_id: None,
        data: json!({"urgency": "normal", "description": "负载数据"}),
        tags: Vec::new(),
        due_at: Some(created_at.plus_millis(2 * DAY_MS)),
        sla_state: Some(if over { "met" } else { "running" }.into()),
        created_at,
        updated_at: created_at,
        first_response_at: None,
        solved_at: over.then(|| created_at.plus_millis(DAY_MS)),
        closed_at: (status == Status::Closed).then(|| created_at.plus_millis(DAY_MS)),
        rating: None,
        source: "load".into(),
        version: 1,
    }
}

/// Chinese words stand together, others apart.
fn joined(words: [&str; 3]) -> String {
    words.into_iter().fold(String::new(), |mut text, word| {
        if !text.is_empty() && (word.is_ascii() || text.ends_with(|last: char| last.is_ascii_alphabetic())) {
            text.push(' ');
        }
        text + word
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_is_spread_over_a_year_and_repeats() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let make = |n| ticket(n, 1_000, now, &mut Dice::new(n));
        let (first, last) = (make(0), make(999));
        assert_eq!(now.millis_since(first.created_at), 365 * DAY_MS);
        assert!(now.millis_since(last.created_at) < DAY_MS);
        assert_eq!(make(7), make(7));
    }
}
