//! `sluice preview`: sample records on stdout, as many as wanted.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use kdg::{Scene, SeededEntropy, Template};

use crate::command_line::PreviewArguments;
use crate::pipelines;
use crate::producer::{any_seed, local_offset_minutes, now_ms};
use crate::rhythm;

/// Renders and prints.
///
/// # Errors
///
/// When the template cannot be read or compiled, or the time is none.
pub(crate) fn run(arguments: &PreviewArguments) -> anyhow::Result<ExitCode> {
    let template = template(arguments)?;
    let seed = arguments.seed.unwrap_or_else(any_seed);
    let mut scene = scene(arguments.time.as_deref(), seed)?;
    let mut records = Records {
        template,
        left: arguments.records,
        record: Vec::new(),
    };
    let out = BufWriter::new(std::io::stdout().lock());
    let written = if arguments.json {
        records.array(&mut scene, out)
    } else {
        records.lines(&mut scene, out)
    };
    match written {
        // `preview | head` has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        written => written
            .map(|()| ExitCode::SUCCESS)
            .context("stdout cannot be written"),
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

/// The time given is both the clock and, by its offset, what is local.
fn scene(time: Option<&str>, seed: u64) -> anyhow::Result<Scene> {
    let entropy = SeededEntropy::new(seed);
    let Some(text) = time else {
        return Ok(Scene::new(entropy, now_ms()).with_offset(local_offset_minutes()));
    };
    let (ms, offset_minutes) = rhythm::time("--time", text)?;
    let mut scene = Scene::new(entropy, ms).with_offset(offset_minutes);
    scene.set_simulated(Some(ms));
    Ok(scene)
}

struct Records {
    template: Template,
    left: u64,
    record: Vec<u8>,
}

impl Records {
    fn next(&mut self, scene: &mut Scene) -> Option<&[u8]> {
        self.left = self.left.checked_sub(1)?;
        self.record.clear();
        self.template.render(scene, &mut self.record);
        Some(&self.record)
    }

    fn lines(&mut self, scene: &mut Scene, mut out: impl Write) -> std::io::Result<()> {
        while let Some(record) = self.next(scene) {
            out.write_all(record)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    }

    fn array(&mut self, scene: &mut Scene, mut out: impl Write) -> std::io::Result<()> {
        let mut separator = "[";
        while let Some(record) = self.next(scene) {
            out.write_all(separator.as_bytes())?;
            serde_json::to_writer(&mut out, &String::from_utf8_lossy(record))?;
            separator = ",";
        }
        let end: &[u8] = if separator == "[" { b"[]\n" } else { b"]\n" };
        out.write_all(end)?;
        out.flush()
    }
}
