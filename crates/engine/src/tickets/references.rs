//! What a ticket points at must exist in the tenant.

use domain::form::Form;
use domain::id::{FileId, OrgId, RecordId, UserId};
use domain::problem::Problem;
use lang::Type;
use serde_json::Value;
use store::TicketRow;

use super::row;
use crate::Work;
use crate::error::{Error, Result};

/// Checks people, units, records and teams, by one query a kind.
pub(crate) async fn check(work: &mut Work<'_>, form: &Form, ticket: &TicketRow) -> Result<()> {
    let mut people = Vec::new();
    let mut records = Vec::new();
    let mut problems = Vec::new();
    let mut note = |pointer: String, kind: &Type, value: &Value| {
        for text in texts(value) {
            match kind {
                Type::Person => people.push((pointer.clone(), text.parse::<UserId>().ok())),
                Type::Reference { to } if to != "team" => {
                    records.push((pointer.clone(), text.parse::<RecordId>().ok()))
                }
                Type::Org => {
                    let known = text.parse::<OrgId>().is_ok_and(|id| work.configuration.orgs.contains_key(&id));
                    if !known {
                        problems.push(Problem::new(pointer.clone(), "form.bad_reference"));
                    }
                }
                _ => {}
            }
        }
    };
    for (id, kind) in form.types().iter() {
        let prefix = if form.has_field(id) { "/data" } else { "" };
        note(format!("{prefix}/{id}"), kind, &row::get(ticket, id));
    }
    if let Some(team) = ticket.team_id.filter(|team| !work.configuration.teams.contains_key(team)) {
        problems.push(Problem::new("/team", "form.bad_reference").with("value", team.to_string()));
    }
    let ids: Vec<UserId> = people.iter().filter_map(|(_, id)| *id).collect();
    if !people.is_empty() {
        let known = work.tx.user_names(&ids).await?;
        let known = |id: &Option<UserId>| id.is_some_and(|id| known.iter().any(|(found, _)| *found == id));
        let missing = people.iter().filter(|(_, id)| !known(id));
        problems.extend(missing.map(|(pointer, _)| Problem::new(pointer.clone(), "ticket.unknown_person")));
    }
    let ids: Vec<RecordId> = records.iter().filter_map(|(_, id)| *id).collect();
    if !records.is_empty() {
        let known = work.tx.record_titles(&ids).await?;
        let known = |id: &Option<RecordId>| id.is_some_and(|id| known.iter().any(|(found, _)| *found == id));
        let missing = records.iter().filter(|(_, id)| !known(id));
        problems.extend(missing.map(|(pointer, _)| Problem::new(pointer.clone(), "form.bad_reference")));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Files named in the answers become the ticket's; a file that somebody else uploaded or used is refused.
pub(crate) async fn claim_files(work: &mut Work<'_>, form: &Form, ticket: &TicketRow) -> Result<()> {
    let mut files: Vec<FileId> = Vec::new();
    for (id, kind) in form.types().iter() {
        if matches!(kind, Type::Files) {
            files.extend(texts(&row::get(ticket, id)).filter_map(|text| text.parse::<FileId>().ok()));
        }
    }
    if files.is_empty() {
        return Ok(());
    }
    let user = work.ctx.actor().user_id();
    let claimed = work.tx.file_claim(&files, ticket.id, user).await?;
    if claimed < files.len() as u64 {
        return Err(Error::invalid("/data", "form.bad_reference"));
    }
    Ok(())
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    items.iter().filter_map(Value::as_str).filter(|text| !text.is_empty())
}
