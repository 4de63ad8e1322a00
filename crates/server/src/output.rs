//! Standard output: data only; messages go to standard error.

use std::io::Write;

use serde::Serialize;

/// A line of data. A reader that went away, as `head` does, is no error.
pub(crate) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A JSON line of data.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string(value)?);
    Ok(())
}

/// A message for the person at the terminal.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Progress on one terminal line; silent when nobody watches.
pub(crate) struct Progress {
    shown: bool,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { shown: std::io::IsTerminal::is_terminal(&std::io::stderr()) }
    }

    pub(crate) fn step(&self, text: &str) {
        if self.shown {
            let mut stderr = std::io::stderr().lock();
            let _ = write!(stderr, "\r\x1b[2K{text}").and_then(|()| stderr.flush());
        }
    }

    pub(crate) fn done(&self) {
        if self.shown {
            note("");
        }
    }
}
