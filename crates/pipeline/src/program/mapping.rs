//! The program of an ingest: what an API tells of a thing → the record that the stream gets.
//!
//! The same language and the same restrictions as a pipeline's program, but nothing at `%`: what
//! is there is known only once the stream has accepted the record.

use std::collections::BTreeMap;

use vrl::{
    compiler::{CompileConfig, Program, TargetValueRef, TimeZone, runtime::Runtime},
    path::OwnedTargetPath,
    value::{Kind, Secrets, Value, kind::Collection},
};

use super::{ProgramError, Transformed, compile_against, terminated};

/// A compiled ingest program, or none.
#[derive(Clone, Debug)]
pub struct Mapping {
    program: Option<Program>,
    timezone: TimeZone,
}

impl Mapping {
    /// Compiles the program; without one, things become records as they are.
    ///
    /// # Errors
    ///
    /// Everything that the VRL compiler refuses, and metadata, which does not exist yet.
    pub fn compile(source: Option<&str>) -> Result<Self, ProgramError> {
        let compile = |source: &str| {
            let mut config = CompileConfig::default();
            config.set_read_only_path(OwnedTargetPath::metadata_root(), true);
            compile_against(source, config, Kind::object(Collection::empty()), &[])
                .map_err(beforehand)
        };
        Ok(Self {
            program: source.map(compile).transpose()?,
            // As in a pipeline's program: the same thing has to give the same record anywhere.
            timezone: TimeZone::parse("UTC").unwrap_or_default(),
        })
    }

    /// Makes a record of a thing.
    pub fn run(&self, mut value: Value) -> Transformed {
        let Some(program) = &self.program else {
            return Transformed::Unchanged(value);
        };
        let mut target = TargetValueRef {
            value: &mut value,
            metadata: &mut Value::Object(BTreeMap::new()),
            secrets: &mut Secrets::new(),
        };
        match Runtime::default().resolve(&mut target, program, &self.timezone) {
            Ok(_) => Transformed::Changed(value),
            Err(terminate) => terminated("program", terminate),
        }
    }
}

/// Advice for a program of the other half names metadata: sends whoever needs it there.
fn beforehand(mut error: ProgramError) -> ProgramError {
    for problem in &mut error.problems {
        if problem.remedy.contains('%') {
            "do it in process.program, which has %arrival and %sequence_number"
                .clone_into(&mut problem.remedy);
        }
    }
    error
}
