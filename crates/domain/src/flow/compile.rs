//! Turns a document into a flow that can run, or says everything that is wrong with it.

use lang::{Checked, Condition, Types};
use serde_json::Value;

use super::check::{Allowed, check_outline};
use super::compiled::{
    Action, Confirm, End, Flow, FlowBoundary, FlowEach, FlowEdge, FlowNode, FlowTrigger, Human, Kind, Throws,
};
use super::def::{FlowDefinition, IfEmpty, IfSelf, Mode, Node, NodeType, Repeat};
use super::graph::{Block, meeting, reach_all};
use super::outline::{Outline, OutlineNode};
use super::timer::TimerSpec;
use crate::problem::{Problem, Severity};

/// Checks a document against its form's fields and makes it ready to run.
///
/// # Errors
/// Every problem that blocks; warnings do not.
pub fn compile(definition: &FlowDefinition, types: &Types) -> Result<Flow, Vec<Problem>> {
    compile_allowing(definition, types, &Allowed::now())
}

/// The same, with a say in which parts of the model may be used.
///
/// # Errors
/// Every problem that blocks; warnings do not.
pub fn compile_allowing(definition: &FlowDefinition, types: &Types, allowed: &Allowed) -> Result<Flow, Vec<Problem>> {
    let outline = Outline::new(definition);
    let mut problems = definition.clashes(types);
    let types = &definition.types(types);
    problems.extend(check_outline(&outline, types, allowed));
    problems.retain(|problem| problem.severity == Severity::Error);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut faults = Vec::new();
    let flow = build(&outline, types, &mut faults);
    if faults.is_empty() { Ok(flow) } else { Err(faults) }
}

/// Reads and checks a Condition at a place of the document.
pub(super) fn condition(document: &Value, types: &Types, pointer: &str) -> Result<Checked, Vec<Problem>> {
    let parsed: Condition = serde_json::from_value(document.clone())
        .map_err(|error| vec![Problem::new(pointer, "condition.malformed").with("reason", error.to_string())])?;
    parsed.check(types).map_err(|problems| {
        let place = |problem: lang::Problem| Problem::from(problem.under(pointer));
        problems.into_iter().map(place).collect()
    })
}

/// Fields that the `until` of a repetition may name besides the form's.
pub(super) fn each_types(types: &Types) -> Types {
    let number = || lang::Type::Number { scale: 0 };
    let share = lang::Type::Number { scale: 2 };
    let counts = types.clone().with("total", number()).with("done", number()).with("active", number());
    counts.with("share", share)
}

fn build(outline: &Outline<'_>, types: &Types, faults: &mut Vec<Problem>) -> Flow {
    let mut flow = Flow {
        key: outline.definition.key.clone(),
        title: outline.definition.title.clone(),
        form: outline.definition.form.clone(),
        nodes: outline.nodes.iter().map(|node| build_node(outline, node, types, faults)).collect(),
        edges: Vec::with_capacity(outline.edges.len()),
        by_id: outline.by_id.iter().map(|(id, index)| ((*id).to_owned(), *index)).collect(),
        edge_by_id: outline.edges.iter().enumerate().map(|(index, edge)| (edge.id.clone(), index)).collect(),
        entries: outline.entries(None),
        withdraw: outline.trigger().and_then(|trigger| trigger.withdraw.clone()),
        blocks: Vec::new(),
        next: outline.next(),
        reach: Vec::new(),
    };
    for (index, edge) in outline.edges.iter().enumerate() {
        let document = edge.document;
        let when = document.and_then(|document| document.when.as_ref());
        let pointer = format!("{}/when", edge.pointer);
        flow.edges.push(FlowEdge {
            id: edge.id.clone(),
            from: edge.from,
            to: edge.to,
            on: document.and_then(|document| document.on.clone()),
            when: when.and_then(|when| take(condition(when, types, &pointer), faults)),
            default: document.is_some_and(|document| document.default),
        });
        match edge.boundary {
            Some(boundary) => flow.nodes[edge.from].boundaries[boundary].out.push(index),
            None => flow.nodes[edge.from].out.push(index),
        }
        flow.nodes[edge.to].incoming.push(index);
    }
    flow.reach = reach_all(&flow.next);
    flow.blocks = blocks(outline, &flow.next);
    flow
}

