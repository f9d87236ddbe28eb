//! Whatever a template and a record say, a key stays in its place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipeline::layout::{KeyTemplate, Layout, MAX_KEY_BYTES, is_reserved};
use pipeline_fuzz::record;
use vrl::value::Value;

fuzz_target!(|bytes: &[u8]| {
    // A template, and behind the line break the value.
    let text = String::from_utf8_lossy(bytes);
    let (template, json) = text.split_once('\n').unwrap_or((&text, "{}"));
    let value: Value = serde_json::from_str(json).unwrap_or(Value::Null);
    for (layout, timestamp) in [
        (Layout::Record, None),
        (Layout::Record, Some("at")),
        (Layout::Batch, None),
    ] {
        let Ok(parsed) = KeyTemplate::parse(template, layout, timestamp) else {
            continue;
        };
        let record = record(json.as_bytes().to_vec());
        match parsed.render(&record, &value) {
            Ok(key) => {
                assert!(!is_reserved(&key), "{key}");
                assert!(key.len() <= MAX_KEY_BYTES);
                for part in key.split('/') {
                    assert!(!matches!(part, "" | "." | ".."), "{key}");
                }
                assert_eq!(parsed.render(&record, &value), Ok(key));
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});
