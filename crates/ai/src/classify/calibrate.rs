//! Turns scores into probabilities, finds the thresholds that keep a promise, and decides when to say "I do not know".
//!
//! Everything here is fitted on scores of texts the model had not been trained on.

/// What a document's scores say at a glance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    pub(crate) best: usize,
    /// The highest score; below zero when every class refuses the document.
    pub(crate) top: f32,
    /// The second highest score.
    pub(crate) next: f32,
    pub(crate) novelty: f32,
}

/// One held-out document: its scores and the number of its true class, if it has one.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    pub(crate) scores: Vec<f32>,
    pub(crate) novelty: f32,
    pub(crate) truth: Option<usize>,
}

/// From which probability on the model was right as often as asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// The accuracy that was asked for.
    pub accuracy: f64,
    /// Decide alone from this probability on; above 1 when no threshold keeps the promise.
    pub probability: f64,
    /// The share of held-out documents at or above it.
    pub coverage: f64,
}

/// How scores become probabilities, and what cross-validation found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calibration {
    /// Scores are multiplied by this before they compete.
    pub(crate) sharpness: f32,
    /// Constant, and weights of the competition's outcome, the top score and the novelty.
    pub(crate) confidence: [f32; 4],
    /// Bends the logistic curve to what was really observed: confidence before and after, both rising.
    pub(crate) bends: Vec<(f32, f32)>,
    pub(crate) unknown_below: f32,
    /// Accuracy on held-out folds.
    pub accuracy: f64,
    /// Mean negative logarithm of the probability given to the true class, on held-out folds.
    pub loss: f64,
    pub thresholds: Vec<Threshold>,
}

const GROUP_ROWS: usize = 60;
const MOST_GROUPS: usize = 12;
const GROUP_PULL: f64 = 20.0;
const PROMISES: [f64; 4] = [0.90, 0.95, 0.98, 0.99];
/// One-sided 80 % confidence.
const LOWER_BOUND_Z: f64 = 0.8416;
/// Share of documents of a class that must not be called unknown.
const KEEP_IN_SCOPE: f64 = 0.965;
/// The same when even documents without words look familiar.
const KEEP_AT_LEAST: f64 = 0.92;

impl Evidence {
    pub(crate) fn new(scores: &[f32], novelty: f32) -> Self {
        let mut evidence = Self { best: 0, top: f32::NEG_INFINITY, next: f32::NEG_INFINITY, novelty };
        for (class, score) in scores.iter().enumerate() {
            if *score > evidence.top {
                evidence.next = evidence.top;
                evidence.top = *score;
                evidence.best = class;
            } else if *score > evidence.next {
                evidence.next = *score;
            }
        }
        evidence.next = evidence.next.max(-4.0);
        evidence
    }
}

impl Calibration {
    /// Fits everything on held-out documents; `empty_top` is the best score of a document without words.
    pub(crate) fn fit(trials: &[Trial], empty_top: f32) -> Self {
        let mut fitted = Self { confidence: [0.0, 1.0, 0.0, 0.0], ..Self::default() };
        fitted.sharpness = fit_sharpness(trials);
        let evidences: Vec<Evidence> = trials.iter().map(|trial| Evidence::new(&trial.scores, trial.novelty)).collect();
        let right: Vec<bool> =
            trials.iter().zip(&evidences).map(|(trial, evidence)| trial.truth == Some(evidence.best)).collect();
        let inputs: Vec<[f64; 3]> =
            trials.iter().zip(&evidences).map(|(trial, evidence)| fitted.inputs(&trial.scores, evidence)).collect();
        fitted.confidence = fit_confidence(&inputs, &right);
        let straight: Vec<(f64, bool)> =
            inputs.iter().zip(&right).map(|(input, right)| (fitted.confident(input), *right)).collect();
        fitted.bends = fit_bends(straight);
        fitted.unknown_below = unknown_below(trials, &evidences, empty_top);
        let judged: Vec<(f64, bool)> =
            inputs.iter().zip(&right).map(|(input, right)| (fitted.confident(input), *right)).collect();
        fitted.accuracy = share(right.iter().filter(|right| **right).count(), right.len());
        fitted.loss = fitted.mean_loss(trials, &evidences);
        fitted.thresholds = PROMISES.iter().map(|promise| threshold(&judged, *promise)).collect();
        fitted
    }

