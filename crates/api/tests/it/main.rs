//! The HTTP side through the real router, on both databases.

mod authz;
mod bodies;
mod drafts;
mod etag;
mod files;
mod forms;
mod hidden;
mod hostile;
mod idempotency;
mod notifications;
mod session;
mod stream;
mod tickets;
