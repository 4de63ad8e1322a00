//! Edges: `["a","b"]`, or an object when there is more to say.

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A way from one node (or boundary event) to another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Edge {
    pub id: Option<String>,
    pub from: String,
    pub to: String,
    /// The outcome that takes it, such as `reject`; without one it serves every ordinary outcome.
    pub on: Option<String>,
    /// A Condition that must hold.
    pub when: Option<Value>,
    /// Taken when no conditional edge is.
    pub default: bool,
    /// Corners of the drawn line.
    pub position: Option<Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LongForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    from: String,
    to: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<Value>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    default: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    position: Option<Value>,
}

impl Edge {
    /// A plain edge.
    pub fn plain(from: &str, to: &str) -> Self {
        Self { from: from.to_owned(), to: to.to_owned(), ..Self::default() }
    }
}

impl Serialize for Edge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if *self == Self::plain(&self.from, &self.to) {
            return (&self.from, &self.to).serialize(serializer);
        }
        let edge = self.clone();
        LongForm {
            id: edge.id,
            from: edge.from,
            to: edge.to,
            on: edge.on,
            when: edge.when,
            default: edge.default,
            position: edge.position,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Edge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EdgeVisitor)
    }
}

struct EdgeVisitor;

impl<'de> Visitor<'de> for EdgeVisitor {
    type Value = Edge;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an edge such as [\"a\",\"b\"] or {\"from\":\"a\",\"to\":\"b\"}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Edge, A::Error> {
        let from: Option<String> = items.next_element()?;
        let to: Option<String> = items.next_element()?;
        let rest: Option<de::IgnoredAny> = items.next_element()?;
        match (from, to, rest) {
            (Some(from), Some(to), None) => Ok(Edge::plain(&from, &to)),
            _ => Err(de::Error::custom("an edge as a list has two items")),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Edge, A::Error> {
        let edge = LongForm::deserialize(de::value::MapAccessDeserializer::new(members))?;
        Ok(Edge {
            id: edge.id,
            from: edge.from,
            to: edge.to,
            on: edge.on,
            when: edge.when,
            default: edge.default,
            position: edge.position,
        })
    }
}
