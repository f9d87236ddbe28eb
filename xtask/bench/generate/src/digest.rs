//! Records → one SHA-256, by one thread or by several.

use std::fmt::Write;
use std::ops::Range;
use std::thread;

use kdg::{RenderError, Template, TemplateErrors};
use sha2::{Digest, Sha256};

use crate::sample::{MANY, scene};

/// What a thread renders before it hands over; a multiple of it is held in memory.
const PART: u64 = 10_000;

/// The SHA-256 of the first `records` records, each a line, in hexadecimal digits.
///
/// # Errors
///
/// What is wrong with the template, or with a record.
pub fn digest(records: u64) -> Result<String, String> {
    let template = compiled()?;
    let mut sha = Sha256::new();
    for part in parts(records) {
        sha.update(lines(&template, part).map_err(|error| error.to_string())?);
    }
    Ok(hexadecimal(&sha.finalize()))
}

/// The same, where each thread has a scene of its own and a part of the numbers.
///
/// # Errors
///
/// As [`digest`].
pub fn digest_by(threads: usize, records: u64) -> Result<String, String> {
    let template = &compiled()?;
    let mut sha = Sha256::new();
    let parts: Vec<_> = parts(records).collect();
    for parts in parts.chunks(threads.max(1)) {
        thread::scope(|scope| {
            let running: Vec<_> = parts
                .iter()
                .map(|part| scope.spawn(move || lines(template, part.clone())))
                .collect();
            for thread in running {
                let lines = thread.join().map_err(|_| "a thread panicked".to_owned())?;
                sha.update(lines.map_err(|error| error.to_string())?);
            }
            Ok::<(), String>(())
        })?;
    }
    Ok(hexadecimal(&sha.finalize()))
}

fn compiled() -> Result<Template, String> {
    Template::compile(MANY.trim_end()).map_err(|errors: TemplateErrors| errors.to_string())
}

fn parts(records: u64) -> impl Iterator<Item = Range<u64>> {
    let starts = (0..records.div_ceil(PART)).map(|part| part * PART);
    starts.map(move |start| start..records.min(start + PART))
}

fn lines(template: &Template, numbers: Range<u64>) -> Result<Vec<u8>, RenderError> {
    let mut scene = scene();
    let mut lines = Vec::new();
    for number in numbers {
        scene.begin_record(number);
        template.try_render(&mut scene, &mut lines)?;
        lines.push(b'\n');
    }
    Ok(lines)
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing to memory cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_can_be_shared_among_threads() {
        assert!(!compiled().unwrap().is_stateful());
        let alone = digest(10_500).unwrap();
        assert_eq!(digest_by(4, 10_500).unwrap(), alone);
        assert_ne!(digest(10_501).unwrap(), alone);
    }
}
