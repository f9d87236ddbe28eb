//! `sluice preview`: sample records on stdout, or a file of any size.

mod chunk;

use std::io::{ErrorKind, Write};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::thread;

use anyhow::{Context, anyhow};
use kdg::{Scene, SeededEntropy, Template};

use crate::command_line::PreviewArguments;
use crate::pipelines;
use crate::producer::{any_seed, local_offset_minutes, now_ms};
use crate::rhythm;
use chunk::{Chunk, Form, Worker};

/// How many records are printed when nothing else says when to stop.
const SAMPLES: u64 = 5;

/// Renders and prints.
///
/// # Errors
///
/// When the template cannot be read or compiled, the time is none, or a record cannot be rendered.
pub(crate) fn run(arguments: &PreviewArguments) -> anyhow::Result<ExitCode> {
    let template = template(arguments)?;
    let seed = arguments.seed.unwrap_or_else(any_seed);
    let time = arguments.time.as_deref();
    let (now_ms, offset_minutes) = match time {
        Some(text) => rhythm::time("--time", text)?,
        None => (now_ms(), local_offset_minutes()),
    };
    let scene = || {
        let mut scene = Scene::new(SeededEntropy::new(seed), now_ms).with_offset(offset_minutes);
        // The time given is both the clock and, by its offset, what is local.
        scene.set_simulated(time.map(|_| now_ms));
        scene
    };
    // What a stateful template keeps from record to record is kept in one place.
    let threads = if template.is_stateful() {
        NonZeroUsize::MIN
    } else {
        arguments.threads.unwrap_or_else(all_cores)
    };
    let form = if arguments.json {
        Form::Array
    } else {
        Form::Lines
    };
    let workers = std::iter::repeat_with(|| Worker::new(scene(), form));
    let mut print = Print {
        template,
        workers: workers.take(threads.get()).collect(),
        records: match (arguments.records, arguments.bytes) {
            (Some(records), _) => records,
            (None, Some(_)) => u64::MAX,
            (None, None) => SAMPLES,
        },
        bytes: arguments.bytes.unwrap_or(u64::MAX),
    };
    let mut out = std::io::stdout().lock();
    let printed = form
        .open(&mut out)
        .and_then(|()| print.to(&mut out))
        .and_then(|failed| form.close(&mut out).map(|()| failed))
        .and_then(|failed| out.flush().map(|()| failed));
    match printed {
        // `preview | head` has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error).context("stdout cannot be written"),
        Ok(Some(error)) => Err(error),
        Ok(None) => Ok(ExitCode::SUCCESS),
    }
}

fn template(arguments: &PreviewArguments) -> anyhow::Result<Template> {
    let by_name = |name: &str| -> anyhow::Result<Template> {
        Ok(pipelines::read_one(&arguments.pipelines, name)?
            .recipe()?
            .template)
    };
    match (&arguments.template, &arguments.pipeline) {
        (Some(file), _) => pipelines::read_template(Path::new(file)),
        (None, name) => by_name(name.as_deref().unwrap_or_default()),
    }
}

fn all_cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Records to be printed, in their order.
struct Print {
    template: Template,
    workers: Vec<Worker>,
    records: u64,
    bytes: u64,
}

impl Print {
    /// Tells the record that could not be rendered, at which the output ends.
    fn to(&mut self, out: &mut impl Write) -> std::io::Result<Option<anyhow::Error>> {
        let mut next = 0;
        let mut size = chunk::FIRST_RECORDS;
        let mut left = self.bytes;
        while next < self.records {
            let (chunks, end) = self.render(next, size);
            for chunk in &chunks {
                let (part, bytes) = chunk.part_of(left);
                out.write_all(part)?;
                left = left.saturating_sub(bytes);
                if left == 0 {
                    return Ok(None);
                }
                if let Some((number, error)) = &chunk.failed {
                    return Ok(Some(anyhow!("record {number} cannot be rendered: {error}")));
                }
            }
            size = chunk::next_records(&chunks);
            next = end;
        }
        Ok(None)
    }

    /// A chunk for each worker; and the number of the record after them.
    fn render(&mut self, first: u64, size: u64) -> (Vec<Chunk>, u64) {
        let (template, records) = (&self.template, self.records);
        let mut start = first;
        let mut numbers = || {
            let end = start.saturating_add(size).min(records);
            let numbers = start..end;
            start = end;
            numbers
        };
        let chunks = if let [worker] = &mut *self.workers {
            vec![worker.render(template, numbers())]
        } else {
            thread::scope(|scope| {
                let mut threads = Vec::new();
                for worker in &mut self.workers {
                    let numbers = numbers();
                    threads.push(scope.spawn(move || worker.render(template, numbers)));
                }
                let chunks = threads.into_iter().map(|thread| match thread.join() {
                    Ok(chunk) => chunk,
                    Err(panic) => std::panic::resume_unwind(panic),
                });
                chunks.collect()
            })
        };
        (chunks, start)
    }
}
