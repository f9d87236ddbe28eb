//! A template of real tags renders the same for the same seed, within the limits, or leaves the
//! record as it was.
#![no_main]

use kdg::template::MAX_RENDERED_BYTES;
use kdg::{RenderError, Scene, SeededEntropy, Template};
use kdg_fuzz::{Choices, memory, template};
use libfuzzer_sys::fuzz_target;

const BEFORE: &[u8] = b"what was there before";
const RECORDS: u64 = 2;

/// The record twice, while it grows, and what variables and entities hold.
const MOST_BYTES: usize = 8 * MAX_RENDERED_BYTES;

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let seed = u64::from(choices.byte());
    let again = seed.is_multiple_of(4);
    let now = choices.time();
    let offset = choices.offset();
    let other = choices.rarely(4).then(|| template(&mut choices));
    let text = template(&mut choices);
    let sources = other.into_iter().chain([text]);
    memory::within(MOST_BYTES, || {
        let templates: Vec<(String, Template)> = sources
            .filter_map(|source| Some((source.clone(), Template::compile(&source).ok()?)))
            .collect();
        if !templates.is_empty() {
            let scene = || Scene::new(SeededEntropy::new(seed), now).with_offset(offset);
            let first = records(&templates, scene());
            // It takes as long again, so that not each is tried.
            if again && first.iter().map(Vec::len).sum::<usize>() < 10_000 {
                assert_eq!(first, records(&templates, scene()), "{templates:?}");
            }
        }
    });
});

fn records(templates: &[(String, Template)], mut scene: Scene) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    for number in 0..RECORDS {
        for (source, template) in templates {
            scene.begin_record(number);
            let mut out = BEFORE.to_vec();
            match template.try_render(&mut scene, &mut out) {
                Ok(()) => records.push(checked(source, &out)),
                Err(error) => {
                    assert_eq!(out, BEFORE, "{source}: {error}");
                    assert!(error.to_string().len() < 2_000, "{source}: {error}");
                    if is_costly(&error) {
                        return records;
                    }
                }
            }
        }
    }
    records
}

fn checked(source: &str, out: &[u8]) -> Vec<u8> {
    let record = out.strip_prefix(BEFORE);
    let record = record.unwrap_or_else(|| panic!("{source} changed what was there before"));
    assert!(record.len() <= MAX_RENDERED_BYTES, "{source}");
    let text = str::from_utf8(record).unwrap_or_else(|_| panic!("{source} gave no text"));
    for no_number in ["NaN", "Infinity"] {
        // Passwords are made of any letters, entities of what another template says, and letters
        // of the template meet those of its values.
        let meant = source.contains("password")
            || source.contains("ref ")
            || source.contains(no_number)
            || outside_tags(source).any(|text| text.contains(&no_number[..1]));
        assert!(meant || !text.contains(no_number), "{source}: {text}");
    }
    record.to_vec()
}

fn outside_tags(source: &str) -> impl Iterator<Item = &str> {
    let parts = source.split("{{");
    parts.map(|part| part.split_once("}}").map_or(part, |(_, text)| text))
}

fn is_costly(error: &RenderError) -> bool {
    matches!(
        error,
        RenderError::TooLarge | RenderError::TooManyTurns | RenderError::TooManyOperations
    )
}
