//! Clocks, minute by minute: the slow implementation that `replay` is compared with.

use domain::sla::{Fact, FactKind};
use domain::ticket::Status;
use serde_json::Value;

use crate::slow::{self, Minutes};

/// What a minute of a clock was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Running,
    Outside,
    Paused,
}

/// All times in minutes.
pub(crate) struct Sim {
    pub(crate) policy: usize,
    pub(crate) target: usize,
    pub(crate) calendar: &'static Minutes,
    pub(crate) name: String,
    pub(crate) cycle: u32,
    pub(crate) start: i64,
    pub(crate) length: i64,
    pub(crate) elapsed: i64,
    pub(crate) met: Option<i64>,
    pub(crate) cancelled: Option<i64>,
    pub(crate) breached: Option<i64>,
    pub(crate) paused: bool,
    /// Step, threshold, when it was reached.
    pub(crate) steps: Vec<(String, i64, Option<i64>)>,
    pub(crate) minutes: Vec<Kind>,
}

impl Sim {
    pub(crate) fn open(&self) -> bool {
        self.met.is_none() && self.cancelled.is_none()
    }
}

struct World<'a> {
    policies: &'a [Value],
    policy: Option<usize>,
    status: Status,
    priority: u8,
    hold: bool,
    missing: bool,
    arrived: bool,
    responded: bool,
    withdrawn: bool,
    dropped: Vec<String>,
    sims: Vec<Sim>,
}

pub(crate) fn simulate(policies: &[Value], facts: &[Fact], now: i64) -> Vec<Sim> {
    let mut world = World {
        policies,
        policy: None,
        status: Status::New,
        priority: 2,
        hold: false,
        missing: false,
        arrived: false,
        responded: false,
        withdrawn: false,
        dropped: Vec::new(),
        sims: Vec::new(),
    };
    let first = facts[0].at.millis() / 60_000;
    let mut facts = facts.iter().peekable();
    for minute in first..=now {
        while let Some(fact) = facts.next_if(|fact| fact.at.millis() / 60_000 == minute) {
            world.apply(minute, &fact.kind);
            world.conditions(minute);
        }
        world.tick(minute, now);
    }
    world.sims
}

