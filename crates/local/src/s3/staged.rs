//! Bytes on their way into a bucket: written to a file of their own, digested as they pass.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use uuid::Uuid;

/// How much of another file is copied at a time.
const COPY_BYTES: usize = 256 * 1024;

/// A file that is not yet an object; removed when it never becomes one.
#[derive(Debug)]
pub(crate) struct Staged {
    path: PathBuf,
    name: String,
    file: File,
    md5: Md5,
    size: u64,
    moved: bool,
}

impl Staged {
    /// Creates an empty file with a name of its own.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        let name = Uuid::new_v4().simple().to_string();
        let path = folder.join(&name);
        let file = File::create_new(&path)?;
        Ok(Self {
            path,
            name,
            file,
            md5: Md5::new(),
            size: 0,
            moved: false,
        })
    }

    /// Appends bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.md5.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Appends the bytes of another file; tells their MD5 digest.
    pub(crate) fn copy(&mut self, mut file: File) -> io::Result<[u8; 16]> {
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

    /// Bytes so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The MD5 digest of the bytes so far.
    pub(crate) fn md5(&self) -> [u8; 16] {
        self.md5.clone().finalize().into()
    }

    /// The name of the file.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that the file is an object now.
    pub(crate) fn moved(mut self) {
        self.moved = true;
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.moved {
            let _ = fs::remove_file(&self.path);
        }
    }
}
