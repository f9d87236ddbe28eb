//! Samples beside a template.

use kdg_web::preview::{Times, preview};
use kdg_web::state::form::TargetKind;
use kdg_web::state::words;

const BEGINNING: Times = Times {
    now_ms: 0,
    simulated_ms: None,
    offset_minutes: 0,
};

#[test]
fn small_samples_are_shown_whole() {
    let made = preview(r#"{"a": "é"}"#, true, 1, 5, BEGINNING);
    assert_eq!((made.records.len(), made.ended_by), (5, None));
    for record in made.records {
        assert_eq!(record.text, r#"{"a": "é"}"#);
        assert_eq!((record.bytes, record.is_cut), (11, false));
        assert_eq!(
            words::too_large(record.bytes, TargetKind::Stream, false),
            None
        );
    }
}

#[test]
fn a_large_sample_is_cut_between_characters_and_tells_all_its_bytes() {
    // One byte, and then characters of two bytes each: the place of the cut is within one.
    let made = preview("a{{#repeat 5000}}é{{/repeat}}", true, 1, 5, BEGINNING);
    assert_eq!(made.records.len(), 5);
    for record in made.records {
        assert_eq!((record.bytes, record.is_cut), (10_001, true));
        assert_eq!(record.text, format!("a{}", "é".repeat(2047)));
    }
}

#[test]
fn what_samples_take_has_a_limit_and_a_record_that_no_stream_takes_is_named() {
    let made = preview(
        "{{#repeat 100000}}{{random.uuid}}{{/repeat}}",
        true,
        1,
        5,
        BEGINNING,
    );
    let shown: usize = made.records.iter().map(|record| record.text.len()).sum();
    assert_eq!((made.records.len(), shown), (1, 4096));
    assert!(made.ended_by.unwrap().contains("large"));
    let bytes = made.records[0].bytes;
    assert_eq!(bytes, 3_600_000);
    assert_eq!(
        words::too_large(bytes, TargetKind::Stream, false).unwrap(),
        "This record has 3,600,000 bytes, Kinesis takes 1,048,576: repeat less or write less."
    );
    assert_eq!(words::too_large(bytes, TargetKind::Stream, true), None);
    assert!(words::too_large(1_030_000, TargetKind::Firehose, false).is_some());
    assert_eq!(words::too_large(1_030_000, TargetKind::Stream, false), None);
}
