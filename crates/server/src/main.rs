//! The `gongdan` program.
mod clock;
mod config;
mod listen;
mod output;
mod signals;
mod telemetry;
mod web;
fn main() {}
