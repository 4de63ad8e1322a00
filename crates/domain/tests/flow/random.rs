//! Random well-formed flows, played at random, against what must always hold.
//!
//! A token at a node weighs the share of the flow that its branch stands for: a parallel block gives each of n
//! branches a n-th of its own weight. Whatever happens, the tokens of a scope weigh one together: a lost token
//! makes it less, a doubled one or a join that fires too early makes it more.

use std::collections::{BTreeMap, BTreeSet};

use domain::flow::def::Then;
use domain::flow::{
    Act, Effect, Input, InstanceState, LogKind, Message, Place, ROOT, Task, TaskKind, TaskState, TokenState,
};
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::{Value, json};

use super::desk::{Desk, complete, definition, person};

const PEOPLE: [&str; 6] = ["ann", "bob", "cat", "dan", "eve", "fay"];
const MODES: [&str; 4] = ["any", "all", "in_turn", "vote"];

#[derive(Debug, Clone)]
enum Block {
    Work {
        who: u8,
    },
    Approve {
        who: u8,
        count: u8,
        mode: u8,
        dedupe: bool,
    },
    Wait,
    Notify,
    Act,
    /// Something with a way aside: a deadline of work, an error of an action.
    Guarded {
        is_action: bool,
    },
    Each {
        count: u8,
        in_turn: bool,
    },
    Seq(Vec<Block>),
    Xor(Vec<Block>),
    And(Vec<Block>),
    Or(Vec<Block>),
    Scope(Box<Block>),
    /// Done again as long as it is turned down.
    Loop(Box<Block>),
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![
        3 => (0..6_u8).prop_map(|who| Block::Work { who }),
        3 => (0..6_u8, 1..4_u8, 0..4_u8, any::<bool>())
            .prop_map(|(who, count, mode, dedupe)| Block::Approve { who, count, mode, dedupe }),
        1 => Just(Block::Wait),
        1 => Just(Block::Notify),
        1 => Just(Block::Act),
        2 => any::<bool>().prop_map(|is_action| Block::Guarded { is_action }),
        1 => (0..4_u8, any::<bool>()).prop_map(|(count, in_turn)| Block::Each { count, in_turn }),
    ];
    leaf.prop_recursive(4, 20, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            3 => several().prop_map(Block::Seq),
            2 => several().prop_map(Block::Xor),
            3 => several().prop_map(Block::And),
            2 => several().prop_map(Block::Or),
            1 => inner.clone().prop_map(|block| Block::Scope(Box::new(block))),
            2 => inner.clone().prop_map(|block| Block::Loop(Box::new(block))),
        ]
    })
}

/// A flow as a document, with the weight of every node and the inclusive branches it lies in.
struct Built {
    nodes: Vec<Value>,
    edges: Vec<Value>,
    weights: BTreeMap<String, f64>,
    /// Weight of a token that waits at a join.
    waiting: BTreeMap<String, f64>,
    inclusive: BTreeMap<String, Vec<String>>,
    loops: BTreeSet<String>,
    level: usize,
    next: usize,
}

impl Built {
    fn new(block: &Block, level: usize) -> Self {
        let mut built = Self {
            nodes: Vec::new(),
            edges: Vec::new(),
            weights: BTreeMap::from([("start".to_owned(), 1.0)]),
            waiting: BTreeMap::new(),
            inclusive: BTreeMap::from([("start".to_owned(), Vec::new())]),
            loops: BTreeSet::new(),
            level,
            next: 0,
        };
        let last = built.add(block, "start".to_owned(), 1.0, &[]);
        let end = built.node("end", json!({"type":"end","result":"done"}), 1.0, &[]);
        built.edges.push(json!([last, end]));
        built
    }

    fn node(&mut self, prefix: &str, mut document: Value, weight: f64, inclusive: &[String]) -> String {
        self.next += 1;
        let id = format!("{prefix}{}", self.next);
        document["id"] = json!(id);
        self.nodes.push(document);
        self.weights.insert(id.clone(), weight);
        self.inclusive.insert(id.clone(), inclusive.to_vec());
        id
    }

