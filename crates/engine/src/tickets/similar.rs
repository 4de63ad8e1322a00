//! Tickets like this one, with what solved them.

use std::collections::{HashMap, HashSet};

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
        for (at, score) in ranked(&ticket.title, &candidates).into_iter().take(limit * 2) {
            let row = &candidates[at];
            match sight::find(self, row.id, Action::TicketRead).await {
                Ok(mut seen) => {
                    let form = self.engine.form_version(self.tx, &seen.form, seen.form_version).await?;
                    sight::filtered(self.ctx.access(), &form.form, &mut seen);
                    let solved = seen.solved_at.and_then(|_| seen.data.get("action_taken")?.as_str().map(str::to_owned));
                    found.push(SimilarTicket { ticket: seen, score, resolution: solved });
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

/// Candidates by the cosine of their rare character pairs, best first.
fn ranked(title: &str, candidates: &[TicketRow]) -> Vec<(usize, f64)> {
    let grams: Vec<HashSet<[char; 2]>> = candidates.iter().map(|row| pairs(&row.title)).collect();
    let own = pairs(title);
    let mut often: HashMap<[char; 2], f64> = HashMap::new();
    for pair in grams.iter().flatten().chain(&own) {
        *often.entry(*pair).or_default() += 1.0;
    }
    let total = candidates.len() as f64 + 1.0;
    let weight = |pair: &[char; 2]| ((total + 1.0) / often.get(pair).copied().unwrap_or(1.0)).ln().max(0.05);
    let length = |pairs: &HashSet<[char; 2]>| pairs.iter().map(|pair| weight(pair).powi(2)).sum::<f64>().sqrt();
    let own_length = length(&own);
    let score = |other: &HashSet<[char; 2]>| {
        let shared: f64 = own.intersection(other).map(|pair| weight(pair).powi(2)).sum();
        let lengths = own_length * length(other);
        if lengths > 0.0 { shared / lengths } else { 0.0 }
    };
    let mut scored: Vec<(usize, f64)> = grams.iter().map(score).enumerate().filter(|(_, score)| *score > 0.1).collect();
    scored.sort_by(|a, b| b.1.total_cmp(&a.1));
    scored
}

fn pairs(text: &str) -> HashSet<[char; 2]> {
    let letters: Vec<char> = text.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect();
    letters.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}
