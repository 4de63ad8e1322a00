//! Who shall act: what the core knows itself, what it asks, and what follows from nobody, self and again.

use serde_json::Value;

use super::super::compiled::{FlowNode, Human, Kind};
use super::super::def::{IfEmpty, IfSelf, Mode, Repeat, Threshold, Who};
use super::super::state::{Ask, Decision, Pool, Purpose, Task, TaskKind, TaskState, TokenState};
use super::action::value_at;
use super::effect::{Effect, LogKind, TaskChange};
use super::input::{Refusal, StepRefused};
use super::run::{Done, Run};
use crate::id::UserId;

/// `if_empty: up` gives in after this many levels.
const MAX_LEVELS: u8 = 10;

impl<'a> Run<'a> {
    pub(super) fn look_for_people(&mut self, id: u32, node: &FlowNode, human: &Human) -> Done {
        self.ask(id, node, Purpose::Assign { level: 0 }, &persons(human))
    }

    /// Looks up people; what the instance does not know goes to the driver.
    pub(super) fn ask(&mut self, id: u32, node: &FlowNode, purpose: Purpose, who: &[Who]) -> Done {
        let who: Vec<_> = who.iter().map(|who| self.named(id, who)).collect();
        let lists: Vec<_> = who.iter().map(|who| self.known(id, node, who)).collect();
        let unknown: Vec<_> =
            who.iter().zip(&lists).filter(|(_, list)| list.is_none()).map(|(who, _)| who.clone()).collect();
        if unknown.is_empty() {
            let people = lists.into_iter().flatten().flatten().collect();
            return self.people_found(id, purpose, people);
        }
        let ask = self.next_id();
        if purpose != Purpose::Reassign {
            self.set_token(id, TokenState::Asking);
        }
        self.state.asks.push(Ask { id: ask, token: id, purpose, lists });
        self.effects.push(Effect::ResolvePeople { ask, token: id, node: node.id.clone(), who: unknown });
        Ok(())
    }

