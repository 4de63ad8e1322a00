//! Files: content goes to the blob store first, then its row; a row never points to content that is not there.

mod sniff;

use domain::access::{Action, Level};
use domain::event::EventKind;
use domain::form::{Field, Form};
use domain::id::{FileId, RecordId, TicketId};
use domain::port::{Answer, BlobError, Chunks};
use domain::problem::Problem;
use serde_json::json;
use store::{FileRow, FileState};

use crate::error::{Error, Result};
use crate::tickets::sight;
use crate::{Ctx, Engine, Work, answers};

/// A file to keep.
#[derive(Debug, Clone)]
pub struct NewFile {
    pub name: String,
    /// What the sender calls it; the content decides.
    pub media_type: String,
    /// Larger ones are refused.
    pub limit: u64,
}

/// # Errors
/// `form.file_size`, `server.unavailable`.
#[tracing::instrument(name = "file.upload", skip_all)]
pub async fn upload(engine: &Engine, ctx: &Ctx, new: NewFile, content: &mut dyn Chunks) -> Result<FileRow> {
    let uses =
        [Action::TicketCreate, Action::TaskAct, Action::CommentPublic, Action::CommentInternal, Action::RecordWrite];
    if !uses.iter().any(|action| ctx.access().can(*action)) {
        ctx.require(Action::TicketCreate)?;
    }
    let id = ctx.id(FileId::new);
    let key = format!("{}/{id}", ctx.tenant());
    let mut content = Watched { content, head: Vec::new() };
    let stored = engine.blobs().put(&key, &mut content, new.limit).await;
    let stored = stored.map_err(|error| refusal(error, &new.name))?;
    let row = FileRow {
        id,
        ticket_id: None,
        record_id: None,
        name: clean_name(&new.name),
        media_type: sniff::media_type(&content.head, &new.media_type),
        size: i64::try_from(stored.size).unwrap_or(i64::MAX),
        sha256: stored.sha256,
        blob_key: key,
        created_by: ctx.actor().user_id(),
        created_at: ctx.now(),
        state: FileState::New,
    };
    let kept = row.clone();
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                work.tx.file_insert(&kept).await?;
                let data = json!({"name": kept.name, "size": kept.size, "sha256": kept.sha256});
                work.record(EventKind::FileAdded, None, Some(kept.id.to_string()), data);
                Ok(())
            })
        })
        .await?;
    Ok(row)
}

/// The file's row, if the caller may read what it belongs to; a loose file is its uploader's.
///
/// # Errors
/// Not found.
async fn find(engine: &Engine, ctx: &Ctx, id: FileId) -> Result<FileRow> {
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let row = work.tx.files_by_ids(&[id]).await?.pop().ok_or(Error::NotFound)?;
                let mine = row.created_by.is_some() && row.created_by == work.ctx.actor().user_id();
                let is_seen = match (row.ticket_id, row.record_id) {
                    (Some(ticket), _) => sees_in_ticket(work, &row, ticket).await?,
                    (None, Some(record)) => sees_in_record(work, &row, record).await?,
                    (None, None) => mine,
                };
                if is_seen { Ok(row) } else { Err(Error::NotFound) }
            })
        })
        .await
}

async fn sees_in_ticket(work: &mut Work<'_>, row: &FileRow, ticket: TicketId) -> Result<bool> {
    let ticket = sight::find(work, ticket, Action::TicketRead).await?;
    if !work.ctx.access().can(Action::CommentInternal) && work.tx.file_is_internal(row.id).await? {
        return Ok(false);
    }
    let form = work.engine.form_version(work.tx, &ticket.form, ticket.form_version).await?;
    Ok(sees_field(work, &form.form, &ticket.data, row.id))
}

async fn sees_in_record(work: &mut Work<'_>, row: &FileRow, record: RecordId) -> Result<bool> {
    if !work.ctx.access().can(Action::RecordRead) {
        return Ok(false);
    }
    let Some(record) = work.tx.record_by_id(record).await? else { return Ok(false) };
    let form = work.engine.form_version(work.tx, &record.form, record.form_version).await?;
    Ok(sees_field(work, &form.form, &record.data, row.id))
}

/// A file that stands in fields is seen by who sees one of them; one that stands in none came with a comment.
fn sees_field(work: &Work<'_>, form: &Form, data: &serde_json::Value, file: FileId) -> bool {
    let access = work.ctx.access();
    let id = file.to_string();
    let holds = |field: &&Field| {
        let alone = |wanted: &Field| answers::is_file(wanted);
        let of_field = |value: &serde_json::Value| match value {
            serde_json::Value::Array(items) => items.iter().any(|item| item.as_str() == Some(&id)),
            other => other.as_str() == Some(&id),
        };
        let Some(value) = data.get(&field.id) else { return false };
        let in_rows = field.columns.iter().filter(|column| alone(column)).any(|column| {
            let rows = value.as_array().into_iter().flatten();
            rows.filter_map(|row| row.get(&column.id)).any(of_field)
        });
        in_rows || (alone(field) && of_field(value))
    };
    let mut holding = form.fields().iter().filter(holds).peekable();
    let level = |field: &Field| access.field_level(form.key(), &field.id, form.data_class(&field.id));
    access.unlimited || holding.peek().is_none() || holding.any(|field| level(field) >= Level::Read)
}

/// A file and its content, for whoever may see it.
///
/// # Errors
/// Not found, `server.unavailable`.
pub async fn open(engine: &Engine, ctx: &Ctx, id: FileId) -> Result<(FileRow, Box<dyn Chunks>)> {
    let row = find(engine, ctx, id).await?;
    let content = engine.blobs().get(&row.blob_key).await.map_err(|error| refusal(error, &row.name))?;
    Ok((row, content))
}

/// Content on its way to the store; its beginning is remembered.
struct Watched<'c> {
    content: &'c mut dyn Chunks,
    head: Vec<u8>,
}

impl Chunks for Watched<'_> {
    fn next(&mut self) -> Answer<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let chunk = self.content.next().await?;
            if let Some(bytes) = &chunk {
                let missing = sniff::HEAD.saturating_sub(self.head.len());
                self.head.extend(bytes.iter().take(missing));
            }
            Ok(chunk)
        })
    }
}

fn refusal(error: BlobError, name: &str) -> Error {
    match error {
        BlobError::NotFound => Error::NotFound,
        BlobError::TooLarge { limit } => {
            let problem = Problem::new("/file", "form.file_size").with("limit", domain::form::readable(limit));
            Error::Invalid(vec![problem.with("name", clean_name(name))])
        }
        BlobError::Source(reason) => {
            Error::Invalid(vec![Problem::new("/file", "request.invalid_value").with("reason", reason)])
        }
        BlobError::Store(cause) => {
            tracing::error!(error = %cause, "The blob store failed");
            Error::refused("server.unavailable")
        }
    }
}

/// A name that is only a name: no path, no control or direction characters, at most 200 characters.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let clean: String = last.chars().filter(|c| !hidden(*c)).take(200).collect();
    let clean = clean.trim().trim_start_matches('.');
    if clean.is_empty() { "file".to_owned() } else { clean.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_paths_and_tricks() {
        for (name, expected) in [
            ("照片.jpg", "照片.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\a.txt", "a.txt"),
            ("in\u{202e}gpj.exe", "ingpj.exe"),
            ("\u{200b}.htaccess", "htaccess"),
            ("\0", "file"),
            ("", "file"),
        ] {
            assert_eq!(clean_name(name), expected, "{name:?}");
        }
        assert_eq!(clean_name(&"长".repeat(300)).chars().count(), 200);
    }
}
