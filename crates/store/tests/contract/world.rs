//! A small tenant to test with.

use domain::actor::Actor;
use domain::event::{EventKind, NewEvent};
use domain::id::{EventId, IdSource, OrgId, SeededIds, TenantId, TicketId, UserId};
use domain::ticket::Status;
use domain::time::Timestamp;
use serde_json::{Value, json};
use store::{Body, OrgRow, Scope, Store, StoreError, TenantRow, TicketRow, Tx, UserRow, UserState};

use crate::matrix::Fresh;

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

pub(crate) type Result<T> = std::result::Result<T, StoreError>;

/// A store with one tenant, one unit and one person.
pub(crate) struct World {
    pub store: Store,
    pub tenant: TenantId,
    pub org: OrgId,
    pub user: UserId,
    pub ids: SeededIds,
    pub fresh: Fresh,
}

impl World {
    pub(crate) async fn new(fresh: Fresh) -> Self {
        let store = fresh.open().await;
        let mut ids = SeededIds::new(NOW.millis() as u64, 1);
        let tenant = add_tenant(&store, &mut ids, "main").await;
        let (org, user) = (OrgId::new(&mut ids), UserId::new(&mut ids));
        let (unit, person) = (unit(org), person(user, Some(org), "li.wei"));
        let world = Self { store, tenant, org, user, ids, fresh };
        world
            .tx(move |tx| {
                Box::pin(async move {
                    tx.org_insert(&unit).await?;
                    tx.user_insert(&person).await
                })
            })
            .await
            .expect("the first rows");
        world
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope::tenant(self.tenant)
    }

    pub(crate) async fn tx<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, StoreError> + Clone + Send + 'static,
    {
        self.store.tx(self.scope(), body).await
    }

    pub(crate) async fn read<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, StoreError> + Clone + Send + 'static,
    {
        self.store.read(self.scope(), body).await
    }

    pub(crate) fn id<T>(&mut self, make: fn(&mut dyn IdSource) -> T) -> T {
        self.ids.millis += 1;
        make(&mut self.ids)
    }

    /// A ticket that is not in the store yet; each is a second younger than the one before.
    pub(crate) fn ticket(&mut self, n: i64) -> TicketRow {
        let id = self.id(TicketId::new);
        ticket(id, n)
    }

    pub(crate) async fn add_ticket(&mut self, n: i64) -> TicketRow {
        let row = self.ticket(n);
        let kept = row.clone();
        self.tx(move |tx| Box::pin(async move { tx.ticket_insert(&kept).await })).await.expect("a ticket");
        row
    }
}

pub(crate) async fn add_tenant(store: &Store, ids: &mut SeededIds, slug: &str) -> TenantId {
    let id = TenantId::new(ids);
    let row = TenantRow {
        id,
        slug: slug.to_owned(),
        name: slug.to_owned(),
        settings: json!({}),
        revision: 1,
        created_at: NOW,
        version: 1,
    };
    store.system_tx(move |tx| Box::pin(async move { tx.tenant_insert(&row).await })).await.expect("a tenant");
    id
}

pub(crate) fn unit(id: OrgId) -> OrgRow {
    OrgRow {
        id,
        parent_id: None,
        path: format!("/{id}/"),
        name: "维修部".to_owned(),
        kind: "department".to_owned(),
        sort: 1,
        head_id: None,
        archived: false,
        version: 1,
    }
}

pub(crate) fn person(id: UserId, org: Option<OrgId>, login: &str) -> UserRow {
    UserRow {
        id,
        login: login.to_owned(),
        name: "李伟".to_owned(),
        name_pinyin: "li wei lw".to_owned(),
        email: None,
        phone: Some("13800000000".to_owned()),
        org_id: org,
        password_hash: None,
        state: UserState::Active,
        roles: json!([{"role": "engineer", "org": null}]),
        profile: json!({"skills": [{"key": "hvac", "level": 2}]}),
        created_at: NOW,
        version: 1,
    }
}

pub(crate) fn ticket(id: TicketId, n: i64) -> TicketRow {
    let at = NOW.plus_millis(n * 1_000);
    TicketRow {
        id,
        number: format!("WX-{n:06}"),
        form: "repair".to_owned(),
        form_version: 1,
        title: format!("三号楼空调漏水 {n}"),
        status: Status::New,
        stage: None,
        priority: 2,
        category: Some("hvac".to_owned()),
        owner_id: None,
        team_id: None,
        requester_id: None,
        org_id: None,
        place_id: None,
        asset_id: None,
        data: json!({"cat": "leak"}),
        tags: vec!["楼宇".to_owned()],
        due_at: None,
        sla_state: None,
        created_at: at,
        updated_at: at,
        first_response_at: None,
        solved_at: None,
        closed_at: None,
        rating: None,
        source: "web".to_owned(),
        version: 1,
    }
}

pub(crate) fn event(kind: EventKind, ticket: Option<TicketId>, data: Value) -> NewEvent {
    NewEvent { kind, at: NOW, actor: Actor::system(), ticket, subject: None, data }
}

pub(crate) fn event_id(n: u128) -> EventId {
    EventId::from_u128(n)
}
