//! Records: assets, customers, parts, places, articles; rows of record forms.

use std::collections::BTreeMap;

use domain::id::{OrgId, RecordId};
use domain::time::Timestamp;
use lang::{Bind, Checked, Column, Columns, Env, Type, json_column};
use serde_json::Value as Json;

use crate::dialect::{Dialect, json_document};
use crate::error::{Refusal, StoreError, require_one};
use crate::statement::statements;
use crate::ticket::FieldValue;
use crate::tx::Tx;
use crate::user::like_literal;
use crate::value::{Row, ToValue, Value};

#[derive(Debug, Clone, PartialEq)]
pub struct RecordRow {
    pub id: RecordId,
    /// Key of the form, which is the record's type.
    pub form: String,
    pub form_version: i64,
    pub title: String,
    /// What people call it by, such as a device number; unique within the type.
    pub key_text: Option<String>,
    pub org_id: Option<OrgId>,
    pub parent_id: Option<RecordId>,
    /// `/` + ids from the root to this record, each followed by `/`.
    pub path: String,
    pub data: Json,
    pub archived: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

/// A page of records, by title.
#[derive(Debug, Clone, Default)]
pub struct RecordQuery {
    /// Key of the form.
    pub form: Option<String>,
    /// In title or key.
    pub words: Option<String>,
    pub parent: Option<RecordId>,
    pub with_archived: bool,
    /// Title and id of the last row of the page before.
    pub after: Option<(String, RecordId)>,
    pub limit: u32,
}

macro_rules! columns {
    () => {
        "id, type, form_version, title, key_text, org_id, parent_id, path, data, archived, created_at, updated_at, version"
    };
}

/// A condition over the record's own fields; it may compare them with an outer row.
#[derive(Debug, Clone, Copy)]
pub struct RecordFilter<'a> {
    pub condition: &'a Checked,
    pub outer: &'a Json,
    pub env: &'a Env,
}

/// Fields are JSON; its times are columns.
struct RecordColumns(Dialect);

impl Columns for RecordColumns {
    fn column(&self, field: &str, kind: &Type) -> Option<Column> {
        match field {
            "created_at" | "updated_at" => Some(Column::real(field)),
            _ => json_column(self.0, &json_document(self.0, "record.data"), field, kind),
        }
    }

    fn org_path(&self, id: &str) -> Option<String> {
        Some(format!("(SELECT o.path FROM org_unit o WHERE o.tenant_id = record.tenant_id AND o.id = {id})"))
    }
}

statements! {
    BY_ID = "SELECT ", columns!(), " FROM record WHERE tenant_id = $1 AND id = $2";
    NAMES = "SELECT id, key_text, title FROM record WHERE tenant_id = $1 AND type = $2 AND archived = 0";
    KEYS = "SELECT COALESCE(key_text, title), id FROM record WHERE tenant_id = $1 AND type = $2";
    BY_KEY = "SELECT ", columns!(), " FROM record WHERE tenant_id = $1 AND type = $2 AND key_text = $3";
    INSERT = "INSERT INTO record (tenant_id, ", columns!(), ") \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    UPDATE = "UPDATE record SET form_version = $3, title = $4, key_text = $5, org_id = $6, data = $7, archived = $8, \
              updated_at = $9, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $10";
    FIELDS_DELETE = "DELETE FROM record_field WHERE tenant_id = $1 AND record_id = $2";
    FIELD_INSERT = "INSERT INTO record_field (tenant_id, record_id, field, item, text_value, number_value) \
                    VALUES ($1, $2, $3, $4, $5, $6)";
}

impl RecordRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            form: row.take()?,
            form_version: row.take()?,
            title: row.take()?,
            key_text: row.take()?,
            org_id: row.take()?,
            parent_id: row.take()?,
            path: row.take()?,
            data: row.take()?,
            archived: row.take()?,
            created_at: row.take()?,
            updated_at: row.take()?,
            version: row.take()?,
        })
    }
}

impl Tx {
    pub async fn record_by_id(&mut self, id: RecordId) -> Result<Option<RecordRow>, StoreError> {
        self.query_opt_as(BY_ID, &[&id], RecordRow::read).await
    }

    /// Id, key and title of a form's records that are in use.
    pub async fn record_names(&mut self, form: &str) -> Result<Vec<(RecordId, Option<String>, String)>, StoreError> {
        self.query_as(NAMES, &[&form], |mut row| Ok((row.take()?, row.take()?, row.take()?))).await
    }

    /// Ids of a form's records by key, or by title where there is no key.
    pub async fn record_keys(&mut self, form: &str) -> Result<Vec<(String, RecordId)>, StoreError> {
        self.query_as(KEYS, &[&form], |mut row| Ok((row.take()?, row.take()?))).await
    }

