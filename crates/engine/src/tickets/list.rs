//! Lists tickets: a view or filter, words to look for, an order, a page by cursor.

use std::sync::Arc;

use domain::access::Action;
use domain::form::Form;
use domain::problem::Problem;
use domain::text::Text;
use domain::view::{Sort, ViewDefinition};
use lang::{Checked, Type, Types};
use serde_json::Value;
use store::{Cursor, TicketFilter, TicketQuery, TicketRow};

use super::{Names, sight};
use crate::configuration::{self, Configuration};
use crate::error::{Error, Result};
use crate::{Ctx, Engine, Work};

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct ListTickets {
    /// Key of a saved view.
    pub view: Option<String>,
    /// A Condition on top of the view.
    pub filter: Option<Value>,
    /// Words to look for.
    pub words: Option<String>,
    pub sort: Option<String>,
    pub after: Option<String>,
    pub limit: u32,
}

/// One page.
pub struct TicketPage {
    pub tickets: Vec<TicketRow>,
    pub names: Names,
    pub configuration: Arc<Configuration>,
    pub columns: Vec<String>,
    pub next: Option<String>,
}

/// A saved view and how many tickets it has for this caller, counted up to [`COUNT_CAP`].
pub struct ViewCount {
    pub key: String,
    pub title: Text,
    pub columns: Vec<String>,
    pub sort: Vec<String>,
    pub count: u64,
    pub capped: bool,
}

/// Counting stops here, so that a number beside a view never costs a scan.
pub(super) const COUNT_CAP: u64 = 10_000;

/// # Errors
/// `access.denied`, an unknown view, a filter that does not check, a cursor that is not ours.
#[tracing::instrument(name = "ticket.list", skip_all)]
pub async fn list(engine: &Engine, ctx: &Ctx, query: ListTickets) -> Result<TicketPage> {
    engine.read(ctx, move |work| Box::pin(async move { work.ticket_list(query).await })).await
}

/// The saved views of the caller's roles, with counts.
///
/// # Errors
/// `access.denied` when the caller may not read tickets at all.
pub async fn views(engine: &Engine, ctx: &Ctx) -> Result<Vec<ViewCount>> {
    engine.read(ctx, move |work| Box::pin(async move { work.view_counts().await })).await
}

