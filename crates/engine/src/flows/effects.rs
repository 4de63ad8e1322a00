//! Carries out what a step asks for.

use domain::event::EventKind;
use domain::flow::def::Pick;
use domain::flow::{Effect, Input, TaskChange, TaskKind, TaskSpec};
use domain::id::{TaskId, TeamId, UserId};
use domain::job::Job;
use domain::ticket::Status;
use serde_json::{Map, Value, json};
use store::{TaskRow, TaskState, TicketRow};

use super::drive::{Drive, add_time};
use super::resolve;
use crate::Work;
use crate::error::Result;
use crate::notifications::{self, Audience};

pub(super) async fn carry_out(
    work: &mut Work<'_>,
    ticket: &mut TicketRow,
    drive: &mut Drive,
    effect: Effect,
) -> Result<()> {
    match effect {
        Effect::ResolvePeople { ask, who, .. } => {
            let mut people = Vec::with_capacity(who.len());
            for one in &who {
                people.push(resolve::people(work, ticket, one).await?);
            }
            drive.answers.push_back(Input::PeopleResolved { ask, people });
        }
        Effect::OpenTask { task, spec } => open_task(work, ticket, drive, task, &spec).await?,
        Effect::UpdateTask { task, change } => update_task(work, ticket, drive, task, change).await?,
        Effect::CloseTask { task, outcome, by } => close_task(work, ticket, drive, task, &outcome, by).await?,
        Effect::ArmTimer { timer, rule, .. } => {
            let at = rule.due_at(&add_time(&work.configuration));
            let job = Job::FlowTimer { instance: drive.instance.id, timer };
            work.enqueue(&job, at, Some(timer_key(drive, timer))).await?;
        }
        Effect::CancelTimer { timer } => {
            work.tx.job_cancel_by_key(&timer_key(drive, timer), work.ctx.now()).await?;
        }
        Effect::Notify { who, people, template, .. } => {
            let mut all = people;
            for one in &who {
                all.extend(resolve::people(work, ticket, one).await?);
            }
            let audience = template.as_deref().map_or(Audience::Kind("flow.notify"), Audience::Template);
            notifications::send(work, ticket, audience, &all).await?;
        }
        Effect::RunAction { token, run, attempt, .. } => {
            let job = Job::FlowAction { instance: drive.instance.id, token, run };
            let key = format!("flow_action:{}:{run}:{attempt}", drive.instance.id);
            work.enqueue(&job, work.now(), Some(key)).await?;
        }
        Effect::StopAction { .. } | Effect::ThrowMessage { .. } => {}
        Effect::WriteRecord { fields, .. } => {
            let mut fields: Map<String, Value> = fields;
            crate::rules::resolve_team(work, &mut fields);
            work.ticket_change(ticket, fields).await?;
        }
        Effect::SetStatus { status, .. } => set_status(work, ticket, status).await?,
        Effect::Incident { token, node, code, note } => {
            let data = json!({"token": token, "node": node, "code": code, "note": note});
            work.record(EventKind::FlowIncident, Some(ticket.id), Some(drive.instance.id.to_string()), data);
        }
        Effect::Urged { people, .. } => {
            notifications::send(work, ticket, Audience::Kind("task.urged"), &people).await?;
        }
        Effect::Ended { result, cancelled } => {
            let data = json!({"result": result, "cancelled": cancelled});
            work.record(EventKind::FlowEnded, Some(ticket.id), Some(drive.instance.id.to_string()), data);
            set_status(work, ticket, Status::Closed).await?;
        }
    }
    Ok(())
}

async fn open_task(
    work: &mut Work<'_>,
    ticket: &mut TicketRow,
    drive: &Drive,
    number: u32,
    spec: &TaskSpec,
) -> Result<()> {
    let team = spec.pools.first().and_then(|pool| work.configuration.team_by_key(&pool.group)).map(|team| team.id);
    let only = (spec.people.len() == 1 && spec.pools.is_empty()).then(|| spec.people[0]);
    let row = TaskRow {
        id: work.ctx.id(TaskId::new),
        instance_id: drive.instance.id,
        ticket_id: ticket.id,
        local_no: i64::from(number),
        node: spec.node.clone(),
        kind: json!(spec.kind).as_str().unwrap_or("work").to_owned(),
        name: json!(spec.name),
        state: TaskState::Open,
        assignee_id: spec.holder.or(only),
        team_id: team,
        due_at: spec.due.as_ref().map(|rule| rule.due_at(&add_time(&work.configuration))),
        outcome: None,
        fields: json!(spec.fields),
        actions: json!({"offered": spec.actions, "outcomes": spec.outcomes}),
        claimed_at: spec.holder.map(|_| work.now()),
        created_at: work.now(),
        done_at: None,
        done_by: None,
        comment: None,
        version: 1,
    };
    work.tx.task_insert(&row, &spec.people).await?;
    let data = json!({
        "task": row.id, "node": row.node, "name": row.name, "kind": row.kind,
        "people": spec.people, "team": team, "due_at": row.due_at,
    });
    work.record(EventKind::TaskOpened, Some(ticket.id), Some(row.id.to_string()), data);
    notifications::send(work, ticket, Audience::Kind("task.opened"), &spec.people).await?;
    if spec.kind == TaskKind::Work {
        take_over(work, ticket, row.assignee_id, team).await?;
        if row.assignee_id.is_none() && spec.pools.iter().any(|pool| pool.pick != Pick::Claim) {
            let key = format!("dispatch:{}", row.id);
            work.enqueue(&Job::Dispatch { ticket: ticket.id }, work.now(), Some(key)).await?;
        }
    }
    Ok(())
}

