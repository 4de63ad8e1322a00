//! Records: assets, customers, parts, places, knowledge; anything a form of kind record describes.

use std::sync::Arc;

use domain::access::{Action, Level};
use domain::event::EventKind;
use domain::form::Form;
use domain::id::RecordId;
use domain::problem::Problem;
use lang::Checked;
use serde_json::{Map, Value, json};
use store::{FieldValue, RecordFilter, RecordQuery, RecordRow, TicketRow};

use crate::answers::{About, Known};
use crate::configuration::{FormVersion, Published, unknown};
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work};

/// A record to make.
#[derive(Debug, Clone)]
pub struct CreateRecord {
    /// Key of a published form with a `record` section.
    pub form: String,
    pub data: Map<String, Value>,
}

/// A change of a record, and the version it was seen at.
#[derive(Debug, Clone)]
pub struct ChangeRecord {
    pub record: RecordId,
    pub version: i64,
    pub data: Map<String, Value>,
    pub archived: Option<bool>,
}

/// Which records.
#[derive(Debug, Clone, Default)]
pub struct ListRecords {
    /// Key of a record form.
    pub form: String,
    /// They must stand in the title or the key.
    pub words: Option<String>,
    /// Only those that may be chosen there.
    pub choice: Option<Choice>,
    pub after: Option<String>,
    pub limit: u32,
}

/// A reference field that is being answered.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Key of the form that asks.
    pub form: String,
    /// The field, or `table.column`.
    pub field: String,
    /// The answers around it, as far as the field's filter names them.
    pub answers: Map<String, Value>,
}

pub struct RecordPage {
    pub records: Vec<RecordRow>,
    pub next: Option<String>,
}

pub struct ShownRecord {
    pub record: RecordRow,
    pub form: Arc<FormVersion>,
    /// Numbers of tickets about it, newest first.
    pub tickets: Vec<TicketRow>,
}

/// # Errors
/// `definition.unknown`, `access.denied`, or the form's problems under `/data`.
#[tracing::instrument(name = "record.create", skip_all, fields(record.form = %command.form))]
pub async fn create(engine: &Engine, ctx: &Ctx, command: CreateRecord) -> Result<RecordRow> {
    ctx.require(Action::RecordWrite)?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let form = record_form(work, &command.form)?;
                refuse_unwritable(work, &form.compiled, &command.data, None)?;
                let mut record = work.record_create(command).await?;
                hide(work, &form.compiled, &mut record);
                Ok(record)
            })
        })
        .await
}

/// # Errors
/// Not found, `request.stale`, or the form's problems under `/data`.
#[tracing::instrument(name = "record.change", skip_all, fields(record.id = %command.record))]
pub async fn change(engine: &Engine, ctx: &Ctx, command: ChangeRecord) -> Result<RecordRow> {
    ctx.require(Action::RecordWrite)?;
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let before = work.tx.record_by_id(command.record).await?.ok_or(Error::NotFound)?;
                let form = work.engine.form_version(work.tx, &before.form, before.form_version).await?;
                refuse_unwritable(work, &form.form, &command.data, Some(&before.data))?;
                let mut record = work.record_change(command).await?;
                hide(work, &form.form, &mut record);
                Ok(record)
            })
        })
        .await
}

/// A page sends back what it was shown; only what differs from what stands there is a change.
fn refuse_unwritable(work: &Work<'_>, form: &Form, data: &Map<String, Value>, before: Option<&Value>) -> Result<()> {
    let changed = data.iter().filter(|(field, value)| before.and_then(|data| data.get(*field)) != Some(*value));
    let changed = changed.map(|(field, _)| field.as_str());
    crate::tickets::sight::refuse_unwritable(work.ctx.access(), form, changed, "/data")
}

