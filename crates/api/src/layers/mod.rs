//! What happens to every request on its way in and to every answer on its way out.
//!
//! Order, from the outside: [`outer`] (request id, panics, problem bodies, security headers), [`guard`] (address,
//! origin, who, limits), [`idempotency`].

pub(crate) mod guard;
pub(crate) mod idempotency;
pub(crate) mod outer;
