//! Learns a classifier from labelled documents.

use super::calibrate::{Calibration, Trial};
use super::features::{self, Dictionary};
use super::solve::{Effort, Rows, Separator};
use super::weights::Weights;
use super::{Classifier, Document};
use crate::hash::Shuffler;

/// A document whose class a person confirmed.
#[derive(Debug, Clone)]
pub struct Example {
    pub document: Document,
    pub label: String,
}

/// How to train.
#[derive(Debug, Clone)]
pub struct TrainOptions {
    /// Larger values fit the examples more closely; `None` tries several on small data.
    pub cost: Option<f32>,
    /// Raises the cost of rare classes: 0 not at all, 1 until every class weighs the same.
    pub balance: f32,
    /// A feature must stand in this many texts.
    pub rarest: u32,
    pub folds: usize,
    /// Labels of examples that belong to no class; they only teach what to refuse.
    pub unknown_label: Option<String>,
    pub seed: u64,
    /// How many threads may work at once; the result does not depend on it.
    pub threads: usize,
}

/// Why nothing could be learned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    #[error("at least two classes are needed, the examples show {0}")]
    TooFewClasses(usize),
    #[error("at most 65,535 classes can be learned, the examples show {0}")]
    TooManyClasses(usize),
    #[error("the examples hold no words")]
    NoFeatures,
}

const FEW: usize = 200;
/// Feature values times classes up to which several costs are tried.
const SMALL_ENOUGH_TO_TRY: usize = 40_000_000;

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            cost: None,
            balance: 0.3,
            rarest: 2,
            folds: 5,
            unknown_label: Some("oos".to_owned()),
            seed: 1,
            threads: 2,
        }
    }
}

struct Lesson {
    rows: Rows,
    /// The same rows without the features nobody else has: how a stranger's text would look to the model.
    unseen: Rows,
    /// The class of each row; `None` for examples of no class.
    novelties: Vec<f32>,
    classes: Vec<Option<usize>>,
    folds: Vec<Vec<u32>>,
    class_sizes: Vec<usize>,
}

/// What one class learned: its weights, and its scores for rows it had not seen.
struct Learned {
    weights: Vec<f32>,
    unseen_scores: Vec<f32>,
}

/// Trains a classifier.
pub fn train(examples: &[Example], options: &TrainOptions) -> Result<Classifier, TrainError> {
    let labels = labels_of(examples, options);
    match labels.len() {
        0 | 1 => return Err(TrainError::TooFewClasses(labels.len())),
        count if count > usize::from(u16::MAX) => return Err(TrainError::TooManyClasses(count)),
        _ => {}
    }
    let counted: Vec<_> = examples.iter().map(|example| features::count(&example.document)).collect();
    // With few examples every word is rare, and dropping the rare ones would leave nothing.
    let rarest = if examples.len() < FEW { 1 } else { options.rarest.max(1) };
    let dictionary = Dictionary::learn(&counted, rarest);
    if dictionary.keys.is_empty() {
        return Err(TrainError::NoFeatures);
    }
    let classes: Vec<Option<usize>> =
        examples.iter().map(|example| labels.binary_search(&example.label).ok()).collect();
    let lesson = Lesson::new(&dictionary, &counted, classes, labels.len(), options);
    let (weights, calibration) = best_of_costs(&lesson, options);
    Ok(Classifier { labels, dictionary, weights, calibration })
}

/// Trains with every cost that is to be tried and keeps the one whose held-out probabilities fit best.
fn best_of_costs(lesson: &Lesson, options: &TrainOptions) -> (Weights, Calibration) {
    let small = lesson.rows.entry_count() * lesson.class_sizes.len() <= SMALL_ENOUGH_TO_TRY;
    let first = options.cost.unwrap_or(1.0);
    let mut best = lesson.train(first, options);
    if options.cost.is_none() && small {
        for cost in [0.3, 3.0] {
            let other = lesson.train(cost, options);
            if other.1.loss < best.1.loss {
                best = other;
            }
        }
    }
    best
}

fn labels_of(examples: &[Example], options: &TrainOptions) -> Vec<String> {
    let mut labels: Vec<String> = examples
        .iter()
        .map(|example| example.label.clone())
        .filter(|label| options.unknown_label.as_ref() != Some(label))
        .collect();
    labels.sort();
    labels.dedup();
    labels
}

