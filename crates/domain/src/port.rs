//! port.
