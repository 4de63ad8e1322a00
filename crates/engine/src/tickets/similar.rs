//! Tickets like this one, with what solved them.

use ai::similar::rank;
use domain::access::Action;
use domain::id::TicketId;
use store::TicketRow;

use super::sight;
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work};

/// A ticket that resembles another.
pub struct SimilarTicket {
    pub ticket: TicketRow,
    /// Between 0 and 1.
    pub score: f64,
    /// What was done about it, when it is solved and the caller may read that.
    pub resolution: Option<String>,
}

/// How many candidates the search index hands to the finer comparison.
const CANDIDATES: u32 = 200;

/// # Errors
/// Not found when the caller may not read the ticket.
pub async fn similar(engine: &Engine, ctx: &Ctx, ticket: TicketId, limit: usize) -> Result<Vec<SimilarTicket>> {
    engine.read(ctx, move |work| Box::pin(async move { work.similar(ticket, limit.min(20)).await })).await
}

impl Work<'_> {
    async fn similar(&mut self, id: TicketId, limit: usize) -> Result<Vec<SimilarTicket>> {
        let ticket = sight::find(self, id, Action::TicketRead).await?;
        let candidates = self.tx.ticket_list_alike(&ticket.title, id, CANDIDATES).await?;
        let mut found = Vec::new();
        let texts: Vec<(&str, &str)> = candidates.iter().map(|row| (row.title.as_str(), "")).collect();
        for hit in rank((&ticket.title, ""), &texts, limit * 2) {
            let Some(row) = candidates.get(hit.document) else { continue };
            match sight::find(self, row.id, Action::TicketRead).await {
                Ok(mut seen) => {
                    let form = self.engine.form_version(self.tx, &seen.form, seen.form_version).await?;
                    sight::filtered(self.ctx.access(), &form.form, &mut seen);
                    let solved =
                        seen.solved_at.and_then(|_| seen.data.get("action_taken")?.as_str().map(str::to_owned));
                    found.push(SimilarTicket { ticket: seen, score: hit.score, resolution: solved });
                }
                Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
            if found.len() == limit {
                break;
            }
        }
        Ok(found)
    }
}
