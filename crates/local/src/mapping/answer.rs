//! A function's answer → the record from which on the batch is to be delivered again.
//!
//! Lambda guide, `/lambda/latest/dg/services-kinesis-batchfailurereporting.html`,
//! "Success and failure conditions".

use std::collections::HashMap;

use serde_json::Value;

use super::event::EventRecord;

/// Reads an answer with `ReportBatchItemFailures`; returns the index of the first record that
/// failed, or `None` when all succeeded.
///
/// Of several failures the lowest sequence number counts: everything from it on comes again.
/// An answer that names no record of the batch fails all of it.
pub(super) fn first_failure(body: &[u8], batch: &[EventRecord]) -> Option<usize> {
    if body.is_empty() {
        return None;
    }
    let failures = match serde_json::from_slice(body) {
        Ok(Value::Null) => return None,
        Ok(Value::String(text)) if text.is_empty() => return None,
        Ok(Value::Array(list)) if list.is_empty() => return None,
        Ok(Value::Object(mut answer)) => answer.remove("batchItemFailures").unwrap_or_default(),
        _ => return Some(0),
    };
    match failures {
        Value::Null => None,
        Value::Array(failures) if failures.is_empty() => None,
        Value::Array(failures) => {
            let places: HashMap<_, _> = batch
                .iter()
                .enumerate()
                .map(|(index, record)| (record.sequence_number.as_str(), index))
                .collect();
            let place = |failure: &Value| {
                let identifier = failure.get("itemIdentifier")?.as_str()?;
                places.get(identifier).copied()
            };
            let positions: Option<Vec<_>> = failures.iter().map(place).collect();
            Some(
                positions
                    .and_then(|found| found.into_iter().min())
                    .unwrap_or(0),
            )
        }
        _ => Some(0),
    }
}
