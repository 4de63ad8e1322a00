//! Counting decisions: whose turn it is, and whether the node is decided.

use super::super::compiled::Human;
use super::super::def::Mode;
use super::super::state::{Place, Task, TaskKind, TaskState};
use super::effect::{Effect, TaskChange};
use super::people::human_of;
use super::run::{Done, Run};

/// What the decisions so far come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Open,
    Yes,
    No,
}

/// Counts the live set: an added signer raises the total, so shares follow while a fixed count stays.
pub(super) fn verdict(human: &Human, tasks: &[&Task]) -> Verdict {
    let yes = |task: &&&Task| task.decision.as_ref().is_some_and(|decision| decision.yes);
    let no = |task: &&&Task| task.decision.as_ref().is_some_and(|decision| !decision.yes);
    let (approved, rejected) = (tasks.iter().filter(yes).count(), tasks.iter().filter(no).count());
    let open = tasks.len() - approved - rejected;
    if human.wait_all && open > 0 {
        return Verdict::Open;
    }
    match human.mode {
        Mode::Vote => {
            let met = |count| human.pass.is_some_and(|pass| pass.is_met(count, tasks.len()));
            if human.veto && rejected > 0 || !met(approved + open) {
                Verdict::No
            } else if met(approved) {
                Verdict::Yes
            } else {
                Verdict::Open
            }
        }
        Mode::Any => {
            let (asked, signers): (Vec<_>, Vec<_>) = tasks.iter().partition(|task| is_asked_itself(task));
            if rejected > 0 {
                Verdict::No
            } else if asked.iter().any(|task| yes(&task)) && signers.iter().all(|task| yes(&task)) {
                Verdict::Yes
            } else {
                Verdict::Open
            }
        }
        _ if rejected > 0 => Verdict::No,
        _ if open == 0 => Verdict::Yes,
        _ => Verdict::Open,
    }
}

/// Not added before or after somebody: one of those of whom any may decide.
fn is_asked_itself(task: &Task) -> bool {
    task.signed.as_ref().is_none_or(|signed| signed.place == Place::With)
}

impl Run<'_> {
    /// Ends the node if it is decided, else opens what is next.
    pub(super) fn progress(&mut self, id: u32) -> Done {
        let node = self.node_of(id)?;
        let Some(human) = human_of(node) else { return Ok(()) };
        let tasks: Vec<_> = self.state.tasks.iter().filter(|task| task.token == id).collect();
        let found = verdict(human, &tasks);
        if found == Verdict::Open {
            self.unblock(id);
            self.open_queued(id, human);
            return Ok(());
        }
        let decisions = tasks.iter().filter_map(|task| task.decision.as_ref());
        let agreed = decisions.clone().filter(|decision| decision.yes == (found == Verdict::Yes));
        let by = agreed.filter_map(|decision| decision.by).collect();
        let outcome = decisions.filter_map(|decision| decision.outcome.clone()).next_back();
        self.remember(node, by);
        match found {
            Verdict::No => self.leave(id, "reject"),
            _ => self.leave(id, outcome.as_deref().unwrap_or_else(|| node.ordinary())),
        }
    }

    /// A task that waited for signers before it opens once they have all agreed.
    fn unblock(&mut self, id: u32) {
        let ready: Vec<_> = self
            .tasks_of(id, TaskState::Blocked)
            .filter(|task| !self.has_open_signers(task.id, Place::Before))
            .map(|task| task.id)
            .collect();
        for task in ready {
            if let Some(task) = self.task_mut(task) {
                task.state = TaskState::Open;
            }
            self.effects.push(Effect::UpdateTask { task, change: TaskChange::Unblocked });
        }
    }

    fn open_queued(&mut self, id: u32, human: &Human) {
        let is_anchored = |task: &&Task| {
            let signed = task.signed.as_ref();
            signed.is_some_and(|signed| signed.place == Place::After)
        };
        let after: Vec<_> = self
            .tasks_of(id, TaskState::Queued)
            .filter(is_anchored)
            .filter(|task| task.signed.as_ref().is_some_and(|signed| self.is_agreed(signed.task)))
            .map(|task| task.id)
            .collect();
        for task in after {
            self.open(task);
        }
        let queued: Vec<_> =
            self.tasks_of(id, TaskState::Queued).filter(|task| !is_anchored(task)).map(|task| task.id).collect();
        if !matches!(human.mode, Mode::InTurn | Mode::Chain) {
            for task in queued {
                self.open(task);
            }
            return;
        }
        let is_busy = self.state.tasks.iter().any(|task| {
            task.token == id && matches!(task.state, TaskState::Open | TaskState::Held | TaskState::Blocked)
        });
        if let Some(first) = queued.first().filter(|_| !is_busy) {
            self.open(*first);
        }
    }

    fn open(&mut self, task: u32) {
        let now = self.ctx.now;
        if let Some(task) = self.task_mut(task) {
            task.state = TaskState::Open;
            task.opened_at = now;
        }
        self.announce(task);
    }

    fn tasks_of(&self, id: u32, state: TaskState) -> impl Iterator<Item = &Task> {
        self.state.tasks.iter().filter(move |task| task.token == id && task.state == state)
    }

    fn has_open_signers(&self, task: u32, place: Place) -> bool {
        self.state.tasks.iter().any(|other| {
            let signed = other.signed.as_ref();
            signed.is_some_and(|signed| signed.task == task && signed.place == place)
                && other.state != TaskState::Decided
        })
    }

    fn is_agreed(&self, task: u32) -> bool {
        let decision = self.state.task(task).and_then(|task| task.decision.as_ref());
        decision.is_some_and(|decision| decision.yes)
    }

    /// Records a decision and sees what follows.
    pub(super) fn decide(&mut self, task: u32, yes: bool, act: &str, outcome: Option<String>) -> Done {
        let by = self.actor.part();
        let Some(found) = self.task_mut(task) else { return Ok(()) };
        found.state = TaskState::Decided;
        found.decision = Some(super::super::state::Decision { yes, by, outcome });
        let (token, kind) = (found.token, found.kind);
        self.effects.push(Effect::CloseTask { task, outcome: act.to_owned(), by: self.actor.user });
        if !self.is_submitter(self.actor.user) {
            self.state.decided += 1;
        }
        match kind {
            TaskKind::Approve | TaskKind::Work => self.progress(token),
            TaskKind::Resubmit => {
                self.state.decided = 0;
                self.leave(token, "done")
            }
            TaskKind::Confirm => self.confirmed(token, yes),
        }
    }
}
