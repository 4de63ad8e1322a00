//! A policy that has been checked against its calendars and fields.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lang::{Checked, Condition, Env, Types};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document::{PauseDefinition, Reopen, SlaDefinition, StepDefinition, TargetDefinition, TargetKind, Within};
use super::moment::{Length, Moment};
use super::step::StepId;
use crate::calendar::Calendar;
use crate::definition::is_key;
use crate::problem::Problem;
use crate::ticket::Status;

/// Compiled calendars by key.
pub type Calendars = BTreeMap<String, Arc<Calendar>>;

/// Compiled policies, each under the version it is.
pub type Policies = BTreeMap<PolicyId, Arc<Policy>>;

/// A policy as of one version: what a ticket is promised by, whatever is published later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PolicyId {
    pub key: String,
    pub version: i64,
}

/// What is promised, ready to be replayed.
#[derive(Debug, Clone)]
pub struct Policy {
    pub id: PolicyId,
    pub order: i64,
    pub(super) reopen: Reopen,
    pub(super) targets: Vec<Target>,
    forms: Vec<String>,
    when: Checked,
}

#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) id: String,
    pub(super) kind: TargetKind,
    pub(super) calendar: Arc<Calendar>,
    pub(super) pause: Vec<Pause>,
    pub(super) until: Option<Checked>,
    /// By priority from 1.
    lengths: [Option<Length>; 4],
    steps: Vec<(String, Moment, StepDefinition)>,
}

#[derive(Debug, Clone)]
pub(super) enum Pause {
    Status(Status),
    Hold,
    When(Box<Checked>),
}

/// The policy for a ticket: smallest order, then first key, among those that match its fields.
pub fn choose<'a>(policies: &'a Policies, fields: &Value, env: &Env) -> Option<&'a Arc<Policy>> {
    let matching = policies.values().filter(|policy| policy.matches(fields, env));
    matching.min_by_key(|policy| (policy.order, &policy.id))
}

impl SlaDefinition {
    /// Everything that is wrong with the document. `types`: the fields of its ticket types and of every ticket.
    pub fn check(&self, types: &Types, calendars: &Calendars) -> Vec<Problem> {
        Policy::compile(self, 0, types, calendars).err().unwrap_or_default()
    }
}

impl Policy {
    /// The policy that the document, published as `version`, describes.
    ///
    /// # Errors
    /// Everything that is wrong with the document, with the place of each fault.
    pub fn compile(
        definition: &SlaDefinition,
        version: i64,
        types: &Types,
        calendars: &Calendars,
    ) -> Result<Self, Vec<Problem>> {
        let mut compiler = Compiler { types, calendars, problems: Vec::new() };
        let when = match &definition.when {
            Some(when) => compiler.condition("/when", when),
            None => Some(Checked::always()),
        };
        if definition.targets.is_empty() {
            compiler.problem("/targets", "sla.no_targets", "", "");
        }
        let mut ids = BTreeSet::new();
        let mut targets = Vec::new();
        for (index, target) in definition.targets.iter().enumerate() {
            let pointer = format!("/targets/{index}");
            let id = target.id();
            if !is_key(id) {
                compiler.problem(&format!("{pointer}/id"), "definition.bad_key", "", "");
            }
            if !ids.insert(id) {
                compiler.problem(&pointer, "sla.duplicate_target", "id", id);
            }
            targets.extend(compiler.target(&pointer, target));
        }
        let (Some(when), true) = (when, compiler.problems.is_empty()) else {
            return Err(compiler.problems);
        };
        Ok(Self {
            id: PolicyId { key: definition.key.clone(), version },
            order: definition.order,
            reopen: definition.reopen,
            targets,
            forms: definition.forms.clone(),
            when,
        })
    }

    /// Whether the policy is for a ticket with these fields.
    pub fn matches(&self, fields: &Value, env: &Env) -> bool {
        let form = fields["type"].as_str();
        let of_type = self.forms.is_empty() || form.is_some_and(|form| self.forms.iter().any(|own| own == form));
        of_type && self.when.evaluate(fields, env)
    }

    /// The same promises under another name, for a version that can no longer be compiled.
    #[must_use]
    pub fn standing_in_for(&self, id: PolicyId) -> Self {
        Self { id, ..self.clone() }
    }

    /// The fields that decide whether the policy is for a ticket; a change of one of them asks again.
    pub fn decisive(&self) -> &[String] {
        self.when.fields()
    }

    pub(super) fn target(&self, id: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.id == id)
    }
}

impl Target {
    /// The promised working time at a priority; `None` when nothing is promised.
    pub(super) fn millis(&self, priority: u8) -> Option<i64> {
        let length = self.lengths.get(usize::from(priority).checked_sub(1)?)?;
        length.map(|length| length.millis(&self.calendar))
    }

    /// Every step with its moment; the due time is always one.
    pub(super) fn moments(&self) -> impl Iterator<Item = (&str, Moment, Option<&StepDefinition>)> {
        let own = self.steps.iter().map(|(id, moment, step)| (id.as_str(), *moment, Some(step)));
        let named = self.steps.iter().any(|(id, ..)| id == StepId::DUE);
        own.chain((!named).then_some((StepId::DUE, Moment::Due, None)))
    }
}

