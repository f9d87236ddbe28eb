//! Samples beside a template.

use kdg_web::plan::{PartitionKey, Target};
use kdg_web::preview::{Times, preview};
use kdg_web::sendable::Sending;

const BEGINNING: Times = Times {
    now_ms: 0,
    simulated_ms: None,
    offset_minutes: 0,
};

#[test]
fn small_samples_are_shown_whole() {
    let made = preview(r#"{"a": "é"}"#, true, 1, 5, BEGINNING, &Sending::default());
    assert_eq!((made.records.len(), made.ended_by), (5, None));
    for record in made.records {
        assert_eq!(record.text, r#"{"a": "é"}"#);
        assert_eq!((record.bytes, record.is_cut), (11, false));
        assert_eq!(record.problem, None);
    }
}

#[test]
fn a_large_sample_is_cut_between_characters_and_tells_all_its_bytes() {
    // One byte, and then characters of two bytes each: the place of the cut is within one.
    let made = preview(
        "a{{#repeat 5000}}é{{/repeat}}",
        true,
        1,
        5,
        BEGINNING,
        &Sending::default(),
    );
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
        &Sending::default(),
    );
    let shown: usize = made.records.iter().map(|record| record.text.len()).sum();
    assert_eq!((made.records.len(), shown), (1, 4096));
    assert!(made.ended_by.unwrap().contains("large"));
    let bytes = made.records[0].bytes;
    assert_eq!(bytes, 3_600_000);
    let problem = made.records[0].problem.as_deref().unwrap();
    assert!(
        problem.contains(" bytes with its partition key, 1048576 are allowed; repeat less"),
        "{problem}"
    );
}

#[test]
fn a_sample_that_cannot_be_sent_says_so_for_the_target_and_the_key_that_are_chosen() {
    let problems = |template: &str, sending: &Sending| -> Vec<Option<String>> {
        let made = preview(template, true, 1, 2, BEGINNING, sending).records;
        made.into_iter().map(|record| record.problem).collect()
    };
    let large = "x".repeat(1_030_000);
    let stream = Sending::default();
    let firehose = Sending {
        target: Target::Firehose {
            name: String::new(),
        },
        partition_key: key("{{ k }}"),
        ..Sending::default()
    };
    assert_eq!(problems(&large, &stream), [None, None]);
    let said = problems(&large, &firehose)[0].clone().unwrap();
    assert!(said.contains("Firehose takes 1024000"), "{said}");
    let compressed = Sending {
        gzip: true,
        ..firehose.clone()
    };
    assert_eq!(problems(&large, &compressed), [None, None]);
    // Firehose has no keys.
    assert_eq!(problems("{}", &firehose), [None, None]);
    let keyed = Sending {
        partition_key: key("{{ k }}"),
        ..Sending::default()
    };
    let said = problems("{}", &keyed)[1].clone().unwrap();
    assert!(said.contains("no field k"), "{said}");
    assert_eq!(problems(r#"{"k": 1}"#, &keyed), [None, None]);
    // The field of the form says what is wrong with it.
    let wrong = Sending {
        partition_key: key("{{ k"),
        ..Sending::default()
    };
    assert_eq!(problems("{}", &wrong), [None, None]);
}

fn key(text: &str) -> PartitionKey {
    PartitionKey::Template {
        text: text.to_owned(),
    }
}

#[test]
fn a_tag_that_is_never_closed_is_warned_of_and_stays_text() {
    let made = preview(
        "{\"é\": {{random.number(5)\n}",
        false,
        1,
        1,
        BEGINNING,
        &Sending::default(),
    );
    assert_eq!(made.records[0].text, "{\"é\": {{random.number(5)\n}");
    assert!(made.errors.is_empty());
    let [warning] = &made.warnings[..] else {
        panic!("{:?}", made.warnings)
    };
    assert_eq!((warning.line, warning.column, warning.length), (1, 7, 18));
    assert!(warning.is_warning);
    for closed in ["{}", "{{random.number(5)}}", "a }} b"] {
        let made = preview(closed, false, 1, 1, BEGINNING, &Sending::default());
        assert!(made.warnings.is_empty(), "{closed}");
    }
}
