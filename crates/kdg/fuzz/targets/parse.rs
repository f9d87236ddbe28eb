//! Any text compiles, or is reported with places that lie inside it.
#![no_main]

use kdg::{LineBreaks, Template, TemplateErrors};
use kdg_fuzz::memory;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let both = [LineBreaks::Strip, LineBreaks::Keep];
    // Without a line break both read the same.
    let told = if text.contains(['\r', '\n']) { 2 } else { 1 };
    for line_breaks in both.into_iter().take(told) {
        let most = 1_000_000 + 2_000 * text.len();
        memory::within(most, || {
            if let Err(errors) = Template::compile_with(&text, line_breaks) {
                check(&text, &errors);
            }
        });
    }
});

fn check(text: &str, errors: &TemplateErrors) {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<usize> = unified
        .split('\n')
        .map(|line| line.chars().count())
        .collect();
    let mut before = (1, 1);
    assert!(errors.iter().len() > 0);
    for error in errors {
        let place = (error.line, error.column);
        let length = error.line.checked_sub(1).and_then(|index| lines.get(index));
        let inside = length.is_some_and(|length| (1..=length + 1).contains(&error.column));
        assert!(inside, "{error} lies outside the template");
        assert!(place >= before, "{error} comes after line {before:?}");
        before = place;
        let message = error.to_string();
        assert!(!message.contains('\n'), "{message:?} is no single line");
        assert!(message.len() < 2_000, "{message:?} is too long to be read");
    }
}
