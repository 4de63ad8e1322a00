//! People.

use std::collections::BTreeMap;

use domain::id::{OrgId, UserId};
use domain::time::Timestamp;
use serde_json::Value;

use crate::error::{StoreError, require_one};
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{JsonList, Row, ToValue, Value as Column};

/// Whether a person may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserState {
    Active,
    Disabled,
}

impl UserState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Disabled].into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct UserRow {
    pub id: UserId,
    /// In lower case; unique in the tenant.
    pub login: String,
    pub name: String,
    /// Pinyin and initials, so that a Latin keyboard finds the person.
    pub name_pinyin: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub org_id: Option<OrgId>,
    pub password_hash: Option<String>,
    pub state: UserState,
    /// `[{"role": key, "org": id|null}]`
    pub roles: Value,
    /// Skills, certificates, zone, calendar, capacity, substitute.
    pub profile: Value,
    pub created_at: Timestamp,
    pub version: i64,
}

macro_rules! columns {
    () => {
        "id, login, name, name_pinyin, email, phone, org_id, password_hash, state, roles, profile, created_at, version"
    };
}
pub(crate) use columns as user_columns;

statements! {
    BY_ID = "SELECT ", columns!(), " FROM user_account WHERE tenant_id = $1 AND id = $2";
    BY_LOGIN = "SELECT ", columns!(), " FROM user_account WHERE tenant_id = $1 AND login = $2";
    /// `$2` is a LIKE pattern over folded text.
    LIST = "SELECT ", columns!(), " FROM user_account WHERE tenant_id = $1 AND login > $3 \
            AND (login LIKE $2 ESCAPE '!' OR lower(name) LIKE $2 ESCAPE '!' OR lower(name_pinyin) LIKE $2 ESCAPE '!') \
            ORDER BY login LIMIT $4";
    ALL = "SELECT ", columns!(), " FROM user_account WHERE tenant_id = $1 AND state = 'active' ORDER BY login";
    NAMES = "SELECT id, name FROM user_account WHERE tenant_id = $1 ORDER BY id";
    INSERT = "INSERT INTO user_account (tenant_id, ", columns!(), ") \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    UPDATE = "UPDATE user_account SET login = $3, name = $4, name_pinyin = $5, email = $6, phone = $7, org_id = $8, \
              state = $9, roles = $10, profile = $11, version = version + 1 \
              WHERE tenant_id = $1 AND id = $2 AND version = $12";
    SET_PASSWORD = "UPDATE user_account SET password_hash = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2";
    ROLES = "SELECT id, roles FROM user_account WHERE tenant_id = $1 AND state = 'active' AND roles LIKE $2 ESCAPE '!'";
}

impl UserRow {
    pub(crate) fn read_from(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            login: row.take()?,
            name: row.take()?,
            name_pinyin: row.take()?,
            email: row.take()?,
            phone: row.take()?,
            org_id: row.take()?,
            password_hash: row.take()?,
            state: row.take_word(UserState::parse)?,
            roles: row.take()?,
            profile: row.take()?,
            created_at: row.take()?,
            version: row.take()?,
        })
    }

    fn read(mut row: Row) -> Result<Self, StoreError> {
        Self::read_from(&mut row)
    }
}

impl Tx {
    pub async fn user_by_id(&mut self, id: UserId) -> Result<Option<UserRow>, StoreError> {
        self.query_opt_as(BY_ID, &[&id], UserRow::read).await
    }

    pub async fn user_by_login(&mut self, login: &str) -> Result<Option<UserRow>, StoreError> {
        self.query_opt_as(BY_LOGIN, &[&login], UserRow::read).await
    }

