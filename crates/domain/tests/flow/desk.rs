//! A driver for tests: knows a handful of people, answers who they are at once, keeps what came out.

use domain::flow::def::Who;
use domain::flow::timer::add_plain;
use domain::flow::{
    Act, Acting, Allowed, Effect, Flow, FlowDefinition, Input, InstanceState, LogEntry, LogKind, Message, StepContext,
    StepRefused, Stepped, TaskWanted, compile_allowing, render, step,
};
use domain::id::UserId;
use domain::time::Timestamp;
use lang::{Env, Type, Types};
use serde_json::{Map, Value, json};

/// `sam` submits; each of the others is the manager of the one before.
const NAMES: [&str; 9] = ["sam", "ann", "bob", "cat", "dan", "eve", "fay", "gus", "root"];

pub(crate) fn person(name: &str) -> UserId {
    let at = NAMES.iter().position(|known| *known == name).expect("a known name");
    UserId::from_u128(at as u128 + 1)
}

pub(crate) fn name(user: UserId) -> String {
    let at = usize::try_from(user.as_u128()).expect("a small number");
    NAMES.get(at - 1).map_or_else(|| user.to_string(), |name| (*name).to_owned())
}

pub(crate) fn types() -> Types {
    Types::new()
        .with("total", Type::Money { scale: 2 })
        .with("level", Type::Number { scale: 0 })
        .with("cat", Type::Text)
        .with("handler", Type::Person)
        .with("visit_at", Type::DateTime)
        .with("store", Type::Org)
        .with("parts", Type::Table { fields: Types::new().with("sku", Type::Text) })
}

/// A definition from its nodes and edges.
pub(crate) fn definition(nodes: Value, edges: Value) -> FlowDefinition {
    let document = json!({ "kind": "flow", "key": "test", "nodes": nodes, "edges": edges });
    FlowDefinition::parse(&document).unwrap_or_else(|problem| panic!("{problem:?}"))
}

pub(crate) struct Desk {
    pub(crate) flow: Flow,
    pub(crate) state: InstanceState,
    pub(crate) row: Value,
    pub(crate) now: Timestamp,
    pub(crate) effects: Vec<Effect>,
    pub(crate) log: Vec<LogEntry>,
    /// Everything that happened, with the row and the time, to be played again.
    pub(crate) played: Vec<(Input, Value, Timestamp)>,
}

impl Desk {
    pub(crate) fn new(nodes: Value, edges: Value) -> Self {
        Self::of(&definition(nodes, edges))
    }

    pub(crate) fn of(definition: &FlowDefinition) -> Self {
        let flow = compile_allowing(definition, &types(), &Allowed::everything())
            .unwrap_or_else(|problems| panic!("{problems:#?}"));
        Self {
            flow,
            state: InstanceState::default(),
            row: json!({}),
            now: Timestamp::from_millis(1_790_000_000_000),
            effects: Vec::new(),
            log: Vec::new(),
            played: Vec::new(),
        }
    }

    #[must_use]
    pub(crate) fn with(mut self, row: Value) -> Self {
        self.row = row;
        self
    }

    /// Submitted by `sam`.
    #[must_use]
    pub(crate) fn started(mut self) -> Self {
        self.try_start().unwrap_or_else(|refused| panic!("{refused}"));
        self
    }

    pub(crate) fn try_start(&mut self) -> Result<(), StepRefused> {
        self.input(Input::Start {
            by: Some(person("sam")),
            vars: Map::new(),
            picks: [("picked".to_owned(), vec![person("dan")])].into(),
            at: None,
        })
    }

    /// Applies an input, answers questions about people, forgets the effects of earlier inputs.
    pub(crate) fn input(&mut self, input: Input) -> Result<(), StepRefused> {
        let mut state = self.state.clone();
        let mut inputs = vec![input];
        let (mut effects, mut log, mut played) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(input) = inputs.pop() {
            played.push((input.clone(), self.row.clone(), self.now));
            let stepped = one_step(&self.flow, state, input, &self.row, self.now)?;
            for effect in &stepped.effects {
                if let Effect::ResolvePeople { ask, who, .. } = effect {
                    let people = who.iter().map(find).collect();
                    inputs.push(Input::PeopleResolved { ask: *ask, people });
                }
                if let (Effect::WriteRecord { fields, .. }, Some(row)) = (effect, self.row.as_object_mut()) {
                    row.extend(fields.clone());
                }
            }
            state = stepped.state;
            effects.extend(stepped.effects);
            log.extend(stepped.log);
        }
        (self.state, self.effects) = (state, effects);
        self.log.extend(log);
        self.played.extend(played);
        Ok(())
    }

    /// `who` does something with the open task they have at `node`.
    pub(crate) fn try_act(&mut self, who: &str, node: &str, act: Act) -> Result<(), StepRefused> {
        let user = person(who);
        let is_at = |task: &&domain::flow::Task| task.node == node && task.is_open();
        let is_mine = |task: &&domain::flow::Task| {
            task.holder == Some(user) || (task.holder.is_none() && task.people.contains(&user))
        };
        let mut open = self.state.tasks.iter().filter(is_at);
        let task = open.clone().find(is_mine).or_else(|| open.next());
        let task = task.unwrap_or_else(|| panic!("no open task at {node}:\n{}", self.text())).id;
        let groups = if who == "bob" || who == "cat" { vec!["engineers".to_owned()] } else { Vec::new() };
        let actor = Acting { groups, admin: who == "root", ..Acting::person(user) };
        self.input(Input::TaskActed(TaskWanted { task, actor, act, comment: None }))
    }

    pub(crate) fn act(&mut self, who: &str, node: &str, act: Act) -> &mut Self {
        self.try_act(who, node, act).unwrap_or_else(|refused| panic!("{refused}\n{}", self.text()));
        self
    }

