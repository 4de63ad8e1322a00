//! Finds the people that a flow asks for.

use domain::flow::def::Who;
use domain::id::{OrgId, UserId};
use store::TicketRow;

use crate::Work;
use crate::error::Result;
use crate::tickets::row;

/// The people behind one resolver, in the order of their names' ids; empty when there is nobody.
pub(super) async fn people(work: &mut Work<'_>, ticket: &TicketRow, who: &Who) -> Result<Vec<UserId>> {
    match who {
        Who::User { user } => match user.parse() {
            Ok(id) => Ok(vec![id]),
            Err(_) => Ok(work.tx.user_by_login(user).await?.map(|user| user.id).into_iter().collect()),
        },
        Who::Role { role, of, up } => match of {
            None => Ok(work.tx.user_ids_by_role(role).await?),
            Some(of) => {
                let org = org_of(work, ticket, of).await?;
                holders(work, role, org.and_then(|org| climb(work, org, *up))).await
            }
        },
        Who::OrgHead { of, up } => {
            let org = org_of(work, ticket, of.as_deref().unwrap_or("submitter")).await?;
            head(work, org.and_then(|org| climb(work, org, *up))).await
        }
        Who::Manager { of, up } => {
            let org = org_of(work, ticket, of.as_deref().unwrap_or("submitter")).await?;
            head(work, org.and_then(|org| climb(work, org, up.saturating_sub(1)))).await
        }
        Who::ManagerChain { of, from, to, .. } => {
            let org = org_of(work, ticket, of.as_deref().unwrap_or("submitter")).await?;
            let mut chain = Vec::new();
            for up in *from..=to.unwrap_or(*from) {
                let level = org.and_then(|org| climb(work, org, up.saturating_sub(1)));
                chain.extend(head(work, level).await?);
            }
            Ok(chain)
        }
        Who::Field { field } => {
            let value = row::get(ticket, field);
            let texts = value.as_array().cloned().unwrap_or_else(|| vec![value]);
            Ok(texts.iter().filter_map(|text| text.as_str()?.parse().ok()).collect())
        }
        Who::Submitter {} => Ok(ticket.requester_id.into_iter().collect()),
        Who::Pool { group, .. } => match work.configuration.team_by_key(group).map(|team| team.id) {
            Some(team) => Ok(work.tx.team_member_ids(team).await?),
            None => Ok(Vec::new()),
        },
        Who::Admin {} => Ok(work.tx.user_ids_by_role("admin").await?),
        // The core answers these from the instance; rotas and connectors come with later releases.
        Who::PickedBySubmitter { .. } | Who::HandlerOf { .. } | Who::Rota { .. } | Who::Connector { .. } => {
            Ok(Vec::new())
        }
    }
}

/// The unit that `record.FIELD`, `submitter` or a unit's id stands for; a person's field stands for their unit.
async fn org_of(work: &mut Work<'_>, ticket: &TicketRow, of: &str) -> Result<Option<OrgId>> {
    if let Ok(org) = of.parse() {
        return Ok(Some(org));
    }
    let person = match of {
        "submitter" => ticket.requester_id,
        _ => {
            let field = of.trim_start_matches("record.").trim_start_matches("ticket.").trim_start_matches("form.");
            let value = row::get(ticket, field);
            let text = value.as_str().unwrap_or_default();
            if let Ok(org) = text.parse() {
                return Ok(Some(org));
            }
            text.parse::<UserId>().ok()
        }
    };
    match person {
        Some(person) => Ok(work.tx.user_by_id(person).await?.and_then(|user| user.org_id).or(ticket.org_id)),
        None => Ok(ticket.org_id),
    }
}

/// The unit so many levels above.
fn climb(work: &Work<'_>, org: OrgId, up: u8) -> Option<OrgId> {
    (0..up).try_fold(org, |org, _| work.configuration.orgs.get(&org)?.parent_id)
}

/// Who heads the unit: holders of the role `head` there, else the nearest unit above that has one.
async fn head(work: &mut Work<'_>, org: Option<OrgId>) -> Result<Vec<UserId>> {
    let mut at = org;
    while let Some(org) = at {
        if let Some(id) = work.configuration.orgs.get(&org).and_then(|org| org.head_id) {
            return Ok(vec![id]);
        }
        at = work.configuration.orgs.get(&org).and_then(|org| org.parent_id);
    }
    Ok(Vec::new())
}

/// People who hold the role for this unit or one above it.
async fn holders(work: &mut Work<'_>, role: &str, org: Option<OrgId>) -> Result<Vec<UserId>> {
    let Some(org) = org else { return Ok(Vec::new()) };
    let mut above = vec![org];
    while let Some(parent) = above.last().and_then(|org| work.configuration.orgs.get(org)).and_then(|org| org.parent_id)
    {
        above.push(parent);
    }
    Ok(work.tx.user_ids_by_role_in(role, &above).await?)
}
