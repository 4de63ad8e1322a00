//! Uploads and downloads.

use axum::http::Method;
use serde_json::json;
use testkit::app::{Answer, Client, TestApp};
use testkit::matrix::Fresh;

testkit::on_both! { files_reach_only_who_may_see_them }

pub(crate) async fn upload(client: &Client<'_>, name: &str, kind: &str, content: &[u8]) -> Answer {
    let mut body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
    )
    .into_bytes();
    body.extend(content);
    body.extend(b"\r\n--x--\r\n");
    client.raw(Method::POST, "/files", "multipart/form-data; boundary=x", body).await
}

async fn files_reach_only_who_may_see_them(fresh: Fresh) {
    let settings = api::Settings { file_bytes: 1_000, ..api::Settings::default() };
    let app = TestApp::start_with(&fresh, settings).await;
    let (reporter, agent) = (app.sign_in("reporter").await, app.sign_in("agent").await);
    let sent = upload(&reporter, "../照片\u{202e}.svg", "image/svg+xml", b"<svg/>").await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    let file = sent.json();
    assert_eq!(
        (file["name"].as_str(), file["media_type"].as_str()),
        (Some("照片.svg"), Some("application/octet-stream"))
    );
    let path = format!("/files/{}", file["id"].as_str().expect("an id"));
    assert_eq!(agent.get(&path).await.status, 404, "a loose file is its uploader's");

    let body = json!({"type": "repair", "data": {"title": "空调漏水"}});
    let made = reporter.post("/tickets", &body).await.ok();
    let comments = format!("/tickets/{}/comments", made["id"].as_str().expect("an id"));
    let comment = json!({"body": "见图", "visibility": "public", "files": [file["id"]]});
    assert_eq!(reporter.post(&comments, &comment).await.status, 201);
    let got = agent.get(&path).await;
    assert_eq!((got.status.as_u16(), got.body.as_slice()), (200, b"<svg/>".as_slice()));
    assert_eq!(got.header("content-type"), "application/octet-stream");
    assert!(got.header("content-disposition").starts_with("attachment;"));
    assert!(got.header("content-security-policy").contains("sandbox"));

    let stranger = app.sign_in_at(&app.other, "admin").await;
    assert_eq!(stranger.get(&path).await.code(), "request.not_found");
    let large = upload(&reporter, "a.bin", "application/octet-stream", &[7; 1_001]).await;
    assert_eq!((large.status.as_u16(), large.code().as_str()), (422, "form.file_size"), "{}", large.text());
    let wrong = reporter.post("/files", &json!({})).await;
    assert_eq!((wrong.status.as_u16(), wrong.code().as_str()), (415, "request.media_type"));
    let empty = reporter.raw(Method::POST, "/files", "multipart/form-data; boundary=x", "--x--\r\n").await;
    assert_eq!(empty.code(), "form.required", "{}", empty.text());
}
