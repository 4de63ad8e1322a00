//! Old versions: what a ticket or a flow instance was made with.

use std::sync::Arc;

use domain::definition::Kind;
use domain::flow::Flow;
use domain::form::Form;
use domain::sla::{Policy, PolicyId};
use serde_json::Value;
use store::Tx;

use super::{Configuration, compile, unknown};
use crate::Engine;
use crate::error::Result;

/// A form as of one version; immutable, so it is kept for as long as there is room.
#[derive(Debug)]
pub struct FormVersion {
    pub version: i64,
    pub document: Value,
    pub form: Form,
}

/// A flow as of one version.
#[derive(Debug)]
pub struct FlowVersion {
    pub version: i64,
    pub flow: Flow,
}

impl Engine {
    /// The policy that a ticket was matched with. One that no longer compiles, because its calendar or a field is gone,
    /// is replaced by the active version, if there is one: a ticket keeps its clocks.
    pub(crate) async fn sla_version(
        &self,
        tx: &mut Tx,
        around: &Configuration,
        id: &PolicyId,
    ) -> Result<Option<Arc<Policy>>> {
        if let Some(active) = around.sla.get(id) {
            return Ok(Some(Arc::clone(active)));
        }
        // Compiled anew for each ticket that needs it: calendars change without the policy.
        if let Some(row) = tx.definition_version(Kind::Sla, &id.key, id.version).await? {
            match compile::policy(&row.document, id.version, around) {
                Ok(policy) => return Ok(Some(Arc::new(policy))),
                Err(error) => {
                    let key = format!("sla/{}", id.key);
                    tracing::error!(definition.key = %key, version = id.version, ?error, "An old version does not compile");
                }
            }
        }
        let active = around.sla.values().find(|policy| policy.id.key == id.key);
        Ok(active.map(|policy| Arc::new(policy.standing_in_for(id.clone()))))
    }

    /// # Errors
    /// `definition.unknown` when there is no such version.
    pub(crate) async fn form_version(&self, tx: &mut Tx, key: &str, version: i64) -> Result<Arc<FormVersion>> {
        let slot = (tx.tenant(), Kind::Form, key.to_owned(), version);
        if let Some(known) = self.forms.get(&slot) {
            return Ok(known);
        }
        let row = tx.definition_version(Kind::Form, key, version).await?.ok_or_else(|| unknown(Kind::Form, key))?;
        let form = compile::form(&row.document)?;
        let fresh = Arc::new(FormVersion { version, document: row.document, form });
        self.forms.insert(slot, Arc::clone(&fresh));
        Ok(fresh)
    }

    /// # Errors
    /// `definition.unknown` when there is no such version.
    pub(crate) async fn flow_version(&self, tx: &mut Tx, key: &str, version: i64) -> Result<Arc<FlowVersion>> {
        let slot = (tx.tenant(), Kind::Flow, key.to_owned(), version);
        if let Some(known) = self.flows.get(&slot) {
            return Ok(known);
        }
        let row = tx.definition_version(Kind::Flow, key, version).await?.ok_or_else(|| unknown(Kind::Flow, key))?;
        let configuration = self.configuration(tx).await?;
        let flow = compile::flow(&row.document, &configuration.forms)?;
        let fresh = Arc::new(FlowVersion { version, flow });
        self.flows.insert(slot, Arc::clone(&fresh));
        Ok(fresh)
    }
}
