//! What the outside must be able to do for us.
