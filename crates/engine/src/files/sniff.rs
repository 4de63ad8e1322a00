//! What a file is, by its first bytes. Names and declared types are what the sender says; this is what is there.

/// How many bytes decide.
pub(super) const HEAD: usize = 512;

/// Kinds that browsers could run as a page of ours; they are kept and sent as plain bytes.
const ACTIVE: [&str; 6] =
    ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml", "application/javascript"];
const BYTES: &str = "application/octet-stream";

/// Signatures: offset, bytes, media type. The first that fits counts.
const MAGIC: [(usize, &[u8], &str); 25] = [
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"%PDF-", "application/pdf"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"PK\x03\x04", ZIP),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
];

const ZIP: &str = "application/zip";
/// Microsoft's compound file: Word, Excel and PowerPoint before 2007.
const OLD_OFFICE: &str = "application/x-ole-storage";

/// The media type to keep for content that begins with `head` and was declared as `declared`.
///
/// A signature wins over the declaration. A declared kind that has a signature, without that signature, is nothing
/// of the kind. What has no signature, such as a text, stays what it was declared as.
pub(super) fn media_type(head: &[u8], declared: &str) -> String {
    let declared = shaped(declared);
    if let Some(found) = by_signature(head) {
        let is_container = match found {
            ZIP => declared.starts_with("application/vnd.") || declared == "application/epub+zip",
            OLD_OFFICE => {
                matches!(declared.as_str(), "application/msword" | "application/vnd.ms-excel")
                    || declared == "application/vnd.ms-powerpoint"
            }
            "video/mp4" => matches!(declared.as_str(), "audio/mp4" | "audio/x-m4a" | "video/quicktime" | "video/3gpp"),
            "video/webm" => matches!(declared.as_str(), "audio/webm" | "video/x-matroska"),
            "audio/ogg" => declared == "video/ogg",
            "image/heic" => declared == "image/heif",
            _ => false,
        };
        return if is_container { declared } else { found.to_owned() };
    }
    let claims_signature = declared.starts_with("image/")
        || declared.starts_with("video/")
        || declared.starts_with("application/vnd.")
        || MAGIC.iter().any(|(_, _, kind)| *kind == declared && *kind != "audio/mpeg")
        || declared == "application/msword";
    if ACTIVE.contains(&declared.as_str()) || (claims_signature && !is_plain_picture(&declared)) {
        return BYTES.to_owned();
    }
    declared
}

/// Pictures in formats without a fixed beginning; nothing shows them as a page.
fn is_plain_picture(declared: &str) -> bool {
    matches!(declared, "image/vnd.dxf" | "image/vnd.dwg" | "image/x-dwg")
}

fn by_signature(head: &[u8]) -> Option<&'static str> {
    let fits = |(at, bytes, kind): &&(usize, &[u8], &str)| {
        let is_riff = !matches!(*kind, "image/webp" | "audio/wav" | "video/x-msvideo") || head.starts_with(b"RIFF");
        is_riff && head.get(*at..).is_some_and(|rest| rest.starts_with(bytes))
    };
    let found = MAGIC.iter().find(fits).map(|(_, _, kind)| *kind);
    // MPEG audio without a tag: eleven set bits, then a layer that exists.
    let is_audio = || head.len() > 2 && head[0] == 0xff && head[1] & 0xe0 == 0xe0 && head[1] & 0x06 != 0;
    found.or_else(|| is_audio().then_some("audio/mpeg"))
}

/// The declared type without parameters, if it has the shape of one.
fn shaped(declared: &str) -> String {
    let bare = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_shaped = bare.split_once('/').is_some_and(|(kind, rest)| {
        let word =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        word(kind) && word(rest)
    });
    if is_shaped { bare } else { BYTES.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    #[test]
    fn the_content_decides_what_a_file_is() {
        let cases: [(&[u8], &str, &str); 22] = [
            (PNG, "image/png", "image/png"),
            (PNG, "application/pdf", "image/png"),
            (PNG, "text/html", "image/png"),
            (b"MZ\x90\0", "image/png", BYTES),
            (b"<script>", "image/jpeg", BYTES),
            (b"<html>", "text/html", BYTES),
            (b"<svg/>", "image/svg+xml", BYTES),
            (b"\xff\xd8\xff\xe0", "image/jpg", "image/jpeg"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp", "image/webp"),
            (b"XXXX\x10\0\0\0WEBPVP8 ", "image/webp", BYTES),
            (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav", "audio/wav"),
            (b"\0\0\0\x18ftypheic", "image/heic", "image/heic"),
            (b"\0\0\0\x18ftypM4A ", "audio/mp4", "audio/mp4"),
            (b"%PDF-1.7", "", "application/pdf"),
            (b"PK\x03\x04\x14", DOCX, DOCX),
            (b"PK\x03\x04\x14", "image/png", "application/zip"),
            (b"plain", DOCX, BYTES),
            (b"a,b\n1,2", "text/csv; charset=utf-8", "text/csv"),
            (b"", "application/octet-stream", BYTES),
            (b"x", "nonsense", BYTES),
            (b"x", "a/b\r\nx: y", BYTES),
            (b"\xff\xfb\x90\x64", "audio/mpeg", "audio/mpeg"),
        ];
        for (head, declared, expected) in cases {
            assert_eq!(media_type(head, declared), expected, "{declared} {head:?}");
        }
    }
}
