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
    /// Parts for cross-validation; doubled for small data.
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
/// Below this many rows twice the folds: each fold's model should have seen nearly as much as the final one.
const FEW_ROWS: usize = 2_000;
const FEW_CLASSES: usize = 20;
const LEAST_TRUST: f32 = 0.2;
/// Feature values times classes up to which several settings are tried.
const SMALL_ENOUGH_TO_TRY: usize = 25_000_000;

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

/// What is tried out.
#[derive(Debug, Clone, Copy)]
struct Setting {
    cost: f32,
    /// How much more freely a feature's weight may grow when the feature tells the class apart by itself:
    /// 0 not at all. Helps where classes are few and texts long.
    focus: f32,
}

struct Lesson {
    rows: Rows,
    /// The same rows without the features nobody else has: how a stranger's text would look to the model.
    unseen: Rows,
    /// The class of each row; `None` for examples of no class.
    novelties: Vec<f32>,
    classes: Vec<Option<usize>>,
    folds: Vec<Vec<u32>>,
    /// For the whole and then for every fold left out: in how many rows each feature stands.
    spreads: Vec<Vec<u32>>,
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
    let (weights, calibration) = best_of_settings(&lesson, options);
    Ok(Classifier { labels, dictionary, weights, calibration })
}

/// Tries several settings on small data and keeps the one whose held-out probabilities fit best.
fn best_of_settings(lesson: &Lesson, options: &TrainOptions) -> (Weights, Calibration) {
    let classes = lesson.class_sizes.len();
    let mut setting =
        Setting { cost: options.cost.unwrap_or(1.0), focus: if classes <= FEW_CLASSES { 1.0 } else { 0.0 } };
    let mut best = lesson.train(setting, options);
    if lesson.rows.entry_count() * classes > SMALL_ENOUGH_TO_TRY {
        return best;
    }
    let mut keep_better = |setting: &mut Setting, tried: Setting| {
        let other = lesson.train(tried, options);
        if other.1.loss < best.1.loss {
            best = other;
            *setting = tried;
        }
    };
    if options.cost.is_none() {
        for cost in [0.3, 3.0] {
            let tried = Setting { cost, ..setting };
            keep_better(&mut setting, tried);
        }
    }
    for focus in [0.0, 1.0, 2.0] {
        if focus != setting.focus {
            let tried = Setting { focus, ..setting };
            keep_better(&mut setting, tried);
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
        let count = options.folds.max(2) * if rows.len() < FEW_ROWS { 2 } else { 1 };
        let mut folds = vec![Vec::new(); count];
        let mut next = 0;
        for mut class in members {
            shuffler.shuffle(&mut class);
            for row in class {
                let fold = next % folds.len();
                folds[fold].push(row);
                next += 1;
            }
        }
        let spreads = spreads(&rows, &folds);
        Self { rows, unseen, novelties, classes, folds, spreads, class_sizes }
    }

    fn train(&self, setting: Setting, options: &TrainOptions) -> (Weights, Calibration) {
        let learned = self.learn_all(setting, options);
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

    fn learn_all(&self, setting: Setting, options: &TrainOptions) -> Vec<Learned> {
        let count = self.class_sizes.len();
        let threads = options.threads.clamp(1, count);
        let mut learned: Vec<(usize, Learned)> = Vec::with_capacity(count);
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|worker| {
                    scope.spawn(move || {
                        let classes = (worker..count).step_by(threads);
                        classes.map(|class| (class, self.learn(class, setting, options))).collect::<Vec<_>>()
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

    fn learn(&self, class: usize, setting: Setting, options: &TrainOptions) -> Learned {
        let sides: Vec<bool> = self.classes.iter().map(|other| *other == Some(class)).collect();
        let costs = self.costs(class, setting.cost, options.balance);
        let seed = options.seed.wrapping_add(class as u64 * 1_000);
        let mut gone = vec![false; self.rows.len()];
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        let mut whole = Separator::new(&self.rows, self.trust(&sides, &gone, 0, setting.focus));
        let effort = Effort { passes: 60, tolerance: 0.05, seed };
        whole.solve(&self.rows, &sides, costs, &mut order, effort);
        let near = whole.near(&self.rows, &sides);
        let mut unseen_scores = vec![0.0; self.rows.len()];
        for (number, fold) in self.folds.iter().enumerate() {
            fold.iter().for_each(|row| gone[*row as usize] = true);
            let trust = self.trust(&sides, &gone, number + 1, setting.focus);
            let mut part = Separator::without(&whole, &self.rows, &sides, &gone, trust);
            order.clear();
            order.extend(near.iter().filter(|row| !gone[**row as usize]));
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

    /// How freely each feature's weight may grow: by the logarithm of how much more often the feature stands in the
    /// class than elsewhere, or the reverse. Rows that are gone must not be counted, or held-out scores would be
    /// too good.
    fn trust(&self, sides: &[bool], gone: &[bool], spread: usize, focus: f32) -> Option<Vec<f32>> {
        if focus == 0.0 {
            return None;
        }
        let mut inside = vec![0_u32; self.rows.columns];
        let (mut members, mut others) = (0.0_f32, 0.0_f32);
        for row in (0..self.rows.len()).filter(|row| !gone[*row]) {
            if !sides[row] {
                others += 1.0;
                continue;
            }
            members += 1.0;
            self.rows.row(row).iter().for_each(|(column, _)| inside[*column as usize] += 1);
        }
        // A feature never seen in a large class says more than one never seen in a small class.
        let doubt = (others / members.max(1.0)).clamp(0.05, 20.0);
        let ratio = |(inside, all): (&u32, &u32)| {
            let outside = all.saturating_sub(*inside) as f32;
            let here = (*inside as f32 + 1.0) / (members + 2.0);
            let elsewhere = (outside + doubt) / (others + 2.0 * doubt);
            (here / elsewhere).ln().abs()
        };
        let mut trust: Vec<f32> = inside.iter().zip(&self.spreads[spread]).map(ratio).collect();
        let mean = (trust.iter().sum::<f32>() / trust.len() as f32).max(f32::MIN_POSITIVE);
        trust.iter_mut().for_each(|trust| {
            *trust = (LEAST_TRUST + (1.0 - LEAST_TRUST) * *trust / mean).powf(focus);
        });
        Some(trust)
    }

    /// The costs of a negative and a positive example of a class.
    fn costs(&self, class: usize, cost: f32, balance: f32) -> [f32; 2] {
        let average = self.rows.len() as f32 / self.class_sizes.len() as f32;
        let rarity = average / self.class_sizes[class].max(1) as f32;
        [cost, cost * rarity.powf(balance).clamp(0.2, 20.0)]
    }
}

fn spreads(rows: &Rows, folds: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut whole = vec![0_u32; rows.columns];
    for row in 0..rows.len() {
        rows.row(row).iter().for_each(|(column, _)| whole[*column as usize] += 1);
    }
    let mut spreads = vec![whole.clone()];
    for fold in folds {
        let mut part = whole.clone();
        for row in fold {
            rows.row(*row as usize).iter().for_each(|(column, _)| part[*column as usize] -= 1);
        }
        spreads.push(part);
    }
    spreads
}
