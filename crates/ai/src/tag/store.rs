//! Stores a tagger as bytes and reads it back.

use super::crf::Chain;
use super::features::{Features, Lexicon};
use super::{MOST_KINDS, TAGS_PER_KIND, Tagger};
use crate::codec::{ModelError, Reader, Writer};

const KIND: &str = "tag";
const VERSION: u64 = 1;
/// Weights below one part in this many of the largest only fill the file.
const SMALLEST: i16 = 250;

impl Tagger {
    /// The model as bytes; the same model gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(KIND, VERSION);
        writer.texts(&self.kinds);
        let entries = self.lexicon.sorted();
        writer.size(entries.len());
        for (text, kind) in entries {
            writer.text(&text.iter().collect::<String>());
            writer.number(kind.into());
        }
        self.chain.transition.iter().for_each(|weight| writer.float(*weight));
        let largest = self.chain.emission.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
        // A power of two, so that storing what was read gives the same bytes again.
        let step = (largest / f32::from(i16::MAX)).max(f32::MIN_POSITIVE).log2().ceil().exp2();
        let level = |weight: f32| (weight / step).round() as i16;
        let least = level(largest) / SMALLEST;
        writer.float(step);
        writer.size(self.features.len());
        let mut before = 0;
        let rows = self.chain.emission.chunks(self.chain.tags());
        for (key, row) in self.features.keys().iter().zip(rows) {
            writer.number(u64::from(key - before));
            before = *key;
            let levels = row.iter().map(|weight| level(*weight)).enumerate();
            let kept = || levels.clone().filter(|(_, level)| level.abs() > least);
            writer.size(kept().count());
            for (tag, level) in kept() {
                writer.size(tag);
                writer.short(level);
            }
        }
        writer.finish()
    }

    /// Reads a model that [`Tagger::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut reader = Reader::new(bytes, KIND, VERSION)?;
        let kinds = reader.texts()?;
        if kinds.is_empty() || kinds.len() > MOST_KINDS {
            return Err(ModelError::Broken);
        }
        let mut lexicon = Lexicon::default();
        for _ in 0..reader.count()? {
            let text = reader.text()?.chars().collect();
            let kind = reader.small()?;
            if kind as usize >= kinds.len() {
                return Err(ModelError::Broken);
            }
            lexicon.insert(text, kind as u16, 1);
        }
        let tags = 1 + TAGS_PER_KIND * kinds.len();
        let mut chain = Chain::new(tags, 0);
        for weight in &mut chain.transition {
            *weight = reader.float()?;
        }
        let step = reader.float()?;
        let count = reader.count()?;
        let mut keys = Vec::with_capacity(count);
        let mut key = 0_u32;
        for _ in 0..count {
            key = key.checked_add(reader.small()?).ok_or(ModelError::Broken)?;
            keys.push(key);
            let row = chain.emission.len();
            chain.emission.resize(row + tags, 0.0);
            for _ in 0..reader.count()? {
                let tag = reader.small()? as usize;
                let level = reader.short()?;
                let place = chain.emission[row..].get_mut(tag).ok_or(ModelError::Broken)?;
                *place = f32::from(level) * step;
            }
        }
        Ok(Self { kinds, lexicon, features: Features::new(keys), chain })
    }

    /// The same model as a reader of its bytes will see it: small weights gone, the others rounded.
    pub(super) fn rounded(self) -> Self {
        Self::from_bytes(&self.to_bytes()).unwrap_or(self)
    }
}