    /// The probability of every class; the best one's is the calibrated confidence, the others share the rest.
    pub(crate) fn shares(&self, scores: &[f32], evidence: &Evidence) -> Vec<f64> {
        let confident = self.confident(&self.inputs(scores, evidence));
        let mut shares = softmax(scores, f64::from(self.sharpness));
        let rest = 1.0 - shares[evidence.best];
        for (class, share) in shares.iter_mut().enumerate() {
            if class == evidence.best {
                *share = confident;
            } else if rest > 1e-12 {
                *share *= (1.0 - confident) / rest;
            }
        }
        shares
    }

    pub(crate) fn is_unknown(&self, evidence: &Evidence) -> bool {
        evidence.novelty >= 1.0 || evidence.top <= self.unknown_below
    }

    /// The threshold for a promised accuracy, if one was computed.
    pub fn threshold(&self, accuracy: f64) -> Option<&Threshold> {
        self.thresholds.iter().find(|threshold| (threshold.accuracy - accuracy).abs() < 1e-9)
    }

    /// Unlike the accuracy it also rewards being nearly right and punishes being surely wrong.
    fn mean_loss(&self, trials: &[Trial], evidences: &[Evidence]) -> f64 {
        let (mut sum, mut count) = (0.0, 0);
        for (trial, evidence) in trials.iter().zip(evidences) {
            if let Some(truth) = trial.truth {
                sum -= self.shares(&trial.scores, evidence)[truth].max(1e-9).ln();
                count += 1;
            }
        }
        sum / f64::from(count.max(1))
    }

    fn inputs(&self, scores: &[f32], evidence: &Evidence) -> [f64; 3] {
        let best = softmax(scores, f64::from(self.sharpness))[evidence.best];
        [logit(best), f64::from(evidence.top), f64::from(evidence.novelty)]
    }

    fn confident(&self, inputs: &[f64; 3]) -> f64 {
        let [constant, weights @ ..] = self.confidence;
        let sum = weights.iter().zip(inputs).map(|(w, x)| f64::from(*w) * x).sum::<f64>();
        bend(&self.bends, sigmoid(f64::from(constant) + sum))
    }
}

/// The top score that all but a few of the held-out documents of a class exceed; higher, but not much, when a document
/// without words would reach it.
fn unknown_below(trials: &[Trial], evidences: &[Evidence], empty_top: f32) -> f32 {
    let mut inside: Vec<f32> = trials
        .iter()
        .zip(evidences)
        .filter(|(trial, _)| trial.truth.is_some())
        .map(|(_, evidence)| evidence.top)
        .collect();
    inside.sort_by(f32::total_cmp);
    let exceeded_by = |share: f64| {
        let at = ((1.0 - share) * inside.len() as f64) as usize;
        inside.get(at).copied().unwrap_or(f32::MIN)
    };
    // Where one class has nearly all documents, its constant alone beats many a real document.
    exceeded_by(KEEP_IN_SCOPE).max(empty_top.min(exceeded_by(KEEP_AT_LEAST)))
}

fn fit_sharpness(trials: &[Trial]) -> f32 {
    let loss = |log: f64| {
        let sharpness = log.exp();
        let mut sum = 0.0;
        for trial in trials {
            let Some(truth) = trial.truth else { continue };
            sum -= softmax(&trial.scores, sharpness)[truth].max(1e-9).ln();
        }
        sum
    };
    let (mut low, mut high) = (-1.0_f64, 3.0_f64);
    let golden = 0.618_034;
    for _ in 0..24 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if loss(left) < loss(right) {
            high = right;
        } else {
            low = left;
        }
    }
    ((low + high) / 2.0).exp() as f32
}