    /// Adds a block after `from` and answers its last node.
    fn add(&mut self, block: &Block, from: String, weight: f64, inclusive: &[String]) -> String {
        let simple = |built: &mut Self, prefix, document| {
            let id = built.node(prefix, document, weight, inclusive);
            built.edges.push(json!([from, id]));
            id
        };
        match block {
            Block::Work { who } => {
                let who = json!([{"by":"user","user":PEOPLE[usize::from(*who)]}]);
                simple(self, "work", json!({"type":"work","who":who,"on":[{"timer":"P1D","do":"remind","max":2}]}))
            }
            Block::Approve { who, count, mode, dedupe } => {
                let mut document = approval(*who, *count, MODES[usize::from(*mode)]);
                document["dedupe"] = json!(if *dedupe { "any_earlier" } else { "none" });
                simple(self, "approve", document)
            }
            Block::Wait => simple(self, "wait", json!({"type":"wait","for":[{"message":"go"},{"timer":"P3D"}]})),
            Block::Notify => simple(self, "notify", json!({"type":"notify","template":"t"})),
            Block::Act => simple(self, "act", json!({"type":"action","use":"record.update"})),
            Block::Guarded { is_action } => {
                let meet = self.node("meet", json!({"type":"join","mode":"xor"}), weight, inclusive);
                let hand = json!({"type":"work","who":[{"by":"user","user":"gus"}]});
                let aside = self.node("aside", hand, weight, inclusive);
                let host = if *is_action {
                    json!({"type":"action","use":"record.update","on":[{"error":"*","to":aside}]})
                } else {
                    json!({"type":"work","who":[{"by":"user","user":"eve"}],"on":[{"timer":"P1D","to":aside}]})
                };
                let host = self.node("guarded", host, weight, inclusive);
                self.edges.push(json!([from, host]));
                self.edges.push(json!([host, meet]));
                self.edges.push(json!([aside, meet]));
                meet
            }
            Block::Each { count, in_turn } => {
                let mode = if *in_turn { "in-turn" } else { "all-at-once" };
                let who = json!([{"by":"user","user":"gus"}]);
                simple(self, "each", json!({"type":"work","who":who,"each":{"over":count,"mode":mode}}))
            }
            Block::Seq(blocks) => blocks.iter().fold(from, |from, block| self.add(block, from, weight, inclusive)),
            Block::Xor(blocks) => self.part(blocks, "xor", from, weight, inclusive),
            Block::And(blocks) => self.part(blocks, "and", from, weight, inclusive),
            Block::Or(blocks) => self.part(blocks, "or", from, weight, inclusive),
            Block::Scope(inner) => {
                let mut inside = Self::new(inner, self.level);
                let prefix = format!("s{}_", self.next);
                inside.rename(&prefix);
                let (nodes, edges) = (json!(inside.nodes), json!(inside.edges));
                self.weights.extend(inside.weights);
                self.waiting.extend(inside.waiting);
                self.inclusive.extend(inside.inclusive);
                self.loops.extend(inside.loops);
                simple(self, "scope", json!({"type":"scope","nodes":nodes,"edges":edges}))
            }
            Block::Loop(inner) => {
                let again = simple(self, "again", json!({"type":"join","mode":"xor"}));
                let last = self.add(inner, again.clone(), weight, inclusive);
                let gate = self.node("gate", approval(5, 1, "any"), weight, inclusive);
                self.edges.push(json!([last, gate]));
                self.edges.push(json!({"from":gate,"to":again,"on":"reject"}));
                self.loops.insert(gate.clone());
                gate
            }
        }
    }

