//! Runs an import: batches of rows, each batch one transaction that also moves the cursor, so that a run that was
//! killed goes on where it stopped and no row comes in twice.

use std::collections::HashMap;
use std::sync::Arc;

use domain::access::Action;
use domain::actor::Actor;
use domain::event::EventKind;
use domain::form::Form;
use domain::id::{ImportId, OrgId, RecordId, TeamId, TicketId, UserId};
use domain::problem::Problem;
use domain::ticket::{Status, Visibility};
use domain::time::Timestamp;
use serde_json::{Map, Value, json};
use store::{ImportErrorRow, ImportRow, ImportState, TicketRow};

use super::past::{Made, Said};
use super::{BadRow, Mapping, Row};
use crate::configuration::Published;
use crate::error::{Error, Result};
use crate::tickets::{fields, row};
use crate::{Ctx, Engine, Work};

/// Rows per transaction.
const BATCH: usize = 200;

/// What to import.
#[derive(Debug, Clone)]
pub struct Import {
    pub mapping: Mapping,
    /// The file's name, as an operator reads it later.
    pub source: String,
    /// Goes on with a run that did not finish.
    pub resume: Option<ImportId>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    pub read: u64,
    pub done: u64,
    pub skipped: u64,
    pub failed: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportReport {
    pub id: ImportId,
    pub progress: Progress,
}

/// One row as it would be imported, or why it would not.
#[derive(Debug, Clone)]
pub struct Preview {
    pub number: u64,
    pub values: std::result::Result<Value, Vec<Problem>>,
}

/// Judges the first rows without writing anything.
///
/// # Errors
/// `access.denied`, `import.bad_mapping`, `ticket.no_such_type`.
pub async fn preview(engine: &Engine, ctx: &Ctx, mapping: &Mapping, rows: Vec<Row>) -> Result<Vec<Preview>> {
    ctx.require(Action::ImportRun)?;
    let mapping = mapping.clone();
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let lookup = Lookup::new(work, &mapping).await?;
                let judge = |row: Row| {
                    let judged = lookup.ticket(work, &mapping, &row);
                    Preview { number: row.number, values: judged.map(|made| row::flat(&made.ticket)) }
                };
                Ok(rows.into_iter().map(judge).collect())
            })
        })
        .await
}

/// Imports every row; a row that cannot be read or does not fit is kept with its reason, the others go on.
///
/// # Errors
/// `access.denied`, `import.bad_mapping`, or what the store cannot do. A run can be resumed after any of them.
pub async fn run(
    engine: &Engine,
    ctx: &Ctx,
    import: Import,
    rows: &mut (dyn Iterator<Item = Result<Row, BadRow>> + Send),
    tell: &mut (dyn FnMut(Progress) + Send),
) -> Result<ImportReport> {
    ctx.require(Action::ImportRun)?;
    let mut record = begin(engine, ctx, &import).await?;
    let started_at = u64::try_from(record.position).unwrap_or_default();
    let mut progress = Progress {
        read: started_at,
        done: u64::try_from(record.done).unwrap_or_default(),
        skipped: 0,
        failed: u64::try_from(record.failed).unwrap_or_default(),
    };
    let mut rows = rows.skip_while(|row| number_of(row) <= started_at).peekable();
    while rows.peek().is_some() {
        let batch: Vec<Result<Row, BadRow>> = rows.by_ref().take(BATCH).collect();
        let (mapping, current) = (import.mapping.clone(), record.clone());
        let (written, counted) = engine
            .tx(ctx, move |work| Box::pin(async move { work.import_batch(&mapping, current, batch).await }))
            .await?;
        record = written;
        progress.read += counted.read;
        progress.done += counted.done;
        progress.skipped += counted.skipped;
        progress.failed += counted.failed;
        tell(progress);
    }
    finish(engine, ctx, record.clone(), progress).await?;
    Ok(ImportReport { id: record.id, progress })
}

fn number_of(row: &Result<Row, BadRow>) -> u64 {
    match row {
        Ok(row) => row.number,
        Err(bad) => bad.number,
    }
}

async fn begin(engine: &Engine, ctx: &Ctx, import: &Import) -> Result<ImportRow> {
    let import = import.clone();
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                Lookup::new(work, &import.mapping).await?;
                if let Some(id) = import.resume {
                    return work.tx.import_by_id(id).await?.ok_or(Error::NotFound);
                }
                let row = ImportRow {
                    id: work.ctx.id(ImportId::new),
                    state: ImportState::Running,
                    mapping: json!(import.mapping),
                    source: import.source.into(),
                    total: None,
                    done: 0,
                    failed: 0,
                    position: 0,
                    created_by: work.ctx.actor().name.clone(),
                    created_at: work.now(),
                    updated_at: work.now(),
                    version: 1,
                };
                work.tx.import_insert(&row).await?;
                Ok(row)
            })
        })
        .await
}