fn take<T>(result: Result<T, Vec<Problem>>, faults: &mut Vec<Problem>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(problems) => {
            faults.extend(problems);
            None
        }
    }
}

/// Splits whose ways run side by side, with their branches.
pub(super) fn blocks(outline: &Outline<'_>, next: &[Vec<usize>]) -> Vec<Block> {
    let joins: Vec<_> = (0..outline.nodes.len())
        .filter(|node| outline.nodes[*node].kind == NodeType::Join)
        .filter(|node| outline.nodes[*node].mode() != Some(Mode::Xor))
        .collect();
    let mut blocks = Vec::new();
    for (index, node) in outline.nodes.iter().enumerate() {
        let firsts = side_by_side(outline, index);
        if firsts.len() < 2 {
            continue;
        }
        let is_named = |join: &&usize| {
            let document = outline.nodes[**join].document;
            document.and_then(|join| join.of.as_deref()) == Some(node.id)
        };
        let inside: Vec<_> = joins.iter().copied().filter(|join| outline.nodes[*join].parent == node.parent).collect();
        let join = inside.iter().find(is_named).copied();
        let join = join.or_else(|| meeting(next, &firsts, &inside));
        blocks.push(Block::new(next, index, &firsts, join));
    }
    blocks
}

/// The first nodes of the ways that a node may open together.
fn side_by_side(outline: &Outline<'_>, index: usize) -> Vec<usize> {
    let node = &outline.nodes[index];
    match (node.kind, node.mode()) {
        (NodeType::Split, Some(Mode::And | Mode::Or)) => outline.out_of(index).map(|edge| edge.to).collect(),
        (NodeType::Split, _) => Vec::new(),
        _ => {
            let is_plain = |on: Option<&str>| on.is_none();
            let plain = outline
                .out_of(index)
                .filter(|edge| edge.document.is_some_and(|edge| is_plain(edge.on.as_deref()) && !edge.default));
            plain.map(|edge| edge.to).collect()
        }
    }
}

fn build_node(outline: &Outline<'_>, node: &OutlineNode<'_>, types: &Types, faults: &mut Vec<Problem>) -> FlowNode {
    let document = node.document;
    let here = outline.by_id.get(node.id).copied();
    let kind = document.map_or(Kind::Start, |document| kind_of(outline, document, here, node, types, faults));
    FlowNode {
        id: node.id.to_owned(),
        node_type: node.kind,
        name: document.map(|document| document.name.clone()).unwrap_or_default(),
        kind,
        parent: node.parent,
        out: Vec::new(),
        incoming: Vec::new(),
        boundaries: boundaries_of(node, types, faults),
        each: document.and_then(|document| each_of(document, &node.pointer, types, faults)),
        due: document.and_then(|document| document.due.clone()),
        status: document.and_then(|document| document.status),
        stage: document.map(|document| document.stage.clone()).unwrap_or_default(),
        withdraw: document.and_then(|document| document.withdraw.clone()),
        fields: document.map(|document| document.fields.clone()).unwrap_or_default(),
        actions: document.and_then(|document| document.actions.clone()),
        position: document.and_then(|document| document.position.clone()),
    }
}

fn each_of(node: &Node, pointer: &str, types: &Types, faults: &mut Vec<Problem>) -> Option<FlowEach> {
    let each = node.each.as_ref()?;
    let at = format!("{pointer}/each/until");
    let until = each.until.as_ref();
    Some(FlowEach {
        over: each.over.clone(),
        mode: each.mode,
        until: until.and_then(|until| take(condition(until, &each_types(types), &at), faults)),
    })
}

