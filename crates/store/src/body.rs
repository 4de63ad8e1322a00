//! Runs a transaction body to its end, on a thread that must not wait.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};

use crate::error::{Refusal, StoreError};
use crate::tx::{Body, Tx};

/// Polls a body once. SQLite answers at once, so a body that is still pending waits for something it must not.
pub(crate) fn run_now<T, E: From<StoreError>>(
    tx: &mut Tx,
    body: impl for<'t> FnOnce(&'t mut Tx) -> Body<'t, T, E>,
) -> Result<T, E> {
    let guarded = AssertUnwindSafe(|| {
        let value = poll_once(body(tx))?;
        poll_once(Box::pin(async { tx.finish().await.map_err(E::from) }))?;
        Ok(value)
    });
    match catch_unwind(guarded) {
        Ok(result) => result,
        Err(panic) => Err(E::from(panicked(panic))),
    }
}

/// The refusal that a panic becomes.
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> StoreError {
    let message = match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast::<&'static str>().map_or_else(|_| String::new(), |text| (*text).to_owned()),
    };
    StoreError::Refused(Refusal::Panicked(message))
}

fn poll_once<T, E: From<StoreError>>(mut future: Body<'_, T, E>) -> Result<T, E> {
    let mut context = Context::from_waker(Waker::noop());
    match future.as_mut().poll(&mut context) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(E::from(StoreError::Refused(Refusal::Waited))),
    }
}
