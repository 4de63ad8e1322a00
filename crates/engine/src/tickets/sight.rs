//! Who sees which ticket and which of its fields: the one place where rights meet rows.

use std::collections::BTreeMap;

use domain::access::{Access, Action, Level, Scope};
use domain::form::Form;
use domain::id::TicketId;
use domain::problem::Problem;
use serde_json::{Map, Value};
use store::TicketRow;

use super::row;
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work, configuration};

/// The ticket, if the caller may do `action` on it. What may not even be read looks as if it did not exist.
pub(crate) async fn find(work: &mut Work<'_>, id: TicketId, action: Action) -> Result<TicketRow> {
    let ticket = work.tx.ticket_by_id(id).await?.ok_or(Error::NotFound)?;
    if !covers(work, &ticket, Action::TicketRead).await? {
        return Err(Error::NotFound);
    }
    work.ctx.require(action)?;
    if action != Action::TicketRead && !covers(work, &ticket, action).await? {
        return Err(Error::Denied(domain::access::Denied(action)));
    }
    Ok(ticket)
}

/// Whether the caller's scope of `action` includes this ticket. Having an open task on it always lets one read it.
async fn covers(work: &mut Work<'_>, ticket: &TicketRow, action: Action) -> Result<bool> {
    let user = work.ctx.access().user;
    let covered = match work.ctx.access().scope(action) {
        Scope::All => true,
        Scope::None => false,
        Scope::Where(condition) => {
            let checked = configuration::condition(&condition, &domain::ticket::system_types())?;
            checked.evaluate(&row::flat(ticket), &work.env())
        }
    };
    match (covered, user) {
        (true, _) => Ok(true),
        (false, Some(user)) if is_part_of_a_task(action) => Ok(work.tx.task_is_concerned(ticket.id, user).await?),
        _ => Ok(false),
    }
}

/// Whether the caller may know who else is at this ticket: those who work on it, not those who reported it.
///
/// # Errors
/// Not found, or `access.denied`.
pub async fn may_watch(engine: &Engine, ctx: &Ctx, ticket: TicketId) -> Result<()> {
    ctx.require(Action::CommentInternal)?;
    engine.read(ctx, move |work| Box::pin(async move { find(work, ticket, Action::TicketRead).await.map(drop) })).await
}

/// What comes with an open task on a ticket, whatever the scope of the role says.
const fn is_part_of_a_task(action: Action) -> bool {
    matches!(action, Action::TicketRead | Action::TaskAct | Action::CommentPublic | Action::CommentInternal)
}

/// Whether the caller may do `action` on this ticket, which they are known to see.
pub(crate) async fn may(work: &mut Work<'_>, ticket: &TicketRow, action: Action) -> Result<bool> {
    Ok(work.ctx.access().can(action) && covers(work, ticket, action).await?)
}

/// The scope of `action` as a checked condition for lists; `None` covers every row.
///
/// # Errors
/// `access.denied` when no role allows the action at all.
pub(crate) fn list_scope(work: &Work<'_>, action: Action) -> Result<Option<lang::Checked>> {
    work.ctx.require(action)?;
    match work.ctx.access().scope(action) {
        Scope::All => Ok(None),
        Scope::None => Err(Error::Denied(domain::access::Denied(action))),
        Scope::Where(condition) => configuration::condition(&condition, &domain::ticket::system_types()).map(Some),
    }
}

/// What the caller may do with each field of the form.
pub(crate) fn field_rights(access: &Access, form: &Form) -> BTreeMap<String, Level> {
    let level = |id: &str| access.field_level(form.key(), id, form.data_class(id));
    form.field_ids().map(|id| (id.to_owned(), level(id))).collect()
}

/// Whether the caller sees a field of the form or of every ticket in clear.
pub(crate) fn sees(access: &Access, form: &Form, field: &str) -> bool {
    domain::ticket::is_always_shown(field)
        || access.field_level(form.key(), field, form.data_class(field)) >= Level::Read
}

/// Removes what the caller may not see and masks what they may only recognise. A system field has no shape to be
/// recognised by, so it is shown or it is not.
pub(crate) fn filtered(access: &Access, form: &Form, ticket: &mut TicketRow) {
    if access.unlimited {
        return;
    }
    if let Value::Object(data) = &mut ticket.data {
        restrict(access, form, data);
    }
    for field in domain::ticket::SYSTEM_FIELDS {
        if !sees(access, form, field.id) {
            row::hide_system(ticket, field.id);
        }
    }
}

/// The same for a bare map of form fields, as events carry them.
pub(crate) fn restrict(access: &Access, form: &Form, data: &mut Map<String, Value>) {
    data.retain(|field, value| match access.field_level(form.key(), field, form.data_class(field)) {
        _ if domain::ticket::is_always_shown(field) => true,
        Level::None => false,
        Level::Masked => {
            *value = domain::masking::mask(value);
            true
        }
        Level::Read | Level::Write => true,
    });
}

/// # Errors
/// `access.field` for each named field that the caller may not write.
pub(crate) fn refuse_unwritable<'a>(
    access: &Access,
    form: &Form,
    fields: impl Iterator<Item = &'a str>,
    prefix: &str,
) -> Result<()> {
    let level = |field: &str| access.field_level(form.key(), field, form.data_class(field));
    let refused = fields.filter(|field| level(field) < Level::Write);
    let problems: Vec<_> =
        refused.map(|field| Problem::new(format!("{prefix}/{field}"), "access.field").with("field", field)).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}
