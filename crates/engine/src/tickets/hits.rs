//! Search for readers who may not see every searched field.
//!
//! The index knows a ticket by the words of all its fields. Who may not see one of them must not learn from a hit
//! what stands in it, so each hit is read again with the reader's eyes.

use store::{Cursor, TicketQuery, TicketRow, search_matches};

use super::{index, sight};
use crate::Work;
use crate::error::Result;

/// Hits that are looked at for one page at most; what lies further back such a reader does not find.
const MOST: usize = 10_000;
const STEP: u32 = 200;

impl Work<'_> {
    pub(super) fn hides_searched_fields(&self) -> bool {
        let access = self.ctx.access();
        let mut forms = self.configuration.forms.values().map(|form| &form.compiled);
        !access.unlimited
            && forms.any(|form| {
                form.definition().ticket.is_some() && form.searchable().any(|field| !sight::sees(access, form, field))
            })
    }

    /// The page of hits that the reader would find in what they may see.
    pub(super) async fn visible_hits(&mut self, query: TicketQuery<'_>, words: &str) -> Result<Vec<TicketRow>> {
        let wanted = query.limit as usize;
        let mut after = query.after.cloned();
        let (mut found, mut looked) = (Vec::with_capacity(wanted), 0);
        while found.len() < wanted && looked < MOST {
            let step = TicketQuery { after: after.as_ref(), limit: STEP, ..query };
            let hits = self.tx.ticket_list(&step).await?;
            let last = hits.len() < STEP as usize;
            looked += hits.len();
            after = hits.last().map(|hit| Cursor::of(hit, query.sort));
            for hit in hits {
                let form = self.engine.form_version(self.tx, &hit.form, hit.form_version).await?;
                let access = self.ctx.access();
                let text = index::words_of(&form.form, &hit, |field| sight::sees(access, &form.form, field));
                if search_matches(&text, words) {
                    found.push(hit);
                }
            }
            if last {
                break;
            }
        }
        found.truncate(wanted);
        Ok(found)
    }
}
