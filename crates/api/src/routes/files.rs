//! Uploads and downloads.

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::id::FileId;
use domain::port::{Answer, BlobError, Chunks};
use engine::files::{self, NewFile};
use engine::store::FileRow;
use futures_util::stream;
use utoipa::ToSchema;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, IdPath, body_error};
use crate::views::FileView;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        // The blob port stops at the limit while it streams.
        .routes(routes!(upload_file).layer(DefaultBodyLimit::disable()))
        .routes(routes!(download_file))
}

/// One file in the part `file`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct UploadBody {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Upload a file.
///
/// It belongs to its uploader until a ticket or comment names it. `Idempotency-Key` has no effect here.
#[utoipa::path(post, path = "/files", operation_id = "uploadFile", tag = "files",
    request_body(content = UploadBody, content_type = "multipart/form-data"),
    responses((status = 201, description = "The stored file", body = FileView)))]
async fn upload_file(
    State(app): State<App>,
    caller: Caller,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<(StatusCode, Json<FileView>), ApiError> {
    let wrong_kind = |_| ApiError::new("request.media_type").with("expected", "multipart/form-data");
    let mut multipart = multipart.map_err(wrong_kind)?;
    let limit = app.settings().file_bytes;
    while let Some(field) = multipart.next_field().await.map_err(|error| body_error(&error, limit))? {
        if field.name() != Some("file") {
            continue;
        }
        let new = NewFile {
            name: field.file_name().unwrap_or_default().to_owned(),
            media_type: field.content_type().unwrap_or("application/octet-stream").to_owned(),
            limit,
        };
        let mut content = Upload(field);
        let row = files::upload(app.engine(), &caller.ctx, new, &mut content).await?;
        return Ok((StatusCode::CREATED, Json((&row).into())));
    }
    Err(ApiError::at("/file", "form.required"))
}

/// Download a file.
///
/// Only who may see the ticket or comment that names it. Browsers keep it as a download.
#[utoipa::path(get, path = "/files/{id}", operation_id = "downloadFile", tag = "files",
    params(("id" = String, Path, description = "Id of the file")),
    responses((status = 200, description = "The content", content_type = "application/octet-stream", body = Vec<u8>)))]
async fn download_file(
    State(app): State<App>,
    caller: Caller,
    IdPath(id): IdPath<FileId>,
) -> Result<Response, ApiError> {
    let (row, content) = files::open(app.engine(), &caller.ctx, id).await?;
    let body = stream::try_unfold(content, |mut content| async move {
        let chunk = content.next().await?;
        Ok::<_, BlobError>(chunk.map(|chunk| (Bytes::from(chunk), content)))
    });
    let mut response = Body::from_stream(body).into_response();
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, shown_type(&row.media_type));
    set(header::CONTENT_LENGTH, &row.size.to_string());
    set(header::CONTENT_DISPOSITION, &disposition(&row.name));
    set(header::ETAG, &format!("\"{}\"", row.sha256));
    set(header::CACHE_CONTROL, "private, max-age=300");
    Ok(response)
}

/// Only kinds that a browser cannot run keep their name.
fn shown_type(media_type: &str) -> &str {
    match media_type {
        "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "application/pdf" | "audio/mpeg" | "video/mp4" => {
            media_type
        }
        _ => "application/octet-stream",
    }
}

/// RFC 6266: an ASCII name for old readers, the true one for the rest.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || ".-_ ".contains(c) { c } else { '_' }).collect();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let encoded: String = name
        .bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

struct Upload<'a>(Field<'a>);

impl Chunks for Upload<'_> {
    fn next(&mut self) -> Answer<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let chunk = self.0.chunk().await.map_err(|error| BlobError::Source(error.to_string()))?;
            Ok(chunk.map(|chunk| chunk.to_vec()))
        })
    }
}

impl From<&FileRow> for FileView {
    fn from(row: &FileRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            media_type: row.media_type.clone(),
            size: row.size,
            sha256: row.sha256.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_the_header() {
        assert_eq!(disposition("a b.png"), "attachment; filename=\"a b.png\"; filename*=UTF-8''a%20b.png");
        let odd = disposition("报\"修\r\n.svg");
        let expected = "attachment; filename=\"_____.svg\"; filename*=UTF-8''%E6%8A%A5%22%E4%BF%AE%0D%0A.svg";
        assert_eq!(odd, expected);
        assert_eq!(shown_type("text/html"), "application/octet-stream");
        assert_eq!(shown_type("image/svg+xml"), "application/octet-stream");
    }
}
