//! A template → records: what each function gives.

use std::collections::BTreeSet;

use kdg::{LineBreaks, Scene, SeededEntropy, Template};
use proptest::prelude::*;

/// Thu 29 Feb 2024 13:05:09.007 UTC.
pub(crate) const LEAP_DAY: i64 = 1_709_211_909_007;

pub(crate) fn render(template: &str) -> String {
    render_in(template, &mut Scene::new(SeededEntropy::new(1), LEAP_DAY))
}

fn render_in(template: &str, scene: &mut Scene) -> String {
    let template = Template::compile(template).unwrap_or_else(|errors| panic!("{errors}"));
    let mut record = Vec::new();
    template.render(scene, &mut record);
    String::from_utf8(record).unwrap()
}

/// Everything that shows up in 2,000 records.
#[track_caller]
fn outcomes(template: &str) -> BTreeSet<String> {
    let template = Template::compile(template).unwrap_or_else(|errors| panic!("{errors}"));
    let mut scene = Scene::new(SeededEntropy::new(2), LEAP_DAY);
    (0..2_000)
        .map(|_| {
            let mut record = Vec::new();
            template.render(&mut scene, &mut record);
            String::from_utf8(record).unwrap()
        })
        .collect()
}

#[track_caller]
fn check_outcomes(template: &str, expected: &[&str]) {
    let expected = expected.iter().map(|&text| text.to_owned()).collect();
    assert_eq!(outcomes(template), expected, "{template}");
}