/// Records of one form, by title.
///
/// # Errors
/// `access.denied`, `definition.unknown`, `form.unknown_field` for a choice at a field that is none.
pub async fn list(engine: &Engine, ctx: &Ctx, command: ListRecords) -> Result<RecordPage> {
    ctx.require(Action::RecordRead)?;
    let limit = command.limit.clamp(1, 200);
    let ListRecords { form, words, choice, after, .. } = command;
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let compiled = record_form(work, &form)?;
                let words = words.map(|words| words.trim().to_lowercase()).filter(|words| !words.is_empty());
                let after = after.as_deref().map(read_cursor).transpose()?;
                let outer = Value::Object(choice.as_ref().map(|choice| choice.answers.clone()).unwrap_or_default());
                let condition = choice.map(|choice| choosable(work, &form, &choice)).transpose()?.flatten();
                let env = work.env();
                let filter = condition.as_ref().map(|condition| RecordFilter { condition, outer: &outer, env: &env });
                let query = RecordQuery { form: Some(form), words, after, limit: limit + 1, ..RecordQuery::default() };
                let mut records = work.tx.record_list_within(&query, filter).await?;
                let more = records.len() > limit as usize;
                records.truncate(limit as usize);
                let next = records.last().filter(|_| more).map(write_cursor);
                for record in &mut records {
                    hide(work, &compiled.compiled, record);
                }
                Ok(RecordPage { records, next })
            })
        })
        .await
}

/// What the field that is being answered demands of records of `form`.
fn choosable(work: &Work<'_>, form: &str, choice: &Choice) -> Result<Option<Checked>> {
    let unknown_field = || {
        let problem = Problem::new("/field", "form.unknown_field");
        Error::Invalid(vec![problem.with("field", choice.field.as_str())])
    };
    let asking = work.configuration.forms.get(&choice.form);
    let asking = asking.ok_or_else(|| unknown(domain::definition::Kind::Form, &choice.form))?;
    let reference = asking.compiled.reference(&choice.field);
    let to = reference.and_then(|field| field.definition.to.as_deref()).ok_or_else(unknown_field)?;
    if to != form {
        return Err(unknown_field());
    }
    work.reference_filter(&asking.compiled, &choice.field, to)
}

/// # Errors
/// Not found, `access.denied`.
pub async fn show(engine: &Engine, ctx: &Ctx, id: RecordId) -> Result<ShownRecord> {
    ctx.require(Action::RecordRead)?;
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let mut record = work.tx.record_by_id(id).await?.ok_or(Error::NotFound)?;
                let form = work.engine.form_version(work.tx, &record.form, record.form_version).await?;
                hide(work, &form.form, &mut record);
                let mut tickets = Vec::new();
                for ticket in work.tx.ticket_list_about(id, 20).await? {
                    match crate::tickets::sight::find(work, ticket.id, Action::TicketRead).await {
                        Ok(_) => tickets.push(ticket),
                        Err(Error::NotFound | Error::Denied(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(ShownRecord { record, form, tickets })
            })
        })
        .await
}

/// The action `record.create` of a flow: `{"form": key, …fields}`.
pub(crate) async fn create_for_ticket(
    work: &mut Work<'_>,
    ticket: &TicketRow,
    mut with: Map<String, Value>,
) -> Result<Value> {
    let form = with.remove("form").and_then(|form| form.as_str().map(str::to_owned));
    let form = form.ok_or_else(|| Error::invalid("/form", "form.required"))?;
    let record = work.record_create(CreateRecord { form, data: with }).await?;
    let data = json!({"record": record.id, "form": record.form, "title": record.title});
    work.record(EventKind::RecordCreated, Some(ticket.id), Some(record.id.to_string()), data);
    Ok(json!({"id": record.id, "title": record.title}))
}

