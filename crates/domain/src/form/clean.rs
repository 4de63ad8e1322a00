//! One answer: is it what its field takes, and how is it stored.

use std::collections::BTreeMap;

use lang::{format_date, format_instant, parse_date, parse_instant};
use serde_json::{Map, Value, json};

use super::contact;
use super::document::{Choices, FieldOption, FieldType};
use super::field::Field;
use super::validate::{FileFacts, Given};
use crate::id::{FileId, OrgId, RecordId, TeamId, UserId};
use crate::problem::Problem;

/// The answer in canonical shape, null when it is empty.
pub(super) fn clean(field: &Field, answer: &Value, pointer: &str, given: &Given<'_>) -> Result<Value, Vec<Problem>> {
    if lang::is_empty(Some(answer)) {
        return Ok(Value::Null);
    }
    let cleaner = Cleaner { field, pointer, given };
    match field.kind {
        FieldType::Table => cleaner.table(answer),
        FieldType::MultiSelect => cleaner.multi_select(answer),
        FieldType::File | FieldType::Image => cleaner.files(answer),
        _ => cleaner.single(answer).map_err(|problem| vec![*problem]),
    }
}

struct Cleaner<'a> {
    field: &'a Field,
    pointer: &'a str,
    given: &'a Given<'a>,
}

