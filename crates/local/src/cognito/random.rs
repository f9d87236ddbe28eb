//! Bytes that nobody can guess.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};

use super::error::ApiError;

/// The digest of a secret that a client holds: what is looked up and kept in its place.
pub(crate) type Digest = [u8; 32];

/// Draws bytes from the system.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], ApiError> {
    let mut drawn = [0; N];
    getrandom::fill(&mut drawn).map_err(|error| {
        tracing::error!(%error, "the system gives no random bytes");
        ApiError::internal()
    })?;
    Ok(drawn)
}

/// A secret for a client to hold, as text, and the digest of it.
pub(crate) fn ticket() -> Result<(String, Digest), ApiError> {
    let ticket = BASE64URL_NOPAD.encode(&bytes::<48>()?);
    let digest = digest(&ticket);
    Ok((ticket, digest))
}

/// The digest of a secret that a client presents.
pub(crate) fn digest(ticket: &str) -> Digest {
    Sha256::digest(ticket).into()
}
