//! Teams and who is in them.

use domain::id::{OrgId, TeamId, UserId};

use crate::error::{StoreError, require_one};
use crate::statement::statements;
use crate::tx::Tx;
use crate::value::{Row, ToValue};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRow {
    pub id: TeamId,
    pub key: String,
    pub name: String,
    pub org_id: Option<OrgId>,
    pub version: i64,
}

statements! {
    LIST = "SELECT id, key, name, org_id, version FROM team WHERE tenant_id = $1 ORDER BY key";
    INSERT = "INSERT INTO team (tenant_id, id, key, name, org_id, version) VALUES ($1, $2, $3, $4, $5, $6)";
    UPDATE = "UPDATE team SET name = $3, org_id = $4, version = version + 1 \
              WHERE tenant_id = $1 AND id = $2 AND version = $5";
    MEMBERS = "SELECT user_id FROM team_member WHERE tenant_id = $1 AND team_id = $2 ORDER BY user_id";
    TEAMS_OF = "SELECT team_id FROM team_member WHERE tenant_id = $1 AND user_id = $2 ORDER BY team_id";
    ALL_MEMBERS = "SELECT team_id, user_id FROM team_member WHERE tenant_id = $1 ORDER BY team_id, user_id";
    ADD = "INSERT INTO team_member (tenant_id, team_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    REMOVE = "DELETE FROM team_member WHERE tenant_id = $1 AND team_id = $2 AND user_id = $3";
}

impl TeamRow {
    fn read(mut row: Row) -> Result<Self, StoreError> {
        Ok(Self { id: row.take()?, key: row.take()?, name: row.take()?, org_id: row.take()?, version: row.take()? })
    }
}

impl Tx {
    pub async fn team_list(&mut self) -> Result<Vec<TeamRow>, StoreError> {
        self.query_as(LIST, &[], TeamRow::read).await
    }

    pub async fn team_insert(&mut self, row: &TeamRow) -> Result<(), StoreError> {
        let args: [&dyn ToValue; 5] = [&row.id, &row.key, &row.name, &row.org_id, &row.version];
        self.exec(INSERT, &args).await?;
        Ok(())
    }

    pub async fn team_update(&mut self, row: &TeamRow) -> Result<(), StoreError> {
        require_one(self.exec(UPDATE, &[&row.id, &row.name, &row.org_id, &row.version]).await?)
    }

    pub async fn team_member_ids(&mut self, team: TeamId) -> Result<Vec<UserId>, StoreError> {
        self.query_as(MEMBERS, &[&team], |mut row| row.take()).await
    }

    pub async fn team_ids_of(&mut self, user: UserId) -> Result<Vec<TeamId>, StoreError> {
        self.query_as(TEAMS_OF, &[&user], |mut row| row.take()).await
    }

    /// All memberships of the tenant.
    pub async fn team_member_list(&mut self) -> Result<Vec<(TeamId, UserId)>, StoreError> {
        self.query_as(ALL_MEMBERS, &[], |mut row| Ok((row.take()?, row.take()?))).await
    }

    /// Adding a member twice is no error.
    pub async fn team_member_insert(&mut self, team: TeamId, user: UserId) -> Result<(), StoreError> {
        self.exec(ADD, &[&team, &user]).await?;
        Ok(())
    }

    pub async fn team_member_delete(&mut self, team: TeamId, user: UserId) -> Result<bool, StoreError> {
        Ok(self.exec(REMOVE, &[&team, &user]).await? > 0)
    }
}