    /// People whose login, name or pinyin contains `words`, by login, after the login `after`.
    pub async fn user_list(
        &mut self,
        words: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<UserRow>, StoreError> {
        let pattern = format!("%{}%", like_literal(&words.unwrap_or_default().to_lowercase()));
        let args: [&dyn ToValue; 3] = [&pattern, &after.unwrap_or_default(), &i64::from(limit)];
        self.query_as(LIST, &args, UserRow::read).await
    }

    /// Everybody who is active, for ranking and for resolving people.
    pub async fn user_list_active(&mut self) -> Result<Vec<UserRow>, StoreError> {
        self.query_as(ALL, &[], UserRow::read).await
    }

    /// Names of the people with these ids; unknown ids are left out.
    pub async fn user_names(&mut self, ids: &[UserId]) -> Result<BTreeMap<UserId, String>, StoreError> {
        let mut names = BTreeMap::new();
        for chunk in ids.chunks(200) {
            let mut values = vec![self.tenant().to_value()];
            values.extend(chunk.iter().map(ToValue::to_value));
            let list = crate::dialect::placeholders(2, chunk.len());
            let sql = format!("SELECT id, name FROM user_account WHERE tenant_id = $1 AND id IN ({list})");
            for mut row in self.query_once(&sql, values).await? {
                names.insert(row.take()?, row.take()?);
            }
        }
        Ok(names)
    }

    /// Everybody's name, for exports and charts.
    pub async fn user_name_list(&mut self) -> Result<BTreeMap<UserId, String>, StoreError> {
        let rows = self.query(NAMES, &[]).await?;
        rows.into_iter().map(|mut row| Ok((row.take()?, row.take()?))).collect()
    }

    /// Active people who hold the role, with or without an org scope.
    pub async fn user_ids_by_role(&mut self, role: &str) -> Result<Vec<UserId>, StoreError> {
        let quoted = serde_json::Value::from(role).to_string();
        let rows = self.query(ROLES, &[&format!("%{}%", like_literal(&quoted))]).await?;
        let mut ids = Vec::new();
        for mut row in rows {
            let (id, roles): (UserId, Value) = (row.take()?, row.take()?);
            let mut entries = roles.as_array().into_iter().flatten();
            if entries.any(|entry| entry.get("role").unwrap_or(entry).as_str() == Some(role)) {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    /// Active people who hold the role for one of these units, or without an org scope.
    pub async fn user_ids_by_role_in(&mut self, role: &str, orgs: &[OrgId]) -> Result<Vec<UserId>, StoreError> {
        let quoted = serde_json::Value::from(role).to_string();
        let rows = self.query(ROLES, &[&format!("%{}%", like_literal(&quoted))]).await?;
        let names: Vec<String> = orgs.iter().map(ToString::to_string).collect();
        let mut ids = Vec::new();
        for mut row in rows {
            let (id, roles): (UserId, Value) = (row.take()?, row.take()?);
            let mut entries = roles.as_array().into_iter().flatten();
            let holds = |entry: &Value| {
                let org = entry.get("org").and_then(Value::as_str);
                entry.get("role").unwrap_or(entry).as_str() == Some(role)
                    && org.is_none_or(|org| names.iter().any(|name| name == org))
            };
            if entries.any(holds) {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    pub async fn user_insert(&mut self, row: &UserRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 13] = [
            &row.id,
            &row.login,
            &row.name,
            &row.name_pinyin,
            &row.email,
            &row.phone,
            &row.org_id,
            &row.password_hash,
            &row.state.as_str(),
            &row.roles,
            &row.profile,
            &row.created_at,
            &row.version,
        ];
        self.exec(INSERT, &args).await?;
        Ok(())
    }

    /// Writes everything but the password.
    pub async fn user_update(&mut self, row: &UserRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 11] = [
            &row.id,
            &row.login,
            &row.name,
            &row.name_pinyin,
            &row.email,
            &row.phone,
            &row.org_id,
            &row.state.as_str(),
            &row.roles,
            &row.profile,
            &row.version,
        ];
        require_one(self.exec(UPDATE, &args).await?)
    }

    pub async fn user_set_password(&mut self, id: UserId, hash: &str) -> Result<(), StoreError> {
        match self.exec(SET_PASSWORD, &[&id, &hash]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }
}

/// A text as part of a LIKE pattern with `!` as its escape.
pub(crate) fn like_literal(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

impl ToValue for [String] {
    fn to_value(&self) -> Column {
        JsonList(self.to_vec()).to_value()
    }
}
