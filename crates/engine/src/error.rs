//! Why a command was refused.
//!
//! Commands share one error, because every refusal is a code of the closed list in [`domain::problem`] and
//! callers (HTTP, flows, imports) treat them alike; what differs per command is which codes it uses.

use domain::access::Denied;
use domain::problem::Problem;
use domain::ticket::ForbiddenMove;
use store::StoreError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A refused command. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not exist, or the caller may not see it: the two must look the same.
    #[error("not found")]
    NotFound,
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The row changed since the caller read it.
    #[error("changed meanwhile")]
    Stale,
    /// The input is wrong, with a pointer for each problem.
    #[error("the input has {} problems", .0.len())]
    Invalid(Vec<Problem>),
    /// The input is fine, but the state of things forbids the act.
    #[error("refused: {}", .0.code)]
    Refused(Problem),
    #[error("could not read or write")]
    Store(#[source] StoreError),
}

impl Error {
    /// One problem at `pointer`.
    pub fn invalid(pointer: impl Into<String>, code: &str) -> Self {
        Self::Invalid(vec![Problem::new(pointer, code)])
    }

    /// A refusal without parameters.
    pub fn refused(code: &str) -> Self {
        Self::Refused(Problem::new("", code))
    }
}

impl From<ForbiddenMove> for Error {
    fn from(refused: ForbiddenMove) -> Self {
        let problem = Problem::new("/status", "ticket.transition");
        let problem = problem.with("from", refused.from.as_str()).with("to", refused.to.as_str());
        Self::Refused(problem)
    }
}
