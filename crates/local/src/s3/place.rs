//! Where the bytes of a key lie: under the key itself when a file system can, else under a digest.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The folder of a bucket that holds everything which is no object under its own name.
///
/// No key can reach into it: a key that begins so is stored under its digest.
pub(crate) const HIDDEN: &str = ".sluice";

/// The longest name that common file systems take, in bytes.
const NAME_MAX_BYTES: usize = 255;

/// Where the bytes of an object lie, below the folder of its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    /// Under the key itself.
    Key,
    /// Under a digest of the key, for keys that are no path, or that another key is in the way of.
    Digest,
}

impl Place {
    /// Whether a file system can hold a file of this name.
    pub(crate) fn of(key: &str) -> Self {
        let is_name = |name: &str| {
            !name.is_empty()
                && name != "."
                && name != ".."
                && name.len() <= NAME_MAX_BYTES
                && !name.contains(['\0', '\\'])
        };
        // Whatever the case, because some file systems do not tell it apart.
        let is_hidden = |first: &str| first.eq_ignore_ascii_case(HIDDEN);
        let is_path = key.split('/').all(is_name) && !key.split('/').next().is_some_and(is_hidden);
        if is_path { Self::Key } else { Self::Digest }
    }

    /// The path of the bytes of `key`.
    pub(crate) fn path(self, bucket: &Path, key: &str) -> PathBuf {
        match self {
            Self::Key => bucket.join(key),
            Self::Digest => bucket.join(HIDDEN).join("odd-keys").join(digest(key)),
        }
    }
}

fn digest(key: &str) -> String {
    Sha256::digest(key)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_a_path_lies_under_itself() {
        for key in ["a", "a/b.json", "kinesis/49.json", "ü b/+", "..a/.b"] {
            assert_eq!(Place::of(key), Place::Key, "{key}");
        }
    }

    #[test]
    fn a_key_that_is_no_path_never_leaves_the_bucket() {
        let long = "n".repeat(256);
        for key in [
            "",
            "/",
            "a/",
            "/a",
            "a//b",
            "..",
            "../x",
            "a/../b",
            "./a",
            "a\0b",
            ".sluice/journal",
            ".Sluice/journal",
            &long,
        ] {
            assert_eq!(Place::of(key), Place::Digest, "{key}");
            let path = Place::of(key).path(Path::new("bucket"), key);
            assert!(path.starts_with("bucket/.sluice/odd-keys"), "{key}");
            assert!(
                path.components()
                    .all(|part| part != std::path::Component::ParentDir)
            );
        }
    }
}
