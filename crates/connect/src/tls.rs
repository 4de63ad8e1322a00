//! One set of cryptography for every outgoing TLS connection.

/// Names the provider once per process; later calls change nothing.
pub fn install() {
    // The only failure is "already installed".
    let _ = rustls::crypto::ring::default_provider().install_default();
}
