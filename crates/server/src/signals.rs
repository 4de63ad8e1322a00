//! SIGTERM and Ctrl-C: the first asks to finish, the second to leave.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::listen::Phase;

/// Turns signals into phases for as long as the process runs.
pub(crate) fn watch_signals() -> std::io::Result<watch::Sender<Phase>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (phase, _) = watch::channel(Phase::Running);
    let sender = phase.clone();
    tokio::spawn(async move {
        for next in [Phase::Draining, Phase::Quick] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!(phase = ?next, "Signal to stop");
            sender.send_replace(next);
        }
    });
    Ok(phase)
}
