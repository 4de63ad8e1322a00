//! The stored form of models: a header, numbers in few bytes, and a checksum over all of it.

use crate::hash;

const MAGIC: &[u8; 4] = b"GDAI";
const CHECKSUM: usize = 8;

/// Why stored bytes are not a usable model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("these bytes are not a model")]
    Foreign,
    #[error("the model is a `{found}`, not a `{wanted}`")]
    Kind { found: String, wanted: &'static str },
    #[error("the model has format {found}; this program reads format {wanted}: train it again")]
    Version { found: u64, wanted: u64 },
    #[error("the model is damaged: its checksum differs")]
    Checksum,
    #[error("the model is cut short or inconsistent")]
    Broken,
}

/// Writes a model.
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new(kind: &str, version: u64) -> Self {
        let mut writer = Self(MAGIC.to_vec());
        writer.text(kind);
        writer.number(version);
        writer
    }

    pub(crate) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value as u8) | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    pub(crate) fn size(&mut self, value: usize) {
        self.number(value as u64);
    }

    pub(crate) fn float(&mut self, value: f32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn double(&mut self, value: f64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn short(&mut self, value: i16) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.size(value.len());
        self.0.extend_from_slice(value.as_bytes());
    }

    pub(crate) fn texts(&mut self, values: &[String]) {
        self.size(values.len());
        for value in values {
            self.text(value);
        }
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        let checksum = hash::bytes(&self.0);
        self.0.extend_from_slice(&checksum.to_le_bytes());
        self.0
    }
}

/// Reads a model; every length is checked against what is there.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], kind: &'static str, version: u64) -> Result<Self, ModelError> {
        if bytes.len() < MAGIC.len() + CHECKSUM || &bytes[..MAGIC.len()] != MAGIC {
            return Err(ModelError::Foreign);
        }
        let (body, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
        if hash::bytes(body).to_le_bytes() != *checksum {
            return Err(ModelError::Checksum);
        }
        let mut reader = Self(&body[MAGIC.len()..]);
        let found = reader.text()?;
        if found != kind {
            return Err(ModelError::Kind { found, wanted: kind });
        }
        let found = reader.number()?;
        if found != version {
            return Err(ModelError::Version { found, wanted: version });
        }
        Ok(reader)
    }

    pub(crate) fn number(&mut self) -> Result<u64, ModelError> {
        let mut value = 0_u64;
        for place in 0..10 {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << (place * 7).min(63);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(ModelError::Broken)
    }

    /// A count of things that take at least one byte each, so it cannot exceed what is left.
    pub(crate) fn count(&mut self) -> Result<usize, ModelError> {
        let value = self.number()?;
        if value > self.0.len() as u64 {
            return Err(ModelError::Broken);
        }
        Ok(value as usize)
    }

    pub(crate) fn small(&mut self) -> Result<u32, ModelError> {
        u32::try_from(self.number()?).map_err(|_| ModelError::Broken)
    }

    pub(crate) fn float(&mut self) -> Result<f32, ModelError> {
        let bytes = self.take(4)?;
        let value = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        if value.is_finite() { Ok(value) } else { Err(ModelError::Broken) }
    }

    pub(crate) fn double(&mut self) -> Result<f64, ModelError> {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(self.take(8)?);
        let value = f64::from_le_bytes(bytes);
        if value.is_finite() { Ok(value) } else { Err(ModelError::Broken) }
    }

    pub(crate) fn short(&mut self) -> Result<i16, ModelError> {
        let bytes = self.take(2)?;
        Ok(i16::from_le_bytes([bytes[0], bytes[1]]))
    }

    pub(crate) fn text(&mut self) -> Result<String, ModelError> {
        let length = self.count()?;
        let bytes = self.take(length)?.to_vec();
        String::from_utf8(bytes).map_err(|_| ModelError::Broken)
    }

    pub(crate) fn texts(&mut self) -> Result<Vec<String>, ModelError> {
        (0..self.count()?).map(|_| self.text()).collect()
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ModelError> {
        let Some((head, tail)) = self.0.split_at_checked(length) else {
            return Err(ModelError::Broken);
        };
        self.0 = tail;
        Ok(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_or_foreign_bytes_are_refused() {
        let mut writer = Writer::new("test", 3);
        writer.number(300);
        writer.text("报修");
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes, "test", 3).expect("good");
        assert_eq!(reader.number(), Ok(300));
        assert_eq!(reader.text(), Ok("报修".to_owned()));
        assert_eq!(reader.number(), Err(ModelError::Broken));

        assert_eq!(Reader::new(b"hello", "test", 3).err(), Some(ModelError::Foreign));
        assert!(matches!(Reader::new(&bytes, "other", 3).err(), Some(ModelError::Kind { .. })));
        assert!(matches!(Reader::new(&bytes, "test", 4).err(), Some(ModelError::Version { .. })));
        for at in 4..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert!(Reader::new(&damaged, "test", 3).is_err(), "byte {at}");
        }
    }
}
