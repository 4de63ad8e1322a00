//! ticket.
