//! Turns a sample folder into units, teams, people and records. The files name things by key; rows by id.

use std::collections::{BTreeMap, HashMap};

use domain::id::{OrgId, RecordId, TeamId, UserId};
use lang::Type;
use serde_json::{Map, Value, json};
use store::{OrgRow, TeamRow, UserRow, UserState};

use crate::Work;
use crate::error::Result;
use crate::records::CreateRecord;
use crate::samples::{Organisation, Person};

/// Files of records, in an order that lets each refer to those before it.
const RECORDS: [(&str, &str); 5] = [
    ("places", "place"),
    ("customers", "customer"),
    ("parts", "part"),
    ("assets", "asset"),
    ("knowledge", "knowledge"),
];

pub(super) struct Sampler<'w, 't> {
    work: &'w mut Work<'t>,
    organisation: &'w Organisation,
    orgs: HashMap<String, OrgId>,
    teams: HashMap<String, TeamId>,
    people: HashMap<String, UserId>,
}

impl<'w, 't> Sampler<'w, 't> {
    /// Finds what is already there.
    pub(super) async fn new(work: &'w mut Work<'t>, organisation: &'w Organisation) -> Result<Self> {
        let mut orgs = HashMap::new();
        for sample in &organisation.orgs {
            let known = work.configuration.orgs.values().find(|org| org.name == sample.name);
            orgs.extend(known.map(|org| (sample.key.clone(), org.id)));
        }
        let known = work.configuration.teams.values();
        let teams = known.map(|team| (team.key.clone(), team.id)).collect();
        let mut people = HashMap::new();
        for person in &organisation.people {
            let found = work.tx.user_by_login(&person.login).await?;
            people.extend(found.map(|user| (person.login.clone(), user.id)));
        }
        Ok(Self { work, organisation, orgs, teams, people })
    }

    /// Units, people, teams; answers how many people were added.
    pub(super) async fn organisation(mut self) -> Result<usize> {
        let organisation = self.organisation;
        for person in &organisation.people {
            // Ids first, because units name their heads and people their managers.
            let id = self.work.ctx.id(UserId::new);
            self.people.entry(person.login.clone()).or_insert(id);
        }
        let mut paths: HashMap<OrgId, String> =
            self.work.configuration.orgs.values().map(|org| (org.id, org.path.clone())).collect();
        for (sort, sample) in (0..).zip(&organisation.orgs) {
            if self.orgs.contains_key(&sample.key) {
                continue;
            }
            let id = self.work.ctx.id(OrgId::new);
            let parent = sample.parent.as_ref().and_then(|key| self.orgs.get(key)).copied();
            let above = parent.and_then(|parent| paths.get(&parent)).map_or("/", String::as_str);
            let path = format!("{above}{id}/");
            let row = OrgRow {
                id,
                parent_id: parent,
                path: path.clone(),
                name: sample.name.clone(),
                kind: "unit".to_owned(),
                head_id: sample.head.as_ref().and_then(|login| self.people.get(login)).copied(),
                sort,
                archived: false,
                version: 1,
            };
            self.work.tx.org_insert(&row).await?;
            paths.insert(id, path);
            self.orgs.insert(sample.key.clone(), id);
        }
        let mut added = 0;
        for person in &organisation.people {
            if self.work.tx.user_by_login(&person.login).await?.is_none() {
                let row = self.person(person);
                self.work.tx.user_insert(&row).await?;
                added += 1;
            }
        }
        for sample in &organisation.teams {
            if !self.teams.contains_key(&sample.key) {
                let id = self.work.ctx.id(TeamId::new);
                let org_id = self.orgs.get(&sample.org).copied();
                let row = TeamRow { id, key: sample.key.clone(), name: sample.name.clone(), org_id, version: 1 };
                self.work.tx.team_insert(&row).await?;
                self.teams.insert(sample.key.clone(), id);
            }
        }
        for person in &organisation.people {
            for key in &person.teams {
                if let (Some(team), Some(user)) = (self.teams.get(key), self.people.get(&person.login)) {
                    self.work.tx.team_member_insert(*team, *user).await?;
                }
            }
        }
        Ok(added)
    }

    /// Places, customers, parts, assets and articles; answers how many were added.
    pub(super) async fn records(self, sample: &BTreeMap<String, Value>) -> Result<usize> {
        let mut added = 0;
        let mut keys = Keys::new();
        for (file, form) in RECORDS {
            let Some(published) = self.work.configuration.forms.get(form).cloned() else { continue };
            let mut known: HashMap<String, RecordId> = self.work.tx.record_keys(form).await?.into_iter().collect();
            for entry in sample.get(file).and_then(Value::as_array).into_iter().flatten() {
                let key = entry.get("code").or_else(|| entry.get("title")).and_then(Value::as_str).unwrap_or_default();
                if known.contains_key(key) {
                    continue;
                }
                let mut data = Map::new();
                for (field, value) in entry.as_object().into_iter().flatten() {
                    let Some(kind) = published.compiled.types().get(field) else { continue };
                    if !published.compiled.has_field(field) {
                        continue;
                    }
                    if let Some(value) = self.resolved(kind, value, &keys) {
                        data.insert(field.clone(), value);
                    }
                }
                let record = self.work.record_create(CreateRecord { form: form.to_owned(), data }).await?;
                known.insert(key.to_owned(), record.id);
                added += 1;
            }
            keys.insert(form.to_owned(), known);
        }
        Ok(added)
    }

    /// The value with keys and logins turned into ids; `None` when they name nothing.
    fn resolved(&self, kind: &Type, value: &Value, keys: &Keys) -> Option<Value> {
        let text = value.as_str();
        match kind {
            Type::Org => self.orgs.get(text?).map(|id| json!(id)),
            Type::Person => self.people.get(text?).map(|id| json!(id)),
            Type::Reference { to } => keys.get(to)?.get(text?).map(|id| json!(id)),
            _ => Some(value.clone()),
        }
    }

    fn person(&self, person: &Person) -> UserRow {
        let roles: Vec<Value> = person
            .roles
            .iter()
            .map(|grant| {
                let org = grant.org.as_ref().and_then(|key| self.orgs.get(key));
                json!({"role": grant.role, "org": org})
            })
            .collect();
        let manager = person.manager.as_ref().and_then(|login| self.people.get(login));
        let mut profile = json!({"manager": manager, "language": person.language});
        if let Some(engineer) = &person.engineer {
            let certificates = engineer.certificates.iter();
            let certificates: Vec<Value> = certificates
                .map(|certificate| json!({"kind": certificate.kind, "valid_until": certificate.valid_until}))
                .collect();
            profile["engineer"] = json!({
                "skills": engineer.skills,
                "certificates": certificates,
                "zones": engineer.zones,
                "capacity": engineer.capacity,
                "calendar": engineer.calendar,
                "location": engineer.location.map(|point| json!({"lat": point.lat, "lng": point.lng})),
            });
        }
        UserRow {
            id: self.people.get(&person.login).copied().unwrap_or_else(|| self.work.ctx.id(UserId::new)),
            login: person.login.clone(),
            name: person.name.clone(),
            name_pinyin: person.login.replace('.', " "),
            email: person.email.clone(),
            phone: person.phone.clone(),
            org_id: self.orgs.get(&person.org).copied(),
            password_hash: None,
            state: UserState::Active,
            roles: Value::Array(roles),
            profile,
            created_at: self.work.now(),
            version: 1,
        }
    }
}

/// Records by key, per form.
type Keys = HashMap<String, HashMap<String, RecordId>>;