    fn part(&mut self, blocks: &[Block], mode: &str, from: String, weight: f64, inclusive: &[String]) -> String {
        let split = self.node("split", json!({"type":"split","mode":mode}), weight, inclusive);
        let join = self.node("join", json!({"type":"join","mode":mode}), weight, inclusive);
        self.edges.push(json!([from, split]));
        let taken = match mode {
            "and" => blocks.len(),
            // Branch i of an inclusive split is taken from level i on; the first one always.
            "or" => (self.level + 1).min(blocks.len()),
            _ => 1,
        };
        let share = weight / f64::from(u32::try_from(taken).expect("few"));
        self.waiting.insert(join.clone(), share);
        for (index, block) in blocks.iter().enumerate() {
            let mut inclusive = inclusive.to_vec();
            if mode == "or" {
                inclusive.push(format!("{split}/{index}"));
            }
            // A node of its own at the head of each branch makes the branch addressable.
            let head = self.node("head", json!({"type":"join","mode":"xor"}), share, &inclusive);
            let level = json!({"f":"level","op":"gte","v":index.to_string()});
            self.edges.push(match mode {
                "and" => json!([split, head]),
                "xor" if index == 0 => json!({"from":split,"to":head,"default":true}),
                _ => json!({"from":split,"to":head,"when":level}),
            });
            let last = self.add(block, head, share, &inclusive);
            self.edges.push(json!([last, join]));
        }
        join
    }

    /// Makes the ids of a scope's inside its own.
    fn rename(&mut self, prefix: &str) {
        fn walk(value: &mut Value, prefix: &str) {
            match value {
                Value::Object(members) => {
                    for (name, member) in members {
                        match member {
                            Value::String(text) if matches!(name.as_str(), "id" | "from" | "to") => {
                                *text = format!("{prefix}{text}");
                            }
                            other => walk(other, prefix),
                        }
                    }
                }
                Value::Array(items) => {
                    for item in items {
                        match item {
                            Value::String(text) => *text = format!("{prefix}{text}"),
                            other => walk(other, prefix),
                        }
                    }
                }
                _ => {}
            }
        }
        for item in self.nodes.iter_mut().chain(&mut self.edges) {
            walk(item, prefix);
        }
        self.nodes.push(json!({"id":format!("{prefix}start"),"type":"start"}));
        let named =
            |map: &BTreeMap<String, f64>| map.iter().map(|(id, weight)| (format!("{prefix}{id}"), *weight)).collect();
        self.weights = named(&self.weights);
        self.waiting = named(&self.waiting);
        self.inclusive = self
            .inclusive
            .iter()
            .map(|(id, path)| (format!("{prefix}{id}"), path.iter().map(|part| format!("{prefix}{part}")).collect()))
            .collect();
        self.loops = self.loops.iter().map(|id| format!("{prefix}{id}")).collect();
    }
}

fn approval(who: u8, count: u8, mode: &str) -> Value {
    let people: Vec<_> =
        (0..count).map(|index| json!({"by":"user","user":PEOPLE[usize::from((who + index) % 6)]})).collect();
    let mut document = json!({"type":"approve","who":people,"mode":mode});
    if mode == "vote" {
        document["pass"] = json!("50%");
    }
    document
}

/// Draws numbers from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides.max(1)
    }
}

struct Player {
    desk: Desk,
    built: Built,
    dice: Dice,
    /// How often it may still make the way longer.
    mischief: usize,
    open_tasks: BTreeSet<u32>,
    armed: BTreeSet<u32>,
}

impl Player {
    fn new(block: &Block, level: usize, seed: u64) -> Self {
        let built = Built::new(block, level);
        let flow = definition(json!(built.nodes), json!(built.edges));
        let desk = Desk::of(&flow).with(json!({"level":level}));
        Self { desk, built, dice: Dice(seed), mischief: 10, open_tasks: BTreeSet::new(), armed: BTreeSet::new() }
    }

    fn play(&mut self) {
        self.desk.try_start().expect("it starts");
        self.verify();
        for _ in 0..2_000 {
            if !self.desk.state.is_running() {
                break;
            }
            self.one_move();
            self.verify();
        }
        assert!(!self.desk.state.is_running(), "it goes on and on:\n{}", self.desk.text());
        assert_eq!(self.desk.state.result.as_deref(), Some("done"));
        assert!(self.open_tasks.is_empty() && self.armed.is_empty(), "something was left open");
        assert_eq!(self.desk.replay(), self.desk.state);
    }

