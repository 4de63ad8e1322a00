//! What the judge of a form must know besides the answers: files, records, filters, serial numbers.
//!
//! Gathered once for all answers, by one query a kind; [`Form::validate_given`] then judges without waiting.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::access::Action;
use domain::form::{Field, FieldType, FileFacts, Form, Given, RecordFacts};
use domain::id::{FileId, RecordId, TicketId};
use domain::problem::Problem;
use lang::Checked;
use serde_json::{Map, Value};
use store::{FileRow, FileState, RecordRow};

use crate::Work;
use crate::error::{Error, Result};

/// Whom the answers are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// Nothing yet: a new ticket or record.
    New,
    Ticket(TicketId),
    Record(RecordId),
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Known {
    files: HashMap<String, FileFacts>,
    pub(crate) records: HashMap<String, RecordFacts>,
    filters: HashMap<String, Checked>,
    serials: BTreeMap<String, String>,
    /// Files that nothing holds yet; they become part of what is written.
    fresh: BTreeSet<String>,
}

impl Known {
    pub(crate) fn given(&self, around: Map<String, Value>) -> Given<'_> {
        Given {
            files: Some(&self.files),
            records: Some(&self.records),
            filters: self.filters.clone(),
            serials: self.serials.clone(),
            around,
            ..Given::default()
        }
    }

    /// The files of `data` that nothing held before.
    pub(crate) fn fresh_files(&self, form: &Form, data: &Value) -> Vec<FileId> {
        let named = named(form, data, is_file).into_iter().filter(|id| self.fresh.contains(*id));
        let ids: BTreeSet<FileId> = named.filter_map(|id| id.parse().ok()).collect();
        ids.into_iter().collect()
    }
}

impl Work<'_> {
    /// Looks up everything that `answers` name. `previous` is the row before a change: what stood there may stay.
    pub(crate) async fn knowledge(
        &mut self,
        form: &Form,
        answers: &Value,
        previous: Option<&Value>,
        about: About,
    ) -> Result<Known> {
        let mut known = Known::default();
        let nothing = Value::Null;
        let before = previous.unwrap_or(&nothing);
        self.know_files(form, answers, before, about, &mut known).await?;
        self.know_records(form, answers, before, &mut known).await?;
        self.know_filters(form, answers, &mut known)?;
        if about == About::New {
            known.serials = self.take_serials(form).await?;
        }
        Ok(known)
    }

    async fn know_files(
        &mut self,
        form: &Form,
        answers: &Value,
        before: &Value,
        about: About,
        known: &mut Known,
    ) -> Result<()> {
        let ids = parsed::<FileId>(&named(form, answers, is_file));
        if ids.is_empty() {
            return Ok(());
        }
        let kept: BTreeSet<&str> = named(form, before, is_file).into_iter().collect();
        for row in self.tx.files_by_ids(&ids).await? {
            let id = row.id.to_string();
            if kept.contains(id.as_str()) || self.may_use(&row, about).await? {
                if row.state == FileState::New {
                    known.fresh.insert(id.clone());
                }
                known.files.insert(id, facts(&row));
            }
        }
        Ok(())
    }

    /// A file is used by whoever uploaded it, once; after that it stays with what it was given to.
    pub(crate) async fn may_use(&mut self, row: &FileRow, about: About) -> Result<bool> {
        if row.state == FileState::New {
            let me = self.ctx.actor().user_id();
            return Ok(me.is_none() && self.ctx.access().unlimited || me.is_some() && row.created_by == me);
        }
        Ok(match about {
            About::New => false,
            About::Record(record) => row.record_id == Some(record),
            About::Ticket(ticket) => {
                row.ticket_id == Some(ticket)
                    && (self.ctx.access().can(Action::CommentInternal) || !self.tx.file_is_internal(row.id).await?)
            }
        })
    }

    async fn know_records(&mut self, form: &Form, answers: &Value, before: &Value, known: &mut Known) -> Result<()> {
        let ids = parsed::<RecordId>(&named(form, answers, is_record));
        if ids.is_empty() {
            return Ok(());
        }
        let kept: BTreeSet<&str> = named(form, before, is_record).into_iter().collect();
        for row in self.tx.record_list_by_ids(&ids).await? {
            let id = row.id.to_string();
            let archived = row.archived && !kept.contains(id.as_str());
            known.records.insert(id, RecordFacts { form: row.form.clone(), row: flat(row), archived });
        }
        Ok(())
    }

    /// Conditions of the references that are answered.
    fn know_filters(&self, form: &Form, answers: &Value, known: &mut Known) -> Result<()> {
        for (path, to) in form.filtered_references() {
            let field = path.split('.').next().unwrap_or_default();
            if lang::is_empty(answers.get(field)) {
                continue;
            }
            if let Some(filter) = self.reference_filter(form, &path, to)? {
                known.filters.insert(path, filter);
            }
        }
        Ok(())
    }

    /// The condition that records must meet to be chosen at `path` of a form.
    pub(crate) fn reference_filter(&self, form: &Form, path: &str, to: &str) -> Result<Option<Checked>> {
        let Some(record) = self.configuration.forms.get(to) else {
            let problem = Problem::new("", "definition.reference").with("kind", "form");
            return Err(Error::Refused(problem.with("key", to)));
        };
        form.filter(path, record.compiled.types()).map_err(Error::Invalid)
    }

    /// The next number of each serial field. The counters' rows stay locked until the commit: a refusal gives the
    /// numbers back, and nobody gets one twice.
    pub(crate) async fn take_serials(&mut self, form: &Form) -> Result<BTreeMap<String, String>> {
        let mut serials = BTreeMap::new();
        let env = self.env();
        for (field, prefix) in form.serial_fields() {
            let series = domain::form::serial_series(prefix, &env);
            let n = self.tx.counter_next(&format!("serial:{}:{field}:{series}", form.key())).await?;
            serials.insert(field.to_owned(), domain::form::serial_number(&series, n));
        }
        Ok(serials)
    }
}

