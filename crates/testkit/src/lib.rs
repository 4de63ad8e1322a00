//! What tests of several crates need: databases of both kinds, made and removed for each test.

pub mod matrix;
pub mod postgres;
