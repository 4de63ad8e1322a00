//! Texts that people read, in Chinese and English.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A text by language: `{"zh":"门店报修","en":"Store repair"}`; a plain string counts for every language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    #[default]
    None,
    Plain(String),
    Languages(BTreeMap<String, String>),
}

impl Text {
    /// The text in `language`, else in Chinese, else in any language, else empty.
    pub fn get(&self, language: &str) -> &str {
        match self {
            Self::None => "",
            Self::Plain(text) => text,
            Self::Languages(texts) => {
                let found = texts.get(language).or_else(|| texts.get("zh"));
                found.or_else(|| texts.values().next()).map_or("", String::as_str)
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.get("zh").is_empty()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_back_to_chinese_then_to_anything() {
        let text: Text = serde_json::from_str(r#"{"zh":"报修","en":"Repair"}"#).expect("valid");
        assert_eq!((text.get("en"), text.get("fr")), ("Repair", "报修"));
        let german: Text = serde_json::from_str(r#"{"de":"Reparatur"}"#).expect("valid");
        assert_eq!(german.get("en"), "Reparatur");
        assert_eq!(Text::from("x").get("en"), "x");
    }
}
