//! The files that lie beside a pipeline's.

use std::{collections::BTreeMap, fs, io, path::Path};

/// The folder of a pipeline's file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Beside<'f> {
    /// It is not known: whatever a pipeline names is taken to be there.
    Anything,
    /// The folder of the file at this path.
    Of(&'f Path),
    /// These texts by their names: all that what becomes of a record depends on.
    These(&'f BTreeMap<String, String>),
}

impl Beside<'_> {
    /// The text of a file in the folder, unless that is not known.
    pub(super) fn read(self, file: &Path) -> io::Result<Option<String>> {
        match self {
            Self::Anything => Ok(None),
            Self::Of(path) => fs::read_to_string(path.with_file_name(file)).map(Some),
            Self::These(texts) => {
                let text = file.to_str().and_then(|name| texts.get(name));
                text.cloned()
                    .map(Some)
                    .ok_or_else(|| io::ErrorKind::NotFound.into())
            }
        }
    }

    /// The same without what only generates test traffic, which nobody hands over with the rest.
    pub(super) fn of_templates(self) -> Self {
        match self {
            Self::These(_) => Self::Anything,
            other => other,
        }
    }
}
