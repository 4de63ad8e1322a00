//! Flows: every node type and act by tables, and random flows against what must always hold.

mod acts;
mod approvals;
mod back;
mod check;
mod desk;
mod document;
mod drawing;
mod events;
mod joins;
mod nodes;
mod paper;
mod random;
mod scopes;
