//! The context of one call: who, in which tenant, when, with which rights.

use std::sync::{Arc, Mutex, PoisonError};

use domain::access::{Access, Action, Denied};
use domain::actor::Actor;
use domain::id::{IdSource, SeededIds, TenantId};
use domain::time::Timestamp;

use crate::idempotency::Key;

/// Cheap to clone; every command takes one.
#[derive(Clone)]
pub struct Ctx {
    who: Arc<Who>,
    now: Timestamp,
    ids: Arc<Mutex<SeededIds>>,
    idempotency: Option<Key>,
}

struct Who {
    tenant: TenantId,
    actor: Actor,
    access: Access,
    /// `zh` or `en`.
    language: String,
    request_id: String,
}

impl Ctx {
    /// `seed` must be unpredictable in production, so that ids of two nodes never meet.
    pub fn new(tenant: TenantId, actor: Actor, access: Access, now: Timestamp, seed: u64) -> Self {
        let millis = u64::try_from(now.millis()).unwrap_or_default();
        let who = Who { tenant, actor, access, language: "zh".into(), request_id: String::new() };
        let ids = Arc::new(Mutex::new(SeededIds::new(millis, seed)));
        Self { who: Arc::new(who), now, ids, idempotency: None }
    }

    /// The program acting for itself in a tenant.
    pub fn system(tenant: TenantId, now: Timestamp, seed: u64) -> Self {
        Self::new(tenant, Actor::system(), Access::unlimited(), now, seed)
    }

    #[must_use]
    pub fn with_request(mut self, language: &str, request_id: &str) -> Self {
        let who = Arc::new(Who {
            tenant: self.who.tenant,
            actor: self.who.actor.clone(),
            access: self.who.access.clone(),
            language: language.to_owned(),
            request_id: request_id.to_owned(),
        });
        self.who = who;
        self
    }

    /// The same call, carried on by the program under another name: a flow, a rule, a model.
    #[must_use]
    pub fn acting(&self, actor: Actor) -> Self {
        let who = Who {
            tenant: self.who.tenant,
            actor,
            access: Access::unlimited(),
            language: self.who.language.clone(),
            request_id: self.who.request_id.clone(),
        };
        Self { who: Arc::new(who), now: self.now, ids: Arc::clone(&self.ids), idempotency: None }
    }

    /// The same call in the name of a person, with the rights they have now: what they asked to happen later.
    #[must_use]
    pub(crate) fn in_name_of(&self, actor: Actor, access: Access) -> Self {
        let who = Who {
            tenant: self.who.tenant,
            actor,
            access,
            language: self.who.language.clone(),
            request_id: self.who.request_id.clone(),
        };
        Self { who: Arc::new(who), now: self.now, ids: Arc::clone(&self.ids), idempotency: None }
    }

    /// The first transaction of the call records this key, so that the call does its work once.
    #[must_use]
    pub fn with_idempotency(mut self, key: Key) -> Self {
        self.idempotency = Some(key);
        self
    }

    pub(crate) fn take_idempotency(&mut self) -> Option<Key> {
        self.idempotency.take()
    }

    /// The same actor at another time: imports and the sample history replay the past.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Self {
        Self { now, ..self.clone() }
    }

    pub fn tenant(&self) -> TenantId {
        self.who.tenant
    }

    pub fn actor(&self) -> &Actor {
        &self.who.actor
    }

    pub fn access(&self) -> &Access {
        &self.who.access
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn language(&self) -> &str {
        &self.who.language
    }

    pub fn request_id(&self) -> &str {
        &self.who.request_id
    }

    /// # Errors
    /// [`Denied`] names the missing action.
    pub fn require(&self, action: Action) -> Result<(), Denied> {
        self.access().require(action)
    }

    /// A new id of the wanted kind: `ctx.id(TicketId::new)`.
    pub fn id<T>(&self, make: impl FnOnce(&mut dyn IdSource) -> T) -> T {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.millis = ids.millis.max(u64::try_from(self.now.millis()).unwrap_or_default());
        make(&mut *ids)
    }
}
