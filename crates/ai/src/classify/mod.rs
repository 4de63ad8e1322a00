//! Chooses a category, priority or team from a ticket's words, with a probability that can be trusted.
//!
//! Training learns one linear separator per class over hashed n-grams, reads off by cross-validation how often each
//! degree of confidence was right, and stores thresholds that keep a promised accuracy.

mod calibrate;
mod explain;
mod features;
mod rules;
mod solve;
mod store;
mod train;
mod weights;

#[cfg(test)]
mod tests;

pub use calibrate::{Calibration, Threshold};
pub use explain::{Part, Reason};
pub use rules::{ClassRules, ClassifierPolicy, PolicyError, Suggester};
pub use train::{Example, TrainError, TrainOptions, train};

use calibrate::Evidence;
use features::Dictionary;
use weights::Weights;

/// What is known about a ticket when the decision is due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    pub title: String,
    pub text: String,
    /// Categorical fields: name and value.
    pub fields: Vec<(String, String)>,
}

/// What the model says about one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    pub label: String,
    /// How often a prediction of this confidence is right.
    pub probability: f64,
    /// The document resembles nothing the model was taught.
    pub unknown: bool,
    /// The best classes with their probabilities, best first; at most five.
    pub ranked: Vec<(String, f64)>,
}

/// A trained classifier.
#[derive(Debug, Clone)]
pub struct Classifier {
    labels: Vec<String>,
    dictionary: Dictionary,
    weights: Weights,
    calibration: Calibration,
}

const RANKED: usize = 5;

impl Classifier {
    /// The classes in the model's order.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// What cross-validation said about the model.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// The probability of every class, in the order of [`Classifier::labels`].
    pub fn shares(&self, document: &Document) -> Vec<f64> {
        let vector = self.dictionary.weigh(&features::count(document));
        let scores = self.weights.scores(&vector.entries);
        self.calibration.shares(&scores, &Evidence::new(&scores, vector.novelty))
    }

    /// Predicts the class of a document.
    pub fn predict(&self, document: &Document) -> Prediction {
        let counted = features::count(document);
        let vector = self.dictionary.weigh(&counted);
        let scores = self.weights.scores(&vector.entries);
        let evidence = Evidence::new(&scores, vector.novelty);
        let shares = self.calibration.shares(&scores, &evidence);
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_unstable_by(|a, b| scores[*b].total_cmp(&scores[*a]));
        order.truncate(RANKED);
        let ranked: Vec<(String, f64)> =
            order.into_iter().map(|class| (self.labels[class].clone(), shares[class])).collect();
        Prediction {
            label: self.labels[evidence.best].clone(),
            probability: shares[evidence.best],
            unknown: self.calibration.is_unknown(&evidence),
            ranked,
        }
    }
}
