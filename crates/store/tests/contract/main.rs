//! What the store promises, checked on both engines: every test runs on a fresh SQLite file and a fresh PostgreSQL
//! database.

// The harness is shared as files: `testkit` itself needs crates that come after this one.
#[expect(unreachable_pub, reason = "public in `testkit`, which owns the file")]
#[path = "../../../testkit/src/matrix.rs"]
mod matrix;
#[expect(unreachable_pub, dead_code, reason = "public in `testkit`, which owns the file")]
#[path = "../../../testkit/src/postgres.rs"]
mod postgres;

mod configuration;
mod events;
mod idempotency;
mod jobs;
mod people;
mod recovery;
mod schema;
mod tickets;
mod transactions;
mod words;
mod work;
mod world;