    pub async fn record_by_key(&mut self, form: &str, key: &str) -> Result<Option<RecordRow>, StoreError> {
        self.query_opt_as(BY_KEY, &[&form, &key], RecordRow::read).await
    }

    /// The records with these ids, archived ones too; unknown ids are left out.
    pub async fn record_list_by_ids(&mut self, ids: &[RecordId]) -> Result<Vec<RecordRow>, StoreError> {
        let sql = concat!("SELECT ", columns!(), " FROM record WHERE tenant_id = $1 AND id IN ");
        let rows = self.query_by_ids(sql, ids).await?;
        rows.into_iter().map(RecordRow::read).collect()
    }

    /// Titles of the records with these ids; unknown ids are left out.
    pub async fn record_titles(&mut self, ids: &[RecordId]) -> Result<BTreeMap<RecordId, String>, StoreError> {
        let rows = self.query_by_ids("SELECT id, title FROM record WHERE tenant_id = $1 AND id IN ", ids).await?;
        rows.into_iter().map(|mut row| Ok((row.take()?, row.take()?))).collect()
    }

    pub async fn record_list(&mut self, query: &RecordQuery) -> Result<Vec<RecordRow>, StoreError> {
        self.record_list_within(query, None).await
    }

    /// The same of those records only that meet a condition.
    pub async fn record_list_within(
        &mut self,
        query: &RecordQuery,
        filter: Option<RecordFilter<'_>>,
    ) -> Result<Vec<RecordRow>, StoreError> {
        let mut values = self.scoped(&[])?;
        let mut sql = String::from(concat!("SELECT ", columns!(), " FROM record WHERE tenant_id = $1"));
        if let Some(RecordFilter { condition, outer, env }) = filter {
            let dialect = self.dialect();
            let found = condition.to_sql_within(dialect, &RecordColumns(dialect), env, values.len() + 1, outer);
            let found = found.map_err(|why| StoreError::Refused(Refusal::Statement(why.to_string())))?;
            sql.push_str(&format!(" AND ({})", found.text));
            values.extend(found.binds.into_iter().map(|bind| match bind {
                Bind::Text(text) => Value::Text(text),
                Bind::Int(number) => Value::Int(number),
            }));
        }
        let mut bind = |value: &dyn ToValue| {
            values.push(value.to_value());
            format!("${}", values.len())
        };
        if let Some(form) = &query.form {
            sql.push_str(&format!(" AND type = {}", bind(form)));
        }
        if let Some(parent) = &query.parent {
            sql.push_str(&format!(" AND parent_id = {}", bind(parent)));
        }
        if !query.with_archived {
            sql.push_str(" AND archived = 0");
        }
        if let Some(words) = query.words.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
            let pattern = bind(&format!("%{}%", like_literal(&words.to_lowercase())));
            sql.push_str(&format!(
                " AND (lower(title) LIKE {pattern} ESCAPE '!' OR lower(key_text) LIKE {pattern} ESCAPE '!')"
            ));
        }
        if let Some((title, id)) = &query.after {
            let (title, id) = (bind(title), bind(id));
            sql.push_str(&format!(" AND (title, id) > ({title}, {id})"));
        }
        let limit = bind(&i64::from(query.limit));
        sql.push_str(&format!(" ORDER BY title, id LIMIT {limit}"));
        let rows = self.query_once(&sql, values).await?;
        rows.into_iter().map(RecordRow::read).collect()
    }

    pub async fn record_insert(&mut self, row: &RecordRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 13] = [
            &row.id,
            &row.form,
            &row.form_version,
            &row.title,
            &row.key_text,
            &row.org_id,
            &row.parent_id,
            &row.path,
            &row.data,
            &row.archived,
            &row.created_at,
            &row.updated_at,
            &row.version,
        ];
        self.exec(INSERT, &args).await?;
        Ok(())
    }

    /// Writes everything but type and place in the tree, against the version that was read.
    pub async fn record_update(&mut self, row: &RecordRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 9] = [
            &row.id,
            &row.form_version,
            &row.title,
            &row.key_text,
            &row.org_id,
            &row.data,
            &row.archived,
            &row.updated_at,
            &row.version,
        ];
        require_one(self.exec(UPDATE, &args).await?)
    }

    /// Replaces the filterable values of a record.
    pub async fn record_fields_replace(&mut self, id: RecordId, values: &[FieldValue]) -> Result<(), StoreError> {
        let mut batch = vec![(FIELDS_DELETE, self.scoped(&[&id])?)];
        for (item, value) in (0i64..).zip(values) {
            let args: [&dyn ToValue; 5] = [&id, &value.field, &item, &value.text, &value.number];
            batch.push((FIELD_INSERT, self.scoped(&args)?));
        }
        self.exec_all(batch).await
    }
}