impl Lesson {
    fn new(
        dictionary: &Dictionary,
        counted: &[Vec<(u32, u32)>],
        classes: Vec<Option<usize>>,
        count: usize,
        options: &TrainOptions,
    ) -> Self {
        let mut rows = Rows::new(dictionary.keys.len());
        let mut unseen = Rows::new(dictionary.keys.len());
        let mut novelties = Vec::with_capacity(counted.len());
        for document in counted {
            rows.push(&dictionary.weigh(document).entries);
            let held_out = dictionary.weigh_held_out(document);
            unseen.push(&held_out.entries);
            novelties.push(held_out.novelty);
        }
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); count + 1];
        for (row, class) in classes.iter().enumerate() {
            members[class.unwrap_or(count)].push(row as u32);
        }
        let class_sizes = members[..count].iter().map(Vec::len).collect();
        let mut shuffler = Shuffler::new(options.seed);
        let mut folds = vec![Vec::new(); options.folds.max(2)];
        let mut next = 0;
        for mut class in members {
            shuffler.shuffle(&mut class);
            for row in class {
                let fold = next % folds.len();
                folds[fold].push(row);
                next += 1;
            }
        }
        Self { rows, unseen, novelties, classes, folds, class_sizes }
    }

    fn train(&self, cost: f32, options: &TrainOptions) -> (Weights, Calibration) {
        let learned = self.learn_all(cost, options);
        let trials: Vec<Trial> = (0..self.rows.len())
            .map(|row| Trial {
                scores: learned.iter().map(|class| class.unseen_scores[row]).collect(),
                novelty: self.novelties[row],
                truth: self.classes[row],
            })
            .collect();
        let dense: Vec<Vec<f32>> = learned.into_iter().map(|class| class.weights).collect();
        let weights = Weights::pack(&dense);
        let empty_top = weights.constants.iter().copied().fold(f32::MIN, f32::max);
        let calibration = Calibration::fit(&trials, empty_top);
        (weights, calibration)
    }

    fn learn_all(&self, cost: f32, options: &TrainOptions) -> Vec<Learned> {
        let count = self.class_sizes.len();
        let threads = options.threads.clamp(1, count);
        let mut learned: Vec<(usize, Learned)> = Vec::with_capacity(count);
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|worker| {
                    scope.spawn(move || {
                        let classes = (worker..count).step_by(threads);
                        classes.map(|class| (class, self.learn(class, cost, options))).collect::<Vec<_>>()
                    })
                })
                .collect();
            for worker in workers {
                match worker.join() {
                    Ok(part) => learned.extend(part),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
        learned.sort_by_key(|(class, _)| *class);
        learned.into_iter().map(|(_, result)| result).collect()
    }

    fn learn(&self, class: usize, cost: f32, options: &TrainOptions) -> Learned {
        let sides: Vec<bool> = self.classes.iter().map(|other| *other == Some(class)).collect();
        let costs = self.costs(class, cost, options.balance);
        let seed = options.seed.wrapping_add(class as u64 * 1_000);
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        let mut whole = Separator::new(&self.rows);
        let effort = Effort { passes: 60, tolerance: 0.05, seed };
        whole.solve(&self.rows, &sides, costs, &mut order, effort);
        let mut unseen_scores = vec![0.0; self.rows.len()];
        let mut gone = vec![false; self.rows.len()];
        for (number, fold) in self.folds.iter().enumerate() {
            // Start from the whole solution without the fold's rows: a few passes then reach the fold's own solution.
            let mut part = whole.clone();
            part.forget(&self.rows, &sides, fold);
            fold.iter().for_each(|row| gone[*row as usize] = true);
            order.clear();
            order.extend((0..self.rows.len() as u32).filter(|row| !gone[*row as usize]));
            let seed = seed.wrapping_add(1 + number as u64);
            let effort = Effort { passes: 30, tolerance: 0.05, seed };
            part.solve(&self.rows, &sides, costs, &mut order, effort);
            for row in fold {
                unseen_scores[*row as usize] = self.unseen.score(*row as usize, &part.weights);
                gone[*row as usize] = false;
            }
        }
        Learned { weights: whole.weights, unseen_scores }
    }

    /// The costs of a negative and a positive example of a class.
    fn costs(&self, class: usize, cost: f32, balance: f32) -> [f32; 2] {
        let average = self.rows.len() as f32 / self.class_sizes.len() as f32;
        let rarity = average / self.class_sizes[class].max(1) as f32;
        [cost, cost * rarity.powf(balance).clamp(0.2, 20.0)]
    }
}