async fn update_task(
    work: &mut Work<'_>,
    ticket: &mut TicketRow,
    drive: &Drive,
    number: u32,
    change: TaskChange,
) -> Result<()> {
    let Some(mut row) = work.tx.task_by_no(drive.instance.id, i64::from(number)).await? else { return Ok(()) };
    let mut told = Vec::new();
    match &change {
        TaskChange::People { people, holder } => {
            let before = row.assignee_id;
            let only = (people.len() == 1 && row.team_id.is_none()).then(|| people[0]);
            row.assignee_id = holder.or(only);
            row.claimed_at = holder.map(|_| work.now());
            work.tx.task_candidates_replace(row.id, people).await?;
            if row.assignee_id != before {
                told.extend(row.assignee_id);
            }
        }
        TaskChange::Held { .. } => row.state = TaskState::Held,
        TaskChange::Blocked => row.state = TaskState::Blocked,
        TaskChange::Resumed | TaskChange::Unblocked => row.state = TaskState::Open,
    }
    work.tx.task_update(&row).await?;
    let data = json!({"task": row.id, "node": row.node, "name": row.name, "change": change});
    work.record(EventKind::TaskChanged, Some(ticket.id), Some(row.id.to_string()), data);
    notifications::send(work, ticket, Audience::Kind("task.assigned"), &told).await?;
    if row.kind == "work" && matches!(change, TaskChange::People { .. }) {
        take_over(work, ticket, row.assignee_id, row.team_id).await?;
    }
    if matches!(change, TaskChange::Held { .. } | TaskChange::Resumed) {
        crate::sla::follow(work, ticket).await?;
    }
    Ok(())
}

async fn close_task(
    work: &mut Work<'_>,
    ticket: &mut TicketRow,
    drive: &Drive,
    number: u32,
    outcome: &str,
    by: Option<UserId>,
) -> Result<()> {
    let Some(mut row) = work.tx.task_by_no(drive.instance.id, i64::from(number)).await? else { return Ok(()) };
    row.state = if outcome == "cancelled" { TaskState::Cancelled } else { TaskState::Done };
    row.outcome = Some(outcome.to_owned());
    row.done_at = Some(work.now());
    row.done_by = by.map(|user| user.to_string());
    work.tx.task_update(&row).await?;
    let data = json!({
        "task": row.id, "node": row.node, "name": row.name, "kind": row.kind, "outcome": outcome, "by": by,
    });
    work.record(EventKind::TaskClosed, Some(ticket.id), Some(row.id.to_string()), data);
    Ok(())
}

/// Whoever holds the work owns the ticket; the pool's team is the ticket's team, unless the ticket has a team
/// that works in the pool.
async fn take_over(
    work: &mut Work<'_>,
    ticket: &mut TicketRow,
    owner: Option<UserId>,
    team: Option<TeamId>,
) -> Result<()> {
    let mut fields = Map::new();
    if owner != ticket.owner_id && (owner.is_some() || team.is_some()) {
        fields.insert("owner".to_owned(), json!(owner));
    }
    if let Some(pool) = team.filter(|pool| ticket.team_id != Some(*pool))
        && !works_in(work, ticket.team_id, pool).await?
    {
        fields.insert("team".to_owned(), json!(pool));
    }
    if fields.is_empty() {
        return Ok(());
    }
    work.ticket_change(ticket, fields).await.map(drop)
}

/// Whether the team's people are all in the pool, as a trade is among all engineers.
async fn works_in(work: &mut Work<'_>, team: Option<TeamId>, pool: TeamId) -> Result<bool> {
    let Some(team) = team else { return Ok(false) };
    let members = work.tx.team_member_ids(team).await?;
    let pool = work.tx.team_member_ids(pool).await?;
    Ok(!members.is_empty() && members.iter().all(|member| pool.contains(member)))
}

/// A flow may name a status that the ticket's life no longer allows, such as waiting after closed; then it stays.
async fn set_status(work: &mut Work<'_>, ticket: &mut TicketRow, status: Status) -> Result<()> {
    if ticket.status == status || domain::ticket::transition(ticket.status, status).is_err() {
        return Ok(());
    }
    work.set_status(ticket, status).await
}

fn timer_key(drive: &Drive, timer: u32) -> String {
    format!("flow_timer:{}:{timer}", drive.instance.id)
}
