//! What a run kept → what it becomes by the settings as they are now.

use kdg::Record;
use pipeline::config::RecordsPath;
use serde_json::value::RawValue;
use thiserror::Error;

use crate::answer::{self, AnswerError};
use crate::map::{Mapped, Mapper};

/// What begins the code of every reason of an ingest; no reason of a pipeline begins so.
pub const CODE_PREFIX: &str = "ingest-";

/// The code of an answer without records.
pub const ANSWER_CODE: &str = "ingest-answer";

/// The code of a record that the stream did not take in time.
pub const GIVEN_UP_CODE: &str = "ingest-given-up";

/// What a run kept, by the code of its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetAside {
    /// An answer that had no records where they should be.
    Answer(Vec<u8>),
    /// A record as the API told it, which could not be mapped.
    Unmapped(Vec<u8>),
    /// A record as it was to be sent.
    Unsent(Record),
}

/// Why nothing can be sent of what was kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StaysError {
    /// There are still no records in an answer.
    #[error("{0}; read it, and delete it when there is nothing in it")]
    Answer(#[from] AnswerError),
    /// Nobody says what becomes of records of an API.
    #[error("the pipeline's file has no `ingest` that maps it; add it again, or delete the object")]
    NoIngest,
    /// It is none of a run.
    #[error("it is no JSON, so no run of an ingest kept it; move it out of quarantine/")]
    Foreign,
}

impl SetAside {
    /// What a run kept under this code; `None` for the code of a pipeline's reason.
    ///
    /// A record that was given up keeps its partition key; one without has never had another than
    /// a random one.
    pub fn new(code: &str, body: Vec<u8>, partition_key: Option<String>) -> Option<Self> {
        match code {
            ANSWER_CODE => Some(Self::Answer(body)),
            GIVEN_UP_CODE => Some(Self::Unsent(Record {
                data: body,
                partition_key: partition_key.unwrap_or_else(|| fastrand::u64(..).to_string()),
                explicit_hash_key: None,
                tag: 0,
            })),
            code if code.starts_with(CODE_PREFIX) => Some(Self::Unmapped(body)),
            _ => None,
        }
    }

    /// What becomes of it, or of each record in it, with the bytes to keep of what is refused.
    ///
    /// # Errors
    ///
    /// [`StaysError`] when nothing can be said of any record.
    pub fn mapped(
        &self,
        ingest: Option<(&RecordsPath, &Mapper)>,
    ) -> Result<Vec<(Mapped, &[u8])>, StaysError> {
        match self {
            Self::Unsent(record) => Ok(vec![(Mapped::Record(record.clone()), &*record.data)]),
            Self::Unmapped(body) => {
                let (_, mapper) = ingest.ok_or(StaysError::NoIngest)?;
                let raw: &RawValue =
                    serde_json::from_slice(body).map_err(|_| StaysError::Foreign)?;
                Ok(vec![(mapper.map(raw, 0), raw.get().as_bytes())])
            }
            Self::Answer(body) => {
                let (path, mapper) = ingest.ok_or(StaysError::NoIngest)?;
                let records = answer::records(body, path)?;
                let map = |raw: &'_ RawValue| mapper.map(raw, 0);
                let records = records.into_iter();
                Ok(records
                    .map(|raw| (map(raw), raw.get().as_bytes()))
                    .collect())
            }
        }
    }
}
