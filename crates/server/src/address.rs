//! Where the server of a data folder listens, for commands that print links while it runs.
//!
//! `PORT=9000 make run` is said to one process only; a link for the port of the configuration would lead nowhere.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Gone again when the server stops.
pub(crate) struct Written(PathBuf);

/// Leaves the address in the data folder. A folder that cannot be written is no reason not to serve.
pub(crate) fn write(folder: &Path, address: SocketAddr) -> Written {
    let path = path(folder);
    if let Err(error) = std::fs::write(&path, address.to_string()) {
        tracing::debug!(%error, "Could not note the address");
    }
    Written(path)
}

/// The address of the server that runs on this data folder, if one does.
pub(crate) fn read(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path(folder)).ok()?;
    text.trim().parse::<SocketAddr>().ok().map(|address| address.to_string())
}

impl Drop for Written {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_known_while_the_server_runs() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path();
        assert_eq!(read(folder), None);
        let written = write(folder, ([127, 0, 0, 1], 9000).into());
        assert_eq!(read(folder).as_deref(), Some("127.0.0.1:9000"));
        drop(written);
        assert_eq!(read(folder), None);
        std::fs::write(path(folder), "evil.example/#").expect("writable");
        assert_eq!(read(folder), None, "nothing but an address");
    }
}
