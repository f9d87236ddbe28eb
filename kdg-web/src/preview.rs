//! A template that is being written → sample records, or what is wrong with it and where.

use kdg::{LineBreaks, Scene, SeededEntropy, Template, TemplateError};

use crate::message::{Sample, TemplateMistake};
use crate::sendable::Sending;

/// The most bytes of a sample that are shown: more would keep the page from drawing anything else.
const SHOWN_BYTES: usize = 4096;

/// Once samples have more bytes than this together, no further ones are made.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Sample records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// All of them, or how they begin.
    pub records: Vec<Sample>,
    /// What is wrong with the template; then there are no records.
    pub errors: Vec<TemplateMistake>,
    /// What is right, and hardly meant.
    pub warnings: Vec<TemplateMistake>,
    /// Why the records end before their number.
    pub ended_by: Option<String>,
}

/// The time of sample records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// The clock, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// What is simulated, in milliseconds since the Unix epoch.
    pub simulated_ms: Option<i64>,
    /// Minutes by which local time is ahead of UTC when the records begin.
    pub offset_minutes: i32,
}

/// The first `count` records of a seed, as a run at this time would make and send them.
pub fn preview(
    template: &str,
    strip_line_breaks: bool,
    seed: u64,
    count: u32,
    times: Times,
    sending: &Sending,
) -> Preview {
    let line_breaks = if strip_line_breaks {
        LineBreaks::Strip
    } else {
        LineBreaks::Keep
    };
    let compiled = match Template::compile_with(template, line_breaks) {
        Ok(compiled) => compiled,
        Err(errors) => {
            let errors = errors
                .iter()
                .map(|error| mistake(template, error))
                .collect();
            return Preview {
                errors,
                ..Preview::default()
            };
        }
    };
    let mut preview = Preview {
        warnings: unclosed(template).into_iter().collect(),
        ..Preview::default()
    };
    let mut bytes = 0;
    let mut scene =
        Scene::new(SeededEntropy::new(seed), times.now_ms).with_offset(times.offset_minutes);
    scene.set_simulated(times.simulated_ms);
    for number in 0..u64::from(count) {
        scene.begin_record(number);
        let mut record = Vec::new();
        if let Err(error) = compiled.try_render(&mut scene, &mut record) {
            preview.ended_by = Some(format!("record {} cannot be rendered: {error}", number + 1));
            break;
        }
        bytes += record.len();
        let problem = sending.check(&record, &mut scene, number).err();
        let problem = problem.map(|why| format!("Cannot be sent: {why}; {}.", why.remedy()));
        preview.records.push(sample(&record, problem));
        if bytes > MOST_BYTES && number + 1 < u64::from(count) {
            preview.ended_by = Some("further samples are left out: these are large".to_owned());
            break;
        }
    }
    preview
}

/// A tag that is never closed, which stands in the records as text.
fn unclosed(template: &str) -> Option<TemplateMistake> {
    let place = template.rfind("{{")?;
    let (before, tag) = template.split_at(place);
    if tag.contains("}}") {
        return None;
    }
    let line = before.rsplit('\n').next().unwrap_or_default();
    Some(TemplateMistake {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        length: tag.lines().next().unwrap_or_default().chars().count(),
        message: "this tag is never closed, so that it stays text: write }} after it, unless that is meant".to_owned(),
        is_warning: true,
    })
}

fn sample(record: &[u8], problem: Option<String>) -> Sample {
    let mut shown = record.len().min(SHOWN_BYTES);
    // Not in the middle of a character of UTF-8.
    while shown > 0 && record.get(shown).is_some_and(|byte| byte & 0xC0 == 0x80) {
        shown -= 1;
    }
    Sample {
        text: String::from_utf8_lossy(&record[..shown]).into_owned(),
        bytes: record.len() as u64,
        is_cut: shown < record.len(),
        problem,
    }
}

/// Underlines the tag that is wrong as far as it stands on its line, or one character.
fn mistake(template: &str, error: &TemplateError) -> TemplateMistake {
    let line = template.split('\n').nth(error.line - 1).unwrap_or_default();
    let left = line
        .trim_end_matches('\r')
        .chars()
        .count()
        .saturating_sub(error.column - 1);
    TemplateMistake {
        line: error.line,
        column: error.column,
        length: error.tag.chars().count().min(left).max(1),
        message: error.problem.to_string(),
        is_warning: false,
    }
}
