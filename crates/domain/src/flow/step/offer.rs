//! What somebody may do with a task now: the same rules that judge when it is tried.

use lang::Env;
use serde_json::{Map, Value};

use super::super::compiled::Flow;
use super::super::state::{InstanceState, Place};
use super::StepContext;
use super::input::{Act, Acting};
use super::run::Run;
use super::targets::return_targets;
use crate::id::UserId;
use crate::time::Timestamp;

/// Names of the acts that the task offers this person now, in the order a page shows them.
///
/// Urging and copying are for everybody who may see the task, so they are not listed.
pub fn acts(flow: &Flow, state: &InstanceState, task: u32, actor: &Acting) -> Vec<&'static str> {
    let Some(found) = state.task(task).filter(|_| state.is_running()) else { return Vec::new() };
    let (row, env) = (Value::Null, Env::default());
    let ctx = StepContext { now: Timestamp::default(), row: &row, env: &env };
    let mut run = Run::new(flow, state.clone(), &ctx);
    run.actor = actor.clone();
    let somebody = UserId::from_u128(0);
    let can_take = found.holder.is_none() && (found.people.len() > 1 || !found.pools.is_empty());
    let examples = [
        (can_take, Act::Claim),
        (true, Act::Approve),
        (true, Act::Reject),
        (true, Act::Complete { outcome: None, vars: Map::new() }),
        (true, Act::Return { to: None, then: None }),
        (true, Act::Transfer { to: somebody }),
        (true, Act::Delegate { to: somebody }),
        (true, Act::AddSign { who: Vec::new(), place: Place::With }),
        (state.tasks.iter().any(|other| other.signed.is_some()), Act::RemoveSign { who: somebody }),
        (true, Act::Assign { to: somebody }),
        (found.holder.is_some() && !found.pools.is_empty(), Act::Release),
        (true, Act::Hold { reason: String::new() }),
        (run.is_held(task), Act::Unhold),
        (run.may_withdraw(), Act::Withdraw),
    ];
    let is_offered = |(makes_sense, act): &(bool, Act)| *makes_sense && run.permit(found, act).is_ok();
    let offered = examples.iter().filter(|example| is_offered(example)).map(|(_, act)| act.as_str());
    offered.filter(|name| *name != "return" || !return_targets(flow, state, task).is_empty()).collect()
}
