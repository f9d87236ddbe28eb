//! Any text is a format, at any time and offset, and any text is read as a time or refused.
#![no_main]

use std::fmt::Write;

use kdg::{Scene, SeededEntropy, Template};
use kdg_fuzz::{Choices, memory};
use libfuzzer_sys::fuzz_target;

const MOST_BYTES_OF_A_TOKEN: usize = 64;

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Choices::new(bytes);
    let now = choices.time();
    let simulated = choices.rarely(2).then(|| choices.time());
    let mut scene = Scene::new(SeededEntropy::new(1), now).with_offset(choices.offset());
    scene.set_simulated(simulated);
    let function = choices.below(9);
    let text = choices.rest();
    // Bare text must not end its tag, also not where a line break is left out, or anything can follow.
    let bare = text.replace('}', "]");
    let quoted = quoted(&text);
    let (template, always) = match function {
        0 => (format!("{{{{date.now({quoted})}}}}"), true),
        1 => (format!("{{{{date.utc({quoted})}}}}"), true),
        2 => (format!("{{{{date.simTime({quoted})}}}}"), true),
        3 => (
            format!("{{{{date.range({{\"format\": {quoted}}})}}}}"),
            true,
        ),
        4 => (format!("{{{{date.range({{\"from\": {quoted}}})}}}}"), false),
        5 => (format!("{{{{date.between({quoted}, {quoted})}}}}"), false),
        6 => (format!("{{{{date.past(1, {quoted})}}}}"), false),
        7 => (format!("{{{{date.utc({bare})}}}}"), false),
        _ => (format!("{{{{ date.now({bare}) }}}}"), false),
    };
    memory::within(1_000_000 + 2_000 * text.len(), || {
        let template = match Template::compile(&template) {
            Ok(template) => template,
            Err(errors) => {
                assert!(!always, "{errors}");
                return;
            }
        };
        let mut out = Vec::new();
        let rendered = template.try_render(&mut scene, &mut out);
        assert_eq!(rendered, Ok(()));
        let most = MOST_BYTES_OF_A_TOKEN * (text.len() + 1);
        assert!(out.len() <= most, "{} bytes of {text:?}", out.len());
        assert!(str::from_utf8(&out).is_ok(), "{text:?} gave no text");
    });
});

/// JSON text without any character that the template language knows.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for unit in text.encode_utf16() {
        let _ = write!(quoted, "\\u{unit:04x}");
    }
    quoted.push('"');
    quoted
}
