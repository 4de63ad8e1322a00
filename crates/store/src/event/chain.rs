//! What a link of the chain is made of.

use sha2::{Digest, Sha256};

/// One event as the texts in its columns: no reader's idea of JSON comes between row and hash.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) tenant: String,
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) at: i64,
    pub(super) kind: String,
    pub(super) actor: String,
    pub(super) ticket: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) data: String,
}

/// Names the layout; another layout gets another name.
const LAYOUT: &[u8] = b"gongdan event 1";

impl Link {
    /// SHA-256 over the hash before and every column, each with its length, so that no two rows read the same.
    pub(super) fn hash(&self, before: &[u8]) -> Vec<u8> {
        let mut sha = Sha256::new();
        let mut add = |part: &[u8]| {
            sha.update((part.len() as u64).to_be_bytes());
            sha.update(part);
        };
        add(LAYOUT);
        add(before);
        add(self.tenant.as_bytes());
        add(&self.seq.to_be_bytes());
        add(self.id.as_bytes());
        add(&self.at.to_be_bytes());
        add(self.kind.as_bytes());
        add(self.actor.as_bytes());
        for part in [&self.ticket, &self.subject] {
            add(if part.is_some() { b"1" } else { b"0" });
            add(part.as_deref().unwrap_or_default().as_bytes());
        }
        add(self.data.as_bytes());
        sha.finalize().to_vec()
    }
}
