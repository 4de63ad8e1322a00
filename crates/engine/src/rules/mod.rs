//! Runs automations: when something happened and a condition holds, do something, in the same transaction.
//!
//! A rule acts under its own name through the same commands as people. Rules set off by rules stop at
//! [`domain::rule::MAX_DEPTH`].

use std::sync::Arc;

use domain::actor::Actor;
use domain::event::EventKind;
use domain::rule::{Act, MAX_DEPTH};
use domain::ticket::Visibility;
use lang::Rows;
use serde_json::{Map, Value, json};
use store::TicketRow;

use crate::Work;
use crate::error::Result;
use crate::notifications::{self, Audience};
use crate::tickets::{AddComment, row};

/// Runs the rules that wait for `kind`.
pub(crate) async fn run(work: &mut Work<'_>, ticket: &mut TicketRow, kind: EventKind) -> Result<()> {
    run_with(work, ticket, kind, None).await
}

/// Runs the rules that wait for a change; their conditions may ask what changed.
pub(crate) async fn run_changed(work: &mut Work<'_>, before: &TicketRow, ticket: &mut TicketRow) -> Result<()> {
    let old = row::flat(before);
    run_with(work, ticket, EventKind::TicketChanged, Some(old)).await
}

async fn run_with(work: &mut Work<'_>, ticket: &mut TicketRow, kind: EventKind, old: Option<Value>) -> Result<()> {
    if work.depth >= MAX_DEPTH {
        return Ok(());
    }
    let configuration = Arc::clone(&work.configuration);
    let mut rules: Vec<_> =
        configuration.rules.values().filter(|rule| rule.compiled.definition.on.contains(&kind)).collect();
    rules.sort_by_key(|rule| (rule.compiled.definition.order, rule.key.clone()));
    for rule in rules {
        let holds = rule.compiled.condition.as_ref().is_none_or(|condition| {
            let now = row::flat(ticket);
            match &old {
                Some(old) => condition.evaluate_rows(Rows { old: Some(old), ..Rows::of(&now) }, &work.env()),
                None => condition.evaluate(&now, &work.env()),
            }
        });
        if !holds {
            continue;
        }
        let mut acting = work.acting(Actor::rule(&rule.key));
        acting.depth += 1;
        for act in &rule.compiled.definition.then {
            // Boxed, because a rule's change may set off rules.
            Box::pin(apply(&mut acting, ticket, act)).await?;
        }
        acting.record(
            EventKind::RuleApplied,
            Some(ticket.id),
            Some(rule.key.clone()),
            json!({"version": rule.version}),
        );
    }
    Ok(())
}

async fn apply(work: &mut Work<'_>, ticket: &mut TicketRow, act: &Act) -> Result<()> {
    match act {
        Act::Set(values) => {
            let mut fields: Map<String, Value> = values.clone().into_iter().collect();
            resolve_team(work, &mut fields);
            work.ticket_change(ticket, fields).await.map(drop)
        }
        Act::Notify(notify) => {
            let people = notifications::resolve(work, ticket, &notify.who).await?;
            notifications::send(work, ticket, Audience::Template(&notify.template), &people).await
        }
        Act::Note(text) => {
            let body = text.get("zh").to_owned();
            let note = AddComment { ticket: ticket.id, visibility: Visibility::Internal, body, files: Vec::new() };
            work.comment_add(note).await?;
            if let Some(fresh) = work.tx.ticket_by_id(ticket.id).await? {
                *ticket = fresh;
            }
            Ok(())
        }
    }
}

/// Documents name teams by key, rows by id.
pub(crate) fn resolve_team(work: &Work<'_>, fields: &mut Map<String, Value>) {
    if let Some(Value::String(key)) = fields.get("team")
        && let Some(team) = work.configuration.team_by_key(key)
    {
        fields.insert("team".to_owned(), team.id.to_string().into());
    }
}