/// Logistic regression by Newton steps, pulled towards "the competition's outcome is the probability".
fn fit_confidence(inputs: &[[f64; 3]], right: &[bool]) -> [f32; 4] {
    let prior = [0.0, 1.0, 0.0, 0.0];
    let pull = [0.1, 3.0, 3.0, 3.0];
    let mut weights = prior;
    for _ in 0..25 {
        let mut slope = [0.0; 4];
        let mut curve = [[0.0; 4]; 4];
        for (input, right) in inputs.iter().zip(right) {
            let x = [1.0, input[0], input[1], input[2]];
            let p = sigmoid(x.iter().zip(&weights).map(|(x, w)| x * w).sum());
            let error = p - f64::from(u8::from(*right));
            for i in 0..4 {
                slope[i] += error * x[i];
                for j in 0..4 {
                    curve[i][j] += p * (1.0 - p) * x[i] * x[j];
                }
            }
        }
        for i in 0..4 {
            slope[i] += pull[i] * (weights[i] - prior[i]);
            curve[i][i] += pull[i];
        }
        let step = solve_four(curve, slope);
        for i in 0..4 {
            weights[i] -= step[i].clamp(-2.0, 2.0);
        }
    }
    // More agreement among the scores must never lower the confidence.
    weights[1] = weights[1].max(0.05);
    weights[2] = weights[2].max(0.0);
    weights.map(|weight| weight as f32)
}

/// Compares stated confidence with observed accuracy in groups of equal size; a group with few cases moves little.
fn fit_bends(mut judged: Vec<(f64, bool)>) -> Vec<(f32, f32)> {
    let groups = (judged.len() / GROUP_ROWS).min(MOST_GROUPS);
    if groups < 3 {
        return Vec::new();
    }
    judged.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut bends: Vec<(f64, f64, f64)> = Vec::new();
    for group in judged.chunks(judged.len().div_ceil(groups)) {
        let rows = group.len() as f64;
        let stated = group.iter().map(|(stated, _)| stated).sum::<f64>() / rows;
        let right = group.iter().filter(|(_, right)| *right).count() as f64;
        let mut bend = (stated, (right + GROUP_PULL * stated) / (rows + GROUP_PULL), rows);
        // The curve must rise: a group below its predecessor is joined with it.
        while let Some(before) = bends.pop_if(|before| before.1 >= bend.1) {
            let both = before.2 + bend.2;
            let mix = |a: f64, b: f64| (a * before.2 + b * bend.2) / both;
            bend = (mix(before.0, bend.0), mix(before.1, bend.1), both);
        }
        bends.push(bend);
    }
    bends.into_iter().map(|(stated, observed, _)| (stated as f32, observed as f32)).collect()
}

/// Straight lines between the bends, from zero to one.
fn bend(bends: &[(f32, f32)], confidence: f64) -> f64 {
    let mut before = (0.0, 0.0);
    let ends = bends.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).chain([(1.0, 1.0)]);
    for after in ends {
        if confidence <= after.0 && after.0 > before.0 {
            let way = (confidence - before.0) / (after.0 - before.0);
            return before.1 + way * (after.1 - before.1);
        }
        before = after;
    }
    confidence
}

fn solve_four(mut matrix: [[f64; 4]; 4], mut right: [f64; 4]) -> [f64; 4] {
    for pivot in 0..4 {
        for row in pivot + 1..4 {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            let above = matrix[pivot];
            for (cell, over) in matrix[row].iter_mut().zip(above).skip(pivot) {
                *cell -= factor * over;
            }
            right[row] -= factor * right[pivot];
        }
    }
    let mut solution = [0.0; 4];
    for row in (0..4).rev() {
        let known: f64 = (row + 1..4).map(|column| matrix[row][column] * solution[column]).sum();
        solution[row] = (right[row] - known) / matrix[row][row];
    }
    solution
}

