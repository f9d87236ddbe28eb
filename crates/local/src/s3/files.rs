//! Files that come and go, with the folders above them.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::place::HIDDEN;

/// Makes a file, and the folders above it when they are missing.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    match File::create_new(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            File::create_new(path)
        }
        created => created,
    }
}

/// Moves a file over another or into a folder, which is made when it is missing.
pub(super) fn move_into(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::rename(from, to)
        }
        done => done,
    }
}

/// Removes a file, and the folders above it that it leaves empty.
pub(super) fn remove(bucket: &Path, path: &Path) -> io::Result<()> {
    if !path.is_file() {
        return Ok(());
    }
    fs::remove_file(path)?;
    let hidden = bucket.join(HIDDEN);
    let above = path
        .ancestors()
        .skip(1)
        .take_while(|folder| *folder != bucket);
    for folder in above {
        if folder.starts_with(&hidden) || fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}
