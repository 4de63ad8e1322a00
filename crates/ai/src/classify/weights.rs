//! The learned weights, stored by feature: a document touches few features, and each matters to few classes.

/// Weights of all classes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Weights {
    pub(crate) constants: Vec<f32>,
    /// For feature `f`, its entries are `starts[f]..starts[f + 1]`.
    pub(crate) starts: Vec<u32>,
    pub(crate) classes: Vec<u16>,
    /// The weight is the level times the step.
    pub(crate) levels: Vec<i16>,
    pub(crate) step: f32,
}

/// Weights below this share of the largest do not change a decision but fill the file.
const SMALLEST: f32 = 0.004;

impl Weights {
    /// Packs dense weights, one vector per class whose last entry is the constant.
    pub(crate) fn pack(classes: &[Vec<f32>]) -> Self {
        let columns = classes.first().map_or(0, |weights| weights.len() - 1);
        let largest = classes
            .iter()
            .flat_map(|weights| &weights[..columns])
            .fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
        let step = if largest > 0.0 { largest / f32::from(i16::MAX) } else { 1.0 };
        let mut packed = Self {
            constants: classes.iter().map(|weights| weights[columns]).collect(),
            starts: vec![0],
            step,
            ..Self::default()
        };
        for column in 0..columns {
            for (class, weights) in classes.iter().enumerate() {
                if weights[column].abs() > largest * SMALLEST {
                    packed.classes.push(class as u16);
                    packed.levels.push((weights[column] / step).round() as i16);
                }
            }
            packed.starts.push(packed.classes.len() as u32);
        }
        packed
    }

    /// What one feature says for a class.
    pub(crate) fn weight(&self, feature: u32, class: usize) -> f32 {
        let from = self.starts[feature as usize] as usize;
        let to = self.starts[feature as usize + 1] as usize;
        let found = self.classes[from..to].iter().position(|other| usize::from(*other) == class);
        found.map_or(0.0, |at| f32::from(self.levels[from + at]) * self.step)
    }

    /// The score of every class for a document.
    pub(crate) fn scores(&self, entries: &[(u32, f32)]) -> Vec<f32> {
        let mut scores = vec![0.0_f32; self.constants.len()];
        for (feature, value) in entries {
            let from = self.starts[*feature as usize] as usize;
            let to = self.starts[*feature as usize + 1] as usize;
            for (class, level) in self.classes[from..to].iter().zip(&self.levels[from..to]) {
                scores[*class as usize] += f32::from(*level) * value;
            }
        }
        for (score, constant) in scores.iter_mut().zip(&self.constants) {
            *score = *score * self.step + constant;
        }
        scores
    }
}
