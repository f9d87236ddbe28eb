//! Bytes on their way into a bucket, digested as they pass: few of them in memory, many in a file.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use uuid::Uuid;

/// Up to this many bytes need no file before they have their place.
const MEMORY_BYTES: usize = 64 * 1024;

/// How much of another file is copied at a time.
const COPY_BYTES: usize = 256 * 1024;

/// What is not yet an object; its file is removed when it never becomes one.
#[derive(Debug)]
pub(crate) struct Staged {
    folder: PathBuf,
    bytes: Vec<u8>,
    file: Option<Incoming>,
    md5: Md5,
    size: u64,
}

/// A file with a name of its own.
#[derive(Debug)]
struct Incoming {
    file: File,
    name: String,
    path: PathBuf,
}

impl Staged {
    /// No bytes yet; many of them will go into a file in `folder`.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            bytes: Vec::new(),
            file: None,
            md5: Md5::new(),
            size: 0,
        }
    }

    /// Appends bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.md5.update(bytes);
        self.size += bytes.len() as u64;
        if self.file.is_none() && self.bytes.len() + bytes.len() <= MEMORY_BYTES {
            self.bytes.extend_from_slice(bytes);
            return Ok(());
        }
        self.incoming()?.file.write_all(bytes)
    }

    /// Appends the bytes of another file; tells their MD5 digest.
    pub(crate) fn copy(&mut self, mut file: impl Read) -> io::Result<[u8; 16]> {
        let mut chunk = vec![0; COPY_BYTES];
        let mut md5 = Md5::new();
        loop {
            match file.read(&mut chunk)? {
                0 => return Ok(md5.finalize().into()),
                read => {
                    md5.update(&chunk[..read]);
                    self.write(&chunk[..read])?;
                }
            }
        }
    }

    /// How many bytes there are.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The MD5 digest of the bytes.
    pub(crate) fn md5(&self) -> [u8; 16] {
        self.md5.clone().finalize().into()
    }

    /// The bytes, unless they are in a file.
    pub(crate) fn in_memory(&self) -> Option<&[u8]> {
        self.file.is_none().then_some(&self.bytes[..])
    }

    /// The name and the path of a file with the bytes, which is made when there is none.
    pub(crate) fn in_file(&mut self) -> io::Result<(&str, &Path)> {
        let incoming = self.incoming()?;
        Ok((&incoming.name, &incoming.path))
    }

    /// Notes that the file has become something else.
    pub(crate) fn moved(mut self) {
        self.file = None;
    }

    fn incoming(&mut self) -> io::Result<&mut Incoming> {
        let incoming = if let Some(incoming) = self.file.take() {
            incoming
        } else {
            let incoming = Incoming::create(&self.folder, &self.bytes)?;
            // Only now: whoever tries again after a failure still needs them.
            self.bytes = Vec::new();
            incoming
        };
        Ok(self.file.insert(incoming))
    }
}

impl Incoming {
    fn create(folder: &Path, bytes: &[u8]) -> io::Result<Self> {
        let name = Uuid::new_v4().simple().to_string();
        let path = folder.join(&name);
        let mut file = File::create_new(&path)?;
        if let Err(error) = file.write_all(bytes) {
            drop(file);
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        Ok(Self { file, name, path })
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(incoming) = &self.file {
            let _ = fs::remove_file(&incoming.path);
        }
    }
}
