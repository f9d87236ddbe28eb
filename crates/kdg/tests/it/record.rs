//! A rendered template → a record that a stream accepts.

use kdg::{
    Ending, KeyRule, KeyRuleError, MAX_RECORD_BYTES, Recipe, Record, RecordError, Scene,
    SeededEntropy, Template,
};

fn scene() -> Scene {
    Scene::new(SeededEntropy::new(1), 0)
}

fn make(template: &str, key: &str) -> Result<Record, RecordError> {
    let template = Template::compile(template).unwrap();
    let partition_key = key.parse().unwrap();
    Recipe {
        template,
        encoding: kdg::Encoding::Plain,
        partition_key,
        ending: Ending::LineFeed,
    }
    .make(&mut scene(), 7)
}

#[test]
fn a_record_ends_in_a_line_feed_unless_told_otherwise() {
    let mut recipe = Recipe::new(Template::compile("ü").unwrap());
    assert_eq!(recipe.make(&mut scene(), 0).unwrap().data, "ü\n".as_bytes());
    recipe.ending = Ending::Nothing;
    assert_eq!(recipe.make(&mut scene(), 0).unwrap().data, "ü".as_bytes());
}

#[test]
fn random_keys_are_numbers_of_up_to_ten_digits() {
    let recipe = Recipe::new(Template::compile("x").unwrap());
    let mut scene = scene();
    let mut lengths = [0; 11];
    for tag in 0..1_000 {
        let record = recipe.make(&mut scene, tag).unwrap();
        record.partition_key.parse::<u64>().unwrap();
        lengths[record.partition_key.len()] += 1;
        assert_eq!(record.tag, tag);
    }
    assert!(lengths[10] > 850 && lengths[9] > 50, "{lengths:?}");
}

#[test]
fn a_key_takes_fields_from_the_record() {
    let record = r#"{"user_id": "user_1", "n": {"i": 42, "f": 1.5, "yes": true}, "l": ["a", "b"]}"#;
    for (rule, key) in [
        ("{{ user_id }}", "user_1"),
        ("{{user_id}}", "user_1"),
        ("{{ n.i }}-{{ n.f }}/{{ n.yes }}", "42-1.5/true"),
        ("{{ l.1 }}", "b"),
        ("constant", "constant"),
    ] {
        assert_eq!(make(record, rule).unwrap().partition_key, key, "{rule}");
    }
    assert_eq!(
        make("not json", "constant").unwrap().partition_key,
        "constant"
    );
}

#[test]
fn a_key_that_the_record_cannot_give_is_an_error_that_names_the_field() {
    let path = || "user.id".to_owned();
    let error = |template| make(template, "{{ user.id }}").unwrap_err();
    assert_eq!(error("{}"), RecordError::MissingField { path: path() });
    assert_eq!(error("7"), RecordError::MissingField { path: path() });
    for (record, found) in [
        (r#"{"user":{"id":null}}"#, "null"),
        (r#"{"user":{"id":[]}}"#, "a list"),
        (r#"{"user":{"id":{}}}"#, "an object"),
    ] {
        assert_eq!(
            error(record),
            RecordError::UnusableField {
                path: path(),
                found
            }
        );
    }
    let not_json = error("{");
    assert!(
        matches!(&not_json, RecordError::NotJson { .. }),
        "{not_json}"
    );
    assert!(not_json.to_string().contains("line 1"), "{not_json}");
    assert_eq!(error(r#"{"user":{"id":""}}"#), RecordError::EmptyKey);
}

#[test]
fn a_key_counts_characters_and_is_never_cut() {
    let record = |length| format!(r#"{{"k": "{}"}}"#, "ü".repeat(length));
    assert_eq!(
        make(&record(256), "{{ k }}").unwrap().partition_key.len(),
        512
    );
    assert_eq!(
        make(&record(257), "{{ k }}"),
        Err(RecordError::LongKey { characters: 257 })
    );
}

#[test]
fn the_partition_key_counts_against_the_size_of_a_record() {
    let make = |length| make(&"x".repeat(length), "key");
    // Three bytes of key and the line feed.
    assert_eq!(make(MAX_RECORD_BYTES - 4).unwrap().size(), MAX_RECORD_BYTES);
    let bytes = MAX_RECORD_BYTES + 1;
    assert_eq!(
        make(MAX_RECORD_BYTES - 3),
        Err(RecordError::TooLarge { bytes })
    );
}

#[test]
fn a_key_rule_that_cannot_be_read_says_why() {
    let error = |rule: &str| rule.parse::<KeyRule>().unwrap_err();
    assert_eq!(error(""), KeyRuleError::Empty);
    assert_eq!(error("ü{{ a"), KeyRuleError::Unclosed { character: 2 });
    assert_eq!(
        error("{{ a b }}"),
        KeyRuleError::NotAPath {
            path: "a b".to_owned()
        }
    );
    assert_eq!(
        error("{{ }}"),
        KeyRuleError::NotAPath {
            path: String::new()
        }
    );
    assert_eq!("random".parse(), Ok(KeyRule::Random));
}

#[test]
fn even_keys_take_turns() {
    let recipe = Recipe {
        partition_key: KeyRule::Even(vec![7..=9, 1 << 127..=u128::MAX]),
        ..Recipe::new(Template::compile("x").unwrap())
    };
    let mut scene = Scene::new(SeededEntropy::new(1), 0);
    let mut keys = (0..2_000).map(|tag| {
        let record = recipe.make(&mut scene, tag).unwrap();
        record.explicit_hash_key.unwrap()
    });
    let mut in_upper_half = 0;
    while let (Some(first), Some(second)) = (keys.next(), keys.next()) {
        assert_eq!(first, 7);
        assert!(second >= 1 << 127);
        in_upper_half += u32::from(second >= 3 << 126);
    }
    // Should the shard be split, each part gets as much.
    assert!((499..=501).contains(&in_upper_half), "{in_upper_half}");
}
