//! Members of nodes and edges: each belongs to its type, names a known field, has a value that means something.

use lang::Types;
use serde_json::Value;

use super::super::compile::{condition, each_types};
use super::super::compiled::Confirm;
use super::super::def::{Boundary, BoundaryAct, IfEmpty, Mode, Node, NodeType, Threshold, Trigger, Who};
use super::super::outline::{Outline, OutlineNode};
use super::super::timer::{Base, TimerSpec, is_duration};
use crate::definition::is_key;
use crate::problem::Problem;

/// Longest id of a node.
const MAX_ID: usize = 100;

const ACTS: [&str; 9] =
    ["approve", "reject", "return", "transfer", "delegate", "add_sign", "remove_sign", "cc", "hold"];
const WORK_ACTS: [&str; 8] = ["complete", "return", "transfer", "delegate", "add_sign", "remove_sign", "cc", "hold"];

pub(super) fn check(outline: &Outline<'_>, types: &Types, problems: &mut Vec<Problem>) {
    let definition = outline.definition;
    if definition.kind != "flow" || !is_key(&definition.key) {
        problems.push(Problem::new("/key", "definition.bad_key"));
    }
    let withdrawal = outline.trigger().and_then(|trigger| trigger.withdraw.as_deref());
    if let Some(text) = withdrawal.filter(|text| !is_withdrawal(outline, text)) {
        let problem = Problem::new("/start/withdraw", "flow.bad_value");
        problems.push(problem.with("node", "start").with("member", "withdraw").with("value", text));
    }
    for node in &outline.nodes {
        let mut checker = Checker { outline, types, node, problems };
        checker.node();
    }
    edges(outline, types, problems);
}

/// The members that mean something for a type, besides those that every node has.
const fn members(kind: NodeType) -> &'static [&'static str] {
    match kind {
        NodeType::Start => &["start"],
        NodeType::End => &["result", "terminate", "error", "escalation", "message", "signal"],
        NodeType::Approve | NodeType::Work => &[
            "who", "mode", "pass", "veto", "wait_all", "if_empty", "named", "if_self", "dedupe", "fields", "actions",
            "return", "withdraw", "due", "each", "template",
        ],
        NodeType::Notify => &["who", "template", "escalation", "message", "signal"],
        NodeType::Split => &["mode"],
        NodeType::Join => &["mode", "of"],
        NodeType::Wait => &["for", "due", "each"],
        NodeType::Action => &["use", "in", "out", "retry", "confirm", "who", "due", "each"],
        NodeType::Script => &["script", "in", "out", "retry", "due", "each"],
        NodeType::Scope => &["nodes", "edges", "vars", "start", "due", "each"],
        NodeType::Call => &["flow", "version", "in", "out", "retry", "due", "each"],
    }
}

const COMMON: [&str; 7] = ["id", "type", "name", "position", "status", "stage", "on"];

struct Checker<'a, 'b> {
    outline: &'a Outline<'b>,
    types: &'a Types,
    node: &'a OutlineNode<'b>,
    problems: &'a mut Vec<Problem>,
}

impl Checker<'_, '_> {
    fn node(&mut self) {
        let Some(node) = self.node.document else { return };
        if node.id.is_empty() || node.id.len() > MAX_ID || node.id.contains(['>', '#']) {
            self.bad("id", &node.id);
        }
        self.foreign_members(node);
        self.needed_members(node);
        self.fields(node);
        self.mode(node);
        for (index, who) in node.who.iter().chain(&node.named).enumerate() {
            self.who(who, &format!("who/{index}"));
        }
        for (index, boundary) in node.on.iter().enumerate() {
            self.boundary(boundary, index);
        }
        for (index, trigger) in node.triggers.iter().enumerate() {
            self.trigger(trigger, index);
        }
        self.settings(node);
    }

