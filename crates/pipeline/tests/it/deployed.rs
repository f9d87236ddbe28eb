//! What Terraform is tested against: what this crate makes of every pipeline's file, and the line
//! that it logs. `SLUICE_CAPTURE=1 cargo test -p pipeline` writes both anew.

use std::{collections::BTreeMap, env, fs, path::Path};

use pipeline::Pipeline;
use serde_json::{Value, json};

/// Compares with what was captured in `terraform/tests`, or captures it.
pub(crate) fn is_as_captured(file: &str, value: &Value) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("terraform/tests").join(file);
    let now = format!("{value:#}\n");
    if env::var_os("SLUICE_CAPTURE").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let captured = fs::read_to_string(&path).unwrap();
    assert_eq!(
        captured, now,
        "{file} is not what this crate makes: capture it again with SLUICE_CAPTURE=1"
    );
}

/// What a deployment has to provision for a pipeline, prefixes aside.
fn expected(pipeline: &Pipeline) -> Value {
    let json = |(name, value): (&str, String)| {
        let value = serde_json::from_str(&value).unwrap_or_else(|_| Value::String(value));
        (name.to_owned(), value)
    };
    let (stream, process) = (pipeline.stream(), pipeline.process());
    let variables = pipeline.settings().environment(pipeline.bucket());
    let environment: BTreeMap<_, _> = variables.unwrap().into_iter().map(json).collect();
    let ingest = pipeline.ingest().map(|ingest| {
        let variables = ingest
            .settings
            .environment(&stream.name, pipeline.bucket())
            .unwrap();
        json!({
            "function": ingest.function,
            "timeout": ingest.timeout.as_secs(),
            "memory_mib": ingest.memory_mib,
            "schedule": ingest.schedule.to_string(),
            "environment": variables.into_iter().map(json).collect::<BTreeMap<_, _>>(),
        })
    });
    json!({
        "stream": {"name": stream.name, "shards": stream.shards},
        "bucket": pipeline.bucket(),
        "existing_bucket": pipeline.has_existing_bucket(),
        "folder": pipeline.config().folder(),
        "process": {
            "function": process.function,
            "timeout": process.timeout.as_secs(),
            "memory_mib": process.memory_mib,
            "environment": environment,
        },
        "source": {
            "batch_size": process.source.batch_size,
            "maximum_batching_window_in_seconds": process.source.maximum_batching_window_in_seconds,
            "parallelization_factor": process.source.parallelization_factor,
            "maximum_retry_attempts": process.source.maximum_retry_attempts,
            "maximum_record_age_in_seconds": process.source.maximum_record_age_in_seconds,
            "bisect_batch_on_function_error": process.source.bisect_batch_on_function_error,
        },
        "ingest": ingest,
        "columns": pipeline.table().map(|table| &table.columns),
    })
}

#[test]
fn terraform_is_tested_against_what_the_files_mean_to_the_functions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pipelines = BTreeMap::new();
    for folder in ["pipelines", "terraform/tests/pipelines"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|is| is == "yaml") {
                let pipeline = Pipeline::read(&path).unwrap_or_else(|e| panic!("{e}"));
                pipelines.insert(pipeline.name().to_owned(), expected(&pipeline));
            }
        }
    }
    is_as_captured("pipelines.json", &json!(pipelines));
}
