//! Passwords and bearer secrets: how they are made, kept and compared.
//!
//! A password is kept as Argon2id (RFC 9106). A secret that we made ourselves has 256 bits of randomness, so its
//! SHA-256 is kept: nothing can be guessed from it, and looking it up takes one index.

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::definition::hex;
use sha2::{Digest as _, Sha256};

/// Shorter passwords are refused.
pub(super) const MIN_PASSWORD_CHARS: usize = 8;
/// Longer ones too: hashing cost must not depend on the caller's mood.
pub(super) const MAX_PASSWORD_CHARS: usize = 200;

/// What a secret is for; part of its text, so that scanners and people recognise it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Session,
    Token,
    SignInLink,
}

impl Purpose {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "gds_",
            Self::Token => "gdn_",
            Self::SignInLink => "gdl_",
        }
    }
}

/// A secret to hand out once, and what to keep of it.
pub(super) struct Secret {
    pub text: String,
    pub hash: String,
}

/// Makes a secret out of 32 random bytes.
pub(super) fn issue(purpose: Purpose, random: [u8; 32]) -> Secret {
    let text = format!("{}{}", purpose.prefix(), URL_SAFE_NO_PAD.encode(random));
    let hash = keep(&text);
    Secret { text, hash }
}

/// The hash to look a presented secret up by; `None` when it cannot be one of ours for that purpose.
pub(super) fn presented(purpose: Purpose, text: &str) -> Option<String> {
    let body = text.strip_prefix(purpose.prefix())?;
    let bytes = URL_SAFE_NO_PAD.decode(body).ok()?;
    (bytes.len() == 32).then(|| keep(text))
}

fn keep(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// The text to keep of a password. Slow on purpose: call it off the async threads.
pub(super) fn hash_password(password: &str, salt: [u8; 16]) -> Option<String> {
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

/// Whether the password is the one behind `kept`. Without a kept hash the same work is done and the answer is no,
/// so that the time tells nobody whether an account exists.
pub(super) fn verify_password(password: &str, kept: Option<&str>) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let Ok(hash) = PasswordHash::new(kept.unwrap_or(NOBODY)) else { return false };
    let matches = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
    matches && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_matches() {
        let kept = hash_password("正确的密码 8", [7; 16]).expect("hashes");
        assert!(kept.starts_with("$argon2id$"));
        assert!(verify_password("正确的密码 8", Some(&kept)));
        assert!(!verify_password("正确的密码 9", Some(&kept)));
        assert!(!verify_password("", None));
        assert!(!verify_password("x", Some("not a hash")));
    }

    #[test]
    fn a_secret_serves_one_purpose() {
        let secret = issue(Purpose::Token, [9; 32]);
        assert_eq!(presented(Purpose::Token, &secret.text), Some(secret.hash));
        assert_eq!(presented(Purpose::Session, &secret.text), None);
        for bad in ["", "gdn_", "gdn_short", "gdn_!!"] {
            assert_eq!(presented(Purpose::Token, bad), None, "{bad}");
        }
    }
}
