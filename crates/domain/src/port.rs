//! What the outside must be able to do for us.
//!
//! Only signatures live here. Adapters implement them in `connect`, `engine` calls them, `server` introduces
//! the two to each other.

use std::future::Future;
use std::pin::Pin;

/// What an outside call comes to, later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, BlobError>> + Send + 'a>>;

/// Why a blob could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    #[error("there is no such blob")]
    NotFound,
    #[error("the blob is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    /// The sender stopped before the end.
    #[error("the content broke off: {0}")]
    Source(String),
    #[error("the blob store failed")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlob {
    pub size: u64,
    /// Hash of the whole content, in lower-case hexadecimal.
    pub sha256: String,
}

/// Content in pieces, so that a large file never sits in memory whole.
pub trait Chunks: Send {
    /// The next piece, `None` at the end.
    fn next(&mut self) -> Answer<'_, Option<Vec<u8>>>;
}

/// Where the content of files lives. A key is chosen by us and says nothing about the content.
pub trait Blobs: Send + Sync {
    /// Writes everything or nothing; gives up beyond `limit` bytes.
    fn put<'a>(&'a self, key: &'a str, content: &'a mut dyn Chunks, limit: u64) -> Answer<'a, StoredBlob>;

    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Box<dyn Chunks>>;

    /// Deleting what is already gone is no error.
    fn delete<'a>(&'a self, key: &'a str) -> Answer<'a, ()>;
}

/// Content that is already in memory.
#[derive(Debug, Clone, Default)]
pub struct OneChunk(Option<Vec<u8>>);

impl OneChunk {
    pub fn new(content: impl Into<Vec<u8>>) -> Self {
        Self(Some(content.into()))
    }
}

impl Chunks for OneChunk {
    fn next(&mut self) -> Answer<'_, Option<Vec<u8>>> {
        let content = self.0.take();
        Box::pin(std::future::ready(Ok(content)))
    }
}

/// What goes out to one person by one channel: a single message, or several as a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The same for every try, so that a channel can refuse to send twice.
    pub key: String,
    pub to: Recipient,
    pub lines: Vec<Line>,
}

/// Who gets it, with the addresses that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    pub user: crate::id::UserId,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
}

/// One thing that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    /// Path of the exact entry on the page.
    pub path: String,
    pub at: crate::time::Timestamp,
}

/// Why a channel could not take a message.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// Later it may work.
    #[error("the channel does not answer: {0}")]
    Unavailable(String),
    /// It will never work, such as for a person without an address.
    #[error("the channel refused: {0}")]
    Refused(String),
}

/// A way to people outside the page: mail, chat, a text to a phone.
pub trait Channel: Send + Sync {
    /// The name under which people choose it.
    fn name(&self) -> &str;

    fn send<'a>(&'a self, message: &'a Outgoing)
    -> Pin<Box<dyn Future<Output = Result<(), ChannelError>> + Send + 'a>>;
}