    fn one_move(&mut self) {
        let tokens = self.desk.state.tokens.clone();
        let token = &tokens[self.dice.roll(tokens.len())];
        let went_well = match token.state {
            TokenState::Waiting if self.dice.roll(2) == 0 => {
                let message = Message { name: "go".to_owned(), node: Some(token.node.clone()), ..Message::default() };
                self.desk.input(Input::Message(message))
            }
            TokenState::Waiting => self.fire(token.id),
            TokenState::Acting { run, .. } if token.node.contains("guarded") && self.dice.roll(2) == 0 => {
                let (code, message) = ("down".to_owned(), String::new());
                self.desk.input(Input::ActionFailed { token: token.id, run, code, message })
            }
            TokenState::Acting { run, .. } => {
                self.desk.input(Input::ActionDone { token: token.id, run, result: json!({}) })
            }
            TokenState::Tasks => self.act_at(token.id),
            TokenState::Inside | TokenState::Joining => return,
            _ => panic!("unexpected state:\n{}", self.desk.text()),
        };
        if let Err(refused) = went_well {
            let is_fair = matches!(
                refused.code.as_str(),
                "flow.bad_return"
                    | "flow.into_branch"
                    | "flow.already_there"
                    | "flow.too_late_to_withdraw"
                    | "flow.act_not_offered"
            );
            assert!(is_fair, "{refused}\n{}", self.desk.text());
        }
    }

    fn fire(&mut self, token: u32) -> Result<(), domain::flow::StepRefused> {
        let timers: Vec<_> =
            self.desk.state.timers.iter().filter(|timer| timer.token == token).map(|timer| timer.id).collect();
        let timer = timers[self.dice.roll(timers.len())];
        self.armed.remove(&timer);
        self.desk.input(Input::TimerFired { timer })
    }

    fn act_at(&mut self, token: u32) -> Result<(), domain::flow::StepRefused> {
        let has_timer = self.desk.state.timers.iter().any(|timer| timer.token == token);
        if has_timer && self.dice.roll(8) == 0 {
            return self.fire(token);
        }
        let open: Vec<Task> =
            self.desk.state.tasks.iter().filter(|task| task.token == token && task.is_open()).cloned().collect();
        assert!(!open.is_empty(), "nobody can act:\n{}", self.desk.text());
        let task = open[self.dice.roll(open.len())].clone();
        let actor = task.holder.unwrap_or_else(|| task.people[self.dice.roll(task.people.len())]);
        let act = self.choose(&task);
        let actor = if act == Act::Withdraw { person("sam") } else { actor };
        let actor = domain::flow::Acting::person(actor);
        self.desk.input(Input::TaskActed(domain::flow::TaskWanted { task: task.id, actor, act, comment: None }))
    }

    fn choose(&mut self, task: &Task) -> Act {
        if task.state == TaskState::Held {
            return Act::Unhold;
        }
        if self.mischief > 0 && self.dice.roll(3) == 0 {
            self.mischief -= 1;
            let somebody = person(PEOPLE[self.dice.roll(PEOPLE.len())]);
            let places = [Place::Before, Place::With, Place::After];
            match self.dice.roll(8) {
                0 => return Act::Hold { reason: "lunch".to_owned() },
                1 => return Act::Transfer { to: somebody },
                2 => return Act::Delegate { to: somebody },
                3 => return Act::AddSign { who: vec![somebody], place: places[self.dice.roll(3)] },
                4 => return Act::Withdraw,
                5 if self.built.loops.contains(&task.node) => return Act::Reject,
                _ => {
                    if let Some(act) = self.send_back(task) {
                        return act;
                    }
                }
            }
        }
        if task.kind == TaskKind::Approve { Act::Approve } else { complete() }
    }