fn boundaries_of(node: &OutlineNode<'_>, types: &Types, faults: &mut Vec<Problem>) -> Vec<FlowBoundary> {
    let build = |(index, boundary): (usize, &super::def::Boundary)| {
        let at = format!("{}/on/{index}/condition", node.pointer);
        let mut timer = boundary.timer.as_deref().and_then(TimerSpec::parse);
        if let Some(timer) = &mut timer {
            repeat(timer, boundary);
        }
        FlowBoundary {
            timer,
            condition: boundary.condition.as_ref().and_then(|document| take(condition(document, types, &at), faults)),
            interrupts: boundary.interrupt.unwrap_or(boundary.act.is_none()),
            out: Vec::new(),
            document: boundary.clone(),
        }
    };
    node.boundaries().iter().enumerate().map(build).collect()
}

/// A reminder with `max` or `every` comes again; `max` alone means every hour.
fn repeat(timer: &mut TimerSpec, boundary: &super::def::Boundary) {
    if let Some(every) = &boundary.every {
        timer.every = Some(every.clone());
        timer.times = None;
    } else if boundary.max.is_some_and(|max| max > 1) && timer.every.is_none() {
        timer.every = Some("PT1H".to_owned());
        timer.times = None;
    }
    if let Some(max) = boundary.max {
        timer.times = Some(timer.times.map_or(max, |times| times.min(max)));
    }
}

fn kind_of(
    outline: &Outline<'_>,
    node: &Node,
    here: Option<usize>,
    place: &OutlineNode<'_>,
    types: &Types,
    faults: &mut Vec<Problem>,
) -> Kind {
    let throws =
        || Throws { escalation: node.escalation.clone(), message: node.message.clone(), signal: node.signal.clone() };
    match node.kind {
        NodeType::Start => Kind::Start,
        NodeType::End => Kind::End(End {
            result: node.result.clone(),
            terminate: node.terminate,
            error: node.error.clone(),
            throws: throws(),
        }),
        NodeType::Approve => Kind::Approve(human(node)),
        NodeType::Work => Kind::Work(human(node)),
        NodeType::Notify => Kind::Notify { who: node.who.clone(), template: node.template.clone(), throws: throws() },
        NodeType::Split => Kind::Split(node.mode.unwrap_or(Mode::Xor)),
        NodeType::Join => Kind::Join(node.mode.unwrap_or(Mode::Xor)),
        NodeType::Wait => Kind::Wait(triggers(node, &place.pointer, types, faults)),
        NodeType::Action => Kind::Action(action(node, node.call.clone().unwrap_or_default())),
        NodeType::Script => {
            let script = node.script.as_deref().unwrap_or_default();
            Kind::Action(action(node, format!("script:{script}")))
        }
        NodeType::Call => {
            let flow = node.flow.as_deref().unwrap_or_default();
            let version = node.version.map(|version| format!("@{version}")).unwrap_or_default();
            Kind::Action(action(node, format!("flow:{flow}{version}")))
        }
        NodeType::Scope => Kind::Scope { entries: outline.entries(here), vars: node.vars.clone() },
    }
}

fn triggers(node: &Node, pointer: &str, types: &Types, faults: &mut Vec<Problem>) -> Vec<FlowTrigger> {
    let build = |(index, trigger): (usize, &super::def::Trigger)| {
        let at = format!("{pointer}/for/{index}/condition");
        FlowTrigger {
            timer: trigger.timer.as_deref().and_then(TimerSpec::parse),
            condition: trigger.condition.as_ref().and_then(|document| take(condition(document, types, &at), faults)),
            document: trigger.clone(),
        }
    };
    node.triggers.iter().enumerate().map(build).collect()
}

fn human(node: &Node) -> Human {
    Human {
        who: node.who.clone(),
        mode: node.mode.unwrap_or(Mode::Any),
        pass: node.pass,
        veto: node.veto,
        wait_all: node.wait_all,
        if_empty: node.if_empty.unwrap_or(IfEmpty::Admin),
        named: node.named.clone(),
        if_self: node.if_self.unwrap_or(IfSelf::Allow),
        dedupe: node.dedupe.unwrap_or(Repeat::None),
        back: node.back.clone(),
    }
}

fn action(node: &Node, call: String) -> Action {
    Action {
        call,
        input: node.input.clone(),
        output: node.output.clone(),
        retry: node.retry.clone(),
        confirm: node.confirm.as_deref().and_then(Confirm::parse).unwrap_or(Confirm::Never),
        human: human(node),
    }
}
