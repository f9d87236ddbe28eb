//! Templates that nobody would write in good faith.

use std::time::{Duration, Instant};

use kdg::template::MAX_ERRORS;
use kdg::{LineBreaks, Problem, RenderError, Scene, SeededEntropy, Template};

use super::template::{LEAP_DAY, render};

#[track_caller]
fn refused(template: &str) -> String {
    Template::compile(template).expect_err(template).to_string()
}

/// What takes twice as long for each tag with twice as many would take minutes.
#[test]
fn a_template_compiles_in_a_time_that_grows_with_its_length() {
    let tags: usize = 20_000;
    let each = |tag: fn(usize) -> String| (0..tags).map(tag).collect::<String>();
    let started = Instant::now();
    for template in [
        "{{random.nmber(5)}}".repeat(tags),
        "{{ date.now({{(x) }}".repeat(tags),
        "{{ date.now(it's) }}".repeat(tags),
        "{{f.g(({{ }}".repeat(tags),
        "{{#if 1}}".repeat(tags),
        "{{/if}}\n".repeat(tags),
        "{{#repeat 1}}{{#if 1}}{{/repeat}}".repeat(tags),
        each(|n| format!("{{{{let a{n} = 1}}}}{{{{b{n}}}}}")),
        each(|n| format!("{{{{ref e.a{n}}}}}")),
        each(|n| format!("{{{{ref e{n}.a}}}}")),
        each(|n| format!("{{{{sequence.next({{\"name\": \"{n}\"}})}}}}")),
        format!("{{{{let a = \"{}\"}}}}", each(|n| format!("{{{{b{n}}}}}"))),
        format!(
            "{{{{entity e of 1 {{{}}}}}}}",
            each(|n| format!("a{n}: 1, "))
        ),
        format!(
            "{{{{random.objectElement({{{}}})}}}}",
            each(|n| format!("a{n}: 1, "))
        ),
        format!("{{{{random.{}}}}}", "a".repeat(50 * tags)),
        format!("{{{{random.float({{{}: 1}})}}}}", "a".repeat(50 * tags)),
    ] {
        if let Ok(template) = Template::compile(&template) {
            let mut scene = Scene::new(SeededEntropy::new(1), LEAP_DAY);
            template.render(&mut scene, &mut Vec::new());
        }
    }
    let took = started.elapsed();
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[test]
fn so_many_errors_are_reported_and_the_rest_is_left_for_later() {
    let errors = Template::compile(&"{{x}}".repeat(1_000)).expect_err("unknown");
    assert_eq!(errors.iter().len(), MAX_ERRORS + 1);
    let last = errors.iter().last().unwrap();
    assert_eq!(last.problem, Problem::Unread);
    assert_eq!(
        last.to_string(),
        "line 1, column 496: what follows is not checked until the errors before it are corrected"
    );
}

#[test]
fn an_error_is_a_single_line_without_control_characters_and_short() {
    let kept = Template::compile_with("{{a\u{1b}[2J\nb}}", LineBreaks::Keep).expect_err("no tag");
    assert_eq!(
        kept.to_string(),
        "line 1, column 4: {{a\\u{1b}[2Jb}}: expected `(` or `}}`, found `\\u{1b}[2J\\nb`"
    );
    assert!(refused(&format!("{{{{{}}}}}", "a".repeat(10_000))).len() < 400);
}

#[test]
fn an_error_behind_braces_that_the_kdg_leaves_out_has_its_place() {
    let error = refused("ü{{random.number({\"min\": \"{{\", \"max\": ü})}}");
    assert!(error.starts_with("line 1, column 39:"), "{error}");
}

#[test]
fn quotes_of_two_formats_are_not_taken_for_one_text() {
    assert_eq!(
        render("{{ date.utc(HH'mm) }} {{ date.utc(HH'mm) }}"),
        "13'05 13'05"
    );
    assert_eq!(render(r#"{{ random.arrayElement(["a) }}"]) }}"#), "a) }}");
}

#[test]
fn words_of_the_language_name_no_entity() {
    for word in ["let", "else", "entity", "ref"] {
        let error = refused(&format!("{{{{entity {word} of 1 {{}}}}}}"));
        assert!(error.contains("it is a word of the language"), "{error}");
    }
}

#[test]
fn numbers_that_would_lead_to_none_are_refused_with_what_would_do() {
    for (tag, expected) in [
        ("image.image({width: 1e999})", "a number below 1.8e308"),
        (
            r#"random.number({"min": -1e308, "max": 1e308})"#,
            "less than 1e308 of them",
        ),
        (
            r#"random.number({"precision": 1e-320})"#,
            "less than 1e308 of them",
        ),
        (
            r#"random.normal({"deviation": 1e307})"#,
            r#"a smaller "deviation", so that no number beyond 1e308 is drawn"#,
        ),
        (
            r#"random.exponential({"mean": 1e307})"#,
            r#"a smaller "mean", so that no number beyond 1e308 is drawn"#,
        ),
        (
            r#"random.walk({"step": 1e301})"#,
            r#"a "step" of at most 1e+300"#,
        ),
        (
            r#"random.walk({"step": 3, "min": 0, "max": 2})"#,
            r#"a "step" of at most 2"#,
        ),
        (
            r#"random.weightedArrayElement({"weights": [1e308, 1e308], "data": [1, 2]})"#,
            "weights with a sum below 1e308",
        ),
        (
            r#"random.weightedArrayElement({"weights": [0, 0], "data": [1, 2]})"#,
            "weights of which one is above 0",
        ),
        (
            r#"random.zipf({"exponent": 0})"#,
            r#"a number above 0 as "exponent""#,
        ),
    ] {
        let error = refused(&format!("{{{{{tag}}}}}"));
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_count_that_is_none_is_told_from_a_count_that_is_too_long() {
    for (count, expected) in [
        (
            "-1",
            "expected how often, such as `3`, `1..5` or a variable, found `-1`",
        ),
        (
            "",
            "expected how often, such as `3`, `1..5` or a variable, found `}}`",
        ),
        (
            "99999999999999999999",
            "expected a whole number of at most 19 digits, found `99999999999999999999`",
        ),
    ] {
        let error = refused(&format!("{{{{#repeat {count}}}}}{{{{/repeat}}}}"));
        assert!(error.ends_with(expected), "{error}");
    }
}

#[test]
fn bounds_with_decimals_belong_to_the_range_in_spite_of_binary_noise() {
    let decimal = |argument: &str| render(&format!("{{{{random.decimal({{{argument}}})}}}}"));
    assert_eq!(decimal("min: 1.1, max: 1.1"), "1.10");
    assert_eq!(decimal("min: 0.29, max: 0.29"), "0.29");
    assert_eq!(decimal("min: 1.005, max: 1.005, decimals: 3"), "1.005");
}

#[test]
fn times_beyond_the_calendar_count_as_its_ends() {
    let template = r#"{{date.range({"from": -1e308, "to": 1e308, "format": "x"})}}"#;
    let template = Template::compile(template).unwrap();
    let mut scene = Scene::new(SeededEntropy::new(1), i64::MIN);
    let mut later = 0;
    for _ in 0..100 {
        let mut out = Vec::new();
        template.render(&mut scene, &mut out);
        later += u32::from(out.first() != Some(&b'-'));
    }
    assert!((30..70).contains(&later), "{later} of 100 after 1970");
}

#[test]
fn what_is_written_for_a_condition_counts_as_work() {
    let template = "{{#repeat 100000}}{{#if lorem.words(9000) == 1}}{{/if}}{{/repeat}}";
    let template = Template::compile(template).unwrap();
    let mut scene = Scene::new(SeededEntropy::new(1), LEAP_DAY);
    let mut out = b"before".to_vec();
    let rendered = template.try_render(&mut scene, &mut out);
    assert_eq!(rendered, Err(RenderError::TooManyOperations));
    assert_eq!(out, b"before");
}
