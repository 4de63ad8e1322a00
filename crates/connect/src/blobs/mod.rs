//! Files on a disk or in an S3 bucket, behind [`domain::port::Blobs`].
//!
//! Content is cut into parts of [`PART`] bytes, so an upload of any size costs one part of memory. Nothing
//! becomes visible before the last part is written: a crash leaves no half file under its key.

mod settings;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use domain::port::{Answer, BlobError, Blobs, Chunks, StoredBlob};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

pub use settings::{OpenError, S3Settings, disk, s3};

/// The smallest part that S3 takes, apart from the last one.
const PART: usize = 5 * 1024 * 1024;

/// Blobs in any store that the library knows.
#[derive(Debug, Clone)]
pub struct ObjectBlobs {
    store: Arc<dyn ObjectStore>,
}

impl ObjectBlobs {
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        Self { store }
    }

    async fn write(&self, key: &str, content: &mut dyn Chunks, limit: u64) -> Result<StoredBlob, BlobError> {
        let path = place(key);
        let mut measured = Measured::new(limit);
        let mut part = Vec::new();
        let mut upload: Option<Box<dyn MultipartUpload>> = None;

        let written = async {
            while let Some(chunk) = content.next().await? {
                measured.add(&chunk)?;
                part.extend_from_slice(&chunk);
                if part.len() >= PART {
                    let upload = match &mut upload {
                        Some(upload) => upload,
                        none => none.insert(self.store.put_multipart(&path).await.map_err(failed)?),
                    };
                    let full = std::mem::take(&mut part);
                    upload.put_part(full.into()).await.map_err(failed)?;
                }
            }
            Ok(())
        };
        let mut outcome = written.await;
        if outcome.is_ok() {
            outcome = self.finish(&path, &mut upload, part).await;
        }
        if let (Err(_), Some(upload)) = (&outcome, &mut upload)
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(%error, "Could not drop the parts of a failed upload");
        }
        outcome.map(|()| measured.finish())
    }

    async fn finish(
        &self,
        path: &Path,
        upload: &mut Option<Box<dyn MultipartUpload>>,
        rest: Vec<u8>,
    ) -> Result<(), BlobError> {
        let Some(upload) = upload else {
            self.store.put(path, rest.into()).await.map_err(failed)?;
            return Ok(());
        };
        if !rest.is_empty() {
            upload.put_part(rest.into()).await.map_err(failed)?;
        }
        upload.complete().await.map_err(failed)?;
        Ok(())
    }

    async fn open(&self, key: &str) -> Result<Box<dyn Chunks>, BlobError> {
        let found = self.store.get(&place(key)).await.map_err(failed)?;
        Ok(Box::new(Stored(found.into_stream())))
    }

    async fn remove(&self, key: &str) -> Result<(), BlobError> {
        match self.store.delete(&place(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }
}

impl Blobs for ObjectBlobs {
    fn put<'a>(&'a self, key: &'a str, content: &'a mut dyn Chunks, limit: u64) -> Answer<'a, StoredBlob> {
        Box::pin(self.write(key, content, limit))
    }

    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Box<dyn Chunks>> {
        Box::pin(self.open(key))
    }

    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, ()> {
        Box::pin(self.remove(key))
    }
}

/// The last two characters of a key are random, so they spread files over folders.
fn place(key: &str) -> Path {
    let start = key.char_indices().rev().nth(1).map_or(0, |(at, _)| at);
    Path::from_iter([&key[start..], key])
}

fn failed(error: object_store::Error) -> BlobError {
    match error {
        object_store::Error::NotFound { .. } => BlobError::NotFound,
        other => BlobError::Store(Box::new(other)),
    }
}

/// Size and hash of what has passed so far.
struct Measured {
    size: u64,
    limit: u64,
    hash: Sha256,
}

impl Measured {
    fn new(limit: u64) -> Self {
        Self { size: 0, limit, hash: Sha256::new() }
    }

    fn add(&mut self, chunk: &[u8]) -> Result<(), BlobError> {
        self.size += chunk.len() as u64;
        if self.size > self.limit {
            return Err(BlobError::TooLarge { limit: self.limit });
        }
        self.hash.update(chunk);
        Ok(())
    }

    fn finish(self) -> StoredBlob {
        let digest = self.hash.finalize();
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        StoredBlob { size: self.size, sha256 }
    }
}

struct Stored(BoxStream<'static, object_store::Result<Bytes>>);

impl Chunks for Stored {
    fn next(&mut self) -> Answer<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            match self.0.next().await {
                Some(Ok(chunk)) => Ok(Some(chunk.to_vec())),
                Some(Err(error)) => Err(failed(error)),
                None => Ok(None),
            }
        })
    }
}