async fn finish(engine: &Engine, ctx: &Ctx, mut record: ImportRow, progress: Progress) -> Result<()> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                record.state = ImportState::Done;
                record.updated_at = work.now();
                work.tx.import_update(&record).await?;
                let data = json!({
                    "source": record.source, "done": progress.done, "skipped": progress.skipped, "failed": progress.failed,
                });
                work.record(EventKind::ImportFinished, None, Some(record.id.to_string()), data);
                Ok(())
            })
        })
        .await
}

/// What the mapping's words stand for.
pub(super) struct Lookup {
    pub(super) form: Arc<Published<Form>>,
    /// By login, with the name people know them by.
    people: HashMap<String, (UserId, String)>,
    names: HashMap<UserId, String>,
    teams: HashMap<String, TeamId>,
    orgs: HashMap<String, OrgId>,
    records: HashMap<String, HashMap<String, RecordId>>,
}

impl Lookup {
    async fn new(work: &mut Work<'_>, mapping: &Mapping) -> Result<Self> {
        let form = Arc::clone(work.configuration.ticket_type(&mapping.form)?);
        let known = |field: &str| {
            form.compiled.has_field(field) || super::mapping::SYSTEM_FIELDS.contains(&field) || field == "log"
        };
        if let Some(field) = mapping.fields.keys().find(|field| !known(field)) {
            let problem = Problem::new(format!("/fields/{field}"), "import.bad_mapping");
            return Err(Error::Invalid(vec![problem.with("reason", format!("the form has no field `{field}`"))]));
        }
        let mut records = HashMap::new();
        for (_, kind) in form.compiled.types().iter() {
            if let lang::Type::Reference { to } = kind
                && to != "team"
                && !records.contains_key(to)
            {
                records.insert(to.clone(), work.tx.record_keys(to).await?.into_iter().collect());
            }
        }
        let users = work.tx.user_list_active().await?;
        let names = users.iter().map(|user| (user.id, user.name.clone())).collect();
        let people = users.into_iter().map(|user| (user.login, (user.id, user.name))).collect();
        let teams = work.configuration.teams.values().map(|team| (team.key.clone(), team.id)).collect();
        let orgs = work.configuration.orgs.values().map(|org| (org.name.clone(), org.id)).collect();
        Ok(Self { form, people, names, teams, orgs, records })
    }

    pub(super) fn name_of(&self, person: UserId) -> Option<&str> {
        self.names.get(&person).map(String::as_str)
    }

    fn ticket(&self, work: &Work<'_>, mapping: &Mapping, row: &Row) -> std::result::Result<Made, Vec<Problem>> {
        let mut values = mapping.apply(row)?;
        let log = self.log(values.remove("log"));
        let time = |values: &mut Map<String, Value>, name: &str| -> Option<Timestamp> {
            values.remove(name)?.as_str()?.parse().ok()
        };
        let created_at = time(&mut values, "created_at").unwrap_or_else(|| work.now());
        let (solved_at, closed_at) = (time(&mut values, "solved_at"), time(&mut values, "closed_at"));
        let first_response_at = time(&mut values, "first_response_at");
        let rating = values.remove("rating").and_then(|score| score.as_i64());
        let status = values.remove("status").and_then(|text| Status::parse(text.as_str()?));
        let mut ticket = TicketRow {
            id: work.ctx.at(created_at).id(TicketId::new),
            number: String::new(),
            form: self.form.key.clone(),
            form_version: self.form.version,
            title: String::new(),
            status: status.unwrap_or(Status::Closed),
            stage: None,
            priority: 2,
            category: None,
            owner_id: None,
            team_id: None,
            requester_id: None,
            org_id: None,
            place_id: None,
            asset_id: None,
            data: Value::Object(Map::new()),
            tags: Vec::new(),
            due_at: None,
            sla_state: None,
            created_at,
            updated_at: closed_at.or(solved_at).unwrap_or(created_at),
            first_response_at,
            solved_at,
            closed_at,
            rating,
            source: "import".to_owned(),
            version: 1,
        };
        self.fill(work, &mut ticket, values)?;
        Ok(Made { ticket, log })
    }

