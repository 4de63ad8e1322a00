//! One mixing function for features, checksums and shuffles, fixed for all time because models are stored.

use std::hash::Hasher;

/// Starts a hash with a seed.
pub(crate) const fn start(seed: u64) -> u64 {
    mix(seed ^ 0x9e37_79b9_7f4a_7c15)
}

/// Adds one value to a hash.
pub(crate) const fn push(state: u64, value: u64) -> u64 {
    (state.rotate_left(23) ^ value).wrapping_mul(0x2127_599b_f432_5c37)
}

/// Spreads the bits of a finished hash.
pub(crate) const fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let state = (state ^ (state >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    state ^ (state >> 32)
}

/// Hashes a text.
pub(crate) fn text(seed: u64, text: &str) -> u64 {
    mix(text.chars().fold(start(seed), |state, symbol| push(state, symbol as u64)))
}

/// Hashes bytes; used as the checksum of stored models.
pub(crate) fn bytes(data: &[u8]) -> u64 {
    let mut state = start(data.len() as u64);
    for chunk in data.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        state = push(state, u64::from_le_bytes(word));
    }
    mix(state)
}

/// Keys are hashes already, so the map need not hash them again.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = self::bytes(bytes);
    }
    fn write_u32(&mut self, value: u32) {
        self.0 = u64::from(value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// A small generator for shuffles: the same seed gives the same order on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Shuffler(u64);

impl Shuffler {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(start(seed))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `limit`, which is at least 1.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}
