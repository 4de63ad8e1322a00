//! A state as text, for tests and for people who look into an instance.

use std::fmt::Write;

use super::state::{InstanceState, Life, ROOT, Task, TaskState, Token, TokenState};
use crate::id::UserId;

/// One line per token, task, timer and scope. `name` says how a person is written.
pub fn render(state: &InstanceState, name: &dyn Fn(UserId) -> String) -> String {
    let mut text = match (state.life, &state.result) {
        (Life::Running, _) => "running\n".to_owned(),
        (Life::Ended, Some(result)) => format!("ended: {result}\n"),
        (Life::Ended, None) => "ended\n".to_owned(),
        (Life::Cancelled, _) => "cancelled\n".to_owned(),
    };
    for token in &state.tokens {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{}", token_line(state, token));
        for task in state.tasks.iter().filter(|task| task.token == token.id) {
            let _ = writeln!(text, "  {}", task_line(task, name));
        }
        for timer in state.timers.iter().filter(|timer| timer.token == token.id) {
            let after = timer.rule.after.as_deref().unwrap_or("at a date");
            let _ = writeln!(text, "  timer {after}{}", timer.rule.shift.as_deref().unwrap_or(""));
        }
    }
    if !state.vars.is_empty() {
        let _ = writeln!(text, "vars {}", serde_json::Value::Object(state.vars.clone()));
    }
    text
}

fn token_line(state: &InstanceState, token: &Token) -> String {
    let mut line = String::new();
    let mut scope = token.scope;
    while scope != ROOT {
        line.push_str("  ");
        let host = state.scope(scope).and_then(|run| state.token(run.host));
        scope = host.map_or(ROOT, |host| host.scope);
    }
    line.push_str(&token.node);
    if let Some(item) = token.item {
        let _ = write!(line, "[{item}]");
    }
    match &token.state {
        TokenState::Entering => line.push_str(" entering"),
        TokenState::Asking => line.push_str(" asking"),
        TokenState::Tasks | TokenState::Inside => {}
        TokenState::Joining => {
            let _ = write!(line, " joining by {}", token.via.as_deref().unwrap_or("nothing"));
        }
        TokenState::Waiting => line.push_str(" waiting"),
        TokenState::Acting { attempt, .. } => {
            let _ = write!(line, " acting, attempt {attempt}");
        }
        TokenState::Incident { code, .. } => {
            let _ = write!(line, " incident {code}");
        }
    }
    line
}

fn task_line(task: &Task, name: &dyn Fn(UserId) -> String) -> String {
    let mut line = match task.state {
        TaskState::Open => "open",
        TaskState::Held => "held",
        TaskState::Blocked => "blocked",
        TaskState::Queued => "queued",
        TaskState::Decided => match &task.decision {
            Some(decision) if decision.yes => "yes",
            _ => "no",
        },
    }
    .to_owned();
    let decided_by = task.decision.as_ref().and_then(|decision| decision.by);
    match decided_by.or(task.holder) {
        Some(person) => {
            let _ = write!(line, " {}", name(person));
        }
        None => {
            let names = task.people.iter().map(|person| name(*person));
            let groups = task.pools.iter().map(|pool| format!("@{}", pool.group));
            let all: Vec<_> = names.chain(groups).collect();
            let _ = write!(line, " any of {}", all.join(" "));
        }
    }
    if let Some(owner) = task.delegated_by {
        let _ = write!(line, " for {}", name(owner));
    }
    line
}
