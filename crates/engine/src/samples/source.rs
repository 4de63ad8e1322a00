//! The sample folder of a template, read and looked up.

use std::collections::BTreeMap;

use domain::calendar::Calendar;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::directory::{Organisation, Person};
use super::phrases::{Category, Phrases};

/// A sample folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadSample {
    #[error("sample/{0}.json is missing")]
    Missing(&'static str),
    #[error("sample/{file}.json does not have the expected shape")]
    Shape {
        file: &'static str,
        #[source]
        source: serde_json::Error,
    },
    #[error("category `{category}`: {reason}")]
    Category { category: String, reason: String },
    #[error("the zone `{0}` is unknown")]
    Zone(String),
}

/// Everything the generator looks up.
#[derive(Debug)]
pub struct Source {
    pub(super) organisation: Organisation,
    pub(super) phrases: Phrases,
    pub(super) places: BTreeMap<String, Place>,
    pub(super) assets: Vec<Asset>,
    pub(super) parts: BTreeMap<String, Part>,
    /// When the ordinary work is done.
    pub(super) calendar: Calendar,
    pub(super) zone: jiff::tz::TimeZone,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Place {
    pub(super) code: String,
    #[serde(default)]
    pub(super) zone: String,
    pub(super) org: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Asset {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) kind: String,
    pub(super) place: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Part {
    code: String,
    pub(super) title: String,
    pub(super) price: String,
}

impl Source {
    /// Reads the files of a sample folder by name without ending; `calendar` is the one ordinary work follows.
    ///
    /// # Errors
    /// [`BadSample`] names the file or the category that does not fit the others.
    pub fn read(sample: &BTreeMap<String, Value>, calendar: Calendar) -> Result<Self, BadSample> {
        let organisation: Organisation = file(sample, "organisation")?;
        let places: Vec<Place> = file(sample, "places")?;
        let parts: Vec<Part> = file(sample, "parts")?;
        let zone = jiff::tz::TimeZone::get(&organisation.zone);
        let source = Self {
            zone: zone.map_err(|_| BadSample::Zone(organisation.zone.clone()))?,
            organisation,
            phrases: file(sample, "phrases")?,
            places: places.into_iter().map(|place| (place.code.clone(), place)).collect(),
            assets: file(sample, "assets")?,
            parts: parts.into_iter().map(|part| (part.code.clone(), part)).collect(),
            calendar,
        };
        for category in &source.phrases.categories {
            source.check(category).map_err(|reason| BadSample::Category { category: category.key.clone(), reason })?;
        }
        Ok(source)
    }

    fn check(&self, category: &Category) -> Result<(), String> {
        if !self.organisation.teams.iter().any(|team| team.key == category.team) {
            return Err(format!("there is no team `{}`", category.team));
        }
        if self.engineers(&category.key).next().is_none() {
            return Err("no engineer has the skill".to_owned());
        }
        for code in category.places.keys() {
            if !self.places.contains_key(code) || !self.phrases.places.contains_key(code) {
                return Err(format!("there is no place `{code}`, or no words for it"));
            }
        }
        let is_category = |key: &String| self.phrases.categories.iter().any(|other| other.key == *key);
        if let Some(other) = category.mistaken_for.keys().find(|key| !is_category(key)) {
            return Err(format!("it is mistaken for `{other}`, which is no category"));
        }
        match category.parts.iter().find(|code| !self.parts.contains_key(*code)) {
            Some(code) => Err(format!("there is no part `{code}`")),
            None => Ok(()),
        }
    }

    /// Those who can do it, with their level.
    pub(super) fn engineers<'a>(&'a self, category: &'a str) -> impl Iterator<Item = (&'a Person, u8)> {
        self.organisation.people.iter().filter_map(move |person| {
            let level = person.engineer.as_ref()?.skills.get(category)?;
            Some((person, *level))
        })
    }

    /// Those who report: everybody below the unit who is not sent out, else anybody of the requesters.
    pub(super) fn requesters(&self, org: &str) -> Vec<&Person> {
        let report = |person: &&Person| person.roles.iter().any(|grant| grant.role == "requester");
        let all = self.organisation.people.iter().filter(report);
        let near: Vec<_> = all.clone().filter(|person| person.org == org).collect();
        if near.is_empty() { all.collect() } else { near }
    }

    pub(super) fn org_name<'a>(&'a self, key: &'a str) -> &'a str {
        let org = self.organisation.orgs.iter().find(|org| org.key == key);
        org.map_or(key, |org| org.name.as_str())
    }
}

fn file<T: DeserializeOwned>(sample: &BTreeMap<String, Value>, name: &'static str) -> Result<T, BadSample> {
    let value = sample.get(name).ok_or(BadSample::Missing(name))?;
    T::deserialize(value).map_err(|source| BadSample::Shape { file: name, source })
}
