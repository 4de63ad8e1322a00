//! Actions: run outside, answered later, tried again, confirmed by a person where the result is unsure.

use serde_json::{Map, Value};

use super::super::compiled::{Action, Confirm, Flow, FlowNode, Kind};
use super::super::def::Who;
use super::super::state::{InstanceState, Purpose, TimerKind, Token, TokenState};
use super::super::timer::TimerRule;
use super::StepContext;
use super::effect::{Effect, LogKind};
use super::input::{Refusal, StepRefused};
use super::run::{Done, Run};

impl Run<'_> {
    pub(super) fn begin_action(&mut self, id: u32, node: &FlowNode, action: &Action) -> Done {
        let run = self.next_id();
        self.set_token(id, TokenState::Acting { run, attempt: 1 });
        self.call(id, node, action, run, 1);
        Ok(())
    }

    fn call(&mut self, id: u32, node: &FlowNode, action: &Action, run: u32, attempt: u32) {
        let with = filled(&self.row(id), action);
        self.effects.push(Effect::RunAction {
            token: id,
            node: node.id.clone(),
            run,
            attempt,
            call: action.call.clone(),
            with,
        });
    }

    /// The action that a token waits for, if the answer is for this run of it.
    fn acting(&self, id: u32, run: u32) -> Result<(&Token, u32), StepRefused> {
        let token = self.token(id)?;
        match token.state {
            TokenState::Acting { run: found, attempt } if found == run => Ok((token, attempt)),
            _ => Err(StepRefused::new(Refusal::UnknownToken, format!("{id}/{run}"))),
        }
    }

    pub(super) fn action_done(&mut self, id: u32, run: u32, result: Value) -> Done {
        self.acting(id, run)?;
        let node = self.node_of(id)?;
        let Kind::Action(action) = &node.kind else { return Ok(()) };
        self.log(LogKind::ActionDone, |entry| {
            entry.node = Some(node.id.clone());
            entry.token = Some(id);
        });
        let is_unsure = match action.confirm {
            Confirm::Never => false,
            Confirm::Always => true,
            Confirm::Below(limit) => sureness(&result).is_none_or(|sure| sure < limit),
        };
        if !is_unsure {
            self.take_result(id, node, action, &result);
            return self.leave(id, "done");
        }
        if action.human.who.is_empty() {
            // Nobody is named to confirm it: it stays a suggestion, and the flow goes on.
            self.log(LogKind::Unconfirmed, |entry| entry.node = Some(node.id.clone()));
            return self.leave(id, "done");
        }
        self.token_mut(id)?.found = Some(result);
        self.set_token(id, TokenState::Asking);
        let persons: Vec<_> = action.human.who.iter().filter(|who| !matches!(who, Who::Pool { .. })).cloned().collect();
        self.ask(id, node, Purpose::Assign { level: 0 }, &persons)
    }

    /// What a person corrected before confirming.
    pub(super) fn correct(&mut self, id: u32, values: Map<String, Value>) {
        let Ok(token) = self.token_mut(id) else { return };
        if let Some(Value::Object(found)) = &mut token.found {
            found.extend(values);
        }
    }

    pub(super) fn confirmed(&mut self, id: u32, yes: bool) -> Done {
        let node = self.node_of(id)?;
        if let (Kind::Action(action), Some(found), true) = (&node.kind, self.token(id)?.found.clone(), yes) {
            self.take_result(id, node, action, &found);
        }
        self.leave(id, "done")
    }

    /// Writes what `out` maps: `form.…` into the ticket, other names into variables.
    fn take_result(&mut self, id: u32, node: &FlowNode, action: &Action, result: &Value) {
        let row = self.row(id).into_owned();
        let mut fields = Map::new();
        for (target, path) in &action.output {
            let value = value_at(&row, path, Some(result));
            if value.is_null() {
                // What was not found changes nothing.
                continue;
            }
            match target.strip_prefix("form.").or_else(|| target.strip_prefix("ticket.")) {
                Some(field) => fields.insert(field.to_owned(), value),
                None => self.state.vars.insert(target.clone(), value),
            };
        }
        if !fields.is_empty() {
            self.writes.extend(fields.clone());
            self.effects.push(Effect::WriteRecord { node: node.id.clone(), fields });
        }
    }

    pub(super) fn action_failed(&mut self, id: u32, run: u32, code: &str, message: &str) -> Done {
        let (_, attempt) = self.acting(id, run)?;
        let node = self.node_of(id)?;
        let Kind::Action(action) = &node.kind else { return Ok(()) };
        self.log(LogKind::ActionFailed, |entry| {
            entry.node = Some(node.id.clone());
            entry.token = Some(id);
            entry.detail = serde_json::json!({ "code": code, "message": message, "attempt": attempt });
        });
        let again = action.retry.as_ref().filter(|retry| attempt < retry.times.saturating_add(1));
        let Some(retry) = again else {
            // Not acting any more: nothing is left to be stopped.
            self.set_token(id, TokenState::Entering);
            return self.throw_error(id, code, "action_failed", message);
        };
        self.set_token(id, TokenState::Acting { run, attempt: attempt + 1 });
        let mut rule = TimerRule::after(self.ctx.now, &retry.wait, None);
        if attempt > 1 && retry.factor > 1 {
            rule.every = Some(retry.wait.clone());
            rule.nth = retry.factor.saturating_pow(attempt - 1).saturating_sub(1).min(10_000);
        }
        self.arm_rule(id, node, TimerKind::Retry, rule);
        Ok(())
    }

    /// The wait before the next attempt is over.
    pub(super) fn try_again(&mut self, id: u32) -> Done {
        let node = self.node_of(id)?;
        let Kind::Action(action) = &node.kind else { return Ok(()) };
        if let TokenState::Acting { run, attempt } = self.token(id)?.state {
            self.call(id, node, action, run, attempt);
        }
        Ok(())
    }
}

