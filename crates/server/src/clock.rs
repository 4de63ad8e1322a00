//! The real clock and the real randomness: the only place that reads either.

use domain::time::Timestamp;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RealClock;

impl api::Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
    fn now(&self) -> Timestamp {
        jiff::Timestamp::now().into()
    }

    fn seed(&self) -> u64 {
        seed()
    }
}

/// The time, for commands that run once.
pub(crate) fn now() -> Timestamp {
    api::Clock::now(&RealClock)
}

/// A number nobody can guess.
pub(crate) fn seed() -> u64 {
    u64::from_le_bytes(random())
}

/// Bytes nobody can guess.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}
