//! The form document as it is written, exported and compared.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::names::named_enum;
use crate::problem::Problem;
use crate::text::Text;

/// The document of kind `form`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormDefinition {
    pub kind: String,
    pub key: String,
    #[serde(default)]
    pub schema: u32,
    #[serde(default)]
    pub title: Text,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub description: Text,
    /// Present when the form describes tickets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketSection>,
    /// Present when the form describes records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordSection>,
    pub fields: Vec<FieldDefinition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleDefinition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layout: Vec<Section>,
    #[serde(default)]
    pub list: ListSection,
    /// Kept as data: they run in the script worker.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub scripts: Map<String, Value>,
    /// What organisations below may vary; kept as data until overrides are compiled.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub open: Value,
}

/// How tickets of this form are numbered and where they start.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketSection {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Key of the flow that a new ticket starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
}

/// How records of this form are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordSection {
    /// The field that holds the record's own code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The field that names the record, `title` unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

named_enum! {
    /// What a field asks for.
    pub enum FieldType {
    Text = "text",
    RichText = "richtext",
    Number = "number",
    Money = "money",
    Date = "date",
    DateTime = "datetime",
    DateRange = "date-range",
    Bool = "bool",
    Select = "select",
    MultiSelect = "multi-select",
    Cascade = "cascade",
    Person = "person",
    Org = "org",
    Ref = "ref",
    Table = "table",
    File = "file",
    Image = "image",
    Signature = "signature",
    Phone = "phone",
    Email = "email",
    Address = "address",
    Location = "location",
    Serial = "serial",
    Rating = "rating",
    /// Shows a text and asks nothing.
    Info = "info",
    }
}

/// One field. Which members make sense depends on the type; [`super::check`] says which do not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldDefinition {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: FieldType,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub hint: Text,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub placeholder: Text,
    /// The words of an `info` field.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub text: Text,
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub readonly: bool,
    /// Lists can be filtered by it at full speed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub filterable: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub multiline: bool,
    /// Least value, length, rows or files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Bound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Bound>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Choices>,
    /// The kind of record a reference leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The Condition that a referenced record must meet; `form.…` names this form's fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Value>,
    /// Fields of this form that take a value of the referenced record: field → member.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub copy: BTreeMap<String, String>,
    /// Media types such as `image/*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<String>,
    /// Largest file in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// Columns of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldDefinition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calc: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Fields that the script waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// What stands before the digits of a serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The class of personal data the field holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pii: Option<String>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// A limit, as a number or a decimal text; dates are limited by dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bound {
    Number(serde_json::Number),
    Text(String),
}

impl Bound {
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.clone()),
        }
    }

    /// The limit as a count.
    pub(super) fn count(&self) -> Option<usize> {
        lang::scaled(&self.to_value(), 0).and_then(|count| usize::try_from(count).ok())
    }
}

/// Where the options of a choice come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Choices {
    List(Vec<FieldOption>),
    Dictionary { dict: String },
}

/// One option; in a cascade with options below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OptionDocument")]
pub struct FieldOption {
    pub value: String,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<FieldOption>,
    /// Kept for old data, no longer offered.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disabled: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OptionDocument {
    Value(String),
    Full(FullOption),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FullOption {
    value: String,
    #[serde(default)]
    label: Text,
    #[serde(default)]
    children: Vec<FieldOption>,
    #[serde(default)]
    disabled: bool,
}

impl From<OptionDocument> for FieldOption {
    fn from(document: OptionDocument) -> Self {
        match document {
            OptionDocument::Value(value) => Self { value, label: Text::None, children: Vec::new(), disabled: false },
            OptionDocument::Full(FullOption { value, label, children, disabled }) => {
                Self { value, label, children, disabled }
            }
        }
    }
}

/// What follows when a Condition holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDefinition {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub when: Value,
    /// A field named here is hidden unless one of the rules that name it holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub show: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub require: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readonly: Vec<String>,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub error: Text,
    /// The field that shows the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// Fields that stand together on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub section: String,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    #[serde(default = "one")]
    pub cols: u8,
    pub items: Vec<String>,
}

fn one() -> u8 {
    1
}

/// How lists of this form look.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListSection {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Fields whose words the search finds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub search: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
}

impl FormDefinition {
    /// Reads a document; faults name the field, rule or section they are in.
    ///
    /// # Errors
    /// Every fault of structure, as `form.malformed` with a pointer.
    pub fn parse(document: &Value) -> Result<Self, Vec<Problem>> {
        let Value::Object(members) = document else {
            return Err(vec![malformed("", "a form is an object")]);
        };
        let mut problems = Vec::new();
        let mut rest = members.clone();
        let fields = part(&mut rest, "fields", &mut problems, field);
        let rules = part(&mut rest, "rules", &mut problems, read::<RuleDefinition>);
        let layout = part(&mut rest, "layout", &mut problems, read::<Section>);
        rest.insert("fields".to_owned(), Value::Array(Vec::new()));
        let whole = serde_json::from_value::<Self>(Value::Object(rest));
        match whole {
            Ok(whole) if problems.is_empty() => Ok(Self { fields, rules, layout, ..whole }),
            Ok(_) => Err(problems),
            Err(error) => {
                problems.push(malformed("", error.to_string()));
                Err(problems)
            }
        }
    }
}

type Read<T> = fn(&Value, &str) -> Result<T, Vec<Problem>>;

fn part<T>(members: &mut Map<String, Value>, key: &str, problems: &mut Vec<Problem>, read: Read<T>) -> Vec<T> {
    let mut items = Vec::new();
    match members.remove(key) {
        None | Some(Value::Null) => {}
        Some(Value::Array(list)) => {
            for (at, item) in list.iter().enumerate() {
                match read(item, &format!("/{key}/{at}")) {
                    Ok(item) => items.push(item),
                    Err(found) => problems.extend(found),
                }
            }
        }
        Some(_) => problems.push(malformed(format!("/{key}"), "a list is needed")),
    }
    items
}

fn field(document: &Value, pointer: &str) -> Result<FieldDefinition, Vec<Problem>> {
    let Some(columns) = document.get("fields").and_then(Value::as_array) else {
        return read(document, pointer);
    };
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (at, column) in columns.iter().enumerate() {
        match read(column, &format!("{pointer}/fields/{at}")) {
            Ok(column) => found.push(column),
            Err(faults) => problems.extend(faults),
        }
    }
    let mut shallow = document.clone();
    if let Value::Object(members) = &mut shallow {
        members.remove("fields");
    }
    match read::<FieldDefinition>(&shallow, pointer) {
        Ok(field) if problems.is_empty() => Ok(FieldDefinition { fields: found, ..field }),
        Ok(_) => Err(problems),
        Err(faults) => {
            problems.extend(faults);
            Err(problems)
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(document: &Value, pointer: &str) -> Result<T, Vec<Problem>> {
    serde_json::from_value(document.clone()).map_err(|error| vec![malformed(pointer, error.to_string())])
}

pub(super) fn malformed(pointer: impl Into<String>, reason: impl Into<String>) -> Problem {
    Problem::new(pointer, "form.malformed").with("reason", reason.into())
}
