//! job.
