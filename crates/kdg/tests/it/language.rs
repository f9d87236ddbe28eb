//! Variables, blocks and conditions: what the language has beyond the KDG's.

use std::collections::BTreeSet;

use kdg::{RenderError, Scene, SeededEntropy, Template};

use super::template::{LEAP_DAY, render};

#[track_caller]
fn check(table: &[(&str, &str)]) {
    for (template, expected) in table {
        assert_eq!(render(template), *expected, "{template}");
    }
}

#[track_caller]
fn outcomes(template: &str) -> BTreeSet<String> {
    let template = Template::compile(template).unwrap_or_else(|errors| panic!("{errors}"));
    let mut scene = Scene::new(SeededEntropy::new(4), LEAP_DAY);
    (0..2_000)
        .map(|_| {
            let mut record = Vec::new();
            template.try_render(&mut scene, &mut record).unwrap();
            String::from_utf8(record).unwrap()
        })
        .collect()
}

#[test]
fn a_variable_gives_the_same_value_wherever_it_stands() {
    let record = render("{{let id = random.uuid}}{{id}} {{ id }} {{id}}");
    let ids: Vec<&str> = record.split(' ').collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| id.len() == 36 && *id == ids[0]));
}

#[test]
fn a_variable_holds_text_a_number_or_what_another_holds() {
    check(&[
        (r#"{{let x = "a b"}}[{{x}}]"#, "[a b]"),
        (r"{{let x='it\'s'}}{{x}}", "it's"),
        (r#"{{ let x = "ü\u0041\n" }}{{x}}"#, "üA\n"),
        ("{{let x = 1.50}}{{x}}", "1.50"),
        ("{{let x = -3}}{{x}}", "-3"),
        ("{{let x = 1}}{{let y = x}}{{let x = 2}}{{y}}{{x}}", "12"),
        (r#"{{let a = "x"}}{{let a = "{{a}}-{{a}}"}}{{a}}"#, "x-x"),
        (r#"{{let j = "{{{random.number(0)}}}"}}{{j}}"#, "{0}"),
        (r#"{{let j = "{{random.arrayElement(["q"])}}"}}{{j}}"#, "q"),
        ("{{let x = date.utc(YYYY (MM))}}{{x}}", "2024 (02)"),
        ("{{let name = name.firstName}}{{let name = 1}}{{name}}", "1"),
    ]);
}

#[test]
fn a_block_is_repeated_with_a_separator_between_its_turns() {
    check(&[
        ("{{#repeat 3}}x{{/repeat}}", "xxx"),
        (r#"[{{#repeat 3 ","}}{{@index}}{{/repeat}}]"#, "[0,1,2]"),
        (
            r#"{{#repeat 2 " / "}}{{@number}} of {{@count}}{{/repeat}}"#,
            "1 of 2 / 2 of 2",
        ),
        ("a{{#repeat 0}}x{{/repeat}}b", "ab"),
        (
            r#"{{#repeat 2 ";"}}{{let i = @index}}{{#repeat 2 ","}}{{i}}{{@index}}{{/repeat}}{{/repeat}}"#,
            "00,01;10,11",
        ),
        ("{{let n = 2}}{{#repeat n}}x{{/repeat}}", "xx"),
        ("{{ #repeat 2 }}x{{ /repeat }}", "xx"),
        ("{{#repeat random.number(0)}}x{{/repeat}}y", "y"),
    ]);
}

#[test]
fn a_random_count_reaches_both_of_its_bounds() {
    let lengths: BTreeSet<usize> = outcomes("{{#repeat 1..5}}x{{/repeat}}")
        .iter()
        .map(String::len)
        .collect();
    assert_eq!(lengths, (1..=5).collect());
}

#[test]
fn the_first_branch_that_holds_is_taken() {
    let grade =
        r#"{{#if n < 3}}low{{else if n == "3"}}three{{else if n >= 10}}high{{else}}other{{/if}}"#;
    for (n, expected) in [("1", "low"), ("3", "three"), ("10", "high"), ("9", "other")] {
        let template = format!("{{{{let n = {n}}}}}<{grade}>");
        assert_eq!(render(&template), format!("<{expected}>"));
    }
}

#[test]
fn values_compare_as_numbers_if_both_are_numbers_and_as_text_otherwise() {
    for (test, holds) in [
        ("9 < 10", true),
        (r#""9" < "10""#, true),
        (r#""a9" < "a10""#, false),
        (r#""2024-01-02" >= "2024-01-01""#, true),
        ("1.0 == 1", true),
        (r#""inf" == "nan""#, false),
        (r#""" != 0"#, true),
        (r#"random.arrayElement(["x"]) == 'x'"#, true),
        ("yes", true),
        ("not yes", false),
        ("no", false),
        ("zero", false),
        ("not none", true),
        ("chance 1", true),
        ("chance 0", false),
    ] {
        let template = format!(
            "{{{{let yes = \"y\"}}}}{{{{let no = \"false\"}}}}{{{{let zero = 0}}}}{{{{let none = \"\"}}}}\
             {{{{#if {test}}}}}1{{{{else}}}}0{{{{/if}}}}"
        );
        assert_eq!(render(&template) == "1", holds, "{test}");
    }
}

#[test]
fn a_chance_is_taken_about_as_often_as_it_says() {
    let template = Template::compile("{{#if chance 0.3}}x{{/if}}").unwrap();
    let mut scene = Scene::new(SeededEntropy::new(3), 0);
    let mut out = Vec::new();
    for _ in 0..10_000 {
        template.render(&mut scene, &mut out);
    }
    assert!((2_850..3_150).contains(&out.len()), "{}", out.len());
}

#[test]
fn a_variable_is_known_until_its_block_ends_and_can_be_set_inside() {
    check(&[(
        r#"{{let s = ""}}{{#repeat 3}}{{let s = "{{s}}{{@index}}"}}{{/repeat}}{{s}}"#,
        "012",
    )]);
    let errors = Template::compile("{{#if chance 1}}{{let x = 1}}{{else}}{{x}}{{/if}}{{x}}")
        .unwrap_err()
        .to_string();
    assert_eq!(errors.matches("unknown variable or function x").count(), 2);
}

#[test]
fn words_of_other_languages_are_drawn_from_their_lists() {
    for (call, word) in [
        ("ar.name.firstName", "أحلام"),
        ("de.name.lastName", "Mustermann"),
        ("de.address.stateAbbr", "BW"),
        ("it.address.state", "ANCONA"),
        ("ja.name.lastName", "佐藤"),
        ("pt_br.company.companySuffix", "e Filhos"),
        ("zh_cn.company.companySuffix", "有限公司"),
        ("zh_tw.name.lastName", "趙"),
    ] {
        let words = outcomes(&format!("{{{{{call}}}}}"));
        assert!(words.contains(word), "{call}: {words:?}");
    }
    assert!(
        outcomes("{{fr.name.findName}}")
            .iter()
            .all(|name| name.contains(' '))
    );
    assert!(
        outcomes("{{ zh_tw.name.findName }}")
            .iter()
            .all(|name| !name.contains(' '))
    );
}

#[test]
fn words_of_other_languages_stay_within_the_text_of_a_json_template() {
    for locale in ["ar", "de", "fr", "it", "ja", "pt_br", "zh_cn", "zh_tw"] {
        for function in ["name.firstName", "name.lastName", "name.findName"] {
            for word in outcomes(&format!("{{{{{locale}.{function}}}}}")) {
                let ends = word.contains(['"', '\\']) || word.contains(char::is_control);
                assert!(!ends, "{locale}.{function}: {word:?}");
            }
        }
    }
}

#[test]
fn a_record_that_grows_without_end_is_refused_and_leaves_nothing_behind() {
    let fail = |template: &str| {
        let template = Template::compile(template).unwrap_or_else(|errors| panic!("{errors}"));
        let mut scene = Scene::new(SeededEntropy::new(1), 0);
        let mut out = b"before".to_vec();
        let error = template.try_render(&mut scene, &mut out).unwrap_err();
        assert_eq!(out, b"before");
        template.render(&mut scene, &mut out);
        assert_eq!(out, b"before");
        error
    };
    let doubled = r#"{{let x = "0123456789"}}{{#repeat 100}}{{let x = "{{x}}{{x}}"}}{{/repeat}}"#;
    assert_eq!(fail(doubled), RenderError::LongValue);
    let large = "{{#repeat 100000}}{{lorem.words(20)}}{{/repeat}}";
    assert_eq!(fail(large), RenderError::TooLarge);
    let often = "{{let n = 2000}}{{#repeat n}}{{#repeat n}}{{/repeat}}{{/repeat}}";
    assert_eq!(fail(often), RenderError::TooManyTurns);
    let tags = "{{let x = 1}}".repeat(100);
    let long = format!("{{{{#repeat 100000}}}}{tags}{{{{/repeat}}}}");
    assert_eq!(fail(&long), RenderError::TooManyOperations);
    for found in ["x", "-1", "1.5", "100001", ""] {
        let template = format!("{{{{let n = \"{found}\"}}}}{{{{#repeat n}}}}{{{{/repeat}}}}");
        let found = format!("`{found}`");
        assert_eq!(fail(&template), RenderError::NotACount { found });
    }
}
