//! Typed, prefixed ids over UUIDv7: `tkt_06e5…` is the same text in a URL, a log and a column.

use std::fmt;
use std::str::FromStr;

/// Crockford's base32 alphabet in lower case; keeps the order of the bytes.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const ENCODED: usize = 26;

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id that starts with `{expected}_`, found `{found}`")]
pub struct BadId {
    pub expected: &'static str,
    pub found: String,
}

/// Where new ids come from: the caller's time and the caller's randomness.
pub trait IdSource {
    /// 16 bytes of a UUIDv7.
    fn next_uuid(&mut self) -> u128;
}

/// A deterministic source for tests, imports and repeatable runs.
#[derive(Debug, Clone)]
pub struct SeededIds {
    pub millis: u64,
    state: u64,
}

impl SeededIds {
    pub fn new(millis: u64, seed: u64) -> Self {
        Self { millis, state: seed ^ 0x9e37_79b9_7f4a_7c15 }
    }

    fn next_random(&mut self) -> u64 {
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl IdSource for SeededIds {
    fn next_uuid(&mut self) -> u128 {
        let random = u128::from(self.next_random()) << 64 | u128::from(self.next_random());
        uuid_v7(self.millis, random)
    }
}

/// Lays out a UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, version, variant, 74 random bits.
pub fn uuid_v7(millis: u64, random: u128) -> u128 {
    let time = u128::from(millis & 0xffff_ffff_ffff) << 80;
    let random_a = (random >> 64) & 0xfff;
    let random_b = random & 0x3fff_ffff_ffff_ffff;
    time | 0x7 << 76 | random_a << 64 | 0b10 << 62 | random_b
}

fn encode(value: u128) -> String {
    (0..ENCODED)
        .map(|place| {
            let shift = 5 * (ENCODED - 1 - place);
            ALPHABET[(value >> shift & 31) as usize] as char
        })
        .collect()
}

fn decode(text: &str) -> Option<u128> {
    if text.len() != ENCODED || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes().try_fold(0u128, |value, byte| {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)?;
        Some(value << 5 | digit as u128)
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            pub fn new(ids: &mut dyn IdSource) -> Self {
                Self(ids.next_uuid())
            }

            pub const fn from_u128(value: u128) -> Self {
                Self(value)
            }

            pub const fn as_u128(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or_else(|| BadId { expected: $prefix, found: text.chars().take(60).collect() })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

// Append-only: rows and links carry these prefixes.
ids! {
    /// An isolated customer of the installation.
    TenantId = "tnt";
    /// A unit in a tenant's organisation tree.
    OrgId = "org";
    UserId = "usr";
    TeamId = "team";
    TicketId = "tkt";
    /// A row of a record form: asset, customer, part, place, article.
    RecordId = "rec";
    CommentId = "cmt";
    FileId = "fil";
    EventId = "evt";
    JobId = "job";
    /// One run of a flow for one ticket.
    InstanceId = "ins";
    TaskId = "tsk";
    SuggestionId = "sug";
    ModelId = "mdl";
    SessionId = "ses";
    /// An API token's row, not its secret.
    TokenId = "tok";
    ImportId = "imp";
    NotificationId = "ntf";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_and_keeps_order() {
        let mut ids = SeededIds::new(1_790_000_000_000, 7);
        let mut previous = None;
        for _ in 0..1_000 {
            ids.millis += 1;
            let id = TicketId::new(&mut ids);
            let text = id.to_string();
            assert_eq!(text.parse(), Ok(id));
            assert!(previous < Some(text.clone()));
            previous = Some(text);
        }
    }

    #[test]
    fn a_foreign_prefix_or_a_broken_text_is_refused() {
        let id = TicketId::from_u128(5).to_string();
        for bad in [
            id.replace("tkt_", "usr_"),
            id[..20].into(),
            id.replace('0', "u"),
            String::new(),
            "tkt_zzzzzzzzzzzzzzzzzzzzzzzzzz".into(),
        ] {
            assert!(bad.parse::<TicketId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_uuid_has_version_and_variant() {
        let value = uuid_v7(1, u128::MAX);
        assert_eq!(value >> 76 & 0xf, 7);
        assert_eq!(value >> 62 & 0b11, 0b10);
        assert_eq!(value >> 80, 1);
    }
}
