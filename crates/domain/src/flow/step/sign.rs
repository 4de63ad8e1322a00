//! Adding and removing signers.

use super::super::state::{Place, Signed, Task, TaskState};
use super::effect::{Effect, TaskChange};
use super::input::{Refusal, StepRefused};
use super::people::{task_kind, unique};
use super::run::{Done, Run, refuse};
use crate::id::UserId;

impl Run<'_> {
    /// People who sign before, beside or after this one.
    pub(super) fn add_signers(&mut self, task: &Task, who: Vec<UserId>, place: Place) -> Done {
        let by = self.actor.part().ok_or_else(|| refuse(Refusal::NotYours))?;
        if who.is_empty() {
            return Err(refuse(Refusal::NoPeople));
        }
        let node = self.node(&task.node)?;
        for person in unique(who) {
            self.not_there_yet(task, person)?;
            let state = if place == Place::After { TaskState::Queued } else { TaskState::Open };
            let new = self.open_task(task.token, node, task_kind(node), (vec![person], Vec::new()), TaskState::Queued);
            if let Some(found) = self.task_mut(new) {
                found.signed = Some(Signed { by, place, task: task.id });
                found.state = state;
            }
            if state == TaskState::Open {
                self.announce(new);
            }
        }
        if place == Place::Before {
            if let Some(found) = self.task_mut(task.id) {
                found.state = TaskState::Blocked;
            }
            self.effects.push(Effect::UpdateTask { task: task.id, change: TaskChange::Blocked });
        }
        Ok(())
    }

    /// Takes back a signer of one's own who has not decided.
    pub(super) fn remove_signer(&mut self, task: &Task, who: UserId) -> Done {
        let me = self.actor.part();
        let is_it = |other: &&Task| {
            let signed = other.signed.as_ref();
            other.token == task.token
                && other.state != TaskState::Decided
                && other.people.contains(&who)
                && signed.is_some_and(|signed| Some(signed.by) == me || self.actor.admin)
        };
        let found = self.state.tasks.iter().find(is_it);
        let found = found.ok_or_else(|| StepRefused::new(Refusal::NotAdded, who.to_string()))?;
        let (id, was_open) = (found.id, found.state != TaskState::Queued);
        self.state.tasks.retain(|task| task.id != id);
        if was_open {
            let (outcome, by) = ("cancelled".to_owned(), self.actor.user);
            self.effects.push(Effect::CloseTask { task: id, outcome, by });
        }
        self.progress(task.token)
    }
}
