//! Who should do the work: gathers what the ranking needs, proposes, and assigns where the policy allows.

mod gather;

use domain::access::Action;
use domain::actor::Actor;
use domain::autonomy::Verdict;
use domain::dispatch::{Input, Ranking};
use domain::event::EventKind;
use domain::flow::{Act, Acting, TaskWanted};
use domain::id::{TicketId, UserId};
use serde_json::json;
use store::{TaskRow, TicketRow};

use crate::error::{Error, Result};
use crate::flows::run_input;
use crate::notifications::{self, Audience};
use crate::tickets::{Names, sight};
use crate::{Ctx, Engine, Work};

/// A ranking with the names to show.
pub struct ShownRanking {
    pub ranking: Ranking,
    pub names: Names,
}

/// Ranks the engineers for a ticket's open work, for a person to look at.
///
/// # Errors
/// Not found, `access.denied`.
#[tracing::instrument(name = "dispatch.rank", skip_all, fields(ticket.id = %ticket))]
pub async fn rank(engine: &Engine, ctx: &Ctx, ticket: TicketId) -> Result<ShownRanking> {
    ctx.require(Action::DispatchRun)?;
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let row = sight::find(work, ticket, Action::TicketRead).await?;
                let input = gather::input(work, &row).await?;
                let ranking = input.rank();
                let people = ranking.candidates.iter().map(|one| one.user);
                let people: Vec<UserId> = people.chain(ranking.left_out.iter().map(|one| one.user)).collect();
                let names = Names::of(work, &[], people).await?;
                Ok(ShownRanking { ranking, names })
            })
        })
        .await
}

/// Gives the open work of a ticket to somebody, as a dispatcher decided; the ranking they saw is kept.
///
/// # Errors
/// `access.denied`, `task.closed` when there is no open work, or what the flow refuses.
#[tracing::instrument(name = "dispatch.apply", skip_all, fields(ticket.id = %ticket))]
pub async fn apply(engine: &Engine, ctx: &Ctx, ticket: TicketId, to: UserId) -> Result<TicketRow> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let mut row = sight::find(work, ticket, Action::DispatchRun).await?;
                let task = open_work(work, &row).await?.ok_or_else(|| Error::refused("task.closed"))?;
                let input = gather::input(work, &row).await?;
                keep(work, &row, &input, &input.rank(), Some(to));
                give(work, &mut row, &task, to).await?;
                Ok(row)
            })
        })
        .await
}

/// The job behind work that waits for dispatch: proposes to the dispatchers, or assigns by itself.
///
/// # Errors
/// Only what trying again can help.
pub async fn propose(engine: &Engine, ctx: &Ctx, ticket: TicketId) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let Some(mut row) = work.tx.ticket_by_id(ticket).await? else { return Ok(()) };
                let Some(task) = open_work(work, &row).await?.filter(|task| task.assignee_id.is_none()) else {
                    return Ok(());
                };
                let Some(policy) = work.configuration.ai_for(&row.form).cloned() else { return Ok(()) };
                let input = gather::input(work, &row).await?;
                let ranking = input.rank();
                let mut acting = work.acting(Actor::model("dispatch", "派单"));
                match (policy.compiled.dispatch.verdict(&ranking), ranking.best) {
                    (Verdict::Apply, Some(best)) => {
                        keep(&mut acting, &row, &input, &ranking, Some(best));
                        give(&mut acting, &mut row, &task, best).await?;
                    }
                    (Verdict::Drop, _) => {}
                    (_, best) => {
                        keep(&mut acting, &row, &input, &ranking, None);
                        if best.is_some() {
                            let leads = acting.tx.user_ids_by_role("team_lead").await?;
                            notifications::send(&mut acting, &row, Audience::Kind("dispatch.proposed"), &leads).await?;
                        }
                    }
                }
                Ok(())
            })
        })
        .await
}

/// The ticket's open work, unassigned first.
async fn open_work(work: &mut Work<'_>, ticket: &TicketRow) -> Result<Option<TaskRow>> {
    let mut tasks = work.tx.task_list_open(ticket.id).await?;
    tasks.retain(|task| task.kind == "work");
    tasks.sort_by_key(|task| (task.assignee_id.is_some(), task.created_at));
    Ok(tasks.into_iter().next())
}

/// Keeps question and answer together, so that a choice can be replayed and explained later.
fn keep(work: &mut Work<'_>, ticket: &TicketRow, input: &Input, ranking: &Ranking, chosen: Option<UserId>) {
    let data = json!({"input": input, "ranking": ranking, "chosen": chosen});
    work.record(EventKind::DispatchRanked, Some(ticket.id), None, data);
}

async fn give(work: &mut Work<'_>, ticket: &mut TicketRow, task: &TaskRow, to: UserId) -> Result<()> {
    let instance = work.tx.instance_by_id(task.instance_id).await?.ok_or(Error::NotFound)?;
    let actor = Acting { user: work.ctx.actor().user_id(), admin: true, ..Acting::default() };
    let act = if task.assignee_id.is_some() { Act::Transfer { to } } else { Act::Assign { to } };
    let wanted = TaskWanted { task: u32::try_from(task.local_no).unwrap_or_default(), actor, act, comment: None };
    run_input(work, ticket, instance, domain::flow::Input::TaskActed(wanted)).await
}