    pub(crate) fn approve(&mut self, who: &str, node: &str) -> &mut Self {
        self.act(who, node, Act::Approve)
    }

    pub(crate) fn reject(&mut self, who: &str, node: &str) -> &mut Self {
        self.act(who, node, Act::Reject)
    }

    pub(crate) fn complete(&mut self, who: &str, node: &str) -> &mut Self {
        self.act(who, node, complete())
    }

    /// The code of the refusal, and that nothing changed.
    pub(crate) fn refusal(&mut self, who: &str, node: &str, act: Act) -> &'static str {
        let before = self.state.clone();
        let refused = self.try_act(who, node, act).expect_err("it should be refused");
        assert_eq!(self.state, before);
        refused.code.as_str()
    }

    pub(crate) fn must(&mut self, input: Input) -> &mut Self {
        self.input(input).unwrap_or_else(|refused| panic!("{refused}\n{}", self.text()));
        self
    }

    pub(crate) fn message(&mut self, name: &str) -> &mut Self {
        self.must(Input::Message(Message { name: name.to_owned(), ..Message::default() }))
    }

    /// Fires the first timer of a node, whenever it is due.
    pub(crate) fn fire(&mut self, node: &str) -> &mut Self {
        let at = |timer: &&domain::flow::Timer| {
            let token = self.state.token(timer.token).expect("a timer has its token");
            token.node == node
        };
        let timer = self.state.timers.iter().find(at).unwrap_or_else(|| panic!("no timer at {node}")).id;
        self.must(Input::TimerFired { timer })
    }

    /// Moves the clock on, firing what becomes due in the order of due times.
    pub(crate) fn advance(&mut self, hours: i64) -> &mut Self {
        let until = self.now.plus_millis(hours * 3_600_000);
        loop {
            let due = self.state.timers.iter().map(|timer| (timer.rule.due_at(&add_plain), timer.id));
            let Some((at, timer)) = due.filter(|(at, _)| *at <= until).min() else { break };
            self.now = self.now.max(at);
            self.must(Input::TimerFired { timer });
        }
        self.now = until;
        self
    }

    /// The action that runs at a node: its token and run.
    pub(crate) fn running(&self, node: &str) -> (u32, u32) {
        let state = self.state.tokens.iter().find_map(|token| match token.state {
            domain::flow::TokenState::Acting { run, .. } if token.node == node => Some((token.id, run)),
            _ => None,
        });
        state.unwrap_or_else(|| panic!("nothing runs at {node}"))
    }

    pub(crate) fn action_done(&mut self, node: &str, result: Value) -> &mut Self {
        let (token, run) = self.running(node);
        self.must(Input::ActionDone { token, run, result })
    }

    pub(crate) fn action_failed(&mut self, node: &str, code: &str) -> &mut Self {
        let (token, run) = self.running(node);
        self.must(Input::ActionFailed { token, run, code: code.to_owned(), message: String::new() })
    }

    pub(crate) fn text(&self) -> String {
        render(&self.state, &name)
    }

    /// Compares the state with a text whose indentation does not matter but in depth.
    #[track_caller]
    pub(crate) fn expect(&mut self, expected: &str) -> &mut Self {
        let lines: Vec<_> = expected.lines().filter(|line| !line.trim().is_empty()).collect();
        let indent = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
        let expected: String = lines.iter().map(|line| format!("{}\n", &line[indent..])).collect();
        assert_eq!(self.text(), expected, "\nfound:\n{}", self.text());
        self
    }

    /// Nodes entered so far, in order.
    pub(crate) fn path(&self) -> Vec<&str> {
        let entered = self.log.iter().filter(|entry| entry.event == LogKind::Entered);
        entered.filter_map(|entry| entry.node.as_deref()).collect()
    }

    /// Plays everything again from nothing; the state must come out the same.
    pub(crate) fn replay(&self) -> InstanceState {
        let mut state = InstanceState::default();
        for (input, row, now) in &self.played {
            state = one_step(&self.flow, state, input.clone(), row, *now).expect("it went well before").state;
        }
        state
    }
}

pub(crate) fn complete() -> Act {
    Act::Complete { outcome: None, vars: Map::new() }
}

fn one_step(
    flow: &Flow,
    state: InstanceState,
    input: Input,
    row: &Value,
    now: Timestamp,
) -> Result<Stepped, StepRefused> {
    let env = Env { now_ms: now.millis(), ..Env::default() };
    step(flow, state, input, &StepContext { now, row, env: &env })
}

/// The organisation of the tests.
pub(crate) fn find(who: &Who) -> Vec<UserId> {
    let people = |names: &[&str]| names.iter().map(|name| person(name)).collect();
    match who {
        Who::User { user } => vec![person(user)],
        Who::Admin {} => people(&["root"]),
        Who::Role { role, .. } => match role.as_str() {
            "finance" => people(&["cat", "dan"]),
            "board" => people(&["ann", "bob", "cat", "dan", "eve"]),
            _ => Vec::new(),
        },
        Who::OrgHead { up, .. } => match up {
            0 | 1 => Vec::new(),
            2 => people(&["fay"]),
            _ => Vec::new(),
        },
        Who::Manager { of, up } => {
            let below = of.as_deref().and_then(|of| of.parse::<UserId>().ok()).unwrap_or_else(|| person("sam"));
            let at = usize::try_from(below.as_u128()).expect("small") - 1 + usize::from(*up);
            NAMES.get(at).map(|name| person(name)).into_iter().collect()
        }
        Who::ManagerChain { from, to, .. } => {
            let to = to.unwrap_or(*from);
            (*from..=to).map(|up| person(NAMES[usize::from(up)])).collect()
        }
        other => panic!("the driver is not asked for {other:?}"),
    }
}