    /// Back to some visited node that does not lie in an inclusive branch beside this one.
    fn send_back(&mut self, task: &Task) -> Option<Act> {
        let mine = &self.built.inclusive[&task.node];
        let fits = |node: &&String| {
            self.built.inclusive.get(*node).is_some_and(|path| path.iter().all(|part| mine.contains(part)))
        };
        let visited: Vec<_> = self.desk.state.visits.keys().filter(fits).cloned().collect();
        let to = visited.get(self.dice.roll(visited.len()))?.clone();
        let then = if self.dice.roll(2) == 0 { Then::Resume } else { Then::Rewalk };
        Some(Act::Return { to: Some(to), then: Some(then) })
    }

    fn verify(&mut self) {
        self.follow_effects();
        let state = &self.desk.state;
        let text = serde_json::to_string(state).expect("it serialises");
        assert_eq!(&serde_json::from_str::<InstanceState>(&text).expect("it reads"), state);
        let mut ids = BTreeSet::new();
        let all = state.tokens.iter().map(|token| token.id).chain(state.tasks.iter().map(|task| task.id));
        for id in all.chain(state.timers.iter().map(|timer| timer.id)).chain(state.scopes.iter().map(|scope| scope.id))
        {
            assert!(ids.insert(id) && id <= state.next, "{id} is used twice");
        }
        assert!(!state.is_asking());
        for task in &state.tasks {
            let token = state.token(task.token).expect("a task has its token");
            assert_eq!(token.state, TokenState::Tasks, "{}", self.desk.text());
        }
        let incident = self.desk.log.iter().rev().take(50).find(|entry| entry.event == LogKind::Incident);
        assert_eq!(incident, None);
        if state.is_running() {
            self.weigh();
        }
    }

    /// The tokens of every scope weigh one together; of a repetition there are as many as begun and not done.
    fn weigh(&self) {
        let state = &self.desk.state;
        let scopes = state.scopes.iter().map(|scope| (scope.id, scope.each.as_ref()));
        for (scope, each) in scopes.chain([(ROOT, None)]) {
            let inside = state.tokens.iter().filter(|token| token.scope == scope);
            if let Some(each) = each {
                assert_eq!(inside.count(), usize::try_from(each.begun - each.done).expect("few"));
                continue;
            }
            let weight: f64 = inside
                .map(|token| match token.state {
                    TokenState::Joining => self.built.waiting[&token.node],
                    _ => self.built.weights[&token.node],
                })
                .sum();
            assert!((weight - 1.0).abs() < 1e-9, "weight {weight}\n{}", self.desk.text());
        }
    }

    /// Keeps books of tasks and timers from the effects alone; they must agree with the state.
    fn follow_effects(&mut self) {
        for effect in std::mem::take(&mut self.desk.effects) {
            match effect {
                Effect::OpenTask { task, .. } => assert!(self.open_tasks.insert(task), "opened twice"),
                Effect::CloseTask { task, .. } => assert!(self.open_tasks.remove(&task), "closed twice"),
                Effect::UpdateTask { task, .. } => assert!(self.open_tasks.contains(&task), "changed when closed"),
                Effect::ArmTimer { timer, .. } => assert!(self.armed.insert(timer), "armed twice"),
                Effect::CancelTimer { timer } => assert!(self.armed.remove(&timer), "cancelled twice"),
                _ => {}
            }
        }
        let is_shown = |task: &&Task| matches!(task.state, TaskState::Open | TaskState::Held | TaskState::Blocked);
        let open: BTreeSet<_> = self.desk.state.tasks.iter().filter(is_shown).map(|task| task.id).collect();
        assert_eq!(self.open_tasks, open);
        let armed: BTreeSet<_> = self.desk.state.timers.iter().map(|timer| timer.id).collect();
        assert_eq!(self.armed, armed);
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn tokens_are_neither_lost_nor_doubled(block in block(), level in 0..3_usize, seed in any::<u64>()) {
        Player::new(&block, level, seed).play();
    }
}
