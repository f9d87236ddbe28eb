//! `process`: the function, what feeds it, its programs and its schema.

use std::time::Duration;

use super::{Check, raw};
use crate::{
    config,
    file::{Process, Source, aws},
    layout::Layout,
    program::{self, ProgramError},
    schema::Schema,
};

type Compile = fn(&str) -> Result<vrl::compiler::Program, ProgramError>;

impl Check<'_> {
    /// The function and its event source mapping, with the defaults of a layout.
    pub(super) fn process(&mut self, raw: &raw::Process, layout: Layout) -> Process {
        self.aws_name("process.function", &raw.function, aws::refuses_function);
        let mut number = |field, value: &Option<_>, default, range, remedy| match value {
            Some(value) => self.within(field, value, range, remedy),
            None => default,
        };
        let timeout_seconds = number(
            "process.timeout_seconds",
            &raw.timeout_seconds,
            60,
            aws::TIMEOUT_SECONDS,
            "and at least what the slowest batch takes",
        );
        let memory_mib = number(
            "process.memory_mib",
            &raw.memory_mib,
            256,
            aws::MEMORY_MIB,
            "which also decides how much processor time it gets",
        );
        // Objects of many records are worth waiting for: their number is what S3 charges for.
        let (batch_size, window_seconds) = match layout {
            Layout::Record => (500, 1),
            Layout::Batch => (10_000, 5),
        };
        let source = &raw.source;
        let source = Source {
            batch_size: number(
                "process.source.batch_size",
                &source.batch_size,
                batch_size,
                aws::BATCH_SIZE,
                "in records",
            ),
            maximum_batching_window_in_seconds: number(
                "process.source.maximum_batching_window_in_seconds",
                &source.maximum_batching_window_in_seconds,
                window_seconds,
                aws::BATCHING_WINDOW_SECONDS,
                "in seconds",
            ),
            parallelization_factor: number(
                "process.source.parallelization_factor",
                &source.parallelization_factor,
                1,
                aws::PARALLELIZATION_FACTOR,
                "in batches of one shard at once",
            ),
            maximum_retry_attempts: number(
                "process.source.maximum_retry_attempts",
                &source.maximum_retry_attempts,
                10,
                aws::RETRY_ATTEMPTS,
                "because a batch that is repeated for ever blocks its shard",
            ),
            maximum_record_age_in_seconds: number(
                "process.source.maximum_record_age_in_seconds",
                &source.maximum_record_age_in_seconds,
                86_400,
                aws::RECORD_AGE_SECONDS,
                "because a record that is repeated for ever blocks its shard",
            ),
            bisect_batch_on_function_error: source.bisect_batch_on_function_error.unwrap_or(true),
        };
        Process {
            function: raw.function.value.clone(),
            timeout: Duration::from_secs(timeout_seconds.into()),
            memory_mib,
            source,
        }
    }

    /// Compiles the filter and the program.
    pub(super) fn programs(&mut self, raw: &raw::Process) {
        let programs = [
            (
                "process.filter",
                &raw.filter,
                program::compile_filter as Compile,
            ),
            ("process.program", &raw.program, program::compile_program),
        ];
        for (field, scalar, compile) in programs {
            let Some(scalar) = scalar else { continue };
            let Some(vrl) = config::source(Some(&scalar.value)) else {
                continue;
            };
            let Err(error) = compile(vrl) else { continue };
            for problem in error.problems {
                let offset = Some(problem.offset);
                self.refuse(field, scalar, offset, problem.message, problem.remedy);
            }
        }
    }

    /// Reads and compiles the JSON Schema.
    pub(super) fn schema(&mut self, raw: &raw::Process) -> Option<serde_json::Value> {
        let field = "process.schema";
        let file = raw.schema.as_ref()?;
        let example = "orders.schema.json";
        let source = self.beside(self.beside, field, file, example)?;
        let schema = match serde_json::from_str(&source) {
            Ok(schema) => schema,
            Err(error) => {
                let message = format!("`{}` is not JSON: {error}", file.value);
                self.refuse(field, file, None, message, "correct the file");
                return None;
            }
        };
        if schema == serde_json::Value::Bool(false) {
            let message = format!("`{}` is `false`, which refuses every record", file.value);
            self.refuse(field, file, None, message, "describe the records in it");
        }
        let compiled =
            Schema::check_draft(&schema).and_then(|()| Schema::compile(&schema).map(drop));
        if let Err(error) = compiled {
            let message = format!("`{}` is no JSON Schema: {error}", file.value);
            self.refuse(field, file, None, message, "correct the file");
        }
        Some(schema)
    }
}