impl Cleaner<'_> {
    fn single(&self, answer: &Value) -> Result<Value, Box<Problem>> {
        match self.field.kind {
            FieldType::Text | FieldType::RichText => self.text(answer),
            FieldType::Number | FieldType::Money | FieldType::Rating => self.number(answer),
            FieldType::Date => self.date(answer),
            FieldType::DateTime => self.instant(answer),
            FieldType::DateRange => self.date_range(answer),
            FieldType::Bool => match answer {
                Value::Bool(truth) => Ok(json!(truth)),
                _ => Err(self.wrong_type("true or false")),
            },
            FieldType::Select => self.select(answer),
            FieldType::Cascade => self.cascade(answer),
            FieldType::Person | FieldType::Org | FieldType::Ref | FieldType::Signature => self.reference(answer),
            FieldType::Phone => match contact::phone(self.str(answer)?) {
                Some(phone) => Ok(json!(phone)),
                None => Err(self.problem("form.bad_phone")),
            },
            FieldType::Email => match contact::email(self.str(answer)?) {
                Some(email) => Ok(json!(email)),
                None => Err(self.problem("form.bad_email")),
            },
            FieldType::Address => self.address(answer),
            FieldType::Location => self.location(answer),
            // Filled in by others; what the page sends back is dropped before it comes here.
            FieldType::Serial
            | FieldType::Info
            | FieldType::Table
            | FieldType::MultiSelect
            | FieldType::File
            | FieldType::Image => Ok(Value::Null),
        }
    }

    fn text(&self, answer: &Value) -> Result<Value, Box<Problem>> {
        let text = tidy(self.str(answer)?);
        let length = text.chars().count();
        let (min, max) = self.field.count_limits;
        if length > max {
            return Err(self.problem_with("form.too_long", "max", max));
        }
        if length > 0 && length < min {
            return Err(self.problem_with("form.too_short", "min", min));
        }
        Ok(if text.is_empty() { Value::Null } else { Value::String(text) })
    }

    fn number(&self, answer: &Value) -> Result<Value, Box<Problem>> {
        let scale = self.field.definition.scale();
        let trimmed;
        let answer = match answer {
            Value::String(text) => {
                trimmed = json!(text.trim());
                &trimmed
            }
            other => other,
        };
        let Some(units) = lang::scaled(answer, scale) else {
            let finer = (scale..=12).any(|finer| lang::scaled(answer, finer).is_some());
            return Err(if finer {
                self.problem_with("form.scale", "scale", scale)
            } else {
                self.wrong_type("number")
            });
        };
        // The page shows no stars as zero.
        if self.field.kind == FieldType::Rating && units == 0 {
            return Ok(Value::Null);
        }
        let (min, max) = self.field.number_limits;
        if let Some(min) = min.filter(|min| units < *min) {
            return Err(self.problem_with("form.below", "min", lang::format_scaled(min, scale)));
        }
        if let Some(max) = max.filter(|max| units > *max) {
            return Err(self.problem_with("form.above", "max", lang::format_scaled(max, scale)));
        }
        Ok(Value::String(lang::format_scaled(units, scale)))
    }

    fn date(&self, answer: &Value) -> Result<Value, Box<Problem>> {
        let date = day(self.str(answer)?).ok_or_else(|| self.problem("form.bad_date"))?;
        let limit = |bound: &Option<super::Bound>| match bound {
            Some(super::Bound::Text(text)) => Some(text.clone()),
            _ => None,
        };
        if let Some(min) = limit(&self.field.definition.min).filter(|min| date < *min) {
            return Err(self.problem_with("form.below", "min", min));
        }
        if let Some(max) = limit(&self.field.definition.max).filter(|max| date > *max) {
            return Err(self.problem_with("form.above", "max", max));
        }
        Ok(Value::String(date))
    }

    fn instant(&self, answer: &Value) -> Result<Value, Box<Problem>> {
        let text = self.str(answer)?;
        let exists = text.get(..10).and_then(day).is_some();
        match parse_instant(text).filter(|_| exists) {
            Some(millis) => Ok(Value::String(format_instant(millis))),
            None => Err(self.problem("form.bad_date")),
        }
    }

    fn date_range(&self, answer: &Value) -> Result<Value, Box<Problem>> {
        let Value::Object(members) = answer else {
            return Err(self.wrong_type("date range"));
        };
        self.only(members, &["from", "to"])?;
        let bound = |key: &str| members.get(key).and_then(Value::as_str).and_then(day);
        match (bound("from"), bound("to")) {
            (Some(from), Some(to)) if from <= to => Ok(json!({ "from": from, "to": to })),
            _ => Err(self.problem("form.bad_date")),
        }
    }

    fn select(&self, answer: &Value) -> Result<Value, Box<Problem>> {
        let value = lang::nfc(self.str(answer)?);
        if self.is_option(&value) { Ok(Value::String(value)) } else { Err(self.not_an_option(&value)) }
    }

    fn multi_select(&self, answer: &Value) -> Result<Value, Vec<Problem>> {
        let Value::Array(items) = answer else {
            return Err(vec![*self.wrong_type("list")]);
        };
        let mut found: Vec<String> = Vec::new();
        for item in items {
            let value = lang::nfc(self.str(item).map_err(|problem| vec![*problem])?);
            if !self.is_option(&value) {
                return Err(vec![*self.not_an_option(&value)]);
            }
            if !found.contains(&value) {
                found.push(value);
            }
        }
        self.counted(found.len()).map_err(|problem| vec![*problem])?;
        Ok(json!(found))
    }

    fn is_option(&self, value: &str) -> bool {
        match &self.field.definition.options {
            Some(Choices::List(options)) => options.iter().any(|option| option.value == value),
            Some(Choices::Dictionary { dict }) => match self.given.dictionaries.get(dict) {
                Some(known) => known.iter().any(|known| known == value),
                None => !value.is_empty() && value.chars().count() <= 100,
            },
            None => false,
        }
    }

    /// A path through the levels, from the top.
    fn cascade(&self, answer: &Value) -> Result<Value, Box<Problem>> {
        let Value::Array(items) = answer else {
            return Err(self.wrong_type("list"));
        };
        let mut level: &[FieldOption] = self.field.options();
        let has_list = !level.is_empty();
        let mut path = Vec::new();
        for item in items {
            let value = lang::nfc(self.str(item)?);
            match level.iter().find(|option| option.value == value) {
                Some(option) => level = &option.children,
                None if has_list => return Err(self.not_an_option(&value)),
                None => {}
            }
            path.push(value);
        }
        Ok(json!(path))
    }

    fn reference(&self, answer: &Value) -> Result<Value, Box<Problem>> {
        let id = self.str(answer)?;
        let sound = match self.field.kind {
            FieldType::Person => id.parse::<UserId>().is_ok(),
            FieldType::Org => id.parse::<OrgId>().is_ok(),
            FieldType::Signature => id.parse::<FileId>().is_ok(),
            _ if self.field.definition.to.as_deref() == Some("team") => id.parse::<TeamId>().is_ok(),
            _ => id.parse::<RecordId>().is_ok(),
        };
        if !sound {
            return Err(self.problem("form.bad_reference"));
        }
        match self.field.kind {
            FieldType::Signature => self.file(id)?,
            FieldType::Ref => self.record(id)?,
            _ => {}
        }
        Ok(Value::String(id.to_owned()))
    }

    fn files(&self, answer: &Value) -> Result<Value, Vec<Problem>> {
        let Value::Array(items) = answer else {
            return Err(vec![*self.wrong_type("list")]);
        };
        let mut found: Vec<&str> = Vec::new();
        for item in items {
            let id = self.str(item).map_err(|problem| vec![*problem])?;
            if id.parse::<FileId>().is_err() {
                return Err(vec![*self.problem("form.bad_reference")]);
            }
            self.file(id).map_err(|problem| vec![*problem])?;
            if !found.contains(&id) {
                found.push(id);
            }
        }
        self.counted(found.len()).map_err(|problem| vec![*problem])?;
        Ok(json!(found))
    }

    /// A record of the kind the field leads to. Teams are no records; their ids are looked up elsewhere.
    fn record(&self, id: &str) -> Result<(), Box<Problem>> {
        let to = self.field.definition.to.as_deref().unwrap_or_default();
        let Some(records) = self.given.records.filter(|_| to != "team") else {
            return Ok(());
        };
        match records.get(id).filter(|record| record.form == to) {
            None => Err(self.problem("form.bad_reference")),
            Some(record) if record.archived => Err(self.problem("form.archived")),
            Some(_) => Ok(()),
        }
    }

    fn file(&self, id: &str) -> Result<(), Box<Problem>> {
        let Some(files) = self.given.files else {
            return Ok(());
        };
        let Some(FileFacts { name, media_type, bytes }) = files.get(id) else {
            return Err(self.problem("form.file_unusable"));
        };
        let definition = &self.field.definition;
        let is_picture = matches!(self.field.kind, FieldType::Image | FieldType::Signature);
        let accepted = |pattern: &str| match pattern.strip_suffix('*') {
            Some(start) => media_type.starts_with(start),
            None => pattern == media_type,
        };
        let fits = if definition.accept.is_empty() {
            !is_picture || media_type.starts_with("image/")
        } else {
            definition.accept.iter().any(|pattern| accepted(pattern))
        };
        if !fits {
            let problem = self.problem_with("form.file_type", "media_type", media_type.as_str());
            return Err(Box::new(problem.with("name", name.as_str())));
        }
        match definition.max_bytes.filter(|limit| bytes > limit) {
            Some(limit) => {
                let problem = self.problem_with("form.file_size", "limit", readable(limit));
                Err(Box::new(problem.with("name", name.as_str())))
            }
            None => Ok(()),
        }
    }

    /// An object, or the street alone as a text.
    fn address(&self, answer: &Value) -> Result<Value, Box<Problem>> {
        let members = match answer {
            Value::String(street) => Map::from_iter([("street".to_owned(), json!(street))]),
            Value::Object(members) => members.clone(),
            _ => return Err(self.wrong_type("address")),
        };
        self.only(&members, &["region", "street"])?;
        let mut found = BTreeMap::new();
        for (part, value) in members {
            if value.is_null() {
                continue;
            }
            let text = tidy(self.str(&value)?);
            if text.chars().count() > 300 {
                return Err(self.problem_with("form.too_long", "max", 300));
            }
            if !text.is_empty() {
                found.insert(part, text);
            }
        }
        Ok(if found.is_empty() { Value::Null } else { json!(found) })
    }

    fn location(&self, answer: &Value) -> Result<Value, Box<Problem>> {
        let Value::Object(members) = answer else {
            return Err(self.wrong_type("location"));
        };
        self.only(members, &["lat", "lng"])?;
        let degrees = |key: &str, limit: f64| {
            let number = match members.get(key)? {
                Value::String(text) => text.trim().parse().ok()?,
                other => other.as_f64()?,
            };
            (number >= -limit && number <= limit).then(|| (number * 1e6).round() / 1e6)
        };
        match (degrees("lat", 90.0), degrees("lng", 180.0)) {
            (Some(lat), Some(lng)) => Ok(json!({ "lat": lat, "lng": lng })),
            _ => Err(self.wrong_type("latitude and longitude")),
        }
    }

    fn table(&self, answer: &Value) -> Result<Value, Vec<Problem>> {
        let Value::Array(items) = answer else {
            return Err(vec![*self.wrong_type("list")]);
        };
        let mut rows = Vec::with_capacity(items.len().min(self.field.count_limits.1));
        let mut problems = Vec::new();
        self.counted(items.len()).map_err(|problem| vec![*problem])?;
        for (at, item) in items.iter().enumerate() {
            let pointer = format!("{}/{at}", self.pointer);
            let Value::Object(members) = item else {
                problems.push(Problem::new(pointer, "form.wrong_type").with("expected", "row"));
                continue;
            };
            rows.push(self.row(members, &pointer, &mut problems));
        }
        if problems.is_empty() { Ok(Value::Array(rows)) } else { Err(problems) }
    }

    fn row(&self, members: &Map<String, Value>, pointer: &str, problems: &mut Vec<Problem>) -> Value {
        let columns = &self.field.columns;
        for name in members.keys().filter(|name| !columns.iter().any(|column| column.id == **name)) {
            problems.push(unknown_field(pointer, name));
        }
        let mut row = Map::new();
        for column in columns {
            let pointer = format!("{pointer}/{}", column.id);
            // A formula is worked out later from the whole row.
            if column.definition.calc.is_some() {
                continue;
            }
            let answer = members.get(&column.id).unwrap_or(&Value::Null);
            match clean(column, answer, &pointer, self.given) {
                Ok(Value::Null) if column.definition.required => problems.push(Problem::new(pointer, "form.required")),
                Ok(Value::Null) => {}
                Ok(value) => {
                    row.insert(column.id.clone(), value);
                }
                Err(found) => problems.extend(found),
            }
        }
        Value::Object(row)
    }

    fn counted(&self, count: usize) -> Result<(), Box<Problem>> {
        let (min, max) = self.field.count_limits;
        if count < min {
            return Err(self.problem_with("form.too_few", "min", min));
        }
        if count > max {
            return Err(self.problem_with("form.too_many", "max", max));
        }
        Ok(())
    }

    fn str<'v>(&self, value: &'v Value) -> Result<&'v str, Box<Problem>> {
        value.as_str().ok_or_else(|| self.wrong_type("text"))
    }

    fn only(&self, members: &Map<String, Value>, known: &[&str]) -> Result<(), Box<Problem>> {
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Box::new(unknown_field(self.pointer, name))),
            None => Ok(()),
        }
    }

    fn wrong_type(&self, expected: &str) -> Box<Problem> {
        self.problem_with("form.wrong_type", "expected", expected)
    }

    fn not_an_option(&self, value: &str) -> Box<Problem> {
        let short: String = value.chars().take(100).collect();
        self.problem_with("form.not_an_option", "value", short)
    }

    fn problem(&self, code: &str) -> Box<Problem> {
        Box::new(Problem::new(self.pointer, code))
    }

    fn problem_with(&self, code: &str, name: &str, value: impl Into<Value>) -> Box<Problem> {
        Box::new(Problem::new(self.pointer, code).with(name, value))
    }
}

/// A number of bytes as people read it.
pub fn readable(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")];
    let Some((unit, word)) = UNITS.into_iter().find(|(unit, _)| bytes >= *unit) else {
        return format!("{bytes} B");
    };
    match (bytes * 10 / unit) % 10 {
        0 => format!("{} {word}", bytes / unit),
        tenth => format!("{}.{tenth} {word}", bytes / unit),
    }
}

/// A member that the form does not have, at its own place.
pub(super) fn unknown_field(pointer: &str, name: &str) -> Problem {
    let short: String = name.chars().take(100).collect();
    let escaped = short.replace('~', "~0").replace('/', "~1");
    Problem::new(format!("{pointer}/{escaped}"), "form.unknown_field").with("field", short)
}

/// A day that the calendar has, in ISO form.
fn day(text: &str) -> Option<String> {
    parse_date(text).filter(|date| date.exists()).map(format_date)
}

/// Composed characters, plain line ends, no control characters, no blanks around.
fn tidy(text: &str) -> String {
    let plain = lang::nfc(text).replace("\r\n", "\n");
    let kept: String =
        plain.chars().filter(|character| !character.is_control() || matches!(character, '\n' | '\t')).collect();
    kept.trim().to_owned()
}
