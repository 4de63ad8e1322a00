//! Acts on the ticket itself; acts on a task of its flow are in [`crate::flows`].

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Action;
use domain::event::EventKind;
use domain::id::{TicketId, UserId};
use domain::ticket::Status;
use serde_json::{Map, Value, json};
use store::TicketRow;

use super::{AddComment, change, sight};
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work, flows};

/// What somebody does with a ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum TicketAct {
    /// The requester takes the report back before anybody decided on it.
    Withdraw {
        reason: Option<String>,
    },
    /// The requester asks to hurry; whoever holds the open tasks hears of it.
    Urge {
        message: Option<String>,
    },
    Assign {
        owner: Option<UserId>,
    },
    /// Only for tickets that no flow drives.
    SetStatus {
        status: Status,
    },
    /// The requester confirms that it is solved.
    Confirm {
        comment: Option<String>,
    },
    /// It is not solved after all.
    Reopen {
        reason: String,
    },
    Rate {
        score: u8,
        comment: Option<String>,
    },
}

/// The message that a flow waits for when the requester confirms.
pub(super) const CONFIRMED: &str = "customer_confirmed";

/// # Errors
/// `access.denied`, `ticket.not_solved`, `ticket.flow_decides` or what the flow refuses.
#[tracing::instrument(name = "ticket.act", skip_all, fields(ticket.id = %ticket))]
pub async fn act(engine: &Engine, ctx: &Ctx, ticket: TicketId, act: TicketAct) -> Result<TicketRow> {
    engine
        .tx(ctx, move |work| {
            Box::pin(async move {
                let mut found = sight::find(work, ticket, Action::TicketRead).await?;
                work.ticket_act(&mut found, act).await?;
                Ok(found)
            })
        })
        .await
}

impl Work<'_> {
    async fn ticket_act(&mut self, ticket: &mut TicketRow, act: TicketAct) -> Result<()> {
        match act {
            TicketAct::Withdraw { reason } => {
                self.require_requester(ticket)?;
                flows::withdraw(self, ticket, reason.as_deref()).await?;
                self.say(ticket, reason).await
            }
            TicketAct::Urge { message } => {
                self.require_requester(ticket)?;
                flows::urge(self, ticket).await?;
                let data = json!({ "message": message });
                self.record(EventKind::TicketUrged, Some(ticket.id), None, data);
                Ok(())
            }
            TicketAct::Assign { owner } => {
                self.require_on(ticket, Action::TicketAssign).await?;
                self.ticket_change(ticket, change::assignment(owner)).await.map(drop)
            }
            TicketAct::SetStatus { status } => {
                self.require_on(ticket, Action::TicketUpdate).await?;
                flows::refuse_while_running(self, ticket).await?;
                self.set_status(ticket, status).await
            }
            TicketAct::Confirm { comment } => {
                self.require_requester(ticket)?;
                if ticket.status.is_active() && !flows::waits_for(self, ticket, CONFIRMED).await? {
                    return Err(Error::refused("ticket.not_solved"));
                }
                self.say(ticket, comment).await?;
                if !flows::deliver(self, ticket, CONFIRMED, &json!({})).await? {
                    self.set_status(ticket, Status::Closed).await?;
                }
                Ok(())
            }
            TicketAct::Reopen { reason } => self.reopen(ticket, reason).await,
            TicketAct::Rate { score, comment } => self.rate(ticket, score, comment).await,
        }
    }

    async fn reopen(&mut self, ticket: &mut TicketRow, reason: String) -> Result<()> {
        self.require_requester(ticket)?;
        if ticket.status.is_active() && !flows::waits_for(self, ticket, CONFIRMED).await? {
            return Err(Error::refused("ticket.not_solved"));
        }
        if reason.trim().is_empty() {
            return Err(Error::invalid("/reason", "form.required"));
        }
        self.say(ticket, Some(reason.clone())).await?;
        self.set_status(ticket, Status::Open).await?;
        flows::reopen(self, ticket, &reason).await
    }

    async fn rate(&mut self, ticket: &mut TicketRow, score: u8, comment: Option<String>) -> Result<()> {
        self.require_requester(ticket)?;
        if ticket.status.is_active() {
            return Err(Error::refused("ticket.not_solved"));
        }
        if !(1..=5).contains(&score) {
            let problem = domain::problem::Problem::new("/score", "form.above").with("max", 5);
            return Err(Error::Invalid(vec![problem]));
        }
        let rating = json!({"score": score, "comment": comment, "at": self.now()});
        ticket.rating = Some(i64::from(score));
        ticket.updated_at = self.now();
        self.tx.ticket_update(ticket).await?;
        ticket.version += 1;
        self.record(EventKind::TicketRated, Some(ticket.id), None, rating);
        Ok(())
    }

    /// A change of status alone.
    pub(crate) async fn set_status(&mut self, ticket: &mut TicketRow, status: Status) -> Result<()> {
        let fields: Map<String, Value> = [("status".to_owned(), status.as_str().into())].into_iter().collect();
        self.ticket_change(ticket, fields).await.map(drop)
    }

    async fn say(&mut self, ticket: &mut TicketRow, text: Option<String>) -> Result<()> {
        let Some(body) = text.filter(|text| !text.trim().is_empty()) else { return Ok(()) };
        let visibility = domain::ticket::Visibility::Public;
        self.comment_add(AddComment { ticket: ticket.id, visibility, body, files: Vec::new() }).await?;
        *ticket = self.tx.ticket_by_id(ticket.id).await?.ok_or(Error::NotFound)?;
        Ok(())
    }

    /// The requester, or somebody who may administer tickets in the requester's place.
    fn require_requester(&self, ticket: &TicketRow) -> Result<()> {
        let user = self.ctx.access().user;
        if self.ctx.access().unlimited || (user.is_some() && user == ticket.requester_id) {
            return Ok(());
        }
        Ok(self.ctx.require(Action::TicketAdminister)?)
    }

    async fn require_on(&mut self, ticket: &TicketRow, action: Action) -> Result<()> {
        match sight::may(self, ticket, action).await? {
            true => Ok(()),
            false => Err(Error::Denied(domain::access::Denied(action))),
        }
    }
}

