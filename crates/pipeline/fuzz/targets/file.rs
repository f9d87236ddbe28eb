//! Any file is a pipeline that a function would start with, or is refused with places and remedies.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipeline::config::{BUCKET_VARIABLE, PIPELINE_VARIABLE};
use pipeline::{Config, Pipeline};

fuzz_target!(|bytes: &[u8]| {
    let source = String::from_utf8_lossy(bytes);
    // The compiler of programs is a library's, and takes longer than all else of a file.
    if source.contains("program") || source.contains("filter") {
        return;
    }
    match Pipeline::parse("fuzz", &source) {
        Ok(pipeline) => {
            let environment = pipeline.settings().environment("bucket");
            let [(_, settings), (_, bucket)] = environment.expect("settings have a JSON form");
            let started = Config::from_env(|name| match name {
                PIPELINE_VARIABLE => Some(settings.clone()),
                BUCKET_VARIABLE => Some(bucket.clone()),
                _ => None,
            });
            assert!(started.is_ok(), "{:?}", started.err());
        }
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
});
