//! The routes, one file for each noun.

mod audit;
mod definition_sets;
mod definitions;
mod directory;
mod drafts;
mod files;
mod jobs;
mod models;
mod notifications;
mod presence;
mod problems;
mod records;
mod session;
mod stats;
mod stream;
mod suggestions;
mod tasks;
mod ticket_acts;
mod ticket_reads;
mod tickets;
mod tokens;
mod views;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// Everything below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(tokens::routes())
        .merge(views::routes())
        .merge(tickets::routes())
        .merge(ticket_reads::routes())
        .merge(ticket_acts::routes())
        .merge(drafts::routes())
        .merge(presence::routes())
        .merge(tasks::routes())
        .merge(suggestions::routes())
        .merge(notifications::routes())
        .merge(records::routes())
        .merge(files::routes())
        .merge(directory::routes())
        .merge(definitions::routes())
        .merge(definition_sets::routes())
        .merge(stats::routes())
        .merge(models::routes())
        .merge(jobs::routes())
        .merge(audit::routes())
        .merge(stream::routes())
        .merge(problems::routes())
}
