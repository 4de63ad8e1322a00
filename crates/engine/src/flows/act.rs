//! Somebody acts on a task.

use domain::access::Action;
use domain::flow::{Act, Acting, Input, TaskWanted};
use domain::id::TaskId;
use domain::problem::Problem;
use serde_json::{Map, Value};
use store::{TaskRow, TaskState, TicketRow};

use super::run_input;
use crate::error::{Error, Result};
use crate::tickets::change::in_body;
use crate::tickets::sight;
use crate::{Ctx, Engine, Work};

/// What is done with which task.
#[derive(Debug, Clone)]
pub struct ActOnTask {
    pub task: TaskId,
    pub act: Act,
    pub comment: Option<String>,
    /// Fields that the act fills in; only those the task's node lets one write.
    pub fields: Map<String, Value>,
}

/// # Errors
/// `task.closed`, `task.not_yours`, `access.field`, or what the flow refuses.
#[tracing::instrument(name = "task.act", skip_all, fields(task.id = %command.task, act = command.act.as_str()))]
pub async fn act(engine: &Engine, ctx: &Ctx, command: ActOnTask) -> Result<TicketRow> {
    engine.tx(ctx, move |work| Box::pin(async move { work.task_act(command).await })).await
}

impl Work<'_> {
    pub(crate) async fn task_act(&mut self, command: ActOnTask) -> Result<TicketRow> {
        let task = self.tx.task_by_id(command.task).await?.ok_or(Error::NotFound)?;
        let mut ticket = sight::find(self, task.ticket_id, Action::TicketRead).await?;
        if !self.ctx.access().unlimited {
            self.ctx.require(Action::TaskAct)?;
        }
        if !matches!(task.state, TaskState::Open | TaskState::Held) {
            return Err(Error::refused("task.closed"));
        }
        if !command.fields.is_empty() {
            self.fill_in(&mut ticket, &task, &command.act, command.fields).await?;
        }
        let instance = self.tx.instance_by_id(task.instance_id).await?.ok_or(Error::NotFound)?;
        let wanted = TaskWanted {
            task: u32::try_from(task.local_no).unwrap_or_default(),
            actor: self.acting_person(),
            act: command.act,
            comment: command.comment.clone(),
        };
        run_input(self, &mut ticket, instance, Input::TaskActed(wanted)).await?;
        if let Some(comment) = command.comment.filter(|comment| !comment.trim().is_empty()) {
            self.tx.task_comment_set(task.id, &comment).await?;
        }
        Ok(ticket)
    }

    /// Who acts, as the flow must know it.
    pub(crate) fn acting_person(&self) -> Acting {
        let access = self.ctx.access();
        let teams = access.teams.iter().filter_map(|id| self.configuration.teams.get(id));
        let groups = teams.map(|team| team.key.clone()).chain(access.role_keys().into_iter().map(str::to_owned));
        Acting {
            user: self.ctx.actor().user_id(),
            instead_of: None,
            groups: groups.collect(),
            admin: access.can(Action::TicketAdminister),
            dispatcher: access.can(Action::TicketAssign),
        }
    }

    /// Writes the fields of the act; the node's matrix decides which, not the role's right to edit tickets. Only
    /// acts of whoever holds the task fill it in: urging, for one, is open to every reader.
    async fn fill_in(
        &mut self,
        ticket: &mut TicketRow,
        task: &TaskRow,
        act: &Act,
        fields: Map<String, Value>,
    ) -> Result<()> {
        let fills = matches!(act, Act::Complete { .. } | Act::Approve | Act::Reject | Act::Return { .. });
        let writable = |field: &str| {
            let right = task.fields.get(field).and_then(Value::as_str);
            fills && matches!(right, Some("write" | "required"))
        };
        let refused: Vec<_> = fields
            .keys()
            .filter(|field| !writable(field))
            .map(|field| Problem::new(format!("/fields/{field}"), "access.field").with("field", field.as_str()))
            .collect();
        if !refused.is_empty() {
            return Err(Error::Invalid(refused));
        }
        self.ticket_change(ticket, fields).await.map(drop).map_err(in_body)
    }
}
