//! People, units, teams.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use engine::people;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::error::ApiError;
use crate::extract::{Caller, Query, limit};
use crate::views::{Named, OrgView, Page, PersonView, TeamView};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_people)).routes(routes!(list_orgs)).routes(routes!(list_teams))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleQuery {
    /// Part of a name or login, or the first letters of its pinyin.
    q: Option<String>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 25)]
    limit: Option<u32>,
    /// `next` of the page before.
    after: Option<String>,
}

/// People.
#[utoipa::path(get, path = "/people", operation_id = "listPeople", tag = "directory", params(PeopleQuery),
    responses((status = 200, description = "One page", body = Page<PersonView>)))]
async fn list_people(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PeopleQuery>,
) -> Result<Json<Page<PersonView>>, ApiError> {
    let limit = limit(query.limit)?;
    let page = people::people(app.engine(), &caller.ctx, query.q, query.after, limit).await?;
    let orgs = people::orgs(app.engine(), &caller.ctx).await?;
    let orgs: BTreeMap<_, _> = orgs.into_iter().map(|org| (org.id, org.name)).collect();
    let items = page.people.into_iter().map(|user| PersonView {
        id: user.id.to_string(),
        login: user.login,
        name: user.name,
        org: user.org_id.map(|id| Named { id: id.to_string(), name: orgs.get(&id).cloned().unwrap_or_default() }),
        active: user.state == engine::store::UserState::Active,
    });
    Ok(Json(Page { items: items.collect(), next: page.next }))
}

/// Units of the organisation, parents before children.
#[utoipa::path(get, path = "/orgs", operation_id = "listOrgs", tag = "directory",
    responses((status = 200, description = "The whole tree", body = Page<OrgView>)))]
async fn list_orgs(State(app): State<App>, caller: Caller) -> Result<Json<Page<OrgView>>, ApiError> {
    let rows = people::orgs(app.engine(), &caller.ctx).await?;
    let items = rows.into_iter().map(|org| OrgView {
        id: org.id.to_string(),
        name: org.name,
        parent: org.parent_id.map(|id| id.to_string()),
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// Teams.
#[utoipa::path(get, path = "/teams", operation_id = "listTeams", tag = "directory",
    responses((status = 200, description = "All teams", body = Page<TeamView>)))]
async fn list_teams(State(app): State<App>, caller: Caller) -> Result<Json<Page<TeamView>>, ApiError> {
    let rows = people::teams(app.engine(), &caller.ctx).await?;
    let items = rows.into_iter().map(|team| TeamView { id: team.id.to_string(), key: team.key, name: team.name });
    Ok(Json(Page { items: items.collect(), next: None }))
}
