//! What the Lambda runtime and AWS's client warn of: a line of JSON each, on standard error.

use std::io::{self, Write as _};

use serde_json::json;
use tracing::{
    Event, Level, Metadata, Subscriber, level_filters::LevelFilter, span,
    subscriber::SetGlobalDefaultError,
};
use tracing_serde::{AsSerde, fields::AsMap};

/// Writes warnings and errors, and no spans.
///
/// A registry of spans would make room for 4,096 threads before a function asks for its first event.
struct Warnings;

/// Has warnings and errors of every library written to standard error, without a time: CloudWatch
/// adds it.
///
/// # Errors
///
/// When something else has been told to write them.
pub fn write_warnings() -> Result<(), SetGlobalDefaultError> {
    tracing::subscriber::set_global_default(Warnings)
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= Level::WARN
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let level = event.metadata().level().as_serde();
        let line = json!({"level": level, "fields": event.field_map()});
        // Nobody is left to be told when this fails.
        let _ = io::stderr().write_all(format!("{line}\n").as_bytes());
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
