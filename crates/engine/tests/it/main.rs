//! Commands and jobs over real databases, with the templates that ship.

mod channels;
mod desk;
mod drafts;
mod imports;
mod sla;
mod walk;