impl Work<'_> {
    async fn ticket_list(&mut self, query: ListTickets) -> Result<TicketPage> {
        let configuration = Arc::clone(&self.configuration);
        let view = match &query.view {
            None => None,
            Some(key) => {
                let view = configuration.views.get(key).filter(|view| self.is_shown(&view.compiled.definition));
                Some(view.ok_or_else(|| unknown_view(key))?)
            }
        };
        let sort = match &query.sort {
            Some(text) => Sort::parse(text).map_err(|problem| Error::Invalid(vec![problem]))?,
            None => view.map(|view| view.compiled.definition.sort()).unwrap_or_default(),
        };
        let filter = match &query.filter {
            None => None,
            Some(document) => Some(configuration::condition(document, &all_types(&configuration))?),
        };
        if let Some(filter) = &filter {
            self.refuse_hidden("/filter", filter.fields().iter().map(String::as_str))?;
        }
        if query.sort.is_some() {
            self.refuse_hidden("/sort", [sort.field.as_str()])?;
        }
        let scope = sight::list_scope(self, Action::TicketRead)?;
        let conditions: Vec<&Checked> =
            [scope.as_ref(), view.and_then(|view| view.compiled.condition.as_ref()), filter.as_ref()]
                .into_iter()
                .flatten()
                .collect();
        let limit = query.limit.clamp(1, 200);
        let after = query.after.as_deref().map(Cursor::parse).transpose();
        let after = after.map_err(|_| Error::invalid("/after", "request.bad_cursor"))?;
        let words = query.words.as_deref().map(str::trim).filter(|words| !words.is_empty());
        let env = self.env();
        let filter = TicketFilter { conditions: &conditions, env: &env, indexed: &configuration.indexed };
        let request = TicketQuery { filter, sort: &sort, after: after.as_ref(), limit: limit + 1, words };
        let mut tickets = match words {
            Some(words) if self.hides_searched_fields() => self.visible_hits(request, words).await?,
            _ => self.tx.ticket_list(&request).await?,
        };
        let more = tickets.len() > limit as usize;
        tickets.truncate(limit as usize);
        let next = tickets.last().filter(|_| more).map(|last| Cursor::of(last, &sort).to_string());
        let names = Names::of(self, &tickets, []).await?;
        self.restrict_all(&mut tickets).await?;
        let columns = view.map(|view| view.compiled.definition.columns.clone()).unwrap_or_default();
        Ok(TicketPage { tickets, names, configuration, columns, next })
    }

    /// A filter or an order by a field that the caller may not see would tell its value by who is left or first.
    fn refuse_hidden<'a>(&self, pointer: &str, fields: impl IntoIterator<Item = &'a str>) -> Result<()> {
        let access = self.ctx.access();
        let hidden = |field: &&str| {
            let mut forms = self.configuration.forms.values().map(|form| &form.compiled);
            let has = |form: &Form| form.has_field(field) || domain::ticket::system_field(field).is_some();
            forms.any(|form| form.definition().ticket.is_some() && has(form) && !sight::sees(access, form, field))
        };
        let refused: Vec<Problem> = fields
            .into_iter()
            .filter(hidden)
            .map(|field| Problem::new(pointer, "access.field").with("field", field))
            .collect();
        if refused.is_empty() { Ok(()) } else { Err(Error::Invalid(refused)) }
    }

    async fn restrict_all(&mut self, tickets: &mut [TicketRow]) -> Result<()> {
        for ticket in tickets {
            let form = self.engine.form_version(self.tx, &ticket.form, ticket.form_version).await?;
            sight::filtered(self.ctx.access(), &form.form, ticket);
        }
        Ok(())
    }

    /// Whether a saved view is for this caller. Its condition may name what they must not see, so others' views are
    /// not to be had by name, either.
    fn is_shown(&self, view: &ViewDefinition) -> bool {
        let access = self.ctx.access();
        let held = access.role_keys();
        access.unlimited || view.audience.is_empty() || view.audience.iter().any(|role| held.contains(&role.as_str()))
    }

    async fn view_counts(&mut self) -> Result<Vec<ViewCount>> {
        let scope = sight::list_scope(self, Action::TicketRead)?;
        let configuration = Arc::clone(&self.configuration);
        let mut views: Vec<_> = configuration.views.values().collect();
        views.sort_by_key(|view| (view.compiled.definition.order, view.key.clone()));
        let env = self.env();
        let mut counts = Vec::new();
        for view in views {
            let definition = &view.compiled.definition;
            if !self.is_shown(definition) {
                continue;
            }
            let conditions: Vec<&Checked> =
                [scope.as_ref(), view.compiled.condition.as_ref()].into_iter().flatten().collect();
            let filter = TicketFilter { conditions: &conditions, env: &env, indexed: &configuration.indexed };
            let count = self.tx.ticket_count(&filter, COUNT_CAP).await?;
            counts.push(ViewCount {
                key: view.key.clone(),
                title: definition.title.clone(),
                columns: definition.columns.clone(),
                sort: definition.sort.clone(),
                count: count.min(COUNT_CAP),
                capped: count > COUNT_CAP,
            });
        }
        Ok(counts)
    }
}

/// System fields and every ticket form's fields; where two forms disagree about a field's type the first one counts.
pub(crate) fn all_types(configuration: &Configuration) -> Types {
    let mut types = domain::ticket::system_types();
    let forms = configuration.forms.values().filter(|form| form.compiled.definition().ticket.is_some());
    for form in forms {
        let fields: Vec<(String, Type)> =
            form.compiled.types().iter().map(|(path, kind)| (path.to_owned(), kind.clone())).collect();
        for (path, kind) in fields {
            if types.get(&path).is_none() {
                types.insert(path, kind);
            }
        }
    }
    types
}

fn unknown_view(key: &str) -> Error {
    let problem = Problem::new("/view", "definition.unknown").with("kind", "view").with("key", key);
    Error::Invalid(vec![problem])
}
