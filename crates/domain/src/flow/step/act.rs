//! What people do with tasks.

use serde_json::Value;

use super::super::def::{Demand, FieldRight};
use super::super::state::{Task, TaskKind, TaskState};
use super::effect::{Effect, LogKind, TaskChange};
use super::input::{Act, Refusal, StepRefused, TaskWanted};
use super::run::{Done, Run, refuse};
use crate::id::UserId;
use crate::ticket::Status;

impl Run<'_> {
    pub(super) fn task_acted(&mut self, wanted: TaskWanted) -> Done {
        let TaskWanted { task: id, actor, act, comment } = wanted;
        let unknown = || StepRefused::new(Refusal::TaskClosed, id.to_string());
        let task = self.state.task(id).ok_or_else(unknown)?.clone();
        if task.state == TaskState::Decided {
            return Err(unknown());
        }
        self.actor = actor;
        self.permit(&task, &act)?;
        self.demand(&task, &act, comment.as_deref())?;
        self.log(LogKind::Acted, |entry| {
            entry.node = Some(task.node.clone());
            entry.token = Some(task.token);
            entry.task = Some(id);
            entry.detail = serde_json::to_value(&act).unwrap_or(Value::Null);
            if let (Some(detail), Some(comment)) = (entry.detail.as_object_mut(), comment) {
                detail.insert("comment".to_owned(), comment.into());
            }
        });
        match act {
            Act::Approve | Act::Reject | Act::Complete { .. } => self.answer(&task, act),
            Act::Return { to, then } => self.send_back(&task, to.as_deref(), then),
            Act::Transfer { to } => self.transfer(&task, to),
            Act::Delegate { to } => self.delegate(&task, to),
            Act::AddSign { who, place } => self.add_signers(&task, who, place),
            Act::RemoveSign { who } => self.remove_signer(&task, who),
            Act::Cc { who } => {
                self.tell(&task, who, "cc");
                Ok(())
            }
            Act::Claim => self.claim(&task),
            Act::Release => {
                self.set_people(id, task.people, None);
                Ok(())
            }
            Act::Assign { to } => {
                self.set_people(id, task.people, Some(to));
                Ok(())
            }
            Act::Withdraw => self.withdraw(),
            Act::Urge => {
                let people = task.holder.map_or(task.people, |holder| vec![holder]);
                self.effects.push(Effect::Urged { task: id, by: self.actor.user, people });
                Ok(())
            }
            Act::Hold { reason } => self.hold(&task, reason),
            Act::Unhold => self.unhold(&task),
        }
    }

    /// Whether this person may do this with this task now.
    pub(super) fn permit(&self, task: &Task, act: &Act) -> Done {
        let arranges = matches!(
            act,
            Act::Transfer { .. }
                | Act::Release
                | Act::Hold { .. }
                | Act::Unhold
                | Act::RemoveSign { .. }
                | Act::Cc { .. }
        );
        let arranger = self.arranges(task);
        match act {
            Act::Urge => {}
            Act::Assign { .. } if arranger || self.actor.user.is_none() => {}
            Act::Assign { .. } => return Err(refuse(Refusal::NotYours)),
            Act::Withdraw if self.is_submitter(self.actor.part()) => {}
            Act::Withdraw => return Err(refuse(Refusal::NotSubmitter)),
            _ if arranges && arranger => {}
            _ if self.is_mine(task) => {}
            _ => return Err(refuse(Refusal::NotYours)),
        }
        match (task.state, act) {
            (
                TaskState::Held,
                Act::Unhold | Act::Urge | Act::Transfer { .. } | Act::Assign { .. } | Act::Withdraw | Act::Cc { .. },
            )
            | (TaskState::Open, _)
            | (TaskState::Blocked, Act::RemoveSign { .. } | Act::Urge | Act::Withdraw) => {}
            (TaskState::Held, _) => return Err(refuse(Refusal::Held)),
            (TaskState::Blocked | TaskState::Queued, _) => return Err(refuse(Refusal::Blocked)),
            (TaskState::Decided, _) => return Err(refuse(Refusal::TaskClosed)),
        }
        if fits(task.kind, act) && self.is_offered(task, act) {
            Ok(())
        } else {
            Err(StepRefused::new(Refusal::ActNotOffered, act.as_str()))
        }
    }

    /// Whether this person may arrange a task that is not theirs.
    pub(super) fn arranges(&self, task: &Task) -> bool {
        self.actor.admin || (self.actor.dispatcher && task.kind == TaskKind::Work)
    }

    pub(super) fn is_held(&self, task: u32) -> bool {
        self.state.task(task).is_some_and(|task| task.state == TaskState::Held)
    }

    fn is_mine(&self, task: &Task) -> bool {
        let Some(me) = self.actor.part() else { return false };
        match task.holder {
            Some(holder) => holder == me,
            None => task.people.contains(&me) || task.pools.iter().any(|pool| self.actor.groups.contains(&pool.group)),
        }
    }

    fn is_offered(&self, task: &Task, act: &Act) -> bool {
        let always = matches!(
            act,
            Act::Complete { .. }
                | Act::Claim
                | Act::Release
                | Act::Assign { .. }
                | Act::Withdraw
                | Act::Urge
                | Act::Unhold
        );
        let offered = self.flow.node(&task.node).and_then(|node| node.actions.as_ref());
        let Some(offered) = offered.filter(|_| !always && !self.actor.admin) else { return true };
        let name = if matches!(act, Act::RemoveSign { .. }) { "add_sign" } else { act.as_str() };
        offered.iter().any(|allowed| allowed.act() == name || allowed.act() == act.as_str())
    }

    /// A comment where one is demanded, fields where they are required.
    fn demand(&self, task: &Task, act: &Act, comment: Option<&str>) -> Done {
        let Some(node) = self.flow.node(&task.node) else { return Ok(()) };
        let demands = node.actions.iter().flatten().filter(|allowed| allowed.act() == act.as_str());
        let wants_comment = demands.flat_map(|allowed| allowed.require()).any(|demand| *demand == Demand::Comment);
        if wants_comment && comment.is_none_or(|comment| comment.trim().is_empty()) {
            return Err(StepRefused::new(Refusal::CommentRequired, act.as_str()));
        }
        if matches!(act, Act::Approve | Act::Complete { .. }) {
            let row = self.row(task.token);
            for (field, right) in &node.fields {
                let bare = field.strip_prefix("form.").unwrap_or(field);
                if *right == FieldRight::Required && lang::is_empty(row.get(bare)) {
                    return Err(StepRefused::new(Refusal::FieldRequired, bare));
                }
            }
        }
        Ok(())
    }

    fn answer(&mut self, task: &Task, act: Act) -> Done {
        if let Some(owner) = task.delegated_by {
            // An opinion, not the decision: it goes back to whom it was asked by.
            self.set_people(task.id, task.people.clone(), Some(owner));
            if let Some(task) = self.task_mut(task.id) {
                task.delegated_by = None;
            }
            return Ok(());
        }
        let name = act.as_str();
        match act {
            Act::Complete { outcome, vars } => {
                if task.kind == TaskKind::Confirm {
                    self.correct(task.token, vars);
                } else {
                    self.state.vars.extend(vars);
                }
                if let Some(outcome) = &outcome {
                    self.known_outcome(task, outcome)?;
                }
                self.decide(task.id, true, name, outcome)
            }
            act => self.decide(task.id, act == Act::Approve, name, None),
        }
    }

    fn known_outcome(&self, task: &Task, outcome: &str) -> Done {
        let node = self.node(&task.node)?;
        let is_known = node.out.iter().any(|edge| self.flow.edges[*edge].on.as_deref() == Some(outcome));
        if is_known || outcome == node.ordinary() {
            Ok(())
        } else {
            Err(StepRefused::new(Refusal::ActNotOffered, outcome))
        }
    }

    fn transfer(&mut self, task: &Task, to: UserId) -> Done {
        self.not_there_yet(task, to)?;
        let me = self.actor.part().filter(|me| task.people.contains(me) || task.holder == Some(*me));
        let leaves = me.or(task.holder);
        let mut people = task.people.clone();
        people.retain(|person| Some(*person) != leaves);
        people.push(to);
        let holder = (people.len() == 1 || task.holder.is_some()).then_some(to);
        self.set_people(task.id, people, holder);
        Ok(())
    }

    fn delegate(&mut self, task: &Task, to: UserId) -> Done {
        self.not_there_yet(task, to)?;
        let owner = task.delegated_by.or(task.holder).or(self.actor.part());
        if let Some(task) = self.task_mut(task.id) {
            task.delegated_by = owner;
        }
        self.set_people(task.id, task.people.clone(), Some(to));
        Ok(())
    }

    /// Nobody is asked twice at the same time about the same thing.
    pub(super) fn not_there_yet(&self, task: &Task, person: UserId) -> Done {
        let is_there = self.state.tasks.iter().any(|other| {
            other.token == task.token
                && other.state != TaskState::Decided
                && (other.holder == Some(person) || (other.holder.is_none() && other.people.contains(&person)))
        });
        if is_there { Err(StepRefused::new(Refusal::AlreadyThere, person.to_string())) } else { Ok(()) }
    }

    fn claim(&mut self, task: &Task) -> Done {
        if task.holder.is_some() {
            return Err(refuse(Refusal::AlreadyHeld));
        }
        self.set_people(task.id, task.people.clone(), self.actor.part());
        Ok(())
    }

    fn hold(&mut self, task: &Task, reason: String) -> Done {
        if let Some(task) = self.task_mut(task.id) {
            task.state = TaskState::Held;
        }
        self.effects.push(Effect::UpdateTask { task: task.id, change: TaskChange::Held { reason } });
        self.effects.push(Effect::SetStatus { node: task.node.clone(), status: Status::Waiting });
        Ok(())
    }

    fn unhold(&mut self, task: &Task) -> Done {
        if task.state != TaskState::Held {
            return Err(refuse(Refusal::NotHeld));
        }
        if let Some(task) = self.task_mut(task.id) {
            task.state = TaskState::Open;
        }
        self.effects.push(Effect::UpdateTask { task: task.id, change: TaskChange::Resumed });
        self.lift_hold(task.token);
        Ok(())
    }

    pub(super) fn set_people(&mut self, id: u32, people: Vec<UserId>, holder: Option<UserId>) {
        if let Some(task) = self.task_mut(id) {
            task.people.clone_from(&people);
            task.holder = holder;
        }
        self.effects.push(Effect::UpdateTask { task: id, change: TaskChange::People { people, holder } });
    }

    fn tell(&mut self, task: &Task, people: Vec<UserId>, template: &str) {
        self.effects.push(Effect::Notify {
            node: task.node.clone(),
            who: Vec::new(),
            people,
            template: Some(template.to_owned()),
            task: Some(task.id),
        });
    }
}

const fn fits(kind: TaskKind, act: &Act) -> bool {
    match act {
        Act::Approve | Act::Reject => matches!(kind, TaskKind::Approve),
        Act::Complete { .. } => !matches!(kind, TaskKind::Approve),
        Act::Return { .. } | Act::AddSign { .. } | Act::RemoveSign { .. } | Act::Delegate { .. } => {
            matches!(kind, TaskKind::Approve | TaskKind::Work)
        }
        Act::Withdraw => !matches!(kind, TaskKind::Resubmit),
        _ => true,
    }
}
