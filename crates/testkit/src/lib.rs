//! What tests of several crates need: databases of both kinds, made and removed for each test.

#[cfg(feature = "app")]
pub mod app;
pub mod matrix;
pub mod postgres;
