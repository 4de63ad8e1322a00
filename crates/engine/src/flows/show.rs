//! Where a ticket is in its flow: open tasks with what can be done, and the diagram.

use domain::access::Action;
use domain::flow::def::NodeType;
use domain::flow::{self, Mark};
use domain::id::{TicketId, UserId};
use domain::text::Text;
use serde::Serialize;
use serde_json::Value;
use store::{TaskRow, TicketRow};

use super::drive::read_state;
use crate::error::Result;
use crate::tickets::sight;
use crate::{Ctx, Engine, Work};

/// An open task and what the caller can do with it.
pub struct OpenTask {
    pub row: TaskRow,
    pub candidates: Vec<UserId>,
    /// Names of acts; the flow judges again when one is tried.
    pub acts: Vec<String>,
    pub outcomes: Vec<String>,
    /// Nodes it can be sent back to.
    pub return_to: Vec<String>,
}

impl OpenTask {
    /// Everybody named on the task.
    pub fn people(&self) -> impl Iterator<Item = UserId> {
        self.candidates.iter().copied().chain(self.row.assignee_id)
    }
}

/// A flow as a picture, with where the ticket is and was.
#[derive(Debug, Clone, Serialize)]
pub struct Diagram {
    pub flow: String,
    pub version: i64,
    pub status: String,
    pub nodes: Vec<DiagramNode>,
    pub edges: Vec<DiagramEdge>,
}

#[derive(Debug, Clone, Serialize)]
pub struct DiagramNode {
    pub id: String,
    #[serde(rename = "type")]
    pub node_type: String,
    pub name: Text,
    pub column: usize,
    pub row: usize,
    pub state: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct DiagramEdge {
    pub from: String,
    pub to: String,
    pub label: Option<String>,
    pub taken: bool,
}

pub(crate) async fn open_tasks(work: &mut Work<'_>, ticket: &TicketRow) -> Result<Vec<OpenTask>> {
    let rows = work.tx.task_list_open(ticket.id).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let Some(instance) = work.tx.instance_running(ticket.id).await? else { return Ok(Vec::new()) };
    let flow = work.engine.flow_version(work.tx, &instance.flow_key, instance.flow_version).await?;
    let state = read_state(&instance)?;
    let candidates = work.tx.task_candidates_of(ticket.id).await?;
    let actor = work.acting_person();
    let may_act = work.ctx.access().can(Action::TaskAct);
    let mut tasks = Vec::with_capacity(rows.len());
    for row in rows {
        let number = u32::try_from(row.local_no).unwrap_or_default();
        let people = candidates.iter().filter(|(task, _)| *task == row.id).map(|(_, user)| *user).collect();
        let acts = if may_act { flow::acts(&flow.flow, &state, number, &actor) } else { Vec::new() };
        let outcomes = row.actions.get("outcomes").and_then(Value::as_array).into_iter().flatten();
        tasks.push(OpenTask {
            candidates: people,
            acts: acts.into_iter().map(str::to_owned).collect(),
            outcomes: outcomes.filter_map(|text| text.as_str().map(str::to_owned)).collect(),
            return_to: flow::return_targets(&flow.flow, &state, number),
            row,
        });
    }
    Ok(tasks)
}

/// The diagram of the ticket's newest instance; `None` when no flow drives it.
///
/// # Errors
/// Not found when the caller may not read the ticket.
pub async fn diagram(engine: &Engine, ctx: &Ctx, ticket: TicketId) -> Result<Option<Diagram>> {
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                sight::find(work, ticket, Action::TicketRead).await?;
                let Some(instance) = work.tx.instance_latest(ticket).await? else { return Ok(None) };
                let flow = work.engine.flow_version(work.tx, &instance.flow_key, instance.flow_version).await?;
                let state = read_state(&instance)?;
                Ok(Some(draw(&flow.flow, &state, &instance)))
            })
        })
        .await
}

fn draw(compiled: &flow::Flow, state: &flow::InstanceState, instance: &store::InstanceRow) -> Diagram {
    let places = flow::layout(compiled);
    let marks = flow::position(compiled, state);
    let place_of =
        |id: &str| places.iter().find(|place| place.node == id).map_or((0, 0), |place| (place.column, place.row));
    let mark_of = |id: &str| marks.iter().find(|mark| mark.node == id).map_or(Mark::Idle, |mark| mark.mark);
    let nodes = compiled.nodes().map(|(id, node_type, name)| {
        let (column, row) = place_of(id);
        let mark = mark_of(id);
        DiagramNode {
            id: id.to_owned(),
            node_type: node_type.as_str().to_owned(),
            name: name.clone(),
            column,
            row,
            state: shown(mark, node_type).to_owned(),
        }
    });
    let passed = |id: &str| mark_of(id) != Mark::Idle;
    let edges = compiled.edges().map(|(from, to)| DiagramEdge {
        from: from.to_owned(),
        to: to.to_owned(),
        label: None,
        taken: mark_of(from) == Mark::Done && passed(to),
    });
    Diagram {
        flow: instance.flow_key.clone(),
        version: instance.flow_version,
        status: instance.status.clone(),
        nodes: nodes.collect(),
        edges: edges.collect(),
    }
}

/// A node where people work is active; one where the flow itself waits is waiting.
fn shown(mark: Mark, node_type: NodeType) -> &'static str {
    match mark {
        Mark::Idle => "todo",
        Mark::Done => "done",
        Mark::Incident => "failed",
        Mark::Active if matches!(node_type, NodeType::Wait | NodeType::Join | NodeType::Action) => "waiting",
        Mark::Active => "active",
    }
}