impl Work<'_> {
    pub(crate) async fn record_create(&mut self, command: CreateRecord) -> Result<RecordRow> {
        let form = record_form(self, &command.form)?;
        let (clean, known) = self.judged(&form.compiled, command.data, None, About::New).await?;
        let mut record = RecordRow {
            id: self.ctx.id(RecordId::new),
            form: command.form,
            form_version: form.version,
            title: String::new(),
            key_text: None,
            org_id: None,
            parent_id: None,
            path: String::new(),
            data: Value::Object(clean),
            archived: false,
            created_at: self.now(),
            updated_at: self.now(),
            version: 1,
        };
        summarise(&form.compiled, &mut record)?;
        record.path = format!("/{}/", record.id);
        self.tx.record_insert(&record).await?;
        self.claim_files(&form.compiled, &record, &known).await?;
        self.tx.record_fields_replace(record.id, &field_values(&form.compiled, &record)).await?;
        let data = json!({"form": record.form, "title": record.title, "fields": record.data});
        self.record(EventKind::RecordCreated, None, Some(record.id.to_string()), data);
        Ok(record)
    }

    async fn record_change(&mut self, command: ChangeRecord) -> Result<RecordRow> {
        let mut record = self.tx.record_by_id(command.record).await?.ok_or(Error::NotFound)?;
        if record.version != command.version {
            return Err(Error::Stale);
        }
        let form = self.engine.form_version(self.tx, &record.form, record.form_version).await?;
        let before = record.data.clone();
        let mut whole = before.as_object().cloned().unwrap_or_default();
        whole.extend(command.data);
        let about = About::Record(record.id);
        let (clean, known) = self.judged(&form.form, whole, Some(&before), about).await?;
        record.data = Value::Object(clean);
        self.claim_files(&form.form, &record, &known).await?;
        record.archived = command.archived.unwrap_or(record.archived);
        summarise(&form.form, &mut record)?;
        record.updated_at = self.now();
        self.tx.record_update(&record).await?;
        record.version += 1;
        self.tx.record_fields_replace(record.id, &field_values(&form.form, &record)).await?;
        let data = json!({"form": record.form, "from": before, "to": record.data, "archived": record.archived});
        self.record(EventKind::RecordChanged, None, Some(record.id.to_string()), data);
        Ok(record)
    }

    async fn judged(
        &mut self,
        form: &Form,
        data: Map<String, Value>,
        before: Option<&Value>,
        about: About,
    ) -> Result<(Map<String, Value>, Known)> {
        let data = Value::Object(data);
        let known = self.knowledge(form, &data, before, about).await?;
        let clean = form.validate_given(&data, before, &known.given(Map::new()), &self.env());
        let clean = clean.map_err(|problems| Error::Invalid(crate::tickets::fields::under("/data", problems)))?;
        match clean {
            Value::Object(clean) => Ok((clean, known)),
            _ => Err(Error::invalid("/data", "request.wrong_type")),
        }
    }

    /// Files named in the record become its own.
    async fn claim_files(&mut self, form: &Form, record: &RecordRow, known: &Known) -> Result<()> {
        let files = known.fresh_files(form, &record.data);
        if self.tx.file_claim_for_record(&files, record.id).await? < files.len() as u64 {
            return Err(Error::invalid("/data", "form.file_unusable"));
        }
        Ok(())
    }
}

/// The place after a record in the order of titles: its id, then its title.
fn write_cursor(record: &RecordRow) -> String {
    format!("{}.{}", record.id, record.title)
}

fn read_cursor(text: &str) -> Result<(String, RecordId)> {
    let wrong = || Error::invalid("/after", "request.bad_cursor");
    let (id, title) = text.split_once('.').ok_or_else(wrong)?;
    Ok((title.to_owned(), id.parse().map_err(|_| wrong())?))
}

fn record_form(work: &Work<'_>, key: &str) -> Result<Arc<Published<Form>>> {
    let form = work.configuration.forms.get(key).filter(|form| form.compiled.definition().record.is_some());
    form.cloned().ok_or_else(|| unknown(domain::definition::Kind::Form, key))
}

/// Title, key and unit come from the fields that the form's record section names, else from `title`/`name`, `code`/`no`, `org`.
fn summarise(form: &Form, record: &mut RecordRow) -> Result<()> {
    let text = |names: &[&str]| {
        let found = names.iter().find_map(|name| record.data.get(*name)?.as_str());
        found.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let section = form.definition().record.as_ref();
    let named = |field: Option<&str>| field.and_then(|field| text(&[field]));
    let title = named(section.and_then(|section| section.title.as_deref())).or_else(|| text(&["title", "name"]));
    let key = named(section.and_then(|section| section.code.as_deref())).or_else(|| text(&["code", "no", "key"]));
    let org = text(&["org", "store", "department"]).and_then(|id| id.parse().ok());
    let Some(title) = title.or_else(|| key.clone()) else {
        return Err(Error::Invalid(vec![Problem::new("/data/title", "form.required")]));
    };
    record.title = title;
    record.key_text = key;
    record.org_id = org;
    Ok(())
}

fn field_values(form: &Form, record: &RecordRow) -> Vec<FieldValue> {
    let value = |field: &str| record.data.get(field).cloned().unwrap_or(Value::Null);
    crate::tickets::index::typed_values(form, value)
}

fn hide(work: &Work<'_>, form: &Form, record: &mut RecordRow) {
    if let Value::Object(data) = &mut record.data {
        crate::tickets::sight::restrict(work.ctx.access(), form, data);
    }
    if work.ctx.access().field_level(form.key(), "title", None) == Level::None {
        record.title = String::new();
    }
}
