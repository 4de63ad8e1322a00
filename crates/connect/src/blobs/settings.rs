//! Opens a folder or a bucket.

use std::path::Path;
use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;

use super::ObjectBlobs;

/// Why a blob store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("could not create the folder for files")]
    Folder(#[source] std::io::Error),
    #[error("could not open the store for files")]
    Store(#[from] object_store::Error),
}

/// Where a bucket is and how to get in.
#[derive(Clone)]
pub struct S3Settings {
    pub bucket: String,
    pub region: String,
    /// Empty means Amazon's own address for the region.
    pub endpoint: String,
    pub access_key: String,
    pub secret_key: String,
}

/// Files in a folder; every write reaches the disk before it is acknowledged.
///
/// # Errors
/// [`OpenError`] when the folder cannot be made.
pub fn disk(folder: &Path) -> Result<ObjectBlobs, OpenError> {
    std::fs::create_dir_all(folder).map_err(OpenError::Folder)?;
    let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
    Ok(ObjectBlobs::new(Arc::new(store)))
}

/// Files in an S3 bucket.
///
/// # Errors
/// [`OpenError`] when a setting is missing or malformed; the bucket itself is not asked.
pub fn s3(settings: &S3Settings) -> Result<ObjectBlobs, OpenError> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&settings.bucket)
        .with_region(&settings.region)
        .with_access_key_id(&settings.access_key)
        .with_secret_access_key(&settings.secret_key);
    if !settings.endpoint.is_empty() {
        let plain = settings.endpoint.starts_with("http://");
        builder = builder.with_endpoint(&settings.endpoint).with_allow_http(plain);
    }
    Ok(ObjectBlobs::new(Arc::new(builder.build()?)))
}
