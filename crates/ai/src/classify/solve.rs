//! Learns one linear separator: L2-regularised squared hinge loss by dual coordinate descent.
//!
//! After Hsieh and others (2008): every step minimises the dual exactly in one example's multiplier; examples whose
//! multiplier sits firmly at zero are set aside until the end.

use crate::hash::Shuffler;

/// Training vectors, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    starts: Vec<usize>,
    entries: Vec<(u32, f32)>,
    squares: Vec<f32>,
    pub(crate) columns: usize,
}

/// What one separator has learned so far.
#[derive(Debug, Clone)]
pub(crate) struct Separator {
    /// One weight per column; the last one is the constant.
    pub(crate) weights: Vec<f32>,
    /// One multiplier per training row.
    multipliers: Vec<f32>,
    /// How freely each column's weight may grow; columns of equal trust when `None`.
    trust: Option<Vec<f32>>,
    /// Squared length of every row, each column counted by its trust; those of the rows themselves when `None`.
    squares: Option<Vec<f32>>,
}

/// How hard to try.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) passes: usize,
    pub(crate) tolerance: f32,
    pub(crate) seed: u64,
}

/// Rows with a margin beyond this are far from the separator, whose edge is at one.
const FAR: f32 = 1.4;
/// The value of the constant feature, which is regularised like any other.
pub(crate) const CONSTANT: f32 = 1.0;

impl Rows {
    pub(crate) fn new(columns: usize) -> Self {
        Self { starts: vec![0], columns, ..Self::default() }
    }

    pub(crate) fn push(&mut self, entries: &[(u32, f32)]) {
        self.entries.extend_from_slice(entries);
        self.starts.push(self.entries.len());
        self.squares.push(entries.iter().map(|(_, value)| value * value).sum());
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(crate) fn entry_count(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn row(&self, at: usize) -> &[(u32, f32)] {
        &self.entries[self.starts[at]..self.starts[at + 1]]
    }

    pub(crate) fn score(&self, at: usize, weights: &[f32]) -> f32 {
        let mut sum = weights[self.columns] * CONSTANT;
        for (column, value) in self.row(at) {
            sum += weights[*column as usize] * value;
        }
        sum
    }
}

impl Separator {
    /// Nothing learned yet.
    pub(crate) fn new(rows: &Rows, trust: Option<Vec<f32>>) -> Self {
        let squares = trust.as_ref().map(|trust| {
            let square = |(column, value): &(u32, f32)| value * value * trust[*column as usize];
            (0..rows.len()).map(|at| rows.row(at).iter().map(square).sum()).collect()
        });
        Self { weights: vec![0.0; rows.columns + 1], multipliers: vec![0.0; rows.len()], trust, squares }
    }

    /// What `other` would have learned without some rows, as a start: solving from here takes a few passes.
    pub(crate) fn without(other: &Self, rows: &Rows, sides: &[bool], gone: &[bool], trust: Option<Vec<f32>>) -> Self {
        let same_trust = trust.is_none() && other.trust.is_none();
        let mut separator = if same_trust { other.clone() } else { Self::new(rows, trust) };
        for (at, multiplier) in other.multipliers.iter().enumerate() {
            if *multiplier == 0.0 {
                continue;
            }
            let step = if sides[at] { *multiplier } else { -multiplier };
            if same_trust && gone[at] {
                separator.multipliers[at] = 0.0;
                separator.add(rows, at, -step);
            } else if !same_trust && !gone[at] {
                separator.multipliers[at] = *multiplier;
                separator.add(rows, at, step);
            }
        }
        separator
    }

    /// The rows that hold the separator up or lie close to it; the others have no say when a few rows go.
    pub(crate) fn near(&self, rows: &Rows, sides: &[bool]) -> Vec<u32> {
        let is_near = |at: &usize| {
            let score = rows.score(*at, &self.weights);
            self.multipliers[*at] > 0.0 || if sides[*at] { score < FAR } else { -score < FAR }
        };
        (0..rows.len()).filter(is_near).map(|at| at as u32).collect()
    }

    fn add(&mut self, rows: &Rows, at: usize, step: f32) {
        match &self.trust {
            Some(trust) => {
                for (column, value) in rows.row(at) {
                    self.weights[*column as usize] += step * value * trust[*column as usize];
                }
            }
            None => {
                for (column, value) in rows.row(at) {
                    self.weights[*column as usize] += step * value;
                }
            }
        }
        self.weights[rows.columns] += step * CONSTANT;
    }

    /// Improves the separator on the rows of `order`; `costs` are for the negative and the positive side.
    pub(crate) fn solve(&mut self, rows: &Rows, sides: &[bool], costs: [f32; 2], order: &mut [u32], effort: Effort) {
        let softness = [0.5 / costs[0], 0.5 / costs[1]];
        let own_squares = self.squares.take();
        let squares = own_squares.as_ref().unwrap_or(&rows.squares);
        let mut shuffler = Shuffler::new(effort.seed);
        let mut active = order.len();
        let mut upper_before = f32::INFINITY;
        for _ in 0..effort.passes {
            let (mut highest, mut lowest) = (f32::NEG_INFINITY, f32::INFINITY);
            shuffler.shuffle(&mut order[..active]);
            let mut next = 0;
            while next < active {
                let at = order[next] as usize;
                let sign = if sides[at] { 1.0 } else { -1.0 };
                let soft = softness[usize::from(sides[at])];
                let multiplier = self.multipliers[at];
                let slope = sign * rows.score(at, &self.weights) - 1.0 + soft * multiplier;
                let projected = if multiplier == 0.0 {
                    if slope > upper_before {
                        active -= 1;
                        order.swap(next, active);
                        continue;
                    }
                    slope.min(0.0)
                } else {
                    slope
                };
                next += 1;
                highest = highest.max(projected);
                lowest = lowest.min(projected);
                if projected.abs() > 1e-6 {
                    let curve = squares[at] + CONSTANT * CONSTANT + soft;
                    let updated = (multiplier - slope / curve).max(0.0);
                    self.multipliers[at] = updated;
                    self.add(rows, at, (updated - multiplier) * sign);
                }
            }
            if highest - lowest <= effort.tolerance {
                if active == order.len() {
                    break;
                }
                active = order.len();
                upper_before = f32::INFINITY;
                continue;
            }
            upper_before = if highest <= 0.0 { f32::INFINITY } else { highest };
        }
        self.squares = own_squares;
    }
}
