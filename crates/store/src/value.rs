//! Values between Rust and a column, and rows read back.
//!
//! Columns know five kinds of value on both engines. Truth values are 0 and 1, instants are milliseconds, ids and
//! JSON documents are text.

use domain::id;
use domain::time::Timestamp;

use crate::error::StoreError;

/// One value in a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// What can be bound to a placeholder.
pub trait ToValue: Sync {
    fn to_value(&self) -> Value;
}

/// What can be read from a column.
pub trait FromValue: Sized {
    /// # Errors
    /// [`StoreError::Corrupt`] when the column holds something else.
    fn from_value(value: Value) -> Result<Self, StoreError>;
}

/// A row of a result, read column by column from the left.
#[derive(Debug, Clone)]
pub struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    /// The next column.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it holds something else than `T`, or when there are no more columns.
    pub fn take<T: FromValue>(&mut self) -> Result<T, StoreError> {
        let value = self.0.next();
        T::from_value(value.ok_or_else(|| StoreError::corrupt("a row is too short"))?)
    }

    /// The next column, a word of a closed list.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when `parse` does not know the word.
    pub fn take_word<T>(&mut self, parse: fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let word: String = self.take()?;
        parse(&word).ok_or_else(|| StoreError::corrupt(format!("`{word}` is not a known word")))
    }
}

impl Value {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Int(_) => "an integer",
            Self::Real(_) => "a real number",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
        }
    }

    fn unexpected(&self, wanted: &str) -> StoreError {
        StoreError::corrupt(format!("a column holds {} instead of {wanted}", self.kind()))
    }
}

impl ToValue for Value {
    fn to_value(&self) -> Value {
        self.clone()
    }
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        Ok(value)
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

macro_rules! values {
    ($($type:ty: $wanted:literal, |$to:ident| $make:expr, $pattern:pat => $read:expr;)*) => {$(
        impl ToValue for $type {
            fn to_value(&self) -> Value {
                let $to = self;
                $make
            }
        }

        impl FromValue for $type {
            fn from_value(value: Value) -> Result<Self, StoreError> {
                match value {
                    $pattern => Ok($read),
                    other => Err(other.unexpected($wanted)),
                }
            }
        }
    )*};
}

values! {
    i64: "an integer", |n| Value::Int(*n), Value::Int(n) => n;
    bool: "a truth value", |b| Value::Int(i64::from(*b)), Value::Int(n) => n != 0;
    f64: "a real number", |x| Value::Real(*x), Value::Real(x) => x;
    String: "a text", |text| Value::Text(text.clone()), Value::Text(text) => text;
    Vec<u8>: "bytes", |bytes| Value::Bytes(bytes.clone()), Value::Bytes(bytes) => bytes;
    Timestamp: "an instant", |at| Value::Int(at.millis()), Value::Int(n) => Timestamp::from_millis(n);
}

impl ToValue for str {
    fn to_value(&self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl ToValue for [u8] {
    fn to_value(&self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

impl ToValue for serde_json::Value {
    fn to_value(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl FromValue for serde_json::Value {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        let text = String::from_value(value)?;
        serde_json::from_str(&text).map_err(|_| StoreError::corrupt("a column holds broken JSON"))
    }
}

/// A list of plain values kept as a JSON array in one column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JsonList(pub Vec<String>);

impl ToValue for JsonList {
    fn to_value(&self) -> Value {
        Value::Text(serde_json::Value::from(self.0.clone()).to_string())
    }
}

impl ToValue for Vec<String> {
    fn to_value(&self) -> Value {
        self.as_slice().to_value()
    }
}

impl FromValue for JsonList {
    fn from_value(value: Value) -> Result<Self, StoreError> {
        let text = String::from_value(value)?;
        let list = serde_json::from_str(&text);
        list.map(Self).map_err(|_| StoreError::corrupt("a column holds no list of texts"))
    }
}

macro_rules! ids {
    ($($name:ident)*) => {$(
        impl ToValue for id::$name {
            fn to_value(&self) -> Value {
                Value::Text(self.to_string())
            }
        }

        impl FromValue for id::$name {
            fn from_value(value: Value) -> Result<Self, StoreError> {
                let text = String::from_value(value)?;
                text.parse().map_err(|_| StoreError::corrupt(format!("`{text}` is not an id of its column")))
            }
        }
    )*};
}

ids! {
    TenantId OrgId UserId TeamId TicketId RecordId CommentId FileId EventId JobId InstanceId TaskId
    SuggestionId ModelId SessionId TokenId ImportId NotificationId
}
