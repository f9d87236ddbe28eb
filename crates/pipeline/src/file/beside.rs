//! The files that lie beside a pipeline's.

use std::{fs, io, path::Path};

/// The folder of a pipeline's file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Beside<'f> {
    /// It is not known: whatever a pipeline names is taken to be there.
    Anything,
    /// The folder of the file at this path.
    Of(&'f Path),
}

impl Beside<'_> {
    /// The text of a file in the folder, unless that is not known.
    pub(super) fn read(self, file: &Path) -> io::Result<Option<String>> {
        match self {
            Self::Anything => Ok(None),
            Self::Of(path) => fs::read_to_string(path.with_file_name(file)).map(Some),
        }
    }
}