fn facts(row: &FileRow) -> FileFacts {
    FileFacts {
        name: row.name.clone(),
        media_type: row.media_type.clone(),
        bytes: u64::try_from(row.size).unwrap_or(u64::MAX),
    }
}

/// A record as filters and copies see it.
fn flat(record: RecordRow) -> Value {
    let mut row = match record.data {
        Value::Object(data) => data,
        _ => Map::new(),
    };
    row.entry("title").or_insert_with(|| record.title.into());
    row.insert("created_at".to_owned(), record.created_at.to_string().into());
    row.insert("updated_at".to_owned(), record.updated_at.to_string().into());
    Value::Object(row)
}

pub(crate) fn is_file(field: &Field) -> bool {
    matches!(field.kind, FieldType::File | FieldType::Image | FieldType::Signature)
}

fn is_record(field: &Field) -> bool {
    field.kind == FieldType::Ref && field.definition.to.as_deref() != Some("team")
}

fn parsed<T: std::str::FromStr + Ord>(texts: &[&str]) -> Vec<T> {
    let ids: BTreeSet<T> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    ids.into_iter().collect()
}

/// The ids that stand in fields of a kind, in tables too.
pub(crate) fn named<'d>(form: &Form, data: &'d Value, wanted: fn(&Field) -> bool) -> Vec<&'d str> {
    let mut found = Vec::new();
    for field in form.fields() {
        let Some(value) = data.get(&field.id) else { continue };
        if wanted(field) {
            texts(value, &mut found);
        }
        for column in field.columns.iter().filter(|column| wanted(column)) {
            let rows = value.as_array().into_iter().flatten();
            rows.filter_map(|row| row.get(&column.id)).for_each(|value| texts(value, &mut found));
        }
    }
    found
}

fn texts<'d>(value: &'d Value, found: &mut Vec<&'d str>) {
    match value {
        Value::Array(items) => found.extend(items.iter().filter_map(Value::as_str)),
        Value::String(text) => found.push(text),
        _ => {}
    }
}
