//! What a ticket points at must exist in the tenant.

use domain::form::{Field, Form};
use domain::id::{OrgId, RecordId, UserId};
use domain::problem::Problem;
use lang::Type;
use serde_json::Value;
use store::TicketRow;

use super::row;
use crate::Work;
use crate::answers::Known;
use crate::error::{Error, Result};

/// Checks people, units, records and teams, by one query a kind; what the judge of the form knew is not asked again.
pub(crate) async fn check(work: &mut Work<'_>, form: &Form, ticket: &TicketRow, known: &Known) -> Result<()> {
    let mut found = Found::default();
    for (id, kind) in form.types().iter() {
        let prefix = if form.has_field(id) { "/data" } else { "" };
        found.note(work, format!("{prefix}/{id}"), kind, &row::get(ticket, id));
    }
    for table in form.fields() {
        let rows = ticket.data.get(&table.id).and_then(Value::as_array).into_iter().flatten().enumerate();
        for (at, row) in rows.filter(|_| !table.columns.is_empty()) {
            for Field { id, declared, .. } in &table.columns {
                let value = row.get(id).unwrap_or(&Value::Null);
                found.note(work, format!("/data/{}/{at}/{id}", table.id), declared, value);
            }
        }
    }
    let Found { people, records, mut problems } = found;
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
    let is_new = |id: &RecordId| !known.records.contains_key(&id.to_string());
    let ids: Vec<RecordId> = records.iter().filter_map(|(_, id)| *id).filter(is_new).collect();
    let titles = if ids.is_empty() { Default::default() } else { work.tx.record_titles(&ids).await? };
    let is_there = |id: &Option<RecordId>| id.is_some_and(|id| !is_new(&id) || titles.contains_key(&id));
    let missing = records.iter().filter(|(_, id)| !is_there(id));
    problems.extend(missing.map(|(pointer, _)| Problem::new(pointer.clone(), "form.bad_reference")));
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// What a ticket points at, and from where.
#[derive(Default)]
struct Found {
    people: Vec<(String, Option<UserId>)>,
    records: Vec<(String, Option<RecordId>)>,
    problems: Vec<Problem>,
}

impl Found {
    fn note(&mut self, work: &Work<'_>, pointer: String, kind: &Type, value: &Value) {
        for text in texts(value) {
            match kind {
                Type::Person => self.people.push((pointer.clone(), text.parse().ok())),
                Type::Reference { to } if to != "team" => self.records.push((pointer.clone(), text.parse().ok())),
                Type::Org => {
                    let known = text.parse::<OrgId>().is_ok_and(|id| work.configuration.orgs.contains_key(&id));
                    if !known {
                        self.problems.push(Problem::new(pointer.clone(), "form.bad_reference"));
                    }
                }
                _ => {}
            }
        }
    }
}

/// Files named in the answers become the ticket's. Whether they may was judged before; somebody may have been
/// quicker since.
pub(crate) async fn claim_files(work: &mut Work<'_>, form: &Form, ticket: &TicketRow, known: &Known) -> Result<()> {
    let files = known.fresh_files(form, &ticket.data);
    if files.is_empty() {
        return Ok(());
    }
    let claimed = work.tx.file_claim(&files, ticket.id, work.ctx.actor().user_id()).await?;
    if claimed < files.len() as u64 {
        return Err(Error::invalid("/data", "form.file_unusable"));
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
