//! A template ↔ the end of a link, behind its `#`, which no browser sends to a server.

use std::io::{Read as _, Write as _};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What stands in front of a template in the fragment of a link.
pub const PREFIX: &str = "template=";

/// The longest link that every browser and chat passes on whole, in characters of its fragment.
pub const MAX_FRAGMENT: usize = 16_000;

/// The most that a link is unpacked to, in bytes: it may come from anybody.
const MAX_UNPACKED: u64 = 1 << 20;

/// A template in a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// Its name.
    #[serde(rename = "n")]
    pub name: String,
    /// Its text.
    #[serde(rename = "t")]
    pub template: String,
}

/// A template that fits no link, or a link that has none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LinkError {
    /// It is too long.
    #[error(
        "the link would have {characters} characters, {MAX_FRAGMENT} are possible; export the template as a file instead"
    )]
    TooLong {
        /// Of its fragment.
        characters: usize,
    },
    /// It was cut or changed on its way.
    #[error("the link is damaged, ask for it once more or for the template as a file")]
    Damaged,
}

impl Linked {
    /// The fragment of a link, without its `#`.
    ///
    /// # Errors
    ///
    /// [`LinkError::TooLong`].
    pub fn fragment(&self) -> Result<String, LinkError> {
        let json = serde_json::to_vec(self).map_err(|_| LinkError::Damaged)?;
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        let packed = encoder.write_all(&json).and_then(|()| encoder.finish());
        let packed = packed.map_err(|_| LinkError::Damaged)?;
        let fragment = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(packed));
        if fragment.len() > MAX_FRAGMENT {
            return Err(LinkError::TooLong {
                characters: fragment.len(),
            });
        }
        Ok(fragment)
    }

    /// The template in a fragment, with or without its `#`; `None` when the fragment is another.
    ///
    /// # Errors
    ///
    /// [`LinkError::Damaged`].
    pub fn of_fragment(fragment: &str) -> Result<Option<Self>, LinkError> {
        let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
        let Some(text) = fragment.strip_prefix(PREFIX) else {
            return Ok(None);
        };
        let packed = BASE64_URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| LinkError::Damaged)?;
        let mut json = Vec::new();
        let unpacked = DeflateDecoder::new(&*packed)
            .take(MAX_UNPACKED)
            .read_to_end(&mut json);
        unpacked.map_err(|_| LinkError::Damaged)?;
        serde_json::from_slice(&json)
            .map(Some)
            .map_err(|_| LinkError::Damaged)
    }
}
