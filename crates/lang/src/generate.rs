//! Seeded conditions and rows for the tests that compare evaluators.
