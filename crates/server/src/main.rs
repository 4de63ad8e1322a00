//! The `gongdan` program.
fn main() {}
