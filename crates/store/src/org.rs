//! Units of the organisation, as a tree with materialised paths.

use domain::id::{OrgId, UserId};

use crate::error::{StoreError, require_one};
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, ToValue};

/// A unit. `path` is `/` + ids from the root to this unit, each followed by `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgRow {
    pub id: OrgId,
    pub parent_id: Option<OrgId>,
    pub path: String,
    pub name: String,
    pub kind: String,
    /// Who is in charge.
    pub head_id: Option<UserId>,
    pub sort: i64,
    pub archived: bool,
    pub version: i64,
}

macro_rules! columns {
    () => {
        "id, parent_id, path, name, kind, head_id, sort, archived, version"
    };
}

statements! {
    LIST = "SELECT ", columns!(), " FROM org_unit WHERE tenant_id = $1 ORDER BY path";
    BY_ID = "SELECT ", columns!(), " FROM org_unit WHERE tenant_id = $1 AND id = $2";
    INSERT = "INSERT INTO org_unit (tenant_id, ", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    UPDATE = "UPDATE org_unit SET name = $3, kind = $4, head_id = $5, sort = $6, archived = $7, version = version + 1 \
              WHERE tenant_id = $1 AND id = $2 AND version = $8";
}

impl OrgRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.take()?,
            parent_id: row.take()?,
            path: row.take()?,
            name: row.take()?,
            kind: row.take()?,
            head_id: row.take()?,
            sort: row.take()?,
            archived: row.take()?,
            version: row.take()?,
        })
    }
}

impl Tx {
    /// All units, parents before children.
    pub async fn org_list(&mut self) -> Result<Vec<OrgRow>, StoreError> {
        self.query_as(LIST, &[], OrgRow::read).await
    }

    pub async fn org_by_id(&mut self, id: OrgId) -> Result<Option<OrgRow>, StoreError> {
        self.query_opt_as(BY_ID, &[&id], OrgRow::read).await
    }

    pub async fn org_insert(&mut self, row: &OrgRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 9] = [
            &row.id,
            &row.parent_id,
            &row.path,
            &row.name,
            &row.kind,
            &row.head_id,
            &row.sort,
            &row.archived,
            &row.version,
        ];
        self.exec(INSERT, &args).await?;
        Ok(())
    }

    /// Writes name, kind, head, order and archival. A unit does not move.
    pub async fn org_update(&mut self, row: &OrgRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 7] =
            [&row.id, &row.name, &row.kind, &row.head_id, &row.sort, &row.archived, &row.version];
        require_one(self.exec(UPDATE, &args).await?)
    }
}
