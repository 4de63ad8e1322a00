//! The linear-chain conditional random field: learning by stochastic gradient, best path, marginals.

use super::{TAGS_PER_KIND, TagOptions};
use crate::hash::Shuffler;

/// A text to learn from: feature numbers and the right tag of every character.
pub(super) struct Lesson {
    pub(super) positions: Vec<Vec<u32>>,
    pub(super) tags: Vec<usize>,
}

/// The weights of a chain.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Chain {
    tags: usize,
    /// Feature by tag.
    pub(super) emission: Vec<f32>,
    /// From tag to tag.
    pub(super) transition: Vec<f32>,
}

impl Chain {
    pub(super) fn new(tags: usize, features: usize) -> Self {
        Self { tags, emission: vec![0.0; features * tags], transition: vec![0.0; tags * tags] }
    }

    pub(super) fn tags(&self) -> usize {
        self.tags
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.emission.iter_mut().zip(&other.emission).for_each(|(sum, weight)| *sum += weight);
        self.transition.iter_mut().zip(&other.transition).for_each(|(sum, weight)| *sum += weight);
    }

    pub(super) fn divide(&mut self, by: usize) {
        self.emission.iter_mut().for_each(|weight| *weight /= by as f32);
        self.transition.iter_mut().for_each(|weight| *weight /= by as f32);
    }

    /// The score of every tag at every position.
    pub(super) fn scores(&self, positions: &[Vec<u32>]) -> Vec<f32> {
        let mut scores = vec![0.0; positions.len() * self.tags];
        for (row, features) in scores.chunks_mut(self.tags).zip(positions) {
            for feature in features {
                let from = *feature as usize * self.tags;
                for (score, weight) in row.iter_mut().zip(&self.emission[from..from + self.tags]) {
                    *score += weight;
                }
            }
        }
        scores
    }

    /// The likeliest sequence of tags in which every span that opens also closes.
    pub(super) fn best_path(&self, scores: &[f32]) -> Vec<usize> {
        let (tags, length) = (self.tags, scores.len() / self.tags);
        let mut best: Vec<f32> =
            (0..tags).map(|tag| if may_start(tag) { scores[tag] } else { f32::NEG_INFINITY }).collect();
        let mut came_from = vec![0_u16; length * tags];
        for at in 1..length {
            let mut next = vec![f32::NEG_INFINITY; tags];
            for to in 0..tags {
                for from in (0..tags).filter(|from| may_follow(*from, to)) {
                    let score = best[from] + self.transition[from * tags + to];
                    if score > next[to] {
                        next[to] = score;
                        came_from[at * tags + to] = from as u16;
                    }
                }
                next[to] += scores[at * tags + to];
            }
            best = next;
        }
        let ends = (0..tags).filter(|tag| may_end(*tag));
        let mut tag = ends.max_by(|a, b| best[*a].total_cmp(&best[*b])).unwrap_or(0);
        let mut path = vec![0; length];
        for at in (0..length).rev() {
            path[at] = tag;
            tag = came_from[at * tags + tag] as usize;
        }
        path
    }

    /// The probability of every tag at every position.
    pub(super) fn marginals(&self, scores: &[f32]) -> Vec<f64> {
        let passes = Passes::run(scores, &powers(&self.transition, self.tags), self.tags);
        passes.marginals(self.tags)
    }
}

/// Forward and backward passes, each position scaled to sum one so that long texts do not underflow.
struct Passes {
    local: Vec<f64>,
    forward: Vec<f64>,
    backward: Vec<f64>,
}

impl Passes {
    fn run(scores: &[f32], powers: &[f64], tags: usize) -> Self {
        let length = scores.len() / tags;
        let mut local = vec![0.0; scores.len()];
        for (row, scores) in local.chunks_mut(tags).zip(scores.chunks(tags)) {
            let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            row.iter_mut().zip(scores).for_each(|(power, score)| *power = f64::from(score - top).exp());
        }
        let mut forward = vec![0.0; scores.len()];
        let mut backward = vec![0.0; scores.len()];
        for tag in 0..tags {
            forward[tag] = if may_start(tag) { local[tag] } else { 0.0 };
            backward[(length - 1) * tags + tag] = f64::from(u8::from(may_end(tag)));
        }
        scale(&mut forward[..tags]);
        for at in 1..length {
            let (before, now) = forward.split_at_mut(at * tags);
            let before = &before[(at - 1) * tags..];
            for from in 0..tags {
                if before[from] > 0.0 {
                    for to in 0..tags {
                        now[to] += before[from] * powers[from * tags + to];
                    }
                }
            }
            for to in 0..tags {
                now[to] *= local[at * tags + to];
            }
            scale(&mut now[..tags]);
        }
        for at in (0..length - 1).rev() {
            let (now, after) = backward.split_at_mut((at + 1) * tags);
            let now = &mut now[at * tags..];
            let mut weighed = [0.0; 1 + super::MOST_KINDS * TAGS_PER_KIND];
            for to in 0..tags {
                weighed[to] = after[to] * local[(at + 1) * tags + to];
            }
            for from in 0..tags {
                now[from] = (0..tags).map(|to| powers[from * tags + to] * weighed[to]).sum();
            }
            scale(now);
        }
        Self { local, forward, backward }
    }

