//! Adapters for the ports of `domain`: the places outside that we read from and write to.
//!
//! Start at [`blobs`]. Invariants: nothing here opens a transaction or decides a rule; an adapter translates
//! between their words and ours and reports what went wrong.

pub mod blobs;
pub mod tls;
