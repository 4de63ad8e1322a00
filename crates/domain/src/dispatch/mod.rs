//! Who should do a job: hard limits first, then weighed reasons, and an account of everyone.
//!
//! [`rank`] is a pure function of what [`Input`] holds, so a stored input gives the same [`Ranking`] for ever.
//! A limit that one engineer fails leaves that engineer out and says which; among the rest each [`Factor`] gives a
//! value from 0 to 1, and the score is their weighed mean. Ties fall to fewer recent jobs, then fewer open jobs,
//! then the smaller id.

mod factor;
mod input;
mod limit;
mod policy;
mod rank;

pub use factor::Factor;
pub use input::{Absence, Certificate, Engineer, Handling, Input, Job, Place, Point, SkillNeed, Span, open_spans};
pub use limit::Limit;
pub use policy::{DispatchPolicy, Weights};
pub use rank::{Behind, Candidate, FactorScore, LeftOut, Ranking, rank};