    fn marginals(&self, tags: usize) -> Vec<f64> {
        let mut marginals: Vec<f64> = self.forward.iter().zip(&self.backward).map(|(f, b)| f * b).collect();
        marginals.chunks_mut(tags).for_each(scale);
        marginals
    }
}

fn scale(row: &mut [f64]) {
    let sum: f64 = row.iter().sum();
    if sum > 0.0 {
        row.iter_mut().for_each(|value| *value /= sum);
    }
}

fn powers(transition: &[f32], tags: usize) -> Vec<f64> {
    let mut powers = vec![0.0; tags * tags];
    for from in 0..tags {
        for to in (0..tags).filter(|to| may_follow(from, *to)) {
            powers[from * tags + to] = f64::from(transition[from * tags + to]).exp();
        }
    }
    powers
}

fn place(tag: usize) -> Option<usize> {
    tag.checked_sub(1).map(|tag| tag % TAGS_PER_KIND)
}

fn may_start(tag: usize) -> bool {
    !matches!(place(tag), Some(1 | 2))
}

fn may_end(tag: usize) -> bool {
    !matches!(place(tag), Some(0 | 1))
}

fn may_follow(from: usize, to: usize) -> bool {
    if may_end(from) { may_start(to) } else { !may_start(to) && (from - 1) / TAGS_PER_KIND == (to - 1) / TAGS_PER_KIND }
}

/// A chain while it learns; the pull towards zero is kept as one common factor.
struct Learner {
    chain: Chain,
    factor: f64,
}

/// Learns a chain and returns the average over the later passes, which is steadier than the last state.
pub(super) fn learn(
    lessons: &[Lesson],
    order: &mut [u32],
    tags: usize,
    features: usize,
    options: &TagOptions,
    shuffler: &mut Shuffler,
) -> Chain {
    let mut learner = Learner { chain: Chain::new(tags, features), factor: 1.0 };
    let mut average = Chain::new(tags, features);
    let (mut averaged, mut steps) = (0, 0.0);
    let pull = options.pull / lessons.len() as f64;
    for pass in 0..options.passes {
        shuffler.shuffle(order);
        for at in order.iter() {
            let lesson = &lessons[*at as usize];
            let rate = options.step / (1.0 + options.step * pull * steps);
            steps += 1.0;
            if !lesson.tags.is_empty() {
                learner.step(lesson, rate, pull);
            }
        }
        learner.settle();
        if pass * 2 >= options.passes {
            average.add(&learner.chain);
            averaged += 1;
        }
    }
    average.divide(averaged.max(1));
    average
}

impl Learner {
    fn step(&mut self, lesson: &Lesson, rate: f64, pull: f64) {
        let tags = self.chain.tags;
        let factor = self.factor as f32;
        let mut scores = self.chain.scores(&lesson.positions);
        scores.iter_mut().for_each(|score| *score *= factor);
        let transition: Vec<f32> = self.chain.transition.iter().map(|weight| weight * factor).collect();
        let powers = powers(&transition, tags);
        let passes = Passes::run(&scores, &powers, tags);
        let marginals = passes.marginals(tags);
        self.factor *= 1.0 - rate * pull;
        let step = (rate / self.factor) as f32;
        for (at, features) in lesson.positions.iter().enumerate() {
            for tag in 0..tags {
                let right = f64::from(u8::from(lesson.tags[at] == tag));
                let error = (right - marginals[at * tags + tag]) as f32;
                if error.abs() > 1e-4 {
                    for feature in features {
                        self.chain.emission[*feature as usize * tags + tag] += step * error;
                    }
                }
            }
        }
        self.step_transitions(lesson, &passes, &powers, step);
        if self.factor < 1e-3 {
            self.settle();
        }
    }

    fn step_transitions(&mut self, lesson: &Lesson, passes: &Passes, powers: &[f64], step: f32) {
        let tags = self.chain.tags;
        let mut pairs = vec![0.0; tags * tags];
        for at in 1..lesson.tags.len() {
            let mut joint = vec![0.0; tags * tags];
            let mut sum = 0.0;
            for from in 0..tags {
                let before = passes.forward[(at - 1) * tags + from];
                for to in 0..tags {
                    let after = passes.local[at * tags + to] * passes.backward[at * tags + to];
                    joint[from * tags + to] = before * powers[from * tags + to] * after;
                    sum += joint[from * tags + to];
                }
            }
            pairs[lesson.tags[at - 1] * tags + lesson.tags[at]] += 1.0;
            if sum > 0.0 {
                pairs.iter_mut().zip(&joint).for_each(|(pair, joint)| *pair -= joint / sum);
            }
        }
        for (weight, error) in self.chain.transition.iter_mut().zip(&pairs) {
            *weight += step * *error as f32;
        }
    }

    /// Multiplies the common factor into the weights.
    fn settle(&mut self) {
        let factor = self.factor as f32;
        self.chain.emission.iter_mut().for_each(|weight| *weight *= factor);
        self.chain.transition.iter_mut().for_each(|weight| *weight *= factor);
        self.factor = 1.0;
    }
}
