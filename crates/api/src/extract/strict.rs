//! JSON without doubt: no member twice, no depth without end, every refusal with its place.

use std::collections::HashSet;
use std::fmt;

use domain::problem::Problem;
use serde::de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use crate::error::ApiError;

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 64;
const DUPLICATE: &str = "duplicate member ";

/// Parses a body into its type.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ApiError::new("request.not_utf8"))?;
    refuse_duplicates(text)?;
    // Rust's structs would also be read from a list of their members; no client of ours means that.
    if !text.trim_start().starts_with('{') {
        let problem = Problem::new("", "request.wrong_type").with("expected", "an object");
        return Err(ApiError::invalid(vec![problem]));
    }
    let mut source = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut source).map_err(|error| {
        let pointer = pointer(error.path());
        refused(pointer, error.inner())
    })?;
    source.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> ApiError {
    ApiError::new("request.malformed").with("reason", error.to_string())
}

/// Sorts the library's sentence into one of our codes.
fn refused(pointer: String, error: &serde_json::Error) -> ApiError {
    if !error.is_data() {
        return malformed(error);
    }
    let text = error.to_string();
    // The place follows in the pointer; line and column mean little to a program.
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let quoted = |text: &str| text.split('`').nth(1).unwrap_or_default().to_owned();
    let problem = if text.starts_with("unknown field") {
        let field = quoted(text);
        let pointer = match pointer.rsplit('/').next() {
            Some(last) if last == escape(&field) => pointer,
            _ => format!("{pointer}/{}", escape(&field)),
        };
        Problem::new(pointer, "request.unknown_field").with("field", field)
    } else if text.starts_with("missing field") {
        let field = quoted(text);
        let pointer = format!("{pointer}/{}", escape(&field));
        Problem::new(pointer, "request.missing_field").with("field", field)
    } else if let Some((_, expected)) =
        text.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected "))
    {
        Problem::new(pointer, "request.wrong_type").with("expected", expected)
    } else {
        Problem::new(pointer, "request.invalid_value").with("reason", text)
    };
    ApiError::invalid(vec![problem])
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", escape(key)),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Reads the whole text once without building anything. Two members of one name are refused: two readers of such
/// a document may see two different requests.
fn refuse_duplicates(text: &str) -> Result<(), ApiError> {
    let mut source = serde_json::Deserializer::from_str(text);
    Walk { depth: 0 }.deserialize(&mut source).and_then(|()| source.end()).map_err(|error| {
        let message = error.to_string();
        let Some(rest) = message.strip_prefix(DUPLICATE) else { return malformed(&error) };
        let field = rest.rsplit_once(" at line ").map_or(rest, |(field, _)| field);
        ApiError::new("request.duplicate_field").with("field", field)
    })
}

struct Walk {
    depth: usize,
}

impl Walk {
    fn deeper<E: de::Error>(&self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(format_args!("nested more than {MAX_DEPTH} deep")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Walk {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    /// PostgreSQL keeps no NUL in a text, and no person means one.
    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') { Err(E::custom("a text holds the character NUL")) } else { Ok(()) }
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self.deeper()?)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = members.next_key::<String>()? {
            members.next_value_seed(self.deeper()?)?;
            if key.contains('\0') {
                return Err(de::Error::custom("a name holds the character NUL"));
            }
            if seen.contains(&key) {
                return Err(de::Error::custom(format_args!("{DUPLICATE}{key}")));
            }
            seen.insert(key);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the refusals matter here")]
    struct Body {
        title: String,
        count: Option<i64>,
        ids: Option<Vec<domain::id::UserId>>,
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the refusals matter here")]
    struct Inner {
        deep: bool,
    }

    #[test]
    fn every_fault_has_its_code_and_place() {
        let deep = format!("{{\"title\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        for (body, code, pointer) in [
            (r#"{"title":"x""#, "request.malformed", ""),
            (r#"{"title":"x"} trailing"#, "request.malformed", ""),
            (r#"{"title":NaN}"#, "request.malformed", ""),
            (r#"{"title":"x","count":1e400}"#, "request.malformed", ""),
            ("", "request.malformed", ""),
            (deep.as_str(), "request.malformed", ""),
            (r#"{"title":"x","title":"y"}"#, "request.duplicate_field", ""),
            (r#"{"title":"x","inner":{"deep":true,"deep":true}}"#, "request.duplicate_field", ""),
            (r#"{"title":"x","colour":1}"#, "request.unknown_field", "/colour"),
            (r#"{"title":"x","__proto__":{}}"#, "request.unknown_field", "/__proto__"),
            (r#"{"title":"x","inner":{"deep":true,"a/b":1}}"#, "request.unknown_field", "/inner/a~1b"),
            (r#"{"count":1}"#, "request.missing_field", "/title"),
            (r#"{"title":"x","inner":{}}"#, "request.missing_field", "/inner/deep"),
            (r#"{"title":7}"#, "request.wrong_type", "/title"),
            (r#"{"title":"x","count":1.5}"#, "request.wrong_type", "/count"),
            (r#"{"title":"x","count":9223372036854775808}"#, "request.invalid_value", "/count"),
            (r#"{"title":"x","ids":["tkt_1"]}"#, "request.invalid_value", "/ids/0"),
            (r#"{"title":"x","count":-0}"#, "request.wrong_type", "/count"),
            (r#"["x",1,null,null]"#, "request.wrong_type", ""),
            ("null", "request.wrong_type", ""),
        ] {
            let error = parse::<Body>(body.as_bytes()).expect_err(&body[..body.len().min(60)]);
            assert_eq!(error.code, code, "{}", &body[..body.len().min(60)]);
            let found = error.errors.first().map_or("", |problem| problem.pointer.as_str());
            assert_eq!(found, pointer, "{}", &body[..body.len().min(60)]);
        }
        let utf16: Vec<u8> = r#"{"title":"报"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let gbk = b"{\"title\":\"\xb1\xa8\"}".to_vec();
        assert_eq!(parse::<Body>(&gbk).expect_err("is refused").code, "request.not_utf8");
        assert!(parse::<Body>(&utf16).is_err());
    }

    #[test]
    fn a_good_body_is_read() {
        let body: Body = parse(br#"{"title":"x","count":0,"inner":{"deep":true}}"#).expect("is read");
        assert_eq!(body.count, Some(0));
    }
}
