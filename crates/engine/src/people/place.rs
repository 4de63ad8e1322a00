//! Where the caller belongs.

use store::{OrgRow, TeamRow, TenantRow};

use crate::error::{Error, Result};
use crate::{Ctx, Engine};

/// Tenant, unit and teams of the caller.
#[derive(Debug, Clone)]
pub struct Place {
    pub tenant: TenantRow,
    pub org: Option<OrgRow>,
    pub teams: Vec<TeamRow>,
}

/// # Errors
/// Only when it cannot be read.
pub async fn place(engine: &Engine, ctx: &Ctx) -> Result<Place> {
    engine
        .read(ctx, move |work| {
            Box::pin(async move {
                let tenant = work.tx.tenant_by_id(work.ctx.tenant()).await?.ok_or(Error::NotFound)?;
                let access = work.ctx.access();
                let org = access.org.and_then(|id| work.configuration.orgs.get(&id)).cloned();
                let teams = access.teams.iter().filter_map(|id| work.configuration.teams.get(id)).cloned();
                Ok(Place { tenant, org, teams: teams.collect() })
            })
        })
        .await
}
