//! The built-in models: texts in, suggestions out, on one CPU and without a network.
//!
//! Invariants: nothing here reads a file, a clock or a random source; a seed and rows go in, a model goes out as bytes,
//! and the same input gives the same bytes.
//! A model never acts: it returns a probability that was calibrated on cases it had not seen, and says when it does not know.
//!
//! Start with [`classify`] (category, priority, team), [`extract`] (devices, places, times), [`tag`] (learned entities),
//! [`similar`] (tickets like this one) and [`handling`] (how long it will take).

mod codec;
mod hash;

pub mod classify;
pub mod extract;
pub mod handling;
pub mod measure;
pub mod segment;
pub mod similar;
pub mod tag;
pub mod text;

pub use codec::ModelError;