    fn push(&mut self, member: &str, code: &str) -> &mut Problem {
        let pointer = format!("{}/{member}", self.node.pointer);
        self.problems.push(Problem::new(pointer, code).with("node", self.node.id));
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    fn bad(&mut self, member: &str, value: &str) {
        let problem = self.push(member, "flow.bad_value");
        *problem = problem.clone().with("member", member).with("value", value);
    }

    fn missing(&mut self, member: &str) {
        let problem = self.push(member, "flow.missing_member");
        *problem = problem.clone().with("member", member);
    }

    fn foreign_members(&mut self, node: &Node) {
        let Ok(Value::Object(given)) = serde_json::to_value(node) else { return };
        for member in given.keys().map(String::as_str) {
            if !COMMON.contains(&member) && !members(node.kind).contains(&member) {
                let problem = self.push(member, "flow.foreign_member");
                *problem = problem.clone().with("member", member).with("type", node.kind.as_str());
            }
        }
    }

    fn needed_members(&mut self, node: &Node) {
        match node.kind {
            NodeType::Approve | NodeType::Work if node.who.is_empty() => {
                self.push("who", "flow.nobody");
            }
            NodeType::Notify
                if node.template.is_none()
                    && node.message.is_none()
                    && node.escalation.is_none()
                    && node.signal.is_none() =>
            {
                self.missing("template")
            }
            NodeType::Split | NodeType::Join if node.mode.is_none() => self.missing("mode"),
            NodeType::Wait if node.triggers.is_empty() => self.missing("for"),
            NodeType::Action if node.call.is_none() => self.missing("use"),
            NodeType::Script => match &node.script {
                None => self.missing("script"),
                Some(script) if !self.outline.definition.scripts.contains_key(script) => {
                    self.bad("script", script);
                }
                Some(_) => {}
            },
            NodeType::Call if node.flow.is_none() => self.missing("flow"),
            NodeType::Scope if node.nodes.is_empty() => self.missing("nodes"),
            _ => {}
        }
    }

    fn is_field(&self, path: &str) -> bool {
        let bare = ["form.", "ticket.", "record."].iter().find_map(|prefix| path.strip_prefix(prefix));
        let bare = bare.unwrap_or(path);
        let whole = bare.split('.').next().unwrap_or(bare);
        self.types.get(bare).is_some() || self.types.get(whole).is_some()
    }

    fn field(&mut self, member: &str, path: &str) {
        if !self.is_field(path) {
            let problem = self.push(member, "flow.unknown_field");
            *problem = problem.clone().with("field", path);
        }
    }

    fn fields(&mut self, node: &Node) {
        for field in node.fields.keys() {
            self.field(&format!("fields/{field}"), field);
        }
        for (name, value) in &node.input {
            if let Some(path) = value.as_str().filter(|text| text.starts_with("form.")) {
                self.field(&format!("in/{name}"), path);
            }
        }
        for target in node.output.keys().filter(|target| target.starts_with("form.")) {
            self.field(&format!("out/{target}"), target);
        }
    }

    fn mode(&mut self, node: &Node) {
        let Some(mode) = node.mode else { return };
        let fits = match node.kind {
            NodeType::Split => matches!(mode, Mode::Xor | Mode::And | Mode::Or | Mode::Event),
            NodeType::Join => matches!(mode, Mode::Xor | Mode::And | Mode::Or),
            NodeType::Work => matches!(mode, Mode::Any | Mode::All | Mode::InTurn),
            _ => matches!(mode, Mode::Any | Mode::All | Mode::InTurn | Mode::Vote | Mode::Chain),
        };
        if !fits {
            self.bad("mode", mode.as_str());
        }
        if mode == Mode::Vote && node.pass.is_none() {
            self.missing("pass");
        }
        if mode == Mode::Event {
            let targets = self.outline.by_id.get(node.id.as_str()).map(|index| self.outline.out_of(*index));
            let waits =
                |edge: &super::super::outline::OutlineEdge<'_>| self.outline.nodes[edge.to].kind == NodeType::Wait;
            if !targets.is_some_and(|mut targets| targets.all(waits)) {
                self.bad("mode", "event");
            }
        }
        if let Some(of) = node.of.as_deref().filter(|of| !self.outline.by_id.contains_key(of)) {
            self.bad("of", of);
        }
    }

    fn who(&mut self, who: &Who, member: &str) {
        match who {
            Who::Field { field } => self.field(member, field),
            Who::Role { of: Some(of), .. } | Who::OrgHead { of: Some(of), .. } | Who::Manager { of: Some(of), .. }
                if of.starts_with("record.") || of.starts_with("form.") =>
            {
                self.field(member, of);
            }
            Who::HandlerOf { node } if !self.outline.by_id.contains_key(node.as_str()) => self.bad(member, node),
            Who::Pool { .. } if self.node.kind != NodeType::Work => self.bad(member, "pool"),
            Who::PickedBySubmitter { range } => {
                for who in range {
                    self.who(who, member);
                }
            }
            _ => {}
        }
    }

    fn timer(&mut self, member: &str, text: &str) {
        match TimerSpec::parse(text).map(|timer| timer.base) {
            None => self.bad(member, text),
            Some(Base::Field(field)) => self.field(member, &field),
            Some(Base::Due) if self.node.document.is_none_or(|node| node.due.is_none()) => self.missing("due"),
            Some(Base::After(after)) if !is_duration(&after) => self.bad(member, text),
            Some(_) => {}
        }
    }

    fn condition(&mut self, member: &str, document: &Value) {
        let pointer = format!("{}/{member}", self.node.pointer);
        if let Err(problems) = condition(document, self.types, &pointer) {
            self.problems.extend(problems);
        }
    }

    fn boundary(&mut self, boundary: &Boundary, index: usize) {
        let at = format!("on/{index}");
        let texts = [&boundary.timer, &boundary.error, &boundary.message, &boundary.signal, &boundary.escalation];
        let given = texts.iter().filter(|text| text.is_some()).count() + usize::from(boundary.condition.is_some());
        if given != 1 {
            self.missing(&at);
        }
        if let Some(timer) = &boundary.timer {
            self.timer(&format!("{at}/timer"), timer);
        }
        if let Some(condition) = &boundary.condition {
            self.condition(&format!("{at}/condition"), condition);
        }
        if let Some(every) = boundary.every.as_ref().filter(|every| !is_duration(every)) {
            self.bad(&format!("{at}/every"), every);
        }
        for who in &boundary.who {
            self.who(who, &format!("{at}/who"));
        }
        let leads = boundary.to.is_some()
            || self
                .outline
                .edges
                .iter()
                .any(|edge| edge.boundary == Some(index) && self.outline.nodes[edge.from].id == self.node.id);
        if boundary.act.is_none() && !leads {
            self.missing(&format!("{at}/to"));
        }
        match boundary.act {
            Some(BoundaryAct::Reassign) if boundary.who.is_empty() => self.missing(&format!("{at}/who")),
            Some(act @ (BoundaryAct::Approve | BoundaryAct::Reject)) if self.node.kind != NodeType::Approve => {
                self.bad(&format!("{at}/do"), act.as_str());
            }
            _ => {}
        }
    }

    fn trigger(&mut self, trigger: &Trigger, index: usize) {
        let at = format!("for/{index}");
        let texts = [&trigger.timer, &trigger.message, &trigger.signal];
        let given = texts.iter().filter(|text| text.is_some()).count() + usize::from(trigger.condition.is_some());
        if given != 1 {
            self.missing(&at);
        }
        if let Some(timer) = &trigger.timer {
            self.timer(&format!("{at}/timer"), timer);
        }
        if let Some(condition) = &trigger.condition {
            self.condition(&format!("{at}/condition"), condition);
        }
    }

    fn settings(&mut self, node: &Node) {
        if let Some(due) = node.due.as_ref().filter(|due| !is_duration(&due.after)) {
            self.bad("due", &due.after);
        }
        if let Some(retry) = node.retry.as_ref().filter(|retry| !is_duration(&retry.wait)) {
            self.bad("retry", &retry.wait);
        }
        if let Some(confirm) = node.confirm.as_ref().filter(|text| Confirm::parse(text).is_none()) {
            self.bad("confirm", confirm);
        }
        let acts: &[&str] = if node.kind == NodeType::Work { &WORK_ACTS } else { &ACTS };
        for allowed in node.actions.iter().flatten() {
            if !acts.contains(&allowed.act()) {
                self.bad("actions", allowed.act());
            }
        }
        for to in node.back.iter().flat_map(|back| &back.to) {
            if !matches!(to.as_str(), "previous" | "start") && !self.outline.by_id.contains_key(to.as_str()) {
                self.bad("return", to);
            }
        }
        let start = node.start.as_ref().and_then(|start| start.withdraw.as_deref());
        for until in [node.withdraw.as_deref(), start].into_iter().flatten() {
            if !is_withdrawal(self.outline, until) {
                self.bad("withdraw", until);
            }
        }
        if node.if_empty == Some(IfEmpty::Named) && node.named.is_empty() {
            self.missing("named");
        }
        if matches!(node.pass, Some(Threshold::Count(0) | Threshold::Share(0))) {
            self.bad("pass", "0");
        }
        if let Some(each) = &node.each {
            if let Some(until) = &each.until {
                let pointer = format!("{}/each/until", self.node.pointer);
                let checked = condition(until, &each_types(self.types), &pointer);
                self.problems.extend(checked.err().into_iter().flatten());
            }
            if let Some(path) = each.over.as_str().filter(|path| path.starts_with("form.")) {
                self.field("each/over", path);
            }
        }
    }
}

/// `decision`, or `until:` and a node.
fn is_withdrawal(outline: &Outline<'_>, text: &str) -> bool {
    let node = text.strip_prefix("until:");
    text == "decision" || node.is_some_and(|node| outline.by_id.contains_key(node))
}

fn edges(outline: &Outline<'_>, types: &Types, problems: &mut Vec<Problem>) {
    let mut seen = std::collections::HashSet::new();
    for edge in &outline.edges {
        if !seen.insert(edge.id.as_str()) {
            problems.push(Problem::new(edge.pointer.clone(), "flow.duplicate_id").with("id", edge.id.as_str()));
        }
        let Some(document) = edge.document else { continue };
        let from = &outline.nodes[edge.from];
        if let Some(when) = &document.when {
            let pointer = format!("{}/when", edge.pointer);
            problems.extend(condition(when, types, &pointer).err().into_iter().flatten());
        }
        if let Some(on) = document.on.as_deref().filter(|on| edge.boundary.is_some() || !has_outcome(from, on)) {
            problems.push(
                Problem::new(format!("{}/on", edge.pointer), "flow.bad_value")
                    .with("node", from.id)
                    .with("member", "on")
                    .with("value", on),
            );
        }
    }
}

fn has_outcome(node: &OutlineNode<'_>, on: &str) -> bool {
    match node.kind {
        NodeType::Approve => matches!(on, "approve" | "reject"),
        NodeType::Work => !on.is_empty(),
        NodeType::Wait => {
            let triggers = node.document.map_or(&[][..], |node| &node.triggers);
            triggers.iter().any(|trigger| trigger.outcome.as_deref() == Some(on) || trigger.kind() == on)
        }
        _ => false,
    }
}
