//! A field with everything about it read once.

use lang::{Choice, Type, Types};

use super::document::{Choices, FieldDefinition, FieldOption, FieldType};

/// A compiled field or column.
#[derive(Debug, Clone)]
pub struct Field {
    pub id: String,
    pub kind: FieldType,
    pub definition: FieldDefinition,
    /// What conditions and formulas see.
    pub declared: Type,
    pub columns: Vec<Field>,
    /// Limits of a number, scaled; of a date, as the text.
    pub(super) number_limits: (Option<i64>, Option<i64>),
    /// Limits of a length or count.
    pub(super) count_limits: (usize, usize),
}

/// Longest text, most rows, most files, when the form says nothing.
const TEXT_CHARS: usize = 1_000;
const RICH_TEXT_CHARS: usize = 20_000;
const ROWS: usize = 200;
const FILES: usize = 20;
const RATING: i64 = 5;

impl Field {
    pub(super) fn new(definition: &FieldDefinition) -> Self {
        let columns: Vec<Self> = definition.fields.iter().map(Self::new).collect();
        let scaled = |bound: &Option<super::Bound>| {
            let bound = bound.as_ref()?;
            lang::scaled(&bound.to_value(), definition.scale())
        };
        let number_limits = match definition.kind {
            FieldType::Rating => {
                (Some(scaled(&definition.min).unwrap_or(1)), Some(scaled(&definition.max).unwrap_or(RATING)))
            }
            _ => (scaled(&definition.min), scaled(&definition.max)),
        };
        let most = match definition.kind {
            FieldType::RichText => RICH_TEXT_CHARS,
            FieldType::Table => ROWS,
            FieldType::File | FieldType::Image => FILES,
            FieldType::MultiSelect => 1_000,
            _ => TEXT_CHARS,
        };
        let count = |bound: &Option<super::Bound>| bound.as_ref().and_then(super::Bound::count);
        Self {
            id: definition.id.clone(),
            kind: definition.kind,
            declared: declared(definition, &columns),
            number_limits,
            count_limits: (count(&definition.min).unwrap_or(0), count(&definition.max).unwrap_or(most)),
            columns,
            definition: definition.clone(),
        }
    }

    /// Whether people never fill it in: a formula, a script, the server or nobody does.
    pub fn is_computed(&self) -> bool {
        let definition = &self.definition;
        definition.calc.is_some()
            || definition.script.is_some()
            || matches!(self.kind, FieldType::Serial | FieldType::Info)
    }

    /// The inline options; empty when a dictionary holds them.
    pub(super) fn options(&self) -> &[FieldOption] {
        self.definition.inline_options()
    }

    /// Adds the field and the parts of its value that conditions may name.
    pub(super) fn add_types(&self, types: &mut Types) {
        if self.kind == FieldType::Info {
            return;
        }
        types.insert(&self.id, self.declared.clone());
        let parts: &[(&str, Type)] = match self.kind {
            FieldType::DateRange => &[("from", Type::Date), ("to", Type::Date)],
            FieldType::Address => &[("region", Type::Text), ("street", Type::Text)],
            _ => &[],
        };
        for (part, kind) in parts {
            types.insert(format!("{}.{part}", self.id), kind.clone());
        }
    }
}

impl FieldDefinition {
    /// Decimals of a number; money has two unless said otherwise.
    pub(super) fn scale(&self) -> u8 {
        match self.kind {
            FieldType::Money => self.scale.unwrap_or(2),
            FieldType::Number => self.scale.unwrap_or(0),
            _ => 0,
        }
    }

    pub(super) fn inline_options(&self) -> &[FieldOption] {
        match &self.options {
            Some(Choices::List(options)) => options,
            Some(Choices::Dictionary { .. }) | None => &[],
        }
    }
}

fn declared(definition: &FieldDefinition, columns: &[Field]) -> Type {
    match definition.kind {
        FieldType::Text | FieldType::RichText | FieldType::Phone | FieldType::Email | FieldType::Serial => Type::Text,
        FieldType::Number | FieldType::Rating => Type::Number { scale: definition.scale() },
        FieldType::Money => Type::Money { scale: definition.scale() },
        FieldType::Date => Type::Date,
        FieldType::DateTime => Type::DateTime,
        FieldType::Bool => Type::Bool,
        FieldType::Select => Type::Choice { options: choices(definition) },
        FieldType::MultiSelect | FieldType::Cascade => Type::MultiChoice { options: choices(definition) },
        FieldType::Person => Type::Person,
        FieldType::Org => Type::Org,
        FieldType::Ref => Type::Reference { to: definition.to.clone().unwrap_or_default() },
        FieldType::File | FieldType::Image => Type::Files,
        FieldType::Table => {
            let mut types = Types::new();
            for column in columns {
                column.add_types(&mut types);
            }
            Type::Table { fields: types }
        }
        FieldType::DateRange | FieldType::Signature | FieldType::Address | FieldType::Location | FieldType::Info => {
            Type::Opaque
        }
    }
}

/// All options of all levels; `None` when a dictionary holds them.
fn choices(definition: &FieldDefinition) -> Option<Vec<Choice>> {
    let Some(Choices::List(options)) = &definition.options else {
        return None;
    };
    let mut found = Vec::new();
    collect(options, &mut found);
    Some(found)
}

fn collect(options: &[FieldOption], found: &mut Vec<Choice>) {
    for option in options {
        let label = match option.label.get("zh") {
            "" => option.value.clone(),
            label => label.to_owned(),
        };
        found.push(Choice { value: option.value.clone(), label });
        collect(&option.children, found);
    }
}
