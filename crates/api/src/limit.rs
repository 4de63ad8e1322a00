//! Request limits: one token bucket per caller, in bounded memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use domain::time::Timestamp;

/// Buckets kept at once. Full ones carry no information and leave first.
const MOST: usize = 50_000;
const MINUTE_MS: i64 = 60_000;

/// Who is limited together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum LimitKey {
    Actor(String),
    Address(std::net::IpAddr),
    SignIn(std::net::IpAddr),
}

#[derive(Debug, Default)]
pub(crate) struct Limiter {
    buckets: Mutex<HashMap<LimitKey, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Thousandths of a request still free.
    free: i64,
    at: Timestamp,
}

/// Too many requests; one is free again after so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limited {
    pub(crate) seconds: i64,
}

impl Limiter {
    /// Takes one request of `per_minute`.
    pub(crate) fn take(&self, key: LimitKey, per_minute: u32, now: Timestamp) -> Result<(), Limited> {
        let full = i64::from(per_minute) * 1000;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST && !buckets.contains_key(&key) {
            make_room(&mut buckets, now);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { free: full, at: now });
        let elapsed = now.millis_since(bucket.at).clamp(0, MINUTE_MS);
        bucket.free = (bucket.free + elapsed * full / MINUTE_MS).min(full);
        bucket.at = now;
        if bucket.free < 1000 {
            let missing = 1000 - bucket.free;
            return Err(Limited { seconds: (missing * MINUTE_MS / full.max(1) / 1000).max(1) });
        }
        bucket.free -= 1000;
        Ok(())
    }
}

/// Drops what has been quiet for a minute, and if that is not enough, everything: limits then start afresh,
/// which is better than growing without end.
fn make_room(buckets: &mut HashMap<LimitKey, Bucket>, now: Timestamp) {
    buckets.retain(|_, bucket| now.millis_since(bucket.at) < MINUTE_MS);
    if buckets.len() >= MOST {
        tracing::warn!("More than {MOST} callers within a minute; request limits start afresh");
        buckets.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u32) -> LimitKey {
        LimitKey::Address(std::net::Ipv4Addr::from(n).into())
    }

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let limiter = Limiter::default();
        let start = Timestamp::from_millis(0);
        for _ in 0..6 {
            assert_eq!(limiter.take(key(1), 6, start), Ok(()));
        }
        assert_eq!(limiter.take(key(1), 6, start), Err(Limited { seconds: 10 }));
        assert_eq!(limiter.take(key(2), 6, start), Ok(()), "another caller has its own");
        let later = start.plus_millis(10_000);
        assert_eq!(limiter.take(key(1), 6, later), Ok(()));
        assert!(limiter.take(key(1), 6, later).is_err());
        assert!(limiter.take(key(1), 6, start).is_err(), "a clock that goes back gives nothing");
    }

    #[test]
    fn memory_is_bounded() {
        let limiter = Limiter::default();
        for n in 0..(MOST as u32 + 10) {
            let _ = limiter.take(key(n), 6, Timestamp::from_millis(0));
        }
        assert!(limiter.buckets.lock().expect("unpoisoned").len() <= MOST);
    }
}
