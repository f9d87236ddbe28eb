//! What the Lambda runtime and AWS's client warn of: a line of JSON each, on standard error.

use std::io::{self, Write as _};

use serde::Serialize;
use tracing::{
    Event, Level, Metadata, Subscriber, level_filters::LevelFilter, span,
    subscriber::SetGlobalDefaultError,
};
use tracing_serde::{AsSerde, fields::AsMap};

/// Writes warnings and errors, and no spans.
///
/// A registry of spans would make room for 4,096 threads before a function asks for its first event.
struct Warnings {
    write: fn(&[u8]),
}

#[derive(Serialize)]
struct Warning<L, F> {
    level: L,
    fields: F,
}

/// Has warnings and errors of every library written to standard error, without a time: CloudWatch
/// adds it.
///
/// # Errors
///
/// When something else has been told to write them.
pub fn write_warnings() -> Result<(), SetGlobalDefaultError> {
    let write = |line: &[u8]| {
        // Nobody is left to be told when this fails.
        let _ = io::stderr().write_all(line);
    };
    tracing::subscriber::set_global_default(Warnings { write })
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= Level::WARN
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let warning = Warning {
            level: event.metadata().level().as_serde(),
            fields: event.field_map(),
        };
        // What cannot be written is no reason to end a function.
        if let Ok(mut line) = serde_json::to_vec(&warning) {
            line.push(b'\n');
            (self.write)(&line);
        }
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    static WRITTEN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

    #[test]
    fn warnings_and_errors_are_lines_of_json_with_their_fields_and_the_rest_is_not_written() {
        let warnings = Warnings {
            write: |line| WRITTEN.lock().unwrap().extend_from_slice(line),
        };
        tracing::subscriber::with_default(warnings, || {
            let _span = tracing::error_span!("request", id = 7).entered();
            tracing::warn!(attempt = 2, host = %"s3", "it is tried again");
            tracing::error!("cannot start: {}", "\"quoted\"");
            tracing::info!("nobody waits for this");
            tracing::debug!("nor for this");
        });
        let written = String::from_utf8(WRITTEN.lock().unwrap().clone()).unwrap();
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"level":"WARN","fields":{"message":"it is tried again","attempt":2,"host":"s3"}}"#,
                r#"{"level":"ERROR","fields":{"message":"cannot start: \"quoted\""}}"#,
            ]
        );
    }
}
