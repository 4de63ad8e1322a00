//! The names behind the ids of a page: two queries, however many rows.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::{RecordId, UserId};
use store::TicketRow;

use crate::Work;
use crate::error::Result;

/// Names of people and titles of records, by id.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub people: BTreeMap<UserId, String>,
    pub records: BTreeMap<RecordId, String>,
}

impl Names {
    /// For the people, places and assets of these tickets and the `others` named beside them.
    pub(crate) async fn of(
        work: &mut Work<'_>,
        tickets: &[TicketRow],
        others: impl IntoIterator<Item = UserId>,
    ) -> Result<Self> {
        let mut people: BTreeSet<UserId> = others.into_iter().collect();
        people.extend(tickets.iter().flat_map(|ticket| [ticket.owner_id, ticket.requester_id]).flatten());
        let records: BTreeSet<RecordId> =
            tickets.iter().flat_map(|ticket| [ticket.place_id, ticket.asset_id]).flatten().collect();
        let people: Vec<_> = people.into_iter().collect();
        let records: Vec<_> = records.into_iter().collect();
        let mut names = Self::default();
        if !people.is_empty() {
            names.people.extend(work.tx.user_names(&people).await?);
        }
        if !records.is_empty() {
            names.records.extend(work.tx.record_titles(&records).await?);
        }
        Ok(names)
    }
}
