//! Handling time per person out of finished work, drawn towards the common mean where there is little of it.

use std::collections::HashMap;

use domain::dispatch::Handling;
use domain::id::UserId;

/// So many finished jobs weigh as much as the common mean.
const PRIOR: f64 = 5.0;
const HOUR_MS: f64 = 3_600_000.0;

/// What finished work of one category teaches.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Learned {
    pub(super) by_person: HashMap<UserId, Handling>,
    pub(super) usual_hours: Option<f64>,
}

impl Learned {
    /// From owner and handling time in ms. Times are compared by their logarithm, because a few very long ones say
    /// little about the usual case.
    pub(super) fn of(rows: &[(UserId, i64)]) -> Self {
        if rows.is_empty() {
            return Self::default();
        }
        let log = |millis: i64| (millis as f64 / HOUR_MS).max(1.0 / 60.0).ln();
        let mean = rows.iter().map(|(_, millis)| log(*millis)).sum::<f64>() / rows.len() as f64;
        let mut sums: HashMap<UserId, (f64, u32)> = HashMap::new();
        for (owner, millis) in rows {
            let (sum, count) = sums.entry(*owner).or_default();
            *sum += log(*millis);
            *count += 1;
        }
        let estimate = |(owner, (sum, n)): (UserId, (f64, u32))| {
            let hours = ((sum + PRIOR * mean) / (f64::from(n) + PRIOR)).exp();
            (owner, Handling { hours, n })
        };
        Self { by_person: sums.into_iter().map(estimate).collect(), usual_hours: Some(mean.exp()) }
    }

    pub(super) fn usual_ms(&self) -> i64 {
        self.usual_hours.map_or(0, |hours| (hours * HOUR_MS) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_cases_stay_near_the_mean_and_many_do_not() {
        let [usual, fast, new] = [1, 2, 3].map(UserId::from_u128);
        let hours = |hours: f64| (hours * HOUR_MS) as i64;
        let mut rows = vec![(usual, hours(4.0)); 40];
        rows.extend(vec![(fast, hours(1.0)); 40]);
        rows.push((new, hours(1.0)));
        let learned = Learned::of(&rows);
        let of = |user: UserId| learned.by_person[&user].hours;
        assert!(of(fast) < 1.2 && of(usual) > 3.4, "{} {}", of(fast), of(usual));
        assert!(of(new) > 1.6, "one case moves the estimate little: {}", of(new));
        assert_eq!(Learned::of(&[]), Learned::default());
    }
}
