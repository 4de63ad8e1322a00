//! Walks over the chain and finds the first link that does not hold.

use domain::id::TenantId;

use super::chain::Link;
use crate::error::StoreError;
use crate::statement::statements;
use crate::store::Store;
use crate::tx::{Scope, Tx};
use crate::value::Row;

/// The end of a tenant's chain. Kept elsewhere, it makes a later rewrite of the whole chain visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    pub seq: i64,
    pub hash: Vec<u8>,
}

/// What a walk over the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Events that were read.
    pub checked: i64,
    pub first_bad: Option<Broken>,
    /// What the walk ended at.
    pub head: ChainHead,
}

/// The first link that does not hold, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub seq: i64,
    pub why: &'static str,
}

statements! {
    HEAD = "SELECT seq, hash FROM event_head WHERE tenant_id = $1";
    HASH_BEFORE = "SELECT hash FROM event WHERE tenant_id = $1 AND seq = $2";
    PAGE = "SELECT seq, id, at, kind, actor, ticket_id, subject, data, hash FROM event \
            WHERE tenant_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4";
}

const PAGE_ROWS: i64 = 2_000;

/// A stretch of the chain that was walked.
struct Walk {
    tenant: String,
    seq: i64,
    hash: Vec<u8>,
    checked: i64,
    bad: Option<Broken>,
}

impl Walk {
    fn step(&mut self, mut row: Row) -> Result<(), StoreError> {
        let link = Link {
            tenant: self.tenant.clone(),
            seq: row.take()?,
            id: row.take()?,
            at: row.take()?,
            kind: row.take()?,
            actor: row.take()?,
            ticket: row.take()?,
            subject: row.take()?,
            data: row.take()?,
        };
        let kept: Vec<u8> = row.take()?;
        self.checked += 1;
        if link.seq != self.seq + 1 {
            self.bad = Some(Broken { seq: self.seq + 1, why: "missing" });
        } else if link.hash(&self.hash) != kept {
            self.bad = Some(Broken { seq: link.seq, why: "changed" });
        }
        self.seq = link.seq;
        self.hash = kept;
        Ok(())
    }
}

impl Tx {
    pub async fn event_head(&mut self) -> Result<ChainHead, StoreError> {
        let mut row = self.query_opt(HEAD, &[]).await?.ok_or(StoreError::NotFound)?;
        Ok(ChainHead { seq: row.take()?, hash: row.take()? })
    }
}

impl Store {
    /// Checks the chain of a tenant from event `from` (1 for all) to its present end, a page at a time.
    pub async fn audit_verify(&self, tenant: TenantId, from: i64) -> Result<Verified, StoreError> {
        let scope = Scope::tenant(tenant);
        let before = from.max(1) - 1;
        let (head, hash) = self
            .read(scope, move |tx| {
                Box::pin(async move {
                    let head = tx.event_head().await?;
                    let hash = match before {
                        0 => Some(vec![0; 32]),
                        seq => tx.query_opt(HASH_BEFORE, &[&seq]).await?.map(|mut row| row.take()).transpose()?,
                    };
                    Ok::<_, StoreError>((head, hash))
                })
            })
            .await?;
        let mut walk = Walk { tenant: tenant.to_string(), seq: before, hash: Vec::new(), checked: 0, bad: None };
        match hash {
            Some(hash) => walk.hash = hash,
            None => walk.bad = Some(Broken { seq: before, why: "missing" }),
        }
        while walk.bad.is_none() && walk.seq < head.seq {
            let (after, last) = (walk.seq, head.seq);
            let page: Vec<Row> = self
                .read(scope, move |tx| Box::pin(async move { tx.query(PAGE, &[&after, &last, &PAGE_ROWS]).await }))
                .await?;
            if page.is_empty() {
                walk.bad = Some(Broken { seq: walk.seq + 1, why: "missing" });
            }
            for row in page {
                walk.step(row)?;
                if walk.bad.is_some() {
                    break;
                }
            }
        }
        if walk.bad.is_none() && (walk.seq != head.seq || walk.hash != head.hash) {
            walk.bad = Some(Broken { seq: walk.seq, why: "the head differs" });
        }
        Ok(Verified { checked: walk.checked, first_bad: walk.bad, head })
    }
}
