//! The small pieces that every view is made of.

use std::collections::BTreeMap;

use domain::text::Text;
use domain::time::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// One page of a list, in a stable order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T: ToSchema> {
    pub(crate) items: Vec<T>,
    /// Where the next page starts; null on the last one.
    #[schema(required)]
    pub(crate) next: Option<String>,
}

/// A text that people read: plain, or by language.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Text)]
pub(crate) enum TextView {
    Plain(String),
    Languages(BTreeMap<String, String>),
}

impl TextView {
    /// A text as documents write it.
    pub(crate) fn from_value(value: &Value) -> Self {
        let text: Text = serde_json::from_value(value.clone()).unwrap_or_default();
        text.into()
    }

    /// The same, as text in a column.
    pub(crate) fn from_json(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(value) => Self::from_value(&value),
            Err(_) => Self::Plain(text.to_owned()),
        }
    }
}

impl From<&Text> for TextView {
    fn from(text: &Text) -> Self {
        match text {
            Text::None => Self::Plain(String::new()),
            Text::Plain(text) => Self::Plain(text.clone()),
            Text::Languages(texts) => Self::Languages(texts.clone()),
        }
    }
}

impl From<Text> for TextView {
    fn from(text: Text) -> Self {
        Self::from(&text)
    }
}

/// An instant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct Time(pub(crate) Timestamp);

impl From<Timestamp> for Time {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339 in UTC with milliseconds"))
            .examples(["2026-02-13T09:30:00.000Z"])
            .into()
    }
}

impl ToSchema for Time {}
