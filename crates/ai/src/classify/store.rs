//! Stores a classifier as bytes and reads it back.

use super::Classifier;
use super::calibrate::{Calibration, Threshold};
use super::features::Dictionary;
use super::weights::Weights;
use crate::codec::{ModelError, Reader, Writer};

const KIND: &str = "classify";
const VERSION: u64 = 1;

impl Classifier {
    /// The model as bytes; the same model gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(KIND, VERSION);
        writer.texts(&self.labels);
        write_calibration(&mut writer, &self.calibration);
        let dictionary = &self.dictionary;
        writer.number(dictionary.documents.into());
        writer.number(dictionary.rarest.into());
        writer.size(dictionary.keys.len());
        let mut before = 0;
        for (key, spread) in dictionary.keys.iter().zip(&dictionary.spread) {
            writer.number(u64::from(key - before));
            writer.number((*spread).into());
            before = *key;
        }
        write_weights(&mut writer, &self.weights);
        writer.finish()
    }

    /// Reads a model that [`Classifier::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut reader = Reader::new(bytes, KIND, VERSION)?;
        let labels = reader.texts()?;
        let calibration = read_calibration(&mut reader)?;
        let dictionary = read_dictionary(&mut reader)?;
        let weights = read_weights(&mut reader, labels.len(), dictionary.keys.len())?;
        Ok(Self { labels, dictionary, weights, calibration })
    }
}

fn write_calibration(writer: &mut Writer, calibration: &Calibration) {
    writer.float(calibration.sharpness);
    calibration.confidence.iter().for_each(|weight| writer.float(*weight));
    writer.size(calibration.bends.len());
    for (stated, observed) in &calibration.bends {
        writer.float(*stated);
        writer.float(*observed);
    }
    writer.float(calibration.unknown_below);
    for figure in [calibration.accuracy, calibration.loss] {
        writer.double(figure);
    }
    writer.size(calibration.thresholds.len());
    for threshold in &calibration.thresholds {
        writer.double(threshold.accuracy);
        writer.double(threshold.probability);
        writer.double(threshold.coverage);
    }
}

fn read_calibration(reader: &mut Reader<'_>) -> Result<Calibration, ModelError> {
    let mut calibration = Calibration { sharpness: reader.float()?, ..Calibration::default() };
    for weight in &mut calibration.confidence {
        *weight = reader.float()?;
    }
    for _ in 0..reader.count()? {
        calibration.bends.push((reader.float()?, reader.float()?));
    }
    calibration.unknown_below = reader.float()?;
    calibration.accuracy = reader.double()?;
    calibration.loss = reader.double()?;
    for _ in 0..reader.count()? {
        calibration.thresholds.push(Threshold {
            accuracy: reader.double()?,
            probability: reader.double()?,
            coverage: reader.double()?,
        });
    }
    Ok(calibration)
}

fn read_dictionary(reader: &mut Reader<'_>) -> Result<Dictionary, ModelError> {
    let documents = reader.small()?;
    let rarest = reader.small()?;
    let count = reader.count()?;
    let (mut keys, mut spread) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut key = 0_u32;
    for _ in 0..count {
        key = key.checked_add(reader.small()?).ok_or(ModelError::Broken)?;
        keys.push(key);
        spread.push(reader.small()?);
    }
    Ok(Dictionary::assemble(documents, rarest, keys, spread))
}

fn write_weights(writer: &mut Writer, weights: &Weights) {
    writer.float(weights.step);
    weights.constants.iter().for_each(|constant| writer.float(*constant));
    for bounds in weights.starts.windows(2) {
        let (from, to) = (bounds[0] as usize, bounds[1] as usize);
        writer.size(to - from);
        let mut before = 0;
        for at in from..to {
            writer.number(u64::from(weights.classes[at] - before));
            writer.short(weights.levels[at]);
            before = weights.classes[at];
        }
    }
}

fn read_weights(reader: &mut Reader<'_>, classes: usize, features: usize) -> Result<Weights, ModelError> {
    let mut weights = Weights { step: reader.float()?, starts: vec![0], ..Weights::default() };
    for _ in 0..classes {
        weights.constants.push(reader.float()?);
    }
    for _ in 0..features {
        let mut class = 0_u64;
        for _ in 0..reader.count()? {
            class += reader.number()?.min(1 << 32);
            if class >= classes as u64 {
                return Err(ModelError::Broken);
            }
            weights.classes.push(class as u16);
            weights.levels.push(reader.short()?);
        }
        let end = u32::try_from(weights.classes.len()).map_err(|_| ModelError::Broken)?;
        weights.starts.push(end);
    }
    Ok(weights)
}
