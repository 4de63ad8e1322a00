//! Files: content goes to the blob store first, then its row; a row never points to content that is not there.

use domain::access::Action;
use domain::event::EventKind;
use domain::id::FileId;
use domain::port::{BlobError, Chunks};
use domain::problem::Problem;
use serde_json::json;
use store::{FileRow, FileState};

use crate::error::{Error, Result};
use crate::tickets::sight;
use crate::{Ctx, Engine};

/// A file to keep.
#[derive(Debug, Clone)]
pub struct NewFile {
    pub name: String,
    pub media_type: String,
    /// Larger ones are refused.
    pub limit: u64,
}

/// Kinds that browsers could run as a page of ours; they are kept and sent as plain bytes.
const ACTIVE: [&str; 5] = ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml"];

/// # Errors
/// `form.file_size`, `server.unavailable`.
#[tracing::instrument(name = "file.upload", skip_all)]
pub async fn upload(engine: &Engine, ctx: &Ctx, new: NewFile, content: &mut dyn Chunks) -> Result<FileRow> {
    ctx.require(Action::TicketCreate)?;
    let id = ctx.id(FileId::new);
    let key = format!("{}/{id}", ctx.tenant());
    let stored = engine.blobs().put(&key, content, new.limit).await.map_err(refusal)?;
    let row = FileRow {
        id,
        ticket_id: None,
        record_id: None,
        name: clean_name(&new.name),
        media_type: safe_type(&new.media_type),
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
                match row.ticket_id {
                    Some(ticket) => {
                        sight::find(work, ticket, Action::TicketRead).await?;
                        let internal = work.ctx.access().can(Action::CommentInternal);
                        if !internal && work.tx.file_is_internal(id).await? {
                            return Err(Error::NotFound);
                        }
                    }
                    None if row.created_by.is_some() && row.created_by == work.ctx.actor().user_id() => {}
                    None => return Err(Error::NotFound),
                }
                Ok(row)
            })
        })
        .await
}

/// A file and its content, for whoever may see it.
///
/// # Errors
/// Not found, `server.unavailable`.
pub async fn open(engine: &Engine, ctx: &Ctx, id: FileId) -> Result<(FileRow, Box<dyn Chunks>)> {
    let row = find(engine, ctx, id).await?;
    let content = engine.blobs().get(&row.blob_key).await.map_err(refusal)?;
    Ok((row, content))
}

fn refusal(error: BlobError) -> Error {
    match error {
        BlobError::NotFound => Error::NotFound,
        BlobError::TooLarge { limit } => {
            Error::Invalid(vec![Problem::new("/file", "form.file_size").with("limit", limit)])
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

fn safe_type(media_type: &str) -> String {
    let bare = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let shaped = bare.split_once('/').is_some_and(|(kind, rest)| {
        let word =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        word(kind) && word(rest)
    });
    if shaped && !ACTIVE.contains(&bare.as_str()) { bare } else { "application/octet-stream".to_owned() }
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

    #[test]
    fn active_content_is_kept_as_bytes() {
        for (kind, expected) in [
            ("image/png", "image/png"),
            ("IMAGE/JPEG; q=1", "image/jpeg"),
            ("text/html", "application/octet-stream"),
            ("image/svg+xml", "application/octet-stream"),
            ("nonsense", "application/octet-stream"),
            ("a/b\r\nx: y", "application/octet-stream"),
        ] {
            assert_eq!(safe_type(kind), expected, "{kind:?}");
        }
    }
}