/// The call that a token waits for now: what a job needs when it wakes up and reads the world again.
pub fn action_call(
    flow: &Flow,
    state: &InstanceState,
    token: u32,
    ctx: &StepContext<'_>,
) -> Option<(u32, String, Map<String, Value>)> {
    let found = state.token(token)?;
    let TokenState::Acting { run, .. } = found.state else { return None };
    let Kind::Action(action) = &flow.node(&found.node)?.kind else { return None };
    let is_pausing = state.timers.iter().any(|timer| timer.token == token && timer.kind == TimerKind::Retry);
    if is_pausing {
        return None;
    }
    let row = Run::new(flow, state.clone(), ctx).row(token).into_owned();
    Some((run, action.call.clone(), filled(&row, action)))
}

fn filled(row: &Value, action: &Action) -> Map<String, Value> {
    let fill = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::String(text) if is_path(text) => value_at(row, text, None),
            other => other.clone(),
        };
        (name.clone(), value)
    };
    action.input.iter().map(fill).collect()
}

fn is_path(text: &str) -> bool {
    ["form.", "ticket.", "record.", "var.", "item."].iter().any(|prefix| text.starts_with(prefix))
        || matches!(text, "item" | "index")
}

/// The value at a path of the row, or of an action's result where the path starts with `result`.
pub(super) fn value_at(row: &Value, path: &str, result: Option<&Value>) -> Value {
    let (from, rest) = match path.split_once('.') {
        Some(("form" | "ticket" | "record" | "var", rest)) => (row, rest),
        Some(("result", rest)) => (result.unwrap_or(&Value::Null), rest),
        None if path == "result" => return result.cloned().unwrap_or_default(),
        _ => (row, path),
    };
    let found = rest.split('.').try_fold(from, |value, part| value.get(part));
    found.cloned().unwrap_or_default()
}

fn sureness(result: &Value) -> Option<f64> {
    ["confidence", "p"].iter().find_map(|name| result.get(name)?.as_f64())
}