/// The lowest probability from which on the lower confidence bound of the accuracy keeps the promise.
fn threshold(judged: &[(f64, bool)], promise: f64) -> Threshold {
    let mut ordered = judged.to_vec();
    ordered.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut found = Threshold { accuracy: promise, probability: 2.0, coverage: 0.0 };
    let mut right = 0;
    for (at, (probability, correct)) in ordered.iter().enumerate() {
        right += usize::from(*correct);
        let cut_here = ordered.get(at + 1).is_none_or(|next| next.0 < *probability);
        if cut_here && lower_bound(right, at + 1) >= promise {
            found.probability = *probability;
            found.coverage = share(at + 1, ordered.len());
        }
    }
    found
}

/// Wilson's lower bound of a share.
fn lower_bound(right: usize, of: usize) -> f64 {
    let (n, z) = (of as f64, LOWER_BOUND_Z);
    let p = right as f64 / n;
    let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    (p + z * z / (2.0 * n) - spread) / (1.0 + z * z / n)
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}

fn softmax(scores: &[f32], sharpness: f64) -> Vec<f64> {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut shares: Vec<f64> = scores.iter().map(|score| (f64::from(*score - top) * sharpness).exp()).collect();
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum);
    shares
}

fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    (p / (1.0 - p)).ln()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Held-out documents of two classes whose scores are right more often the further they are apart.
    fn trials() -> Vec<Trial> {
        (0..400)
            .map(|at| {
                let gap = (at % 20) as f32 / 10.0;
                let chance = 1.0 / (1.0 + (-2.0 * gap).exp());
                let right = (at as f32 * 0.618_034).fract() < chance;
                Trial { scores: vec![gap / 2.0, -gap / 2.0], novelty: 0.1, truth: Some(usize::from(!right)) }
            })
            .collect()
    }

    #[test]
    fn stated_confidence_is_the_share_that_was_right() {
        let trials = trials();
        let fitted = Calibration::fit(&trials, -1.0);
        let judged: Vec<(f64, bool)> = trials
            .iter()
            .map(|trial| {
                let evidence = Evidence::new(&trial.scores, trial.novelty);
                let share = fitted.shares(&trial.scores, &evidence)[evidence.best];
                (share, trial.truth == Some(evidence.best))
            })
            .collect();
        let error = crate::measure::calibration_error(&judged);
        assert!(error < 0.06, "{error}");
    }

    #[test]
    fn a_promise_needs_enough_cases() {
        let all_right = |count: usize| vec![(0.9, true); count];
        assert!(threshold(&all_right(5), 0.95).probability > 1.0);
        let kept = threshold(&all_right(50), 0.95);
        assert_eq!((kept.probability, kept.coverage), (0.9, 1.0));
        let mixed: Vec<(f64, bool)> = (0..200).map(|at| (f64::from(at) / 200.0, at >= 100)).collect();
        let half = threshold(&mixed, 0.95);
        assert!(half.coverage > 0.45 && half.coverage < 0.55, "{half:?}");
    }

    proptest! {
        #[test]
        fn a_clearer_winner_is_never_less_sure(
            top in -1.0_f32..2.0, gap in 0.0_f32..2.0, more in 0.0_f32..1.0, novelty in 0.0_f32..1.0
        ) {
            let fitted = Calibration::fit(&trials(), -1.0);
            let confident = |scores: [f32; 2]| {
                let evidence = Evidence::new(&scores, novelty);
                fitted.shares(&scores, &evidence)[evidence.best]
            };
            prop_assert!(confident([top + more, top - gap]) >= confident([top, top - gap]) - 1e-9);
        }
    }
}