/// The acts that this caller could do now, for the page to show; the command itself judges again.
pub(crate) async fn possible(work: &mut Work<'_>, ticket: &TicketRow) -> Result<Vec<&'static str>> {
    let access = work.ctx.access().clone();
    let requester = access.user.is_some() && access.user == ticket.requester_id;
    let may_stand_in = requester || access.can(Action::TicketAdminister);
    let in_flow = flows::is_running(work, ticket).await?;
    let confirmable = !ticket.status.is_active() || flows::waits_for(work, ticket, CONFIRMED).await?;
    let active = ticket.status.is_active();
    let closed = ticket.status == Status::Closed;
    let mut may = BTreeSet::new();
    for action in
        [Action::CommentPublic, Action::CommentInternal, Action::TicketAssign, Action::TicketLink, Action::TicketUpdate]
    {
        if sight::may(work, ticket, action).await? {
            may.insert(action);
        }
    }
    let may = |action: Action| may.contains(&action);
    let table: BTreeMap<&'static str, bool> = [
        ("comment", may(Action::CommentPublic)),
        ("internal_note", may(Action::CommentInternal)),
        ("assign", may(Action::TicketAssign) && !closed),
        ("link", may(Action::TicketLink)),
        ("edit", may(Action::TicketUpdate) && !closed),
        ("set_status", may(Action::TicketUpdate) && !in_flow),
        ("urge", may_stand_in && active),
        ("withdraw", may_stand_in && in_flow && flows::can_withdraw(work, ticket).await?),
        ("confirm", may_stand_in && confirmable && !closed),
        ("reopen", may_stand_in && confirmable),
        ("rate", may_stand_in && !active && ticket.rating.is_none()),
    ]
    .into();
    Ok(table.into_iter().filter_map(|(act, allowed)| allowed.then_some(act)).collect())
}
