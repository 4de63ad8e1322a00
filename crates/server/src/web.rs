//! The web app, compiled into the program.
//!
//! Files under `assets/` carry a hash in their name and may be kept for ever; every other file is asked for again.
//! A path that is no file is a page of the app, so `index.html` answers it.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Pages;

const INDEX: &str = "index.html";
const NOT_BUILT: &str =
    "The web app is not part of this build. Run `make run`, or build it with `npm run build` in web/.";

/// Answers everything outside the API.
pub(crate) fn pages() -> Router {
    Router::new().fallback(page)
}

async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let name = match path {
        "" => INDEX,
        path if path.ends_with('/') => "",
        path => path,
    };
    if let Some(file) = find(name) {
        return answer(name, file, &headers);
    }
    if name.starts_with("assets/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    for entry in entries(name) {
        if let Some(file) = find(&entry) {
            return answer(&entry, file, &headers);
        }
    }
    (StatusCode::NOT_FOUND, NOT_BUILT).into_response()
}

/// The pages that may answer a path that is no file: an entry of its own such as `portal.html`, then the app.
fn entries(path: &str) -> [String; 2] {
    let first = path.split('/').next().unwrap_or_default();
    [format!("{first}.html"), INDEX.to_owned()]
}

fn find(name: &str) -> Option<EmbeddedFile> {
    // The library reads the disk in debug builds; nothing outside the folder may be named.
    let is_plain = !name.is_empty() && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    is_plain.then(|| Pages::get(name)).flatten()
}

fn answer(name: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let hash = file.metadata.sha256_hash();
    let tag: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let lasting = name.starts_with("assets/");
    let cache = if lasting { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    let known = asked.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let kind = media_type(name);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let takes_gzip = asked
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|coding| coding.trim().starts_with("gzip")));
    if takes_gzip && is_text(kind) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        let body = compressed(name, &tag, &file);
        return (headers, Body::from(body)).into_response();
    }
    (headers, Body::from(Bytes::from(file.data.into_owned()))).into_response()
}

/// Each file is compressed once in the life of the process; there are few and they do not change.
fn compressed(name: &str, tag: &str, file: &EmbeddedFile) -> Bytes {
    static KEPT: OnceLock<Mutex<HashMap<String, Bytes>>> = OnceLock::new();
    let kept = KEPT.get_or_init(Mutex::default);
    let key = format!("{name} {tag}");
    if let Some(body) = kept.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return body.clone();
    }
    let body = Bytes::from(gzip(&file.data));
    kept.lock().unwrap_or_else(PoisonError::into_inner).insert(key, body.clone());
    body
}

fn gzip(data: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default()
}

fn is_text(kind: &str) -> bool {
    kind.starts_with("text/") || kind.contains("json") || kind.contains("svg")
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