impl World<'_> {
    fn tick(&mut self, minute: i64, now: i64) {
        for index in 0..self.sims.len() {
            let sim = &mut self.sims[index];
            if !sim.open() {
                continue;
            }
            if !sim.paused {
                if sim.elapsed >= sim.length {
                    sim.breached = sim.breached.or(Some(minute));
                }
                for (_, threshold, reached) in &mut sim.steps {
                    if sim.elapsed >= *threshold {
                        *reached = reached.or(Some(minute));
                    }
                }
            }
            if minute == now {
                continue;
            }
            let kind = match (sim.paused, sim.calendar.is_open(minute)) {
                (true, _) => Kind::Paused,
                (false, true) => Kind::Running,
                (false, false) => Kind::Outside,
            };
            sim.elapsed += i64::from(kind == Kind::Running);
            sim.minutes.push(kind);
        }
    }

    fn apply(&mut self, minute: i64, fact: &FactKind) {
        match fact {
            FactKind::Created { priority, policy, .. } => {
                self.priority = *priority;
                self.change_policy(minute, policy.as_ref().map(|id| id.key.as_str()));
            }
            FactKind::StatusChanged { to } => self.change_status(minute, *to),
            FactKind::Solved => self.change_status(minute, Status::Solved),
            FactKind::Reopened => self.change_status(minute, Status::Open),
            FactKind::Closed => self.change_status(minute, Status::Closed),
            FactKind::PriorityChanged { to } => {
                self.priority = *to;
                self.promises_changed(minute);
            }
            FactKind::PolicyChanged { to } => self.change_policy(minute, to.as_ref().map(|id| id.key.as_str())),
            FactKind::FieldChanged { fields } => {
                self.missing = fields.get("parts_missing").map_or(self.missing, |value| value == true);
                self.arrived |= fields.contains_key("arrived");
            }
            FactKind::FirstResponse => self.reply(minute, false),
            FactKind::PublicReply => self.reply(minute, true),
            FactKind::Hold { .. } => self.hold = true,
            FactKind::Unhold => self.hold = false,
            FactKind::Withdrawn => {
                self.withdrawn = true;
                for sim in &mut self.sims {
                    if sim.open() {
                        sim.cancelled = Some(minute);
                    }
                }
            }
        }
    }

    fn reply(&mut self, minute: i64, public: bool) {
        self.responded = true;
        for index in 0..self.sims.len() {
            let kind = self.kind(index);
            let meets = kind == "first_response" || (public && kind == "update");
            if self.sims[index].open() && meets {
                self.sims[index].met = Some(minute);
            }
        }
        if public {
            self.begin(minute, |target, _| target["kind"] == "update");
        }
    }

    fn change_status(&mut self, minute: i64, to: Status) {
        let (was, is) = (self.status.is_active(), to.is_active());
        self.status = to;
        if was && !is {
            self.responded = true;
            for index in 0..self.sims.len() {
                if !self.sims[index].open() {
                    continue;
                }
                if self.kind(index) == "milestone" {
                    self.sims[index].cancelled = Some(minute);
                } else {
                    self.sims[index].met = Some(minute);
                }
            }
        }
        if is && !was {
            let withdrawn = std::mem::replace(&mut self.withdrawn, false);
            let Some(policy) = self.policy else { return };
            let continues = self.policies[policy]["reopen"] == "continue" && !withdrawn;
            if continues {
                self.revive(minute, policy);
            }
            self.begin(minute, |target, _| !continues || target["kind"] != "milestone");
        }
    }

    fn revive(&mut self, minute: i64, policy: usize) {
        for (number, target) in targets(&self.policies[policy]).iter().enumerate() {
            let last = (0..self.sims.len()).rev().find(|index| self.sims[*index].name == name(target));
            let Some(last) = last.filter(|last| target["kind"] == "resolution" && self.sims[*last].met.is_some())
            else {
                continue;
            };
            let length = length(target, self.priority);
            let sim = &mut self.sims[last];
            sim.met = None;
            while sim.start + (sim.minutes.len() as i64) < minute {
                sim.minutes.push(Kind::Paused);
            }
            match length {
                Some(length) => promise(sim, policy, number, target, length),
                None => sim.cancelled = Some(minute),
            }
        }
    }

    fn change_policy(&mut self, minute: i64, to: Option<&str>) {
        self.policy = to.and_then(|key| self.policies.iter().position(|policy| policy["key"] == key));
        self.promises_changed(minute);
    }

    fn promises_changed(&mut self, minute: i64) {
        for index in 0..self.sims.len() {
            if !self.sims[index].open() {
                continue;
            }
            let kind = self.kind(index);
            let found = self.policy.and_then(|policy| {
                let all = targets(&self.policies[policy]);
                let same = |target: &&Value| name(target) == self.sims[index].name && target["kind"] == kind;
                let number = all.iter().position(|target| same(&target))?;
                Some((policy, number, &all[number], length(&all[number], self.priority)?))
            });
            match found {
                Some((policy, number, target, length)) => {
                    promise(&mut self.sims[index], policy, number, target, length);
                }
                None => {
                    self.sims[index].cancelled = Some(minute);
                    self.dropped.push(self.sims[index].name.clone());
                }
            }
        }
        let known: Vec<String> = self.sims.iter().map(|sim| sim.name.clone()).collect();
        self.begin(minute, |target, dropped| {
            target["kind"] == "update" || dropped.contains(&name(target)) || !known.contains(&name(target))
        });
    }

    fn begin(&mut self, minute: i64, chosen: impl Fn(&Value, &[String]) -> bool) {
        let Some(policy) = self.policy.filter(|_| self.status.is_active() && !self.withdrawn) else {
            return;
        };
        let dropped = self.dropped.clone();
        for (number, target) in targets(&self.policies[policy]).iter().enumerate() {
            let cycles = self.sims.iter().filter(|sim| sim.name == name(target)).count() as u32;
            let running = self.sims.iter().any(|sim| sim.name == name(target) && sim.open());
            let answered = target["kind"] == "first_response" && self.responded;
            let Some(length) = length(target, self.priority) else {
                continue;
            };
            if running || answered || !chosen(target, &dropped) {
                continue;
            }
            self.dropped.retain(|dropped| *dropped != name(target));
            let mut sim = Sim {
                policy,
                target: number,
                calendar: calendar(target),
                name: name(target),
                cycle: cycles + 1,
                start: minute,
                length,
                elapsed: 0,
                met: None,
                cancelled: None,
                breached: None,
                paused: false,
                steps: Vec::new(),
                minutes: Vec::new(),
            };
            promise(&mut sim, policy, number, target, length);
            self.sims.push(sim);
        }
    }

    fn conditions(&mut self, minute: i64) {
        for index in 0..self.sims.len() {
            let target = self.policies[self.sims[index].policy]["targets"][self.sims[index].target].clone();
            if !self.sims[index].open() {
                continue;
            }
            if target["kind"] == "milestone" && self.arrived {
                self.sims[index].met = Some(minute);
                continue;
            }
            let rules = target["pause"].as_array().cloned().unwrap_or_default();
            self.sims[index].paused = rules.iter().any(|rule| {
                (rule["status"] == "waiting" && self.status == Status::Waiting)
                    || (rule["hold"] == true && self.hold)
                    || (rule["when"].is_object() && self.missing)
            });
        }
    }

    fn kind(&self, sim: usize) -> String {
        let sim = &self.sims[sim];
        text(&self.policies[sim.policy]["targets"][sim.target]["kind"]).to_owned()
    }
}