    /// A name with parts such as `${index}` filled in from the row.
    fn named(&self, id: u32, who: &Who) -> Who {
        let Who::User { user } = who else { return who.clone() };
        let Some((before, rest)) = user.split_once("${") else { return who.clone() };
        let Some((path, after)) = rest.split_once('}') else { return who.clone() };
        let value = match (path, self.state.submitter) {
            ("submitter", Some(submitter)) => submitter.to_string().into(),
            _ => value_at(&self.row(id), path, None),
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Who::User { user: format!("{before}{text}{after}") }
    }

    /// The people that the instance knows, and the resolvers that are left for the driver.
    pub(super) fn split_known(&self, id: u32, node: &FlowNode, who: &[Who]) -> (Vec<UserId>, Vec<Who>) {
        let (mut people, mut others) = (Vec::new(), Vec::new());
        for who in who {
            let who = self.named(id, who);
            match self.known(id, node, &who) {
                Some(known) => people.extend(known),
                None => others.push(who),
            }
        }
        (unique(people), others)
    }

    /// What needs no question.
    fn known(&self, id: u32, node: &FlowNode, who: &Who) -> Option<Vec<UserId>> {
        match who {
            Who::User { user } => user.parse().ok().map(|user| vec![user]),
            Who::Submitter {} => Some(self.state.submitter.into_iter().collect()),
            Who::PickedBySubmitter { .. } => Some(self.state.picks.get(&node.id).cloned().unwrap_or_default()),
            Who::HandlerOf { node } => {
                Some(self.state.visits.get(node).map(|visit| visit.by.clone()).unwrap_or_default())
            }
            Who::Field { field } => {
                let bare = field.strip_prefix("form.").or_else(|| field.strip_prefix("record."));
                let row = self.row(id);
                Some(people_in(row.get(bare.unwrap_or(field))))
            }
            _ => None,
        }
    }

    pub(super) fn people_resolved(&mut self, ask: u32, people: Vec<Vec<UserId>>) -> Done {
        let at = self.state.asks.iter().position(|open| open.id == ask);
        let at = at.ok_or_else(|| StepRefused::new(Refusal::UnknownAsk, ask.to_string()))?;
        let ask = self.state.asks.remove(at);
        let mut answers = people.into_iter();
        let mut found = Vec::new();
        for list in ask.lists {
            found.extend(list.unwrap_or_else(|| answers.next().unwrap_or_default()));
        }
        self.people_found(ask.token, ask.purpose, found)
    }

    fn people_found(&mut self, id: u32, purpose: Purpose, found: Vec<UserId>) -> Done {
        let node = self.node_of(id)?;
        let Some(human) = human_of(node) else { return Ok(()) };
        let people = unique(found);
        match purpose {
            Purpose::Assign { level } => {
                if people.is_empty() && pools(human).is_empty() {
                    return self.nobody(id, node, human, level);
                }
                self.consider_self(id, node, human, people)
            }
            Purpose::Named if people.is_empty() => self.ask_admin(id, node),
            Purpose::Admin if people.is_empty() => self.incident(id, Refusal::NoPeople, ""),
            Purpose::Named | Purpose::Admin => self.open_group(id, node, human, people),
            Purpose::AboveSelf { people: mut asked, at } => {
                let submitter = self.state.submitter;
                let above = people.into_iter().filter(|person| Some(*person) != submitter);
                let at = at.min(asked.len());
                asked.splice(at..at, above);
                if asked.is_empty() && pools(human).is_empty() {
                    return self.ask_admin(id, node);
                }
                self.open_group(id, node, human, unique(asked))
            }
            Purpose::Reassign => {
                self.reassign(id, &people);
                Ok(())
            }
        }
    }

    fn ask_admin(&mut self, id: u32, node: &FlowNode) -> Done {
        self.ask(id, node, Purpose::Admin, &[Who::Admin {}])
    }

    fn nobody(&mut self, id: u32, node: &'a FlowNode, human: &'a Human, level: u8) -> Done {
        match human.if_empty {
            IfEmpty::Up => {
                let level = level + 1;
                let climb = |who: Who| (0..level).try_fold(who, |who, _| who.higher());
                let higher: Vec<_> = persons(human).into_iter().filter_map(climb).collect();
                if higher.is_empty() || level > MAX_LEVELS {
                    return self.ask_admin(id, node);
                }
                self.ask(id, node, Purpose::Assign { level }, &higher)
            }
            IfEmpty::Admin => self.ask_admin(id, node),
            IfEmpty::Named => self.ask(id, node, Purpose::Named, &human.named),
            IfEmpty::Skip => self.pass_by(id, node, "empty"),
            IfEmpty::Reject => self.leave(id, "reject"),
            IfEmpty::BlockStart => self.incident(id, Refusal::NoPeople, ""),
        }
    }

    /// Nobody needs to act: the node counts as passed.
    fn pass_by(&mut self, id: u32, node: &FlowNode, why: &str) -> Done {
        self.log(LogKind::Skipped, |entry| {
            entry.node = Some(node.id.clone());
            entry.token = Some(id);
            entry.detail = why.into();
        });
        self.leave(id, node.ordinary())
    }

    fn consider_self(&mut self, id: u32, node: &FlowNode, human: &Human, mut people: Vec<UserId>) -> Done {
        let own = people.iter().position(|person| self.is_submitter(Some(*person)));
        let Some(at) = own else {
            return self.open_group(id, node, human, people);
        };
        match human.if_self {
            IfSelf::Allow => self.open_group(id, node, human, people),
            IfSelf::Skip => {
                people.remove(at);
                if people.is_empty() && pools(human).is_empty() {
                    return self.pass_by(id, node, "self");
                }
                self.open_group(id, node, human, people)
            }
            IfSelf::Up => {
                people.remove(at);
                let above = Who::Manager { of: Some("submitter".to_owned()), up: 1 };
                self.ask(id, node, Purpose::AboveSelf { people, at }, &[above])
            }
        }
    }

    /// Opens the tasks for these people, as the node's mode wants them.
    fn open_group(&mut self, id: u32, node: &FlowNode, human: &Human, people: Vec<UserId>) -> Done {
        if let (Mode::Vote, Some(Threshold::Count(needed))) = (human.mode, human.pass)
            && needed as usize > people.len()
        {
            let note = format!("{} of {needed}", people.len());
            return self.incident_named(id, "pass_unreachable".to_owned(), &note);
        }
        self.set_token(id, TokenState::Tasks);
        let agreed = self.agreed_before(id, node, human);
        let kind = task_kind(node);
        if human.mode == Mode::Any {
            if let Some(person) = people.iter().find(|person| agreed.contains(person)) {
                self.keep(id, node, *person);
                self.remember(node, vec![*person]);
                return self.leave(id, node.ordinary());
            }
            self.open_task(id, node, kind, (people, pools(human)), TaskState::Open);
            return Ok(());
        }
        for person in people {
            let is_agreed = agreed.contains(&person);
            let task = self.open_task(id, node, kind, (vec![person], Vec::new()), TaskState::Queued);
            if is_agreed {
                self.keep(id, node, person);
                if let Some(task) = self.task_mut(task) {
                    task.state = TaskState::Decided;
                    task.decision = Some(Decision { yes: true, by: Some(person), outcome: None });
                }
            }
        }
        let pools = pools(human);
        if !pools.is_empty() {
            self.open_task(id, node, kind, (Vec::new(), pools), TaskState::Queued);
        }
        self.progress(id)
    }

    pub(super) fn open_task(
        &mut self,
        token: u32,
        node: &FlowNode,
        kind: TaskKind,
        (people, pools): (Vec<UserId>, Vec<Pool>),
        state: TaskState,
    ) -> u32 {
        let id = self.next_id();
        let holder = match people.as_slice() {
            [only] if pools.is_empty() => Some(*only),
            _ => None,
        };
        self.state.tasks.push(Task {
            id,
            token,
            node: node.id.clone(),
            kind,
            state,
            opened_at: self.ctx.now,
            people,
            pools,
            holder,
            delegated_by: None,
            signed: None,
            decision: None,
        });
        if state == TaskState::Open {
            self.announce(id);
        }
        id
    }

    fn keep(&mut self, id: u32, node: &FlowNode, person: UserId) {
        self.log(LogKind::Kept, |entry| {
            entry.node = Some(node.id.clone());
            entry.token = Some(id);
            entry.by = Some(person);
        });
    }

    pub(super) fn remember(&mut self, node: &FlowNode, by: Vec<UserId>) {
        self.state.visits.entry(node.id.clone()).or_default().by = by;
    }

    /// People whose earlier consent counts here.
    fn agreed_before(&self, id: u32, node: &FlowNode, human: &Human) -> Vec<UserId> {
        let print = self.print(id);
        let mut agreed = Vec::new();
        let mut previous = None;
        if let Some(token) = self.state.token(id) {
            previous.clone_from(&token.after);
            let back = token.resume.as_ref().filter(|resume| resume.arriving && resume.print == print);
            agreed.extend(back.iter().flat_map(|resume| &resume.agreed).copied());
        }
        if !matches!(node.kind, Kind::Approve(_)) {
            return agreed;
        }
        let approved = |name: &String| {
            let is_approve = matches!(self.flow.node(name).map(|node| &node.kind), Some(Kind::Approve(_)));
            let visit = self.state.visits.get(name).filter(|_| is_approve && *name != node.id)?;
            (visit.outcome.as_deref() == Some("approve")).then_some(&visit.by)
        };
        match human.dedupe {
            Repeat::None => {}
            Repeat::Consecutive => agreed.extend(previous.iter().filter_map(approved).flatten()),
            Repeat::AnyEarlier => agreed.extend(self.state.visits.keys().filter_map(approved).flatten()),
        }
        agreed
    }

    /// Passes every open task of a token on.
    fn reassign(&mut self, id: u32, people: &[UserId]) {
        if people.is_empty() {
            return;
        }
        let open = self.tasks_under(id);
        let holder = match people {
            [only] => Some(*only),
            _ => None,
        };
        for task in open {
            if let Some(task) = self.task_mut(task) {
                task.people = people.to_vec();
                task.pools.clear();
                task.holder = holder;
                task.delegated_by = None;
            }
            self.effects
                .push(Effect::UpdateTask { task, change: TaskChange::People { people: people.to_vec(), holder } });
            self.log(LogKind::Reassigned, |entry| {
                entry.token = Some(id);
                entry.task = Some(task);
                entry.detail = serde_json::json!(people);
            });
        }
    }
}

pub(super) fn human_of(node: &FlowNode) -> Option<&Human> {
    match &node.kind {
        Kind::Action(action) => Some(&action.human),
        _ => node.human(),
    }
}

pub(super) const fn task_kind(node: &FlowNode) -> TaskKind {
    match node.kind {
        Kind::Approve(_) => TaskKind::Approve,
        Kind::Work(_) => TaskKind::Work,
        _ => TaskKind::Confirm,
    }
}

/// The resolvers that name people, not groups.
fn persons(human: &Human) -> Vec<Who> {
    human.who.iter().filter(|who| !matches!(who, Who::Pool { .. })).cloned().collect()
}

fn pools(human: &Human) -> Vec<Pool> {
    let pool = |who: &Who| match who {
        Who::Pool { group, pick } => Some(Pool { group: group.clone(), pick: *pick }),
        _ => None,
    };
    human.who.iter().filter_map(pool).collect()
}

pub(super) fn unique(people: Vec<UserId>) -> Vec<UserId> {
    let mut seen = Vec::with_capacity(people.len());
    for person in people {
        if !seen.contains(&person) {
            seen.push(person);
        }
    }
    seen
}

fn people_in(value: Option<&Value>) -> Vec<UserId> {
    let one = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(one).collect(),
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    }
}
