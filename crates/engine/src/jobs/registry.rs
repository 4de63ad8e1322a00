//! Which code runs which job.

use domain::job::Job;

use crate::error::Result;
use crate::{Ctx, Engine, ai, dispatch, flows, notifications, sla, tickets};

/// Runs one job to its end. The job finishes its own row under its lease inside its transaction where it writes;
/// what remains is finished by the runner.
pub(super) async fn run(engine: &Engine, ctx: &Ctx, job: Job) -> Result<()> {
    match job {
        Job::Suggest { ticket } => ai::suggest(engine, ctx, ticket).await,
        Job::SlaTimer { ticket } => sla::fire(engine, ctx, ticket).await,
        Job::FlowTimer { instance, timer } => flows::fire_timer(engine, ctx, instance, timer).await,
        Job::FlowAction { instance, token, run } => flows::run_action(engine, ctx, instance, token, run).await,
        Job::Dispatch { ticket } => dispatch::propose(engine, ctx, ticket).await,
        Job::Notify { ticket, event_seq } => notifications::tell(engine, ctx, ticket, event_seq).await,
        Job::Deliver { user, channel } => notifications::deliver(engine, ctx, user, &channel).await,
        Job::SendDraft { ticket, user, version } => tickets::send_held(engine, ctx, ticket, user, version).await,
        Job::Retrain { target } => ai::retrain(engine, ctx, &target).await.map(drop),
    }
}