impl TargetDefinition {
    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or(self.kind.as_str())
    }
}

struct Compiler<'a> {
    types: &'a Types,
    calendars: &'a Calendars,
    problems: Vec<Problem>,
}

impl Compiler<'_> {
    fn target(&mut self, pointer: &str, target: &TargetDefinition) -> Option<Target> {
        let calendar = self.calendars.get(&target.calendar).cloned();
        if calendar.is_none() {
            self.problem(&format!("{pointer}/calendar"), "sla.unknown_calendar", "key", &target.calendar);
        }
        let lengths = self.lengths(&format!("{pointer}/in"), &target.within);
        let mut pause = Vec::new();
        for (index, rule) in target.pause.iter().enumerate() {
            pause.extend(self.pause(&format!("{pointer}/pause/{index}"), rule));
        }
        let until = match &target.until {
            Some(until) => self.condition(&format!("{pointer}/until"), until),
            None => None,
        };
        if target.until.is_some() != (target.kind == TargetKind::Milestone) {
            self.problem(&format!("{pointer}/until"), "sla.milestone_until", "", "");
        }
        let steps = self.steps(pointer, &target.steps);
        Some(Target {
            id: target.id().to_owned(),
            kind: target.kind,
            calendar: calendar?,
            pause,
            until,
            lengths,
            steps,
        })
    }

    fn lengths(&mut self, pointer: &str, within: &Within) -> [Option<Length>; 4] {
        let by_priority = match within {
            Within::All(text) => return [self.length(pointer, text); 4],
            Within::ByPriority(by_priority) => by_priority,
        };
        let mut found = [None; 4];
        if let Some(text) = by_priority.get("else") {
            found = [self.length(&format!("{pointer}/else"), text); 4];
        }
        for (priority, text) in by_priority.iter().filter(|(priority, _)| *priority != "else") {
            let pointer = format!("{pointer}/{priority}");
            let index = ["1", "2", "3", "4"].iter().position(|level| level == priority);
            match index {
                Some(index) => found[index] = self.length(&pointer, text),
                None => self.problem(&pointer, "sla.bad_priority", "value", priority),
            }
        }
        found
    }

    fn length(&mut self, pointer: &str, text: &str) -> Option<Length> {
        let found = Length::parse(text);
        if found.is_none() {
            self.problem(pointer, "sla.bad_duration", "value", text);
        }
        found
    }

    fn pause(&mut self, pointer: &str, rule: &PauseDefinition) -> Option<Pause> {
        match rule {
            PauseDefinition::Status(status) => Some(Pause::Status(*status)),
            PauseDefinition::Hold(true) => Some(Pause::Hold),
            PauseDefinition::Hold(false) => {
                self.problem(pointer, "definition.malformed", "reason", "hold takes true");
                None
            }
            PauseDefinition::When(condition) => {
                self.condition(&format!("{pointer}/when"), condition).map(|checked| Pause::When(Box::new(checked)))
            }
        }
    }

    fn steps(&mut self, target: &str, steps: &[StepDefinition]) -> Vec<(String, Moment, StepDefinition)> {
        let mut found: Vec<(String, Moment, StepDefinition)> = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let pointer = format!("{target}/steps/{index}");
            let Some(moment) = Moment::parse(&step.at) else {
                self.problem(&format!("{pointer}/at"), "sla.bad_moment", "value", &step.at);
                continue;
            };
            let id = step.id.as_deref().unwrap_or(&step.at);
            // The id `due` tells the due time, so no other moment may have it.
            let misnamed = id == StepId::DUE && moment != Moment::Due;
            if misnamed || id.is_empty() || id.contains('/') || found.iter().any(|(taken, ..)| taken == id) {
                self.problem(&pointer, "sla.duplicate_step", "id", id);
            }
            if step.notify.is_empty() && !step.raise_priority && step.set.is_empty() {
                self.problem(&pointer, "sla.empty_step", "", "");
            }
            found.push((id.to_owned(), moment, step.clone()));
        }
        found
    }

    fn condition(&mut self, pointer: &str, document: &Value) -> Option<Checked> {
        let condition = match serde_json::from_value::<Condition>(document.clone()) {
            Ok(condition) => condition,
            Err(error) => {
                self.problem(pointer, "condition.malformed", "reason", &error.to_string());
                return None;
            }
        };
        match condition.check(self.types) {
            Ok(checked) => Some(checked),
            Err(faults) => {
                let place = |fault: lang::Problem| Problem::from(fault.under(pointer));
                self.problems.extend(faults.into_iter().map(place));
                None
            }
        }
    }

    fn problem(&mut self, pointer: &str, code: &str, name: &str, value: &str) {
        let problem = Problem::new(pointer, code);
        self.problems.push(if name.is_empty() { problem } else { problem.with(name, value) });
    }
}