/// What is promised to a cycle from here on.
fn promise(sim: &mut Sim, policy: usize, number: usize, target: &Value, length: i64) {
    (sim.policy, sim.target, sim.length) = (policy, number, length);
    sim.calendar = calendar(target);
    let before = std::mem::take(&mut sim.steps);
    let own = target["steps"].as_array().cloned().unwrap_or_default();
    let mut moments: Vec<(String, String)> = Vec::new();
    for step in &own {
        let at = text(&step["at"]).to_owned();
        moments.push((step["id"].as_str().map_or(at.clone(), str::to_owned), at));
    }
    if moments.iter().all(|(id, _)| id != "due") {
        moments.push(("due".into(), "due".into()));
    }
    for (id, at) in moments {
        let threshold = match at.as_bytes()[0] {
            b'd' => length,
            b'-' => length - minutes(&at[1..], 0),
            b'+' => length + minutes(&at[1..], 0),
            _ => length * at.trim_end_matches('%').parse::<i64>().expect("a number") / 100,
        };
        if threshold > 0 {
            let reached = before.iter().find(|step| step.0 == id).and_then(|step| step.2);
            sim.steps.push((id, threshold, reached));
        }
    }
}

fn length(target: &Value, priority: u8) -> Option<i64> {
    let within = &target["in"];
    let by_priority = within.get(priority.to_string()).or_else(|| within.get("else"));
    let day = match text(&target["calendar"]) {
        "office" => 540,
        "seasons" => 450,
        _ => i64::MAX,
    };
    let found = within.as_str().or_else(|| by_priority?.as_str())?;
    Some(minutes(found, if found.ends_with('D') { day } else { 0 }))
}

fn minutes(text: &str, day: i64) -> i64 {
    let number: i64 = text.chars().filter(char::is_ascii_digit).collect::<String>().parse().expect("a number");
    match text.chars().last() {
        Some('D') => number * day,
        Some('H') => number * 60,
        _ => number,
    }
}

fn calendar(target: &Value) -> &'static Minutes {
    let found = slow::all().iter().find(|(document, _)| document["key"] == target["calendar"]);
    &found.expect("a calendar").1
}

fn targets(policy: &Value) -> &[Value] {
    policy["targets"].as_array().expect("targets")
}

fn name(target: &Value) -> String {
    target["id"].as_str().unwrap_or(text(&target["kind"])).to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
