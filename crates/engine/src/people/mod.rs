//! People: sign-in, sessions, tokens, the directory.

mod directory;
mod place;
mod secret;
mod session;
mod token;

pub use directory::{NewPerson, PersonPage, create_person, orgs, people, set_password, teams};
pub use place::{Place, place};
pub use secret::Purpose;
pub use session::{Caller, Opened, SignIn, access, authenticate, issue_link, open_by_link, open_by_password, sign_out};
pub use token::{CreateToken, IssuedToken, create_token, revoke_token, tokens};
