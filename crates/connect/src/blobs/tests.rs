//! The promises of the port, on a disk and in memory.

use std::sync::Arc;

use domain::port::{Answer, BlobError, Blobs, Chunks, OneChunk};
use object_store::memory::InMemory;

use super::{ObjectBlobs, PART, disk};

struct Pieces {
    pieces: Vec<Vec<u8>>,
    breaks_off: bool,
}

impl Chunks for Pieces {
    fn next(&mut self) -> Answer<'_, Option<Vec<u8>>> {
        let next = match self.pieces.is_empty() {
            false => Ok(Some(self.pieces.remove(0))),
            true if self.breaks_off => Err(BlobError::Source("gone".into())),
            true => Ok(None),
        };
        Box::pin(std::future::ready(next))
    }
}

async fn read(blobs: &ObjectBlobs, key: &str) -> Result<Vec<u8>, BlobError> {
    let mut content = blobs.get(key).await?;
    let mut whole = Vec::new();
    while let Some(chunk) = content.next().await? {
        whole.extend(chunk);
    }
    Ok(whole)
}

async fn check_promises(blobs: &ObjectBlobs) {
    let stored = blobs.put("fil_a1", &mut OneChunk::new("abc"), 3).await.expect("fits");
    assert_eq!(stored.size, 3);
    assert_eq!(stored.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(read(blobs, "fil_a1").await.expect("is there"), b"abc");

    let empty = blobs.put("fil_e0", &mut OneChunk::default(), 3).await.expect("may be empty");
    assert_eq!(empty.size, 0);

    let half = vec![7u8; PART / 2 + 1];
    let pieces = vec![half.clone(), half.clone(), half.clone()];
    let mut large = Pieces { pieces, breaks_off: false };
    let stored = blobs.put("fil_b2", &mut large, u64::MAX).await.expect("is written in parts");
    assert_eq!(stored.size, 3 * half.len() as u64);
    assert_eq!(read(blobs, "fil_b2").await.expect("is there").len(), 3 * half.len());

    let refused = blobs.put("fil_c3", &mut OneChunk::new("abcd"), 3).await;
    assert!(matches!(refused, Err(BlobError::TooLarge { limit: 3 })));
    let mut broken = Pieces { pieces: vec![vec![1; PART], vec![1]], breaks_off: true };
    let refused = blobs.put("fil_d4", &mut broken, u64::MAX).await;
    assert!(matches!(refused, Err(BlobError::Source(_))));
    for key in ["fil_c3", "fil_d4"] {
        assert!(matches!(read(blobs, key).await, Err(BlobError::NotFound)), "{key}");
    }

    blobs.delete("fil_a1").await.expect("is deleted");
    blobs.delete("fil_a1").await.expect("may be gone already");
    assert!(matches!(read(blobs, "fil_a1").await, Err(BlobError::NotFound)));
}

#[tokio::test]
async fn a_folder_keeps_the_promises() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    check_promises(&disk(&folder.path().join("files")).expect("opens")).await;
}

#[tokio::test]
async fn another_store_keeps_the_same_promises() {
    check_promises(&ObjectBlobs::new(Arc::new(InMemory::new()))).await;
}
