//! What the page and the module that tries records say to each other, by the code of both.

use kdg_web::trial::{
    Answer, Fate, Form, Shipped, Writing, headline, layers, offset, placeholder, too_large,
};

/// A moment in 2026.
const NOW_MS: i64 = 1_780_000_000_000;

fn shipped(name: &str) -> Shipped {
    let Answer::Ready { shipped } = serde_json::from_str(&trial::shipped()).unwrap() else {
        panic!("the module is not ready");
    };
    let mut named = shipped.into_iter().filter(|shipped| shipped.name == name);
    named.next().unwrap()
}

fn form(name: &str, record: &str) -> Form {
    let mut form = Form {
        record: record.to_owned(),
        ..Form::default()
    };
    form.take(&shipped(name));
    form
}

fn answer(form: &Form) -> Answer {
    let question = serde_json::to_string(&form.question(NOW_MS)).unwrap();
    serde_json::from_str(&trial::judge(&question)).unwrap()
}

#[test]
fn a_record_is_stored_filtered_or_quarantined_before_it_is_sent() {
    let user = |age| format!(r#"{{"first_name":"Ada","last_name":"Byron","age":{age}}}"#);
    for (age, said) in [
        ("36", "Stored as Ada_Byron.json"),
        ("20", "Filtered: the pipeline's filter or program drops it"),
        ("\"old\"", "Quarantined: program-error"),
    ] {
        assert_eq!(headline(&answer(&form("random-user", &user(age)))), said);
    }
}

#[test]
fn a_schema_beside_the_file_decides_and_without_it_nothing_is_decided() {
    let view = r#"{"visitor":"1.2.3.4","page":"a","viewed_at":"2026-05-28T20:26:40Z"}"#;
    let mut form = form("page-views", view);
    assert_eq!(form.schema_file(), Some("page-views.schema.json"));
    assert_eq!(headline(&answer(&form)), "Quarantined: schema-violation");
    form.schema.clear();
    let Answer::Wrong { problems } = answer(&form) else {
        panic!("a record is judged without its schema");
    };
    assert!(
        problems[0]
            .text
            .contains("there is no file `page-views.schema.json`")
    );
}

#[test]
fn the_name_of_a_schema_is_found_however_it_is_written() {
    for (line, name) in [
        ("  schema: a.json", Some("a.json")),
        ("  schema: 'a b.json' # said so", Some("a b.json")),
        ("  schema: \"a.json\"", Some("a.json")),
        ("  schema:", None),
        ("  filter: .schema == 1", None),
    ] {
        let form = Form {
            file: format!("process:\n{line}\nbucket: b\n"),
            ..Form::default()
        };
        assert_eq!(form.schema_file(), name, "{line}");
    }
}

#[test]
fn a_record_in_base64_is_tried_as_the_bytes_that_it_stands_for() {
    // An aggregate of the Kinesis Producer Library would be taken apart the same way.
    let mut form = form("kdg-archive", "H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==");
    form.writing = Writing::Base64;
    let Answer::Tried { bytes, records } = answer(&form) else {
        panic!("it is not tried");
    };
    assert_eq!((bytes, records.len()), (22, 1));
    assert_eq!(
        layers(&records[0]),
        "base64 of the event, gzip, UTF-8 text, JSON"
    );
    assert!(matches!(&records[0].fate, Fate::Stored { body, .. } if body == "{}"));
    form.record = "%%%".into();
    let said = headline(&answer(&form));
    assert!(said.starts_with("The record is not base64"), "{said}");
}

#[test]
fn a_wrong_file_is_told_with_the_place_of_each_mistake() {
    let mut form = form("random-user", "{}");
    form.file = form
        .file
        .replace("int!(.age)", "nope(.age)")
        .replace("shards: 1", "shards: 0");
    let answer = answer(&form);
    let Answer::Wrong { problems } = &answer else {
        panic!("it is not wrong");
    };
    assert_eq!(
        headline(&answer),
        "The pipeline's file is wrong in 2 places"
    );
    let places = [("shards: 0", "0"), ("filter: nope", "nope")];
    for (problem, (line, word)) in problems.iter().zip(places) {
        assert!(problem.text.starts_with("random-user.yaml:"), "{problem:?}");
        let at = offset(&form.file, problem.line.unwrap(), problem.column.unwrap());
        let after = &form.file[usize::try_from(at).unwrap()..];
        assert!(after.starts_with(word), "{line}: {problem:?}");
    }
}

#[test]
fn places_are_counted_as_browsers_count_them() {
    let text = "a: 1\nb: '😀x'\n";
    assert_eq!(offset(text, 1, 1), 0);
    assert_eq!(offset(text, 2, 5), 9);
    assert_eq!(offset(text, 2, 6), 11);
    assert_eq!(offset(text, 2, 99), 13);
    assert_eq!(offset(text, 9, 1), 14);
}

#[test]
fn a_record_that_no_stream_takes_is_not_called_stored() {
    let large = |bytes: usize| format!(r#"{{"a": "{}"}}"#, "x".repeat(bytes - 9));
    let fits = answer(&form("kdg-archive", &large(1_048_576)));
    assert!(
        headline(&fits).starts_with("Stored as"),
        "{}",
        headline(&fits)
    );
    assert_eq!(too_large(&fits), None);
    let refused = headline(&answer(&form("kdg-archive", &large(2_000_000))));
    assert!(
        refused.starts_with("A stream refuses it: by default it takes 1048576 bytes"),
        "{refused}"
    );
}

#[test]
fn what_only_the_stream_gives_is_said_to_stand_for_it() {
    let archive = form("kdg-archive", "{}");
    let Answer::Tried { records, .. } = answer(&archive) else {
        panic!("it is not tried")
    };
    assert!(matches!(&records[0].fate, Fate::Stored { key, .. } if key == "kinesis/0.json"));
    assert!(
        placeholder(&archive.file)
            .unwrap()
            .starts_with("0 stands for")
    );
    assert_eq!(placeholder(&form("random-user", "{}").file), None);
}
