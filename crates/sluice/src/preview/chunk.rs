//! Records with neighbouring numbers, rendered by one thread.

use std::io::{self, Write};
use std::ops::Range;

use kdg::{RenderError, Scene, Template};

/// How many records the first chunk has.
pub(super) const FIRST_RECORDS: u64 = 16;

/// So many bytes are enough to keep a thread busy, and little to keep in memory.
const MOST_BYTES: u64 = 1 << 20;

/// And so many records at most.
const MOST_RECORDS: u64 = 1 << 16;

/// How records are written one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Each is followed by a line feed.
    Lines,
    /// One JSON array of strings.
    Array,
}

/// Renders chunks, one at a time.
pub(super) struct Worker {
    scene: Scene,
    form: Form,
    record: Vec<u8>,
}

/// Rendered records.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    bytes: Vec<u8>,
    /// Where each record ends.
    ends: Vec<usize>,
    /// The record after them, if it could not be rendered.
    pub(super) failed: Option<(u64, RenderError)>,
}

impl Form {
    pub(super) fn open(self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(if self == Self::Array { b"[" } else { b"" })
    }

    pub(super) fn close(self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(if self == Self::Array { b"]\n" } else { b"" })
    }

    fn append(self, number: u64, record: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Lines => {
                out.extend_from_slice(record);
                out.push(b'\n');
            }
            Self::Array => {
                if number > 0 {
                    out.push(b',');
                }
                let text = String::from_utf8_lossy(record);
                out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
            }
        }
    }
}

impl Worker {
    pub(super) fn new(scene: Scene, form: Form) -> Self {
        Self {
            scene,
            form,
            record: Vec::new(),
        }
    }

    /// Renders the records with these numbers, up to one that cannot be.
    pub(super) fn render(&mut self, template: &Template, numbers: Range<u64>) -> Chunk {
        let mut chunk = Chunk::default();
        for number in numbers {
            self.record.clear();
            self.scene.begin_record(number);
            if let Err(error) = template.try_render(&mut self.scene, &mut self.record) {
                chunk.failed = Some((number, error));
                break;
            }
            self.form.append(number, &self.record, &mut chunk.bytes);
            chunk.ends.push(chunk.bytes.len());
        }
        chunk
    }
}

impl Chunk {
    /// The records that it takes to have so many bytes, and how many those are.
    pub(super) fn part_of(&self, bytes: u64) -> (&[u8], u64) {
        let enough = usize::try_from(bytes).unwrap_or(usize::MAX);
        let last = self.ends.partition_point(|end| *end < enough);
        let end = self.ends.get(last).copied().unwrap_or(self.bytes.len());
        let part = self.bytes.get(..end).unwrap_or(&self.bytes);
        (part, u64::try_from(end).unwrap_or(u64::MAX))
    }
}

/// How many records the next chunks have, when they are as large as these.
pub(super) fn next_records(chunks: &[Chunk]) -> u64 {
    let count = |of: fn(&Chunk) -> usize| chunks.iter().map(of).sum::<usize>().max(1);
    let records = count(|chunk| chunk.ends.len());
    let bytes = count(|chunk| chunk.bytes.len());
    let fitting = MOST_BYTES.saturating_mul(records as u64) / bytes as u64;
    fitting.clamp(1, MOST_RECORDS)
}