#[test]
fn a_number_reaches_both_bounds_and_nothing_beyond() {
    check_outcomes("{{random.number(3)}}", &["0", "1", "2", "3"]);
    check_outcomes("{{random.number(0)}}", &["0"]);
    check_outcomes(
        r#"{{random.number({"min":-2,"max":1})}}"#,
        &["-2", "-1", "0", "1"],
    );
    check_outcomes(r#"{{random.number({"min":7,"max":7})}}"#, &["7"]);
    check_outcomes(
        r#"{{random.number({"max":20,"precision":10})}}"#,
        &["0", "10", "20"],
    );
}

#[test]
fn a_negative_maximum_is_exclusive() {
    check_outcomes("{{random.number(-3)}}", &["-1", "-2", "-3"]);
    check_outcomes(r#"{{random.number({"min":-5,"max":-3})}}"#, &["-4", "-5"]);
}

#[test]
fn a_precision_prints_without_binary_noise() {
    let tenths = ["0.1", "0.2", "0.3"];
    check_outcomes(
        r#"{{random.number({"min":0.1,"max":0.3,"precision":0.1})}}"#,
        &tenths,
    );
    let twentieths = outcomes(r#"{{random.number({"max":0.95,"precision":0.05})}}"#);
    assert_eq!(twentieths.len(), 20);
    assert!(
        twentieths.iter().all(|text| text.len() <= 4),
        "{twentieths:?}"
    );
    check_outcomes(
        r#"{{random.number({"max":2e-7,"precision":1e-7})}}"#,
        &["0", "1e-7", "2e-7"],
    );
}

#[test]
fn a_number_without_a_usable_argument_has_the_default_bounds() {
    for argument in [
        "", "()", "( )", "(null)", "(false)", "({})", "([7])", r#"("")"#,
    ] {
        let outcomes = outcomes(&format!("{{{{random.number{argument}}}}}"));
        let numbers: Vec<u32> = outcomes.iter().map(|text| text.parse().unwrap()).collect();
        assert!(numbers.iter().all(|number| *number <= 99_999), "{argument}");
        assert!(numbers.iter().any(|number| *number > 90_000), "{argument}");
    }
}

#[test]
fn numbers_beyond_an_exact_f64_print_as_in_javascript() {
    for text in outcomes(r#"{{random.number({"min":1e21,"max":2e21})}}"#) {
        assert!(text.ends_with("e+21"), "{text}");
    }
}

#[test]
fn arguments_may_be_written_loosely() {
    check_outcomes("{{random.number({min: 1, max: 2,})}}", &["1", "2"]);
    check_outcomes("{{random.arrayElement(['a', 'b',])}}", &["a", "b"]);
    check_outcomes(
        "{{random.weightedArrayElement({weights: [1, 0], data: ['x', 'y']})}}",
        &["x"],
    );
}

#[test]
fn an_element_prints_as_javascript_prints_it_and_an_object_as_json() {
    let table: &[(&str, &[&str])] = &[
        ("[true, false, null]", &["true", "false", "null"]),
        ("[1.0, 2.50, 1e3, -0]", &["1", "2.5", "1000", "0"]),
        ("[[1, [2, null]]]", &["1,2,"]),
        (
            r#"[{"b": [1, {}], "a": "x\"\n", "c": null}]"#,
            &[r#"{"b":[1,{}],"a":"x\"\n","c":null}"#],
        ),
        (r#""abc""#, &["a", "b", "c"]),
        ("abc", &["a", "b", "c"]),
        ("null", &["a", "b", "c"]),
        (r#"["\u00fc\ud83d\ude00", "\ud83d"]"#, &["ü😀", "\u{fffd}"]),
    ];
    for (argument, expected) in table {
        check_outcomes(
            &format!("{{{{random.arrayElement({argument})}}}}"),
            expected,
        );
        check_outcomes(&format!("{{{{helpers.randomize({argument})}}}}"), expected);
    }
}

#[test]
fn weights_are_exact() {
    let template = r#"{{random.weightedArrayElement({"weights":[1,3,0],"data":["a","b","c"]})}}"#;
    let template = Template::compile(template).unwrap();
    let mut scene = Scene::new(SeededEntropy::new(3), 0);
    let mut drawn = Vec::new();
    for _ in 0..40_000 {
        template.render(&mut scene, &mut drawn);
    }
    let drawn = String::from_utf8(drawn).unwrap();
    let a = drawn.matches('a').count();
    assert!((9_600..10_400).contains(&a), "{a} of 40,000");
    assert!(!drawn.contains('c'));
    // The KDG rounds these to nothing.
    check_outcomes(
        r#"{{random.weightedArrayElement({"weights":[0.004,0.004],"data":["a","b"]})}}"#,
        &["a", "b"],
    );
    check_outcomes("{{random.weightedArrayElement}}", &["cat", "dog"]);
    // Elements without a weight are never drawn.
    check_outcomes(
        r#"{{random.weightedArrayElement({"weights":[1],"data":["a","b"]})}}"#,
        &["a"],
    );
}

#[test]
fn a_uuid_is_a_random_one_of_version_4() {
    for uuid in outcomes("{{random.uuid}}") {
        let parts: Vec<&str> = uuid.split('-').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{uuid}");
        assert!(
            uuid.bytes()
                .all(|byte| matches!(byte, b'-' | b'0'..=b'9' | b'a'..=b'f'))
        );
        assert!(parts[2].starts_with('4'), "{uuid}");
        assert!(parts[3].starts_with(['8', '9', 'a', 'b']), "{uuid}");
    }
    assert_eq!(outcomes("{{random.uuid}}").len(), 2_000);
}

#[test]
fn small_alphabets_are_used_up() {
    check_outcomes("{{random.boolean}}", &["false", "true"]);
    let characters = outcomes("{{random.alphaNumeric(5)}}");
    assert_eq!(characters.len(), 36);
    assert!(characters.iter().all(|text| text.len() == 1));
}

#[test]
fn an_address_has_four_octets() {
    let addresses = outcomes("{{internet.ip}}");
    for address in &addresses {
        address.parse::<std::net::Ipv4Addr>().expect(address);
    }
    let first_octets: BTreeSet<&str> = addresses
        .iter()
        .filter_map(|a| a.split('.').next())
        .collect();
    assert_eq!(first_octets.len(), 256);
}

#[test]
fn names_and_words_come_from_lists() {
    let capitalized = |text: &String| text.starts_with(|c: char| c.is_ascii_uppercase());
    assert!(outcomes("{{name.firstName}}").iter().all(capitalized));
    assert!(outcomes("{{name.lastName(1)}}").iter().all(capitalized));
    let lower = |text: &String| text.bytes().all(|byte| byte.is_ascii_lowercase());
    assert!(outcomes("{{lorem.word}}").iter().all(lower));
    assert!(outcomes("{{name.firstName}}").len() > 1_000);
}

#[test]
fn words_are_counted_as_the_kdg_counts_them() {
    for (argument, words) in [
        ("", 3),
        ("(5)", 5),
        ("(1)", 1),
        (r#"("2")"#, 2),
        ("(1.5)", 2),
        ("()", 3),
    ] {
        let text = render(&format!("{{{{lorem.words{argument}}}}}"));
        assert_eq!(text.split(' ').count(), words, "{argument}: {text}");
    }
    for argument in ["(0)", "(null)", "(false)", "(-3)"] {
        assert_eq!(
            render(&format!("{{{{lorem.words{argument}}}}}")),
            "",
            "{argument}"
        );
    }
}

#[test]
fn each_date_function_reads_its_own_clock() {
    let mut scene = Scene::new(SeededEntropy::new(1), LEAP_DAY).with_offset(-300);
    let template = "{{date.now}} {{date.utc}} {{date.simTime}}";
    assert_eq!(
        render_in(template, &mut scene),
        "2024-02-29T08:05:09-05:00 2024-02-29T13:05:09Z 2024-02-29T08:05:09-05:00"
    );
    scene.set_simulated(Some(0));
    assert_eq!(
        render_in("{{date.simTime}}", &mut scene),
        "1969-12-31T19:00:00-05:00"
    );
    assert_eq!(render_in("{{date.now(X)}}", &mut scene), "1709211909");
    scene.set_now(LEAP_DAY + 1_000);
    assert_eq!(render_in(r#"{{date.utc("X")}}"#, &mut scene), "1709211910");
}

#[test]
fn current_timestamp_is_the_local_time_wherever_it_stands() {
    let expected = "2024-02-29T13:05:09+00:00";
    let template = "{{current.timestamp}} {{ current.timestamp }} {{current.\ntimestamp}}";
    assert_eq!(
        render(template),
        format!("{expected} {expected} {expected}")
    );
}

#[test]
fn a_date_format_may_be_left_out_or_be_a_number() {
    for argument in ["", "(null)", "(false)", "(0)", r#"("")"#] {
        let text = render(&format!("{{{{date.utc{argument}}}}}"));
        assert_eq!(text, "2024-02-29T13:05:09Z", "{argument}");
    }
    assert_eq!(render("{{date.utc(2024)}}"), "2024");
}

#[test]
fn a_record_may_render_to_nothing() {
    assert_eq!(render(r#"{{random.arrayElement([""])}}"#), "");
}

#[test]
fn line_breaks_are_left_out_unless_kept() {
    let template = " \u{feff}a\r\nb\rc\n\td {{random.\nnumber\n(0)}} ";
    assert_eq!(render(template), "abc\td 0");
    let kept = Template::compile_with(template, LineBreaks::Keep).unwrap();
    let mut record = Vec::new();
    kept.render(&mut Scene::new(SeededEntropy::new(1), 0), &mut record);
    assert_eq!(String::from_utf8(record).unwrap(), "a\nb\nc\n\td 0");
}

#[test]
fn the_templates_that_ship_render_json() {
    let user_activity = include_str!("../../../../pipelines/user-activity.json.tmpl");
    for record in outcomes(user_activity) {
        let record: serde_json::Value = serde_json::from_str(&record).expect(&record);
        let user = record["user_id"].as_str().unwrap();
        assert!(["user_1", "user_2", "user_3", "user_4"].contains(&user));
        assert_eq!(record["timestamp"], LEAP_DAY / 1_000);
    }
    let kdg_archive = outcomes(include_str!("../../../../pipelines/kdg-archive.json.tmpl"));
    for record in &kdg_archive {
        let record: serde_json::Value = serde_json::from_str(record).expect(record);
        assert!(
            (-20.0..=150.0).contains(&record["temperature"].as_f64().unwrap()),
            "{record}"
        );
        assert_eq!(record["unit"], "°C");
        assert_eq!(record["timestamp"], "2024-02-29T13:05:09Z");
    }
    assert!(
        kdg_archive
            .iter()
            .any(|record| record.contains("überhitzt"))
    );
}

#[test]
fn the_same_template_and_seed_give_the_same_bytes() {
    let template = r#"{{random.uuid}} {{name.firstName}} {{random.number({"max":1,"precision":0.01})}}
        {{random.weightedArrayElement}} {{internet.ip}} {{lorem.words(2)}} {{random.boolean}}"#;
    // Written down, because the promise spans platforms and versions.
    assert_eq!(render(template), GOLDEN);
}

const GOLDEN: &str = "cfc5d07f-6f03-429b-bf42-4132963fe08d Barbara 0.75        dog \
    151.41.159.202 maiores cupiditate true";

proptest! {
    #[test]
    fn text_without_tags_comes_through(text in "[a-zA-Z0-9äöü:,\"}\\[\\]]{1,40}") {
        prop_assert_eq!(render(&text), text);
    }
}