    /// Imported rows keep what they have: required fields and rules are for new reports, types and options count.
    fn fill(
        &self,
        work: &Work<'_>,
        ticket: &mut TicketRow,
        values: Map<String, Value>,
    ) -> std::result::Result<(), Vec<Problem>> {
        let form = &self.form.compiled;
        let values = values.into_iter().map(|(field, value)| {
            let value = self.resolved(form, &field, value);
            (field, value)
        });
        let (outside, own) = fields::separate(form, values.collect());
        let clean = form.validate(&Value::Object(own), Some(&json!({})), &work.env())?;
        let clean = clean.as_object().cloned().unwrap_or_default();
        let mut problems = Vec::new();
        if let Err(Error::Invalid(found)) = fields::place(ticket, clean, "") {
            problems.extend(found);
        }
        problems.extend(outside.iter().filter_map(|(field, value)| row::set_system(ticket, field, value).err()));
        if ticket.title.is_empty() {
            problems.push(Problem::new("/title", "form.required"));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn resolved(&self, form: &Form, field: &str, value: Value) -> Value {
        let types = domain::ticket::system_types();
        let kind = form.types().get(field).or_else(|| types.get(field));
        let Some(text) = value.as_str() else { return value };
        let found = match kind {
            Some(lang::Type::Person) => self.people.get(text).map(|(id, _)| json!(id)),
            Some(lang::Type::Org) => self.orgs.get(text).map(|id| json!(id)),
            Some(lang::Type::Reference { to }) if to == "team" => self.teams.get(text).map(|id| json!(id)),
            Some(lang::Type::Reference { to }) => {
                self.records.get(to).and_then(|keys| keys.get(text)).map(|id| json!(id))
            }
            _ => None,
        };
        found.unwrap_or(value)
    }

    fn log(&self, log: Option<Value>) -> Vec<Said> {
        let entries = log.as_ref().and_then(Value::as_array).into_iter().flatten();
        entries
            .filter_map(|entry| {
                let text = |name: &str| entry.get(name).and_then(Value::as_str);
                let login = text("author").unwrap_or_default();
                let visibility = match text("visibility") {
                    Some("internal") => Visibility::Internal,
                    _ => Visibility::Public,
                };
                // Somebody whom nobody here knows keeps the name that the file gives.
                let stranger = || Actor { name: login.to_owned(), ..Actor::import("") };
                let author = self.people.get(login).map_or_else(stranger, |(id, name)| Actor::person(*id, name));
                let at: Timestamp = text("at")?.parse().ok()?;
                Some(Said { at, author, visibility, body: text("body")?.to_owned() })
            })
            .collect()
    }
}

impl Work<'_> {
    async fn import_batch(
        &mut self,
        mapping: &Mapping,
        mut record: ImportRow,
        rows: Vec<Result<Row, BadRow>>,
    ) -> Result<(ImportRow, Progress)> {
        let lookup = Lookup::new(self, mapping).await?;
        let mut counted = Progress::default();
        for row in rows {
            counted.read += 1;
            record.position = i64::try_from(number_of(&row)).unwrap_or(i64::MAX);
            match self.import_judge(&lookup, mapping, row) {
                Ok((key, made)) => {
                    // A row that was refused keeps its key free: with a better mapping it may still come in.
                    if let Some(key) = key
                        && !self.tx.import_key_claim(&key).await?
                    {
                        counted.skipped += 1;
                        continue;
                    }
                    self.import_ticket(&lookup, &record, made).await?;
                    counted.done += 1;
                }
                Err(row) => {
                    self.tx.import_error_insert(record.id, &row).await?;
                    counted.failed += 1;
                }
            }
        }
        record.done += i64::try_from(counted.done).unwrap_or_default();
        record.failed += i64::try_from(counted.failed).unwrap_or_default();
        record.updated_at = self.now();
        self.tx.import_update(&record).await?;
        record.version += 1;
        Ok((record, counted))
    }

    /// The ticket that a row becomes, with the key that tells the row apart; or what to keep of a refused row.
    fn import_judge(
        &self,
        lookup: &Lookup,
        mapping: &Mapping,
        row: Result<Row, BadRow>,
    ) -> std::result::Result<(Option<String>, Made), ImportErrorRow> {
        let number = i64::try_from(number_of(&row)).unwrap_or(i64::MAX);
        let refused = |problems: Vec<Problem>, raw: Value| ImportErrorRow {
            row: number,
            code: problems.first().map(|problem| problem.code.clone()).unwrap_or_default(),
            message: json!(problems).to_string(),
            raw: raw.to_string(),
        };
        let row = row.map_err(|bad| {
            let problem = Problem::new("", "import.bad_row").with("row", bad.number).with("reason", bad.reason);
            refused(vec![problem], Value::Null)
        })?;
        let key = mapping.row_key(&row).map(|key| format!("import:{}:{key}", mapping.form));
        match lookup.ticket(self, mapping, &row) {
            Ok(made) => Ok((key, made)),
            Err(problems) => Err(refused(problems, Value::Object(row.cells))),
        }
    }
}
