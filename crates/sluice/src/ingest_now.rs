//! A pipeline's ingest by its file as it is now, for what a run set aside by an earlier one.

use anyhow::Context as _;
use ingest::again::{SetAside, StaysError};
use ingest::map::{Mapped, Mapper};
use pipeline::Pipeline;
use pipeline::config::{IngestConfig, RecordsPath};

/// How records of the API are mapped, where the pipeline asks one.
#[derive(Debug)]
pub(crate) struct IngestNow(Option<(RecordsPath, Mapper)>);

impl IngestNow {
    /// That of a pipeline.
    ///
    /// # Errors
    ///
    /// None in practice: the file has been checked.
    pub(crate) fn of(pipeline: &Pipeline) -> anyhow::Result<Self> {
        let Some(ingest) = pipeline.ingest() else {
            return Ok(Self(None));
        };
        let config = IngestConfig::new(&ingest.settings, String::new(), String::new())?;
        let mapper = Mapper::new(&config).context("ingest.partition_key")?;
        Ok(Self(Some((config.records, mapper))))
    }

    /// What becomes of each record of what was set aside.
    ///
    /// # Errors
    ///
    /// Why nothing can be said of any.
    pub(crate) fn mapped<'a>(
        &self,
        what: &'a SetAside,
    ) -> Result<Vec<(Mapped, &'a [u8])>, StaysError> {
        what.mapped(self.0.as_ref().map(|(path, mapper)| (path, mapper)))
    }

    /// Whether what was set aside under this code becomes something else now.
    pub(crate) fn is_redrivable(&self, code: &str, body: &[u8]) -> bool {
        let Some(what) = SetAside::new(code, body.to_vec(), None) else {
            return false;
        };
        self.mapped(&what).is_ok_and(|mapped| {
            !matches!(mapped.as_slice(), [(Mapped::Refused(refusal), _)] if refusal.code() == code)
        })
    }
}
