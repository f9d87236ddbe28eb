//! Which text is a tag: the rules of the KDG first, the wider rule second.

use kdg::{Problem, Template};

use super::template::render;

#[track_caller]
fn check(table: &[(&str, &str)]) {
    for (template, expected) in table {
        assert_eq!(render(template), *expected, "{template}");
    }
}

#[test]
fn braces_that_are_no_tags_are_text() {
    check(&[
        ("no tags at all", "no tags at all"),
        ("a { b } c }", "a { b } c }"),
        ("x {{ y", "x {{ y"),
        ("x }} y", "x }} y"),
        ("{{random.number(0)}} }} {{", "0 }} {{"),
        (r#"{"a":{"b":1}}{{random.number(0)}}"#, r#"{"a":{"b":1}}0"#),
    ]);
}

#[test]
fn braces_may_touch_a_tag() {
    check(&[
        ("{{random.number(0)}}}", "0}"),
        ("{{{random.number(0)}}}", "{0}"),
        ("{\n{{random.number(0)}}\n}", "{0}"),
        (r#"{"a":{"b":{{random.number(0)}}}}"#, r#"{"a":{"b":0}}"#),
        ("{{random.number(0)}}{{random.number(0)}}", "00"),
    ]);
}

#[test]
fn what_the_kdg_understands_by_accident_is_understood() {
    check(&[
        ("{{{{random.number(0)}}", "0"),
        ("{{(0)random.number}}", "0"),
        ("{{random.(0)number}}", "0"),
        ("{{random.number.foo.bar(0)}}", "0"),
        (r#"{{random.arrayElement(["{{x"])}}"#, "x"),
        (r#"{{random.arrayElement(["\u0029\u007d"])}}"#, ")}"),
    ]);
}

#[test]
fn white_space_may_surround_every_part() {
    check(&[
        ("{{ random.number(0) }}", "0"),
        ("{{\trandom . number ( 0 ) }}", "0"),
        ("{{random.arrayElement(\n  [\"a\"]\n  )\n  }}", "a"),
        (
            "{{ random.arrayElement () }}{{random.arrayElement(['x'] ) }}",
            "cx",
        ),
    ]);
}

#[test]
fn an_argument_may_hold_what_ends_a_tag() {
    check(&[
        (r#"{{random.arrayElement(["a)b}}c"])}}"#, "a)b}}c"),
        (
            r#"{{random.arrayElement([{"a":{"b":1}}])}}"#,
            r#"{"a":{"b":1}}"#,
        ),
        (r#"{{date.utc("YYYY (MM)")}}"#, "2024 (02)"),
        ("{{date.utc(YYYY (MM))}}", "2024 (02)"),
        ("{{ date.utc(YYYY'MM) }}", "2024'02"),
        (r#"{{ random.arrayElement(["\")"]) }}"#, "\")"),
    ]);
}

#[test]
fn results_are_final() {
    check(&[
        (
            r#"{{random.arrayElement(["\u007b\u007bname.firstName\u007d\u007d"])}}"#,
            "{{name.firstName}}",
        ),
        (r#"{{random.arrayElement(["$&$1$$"])}}"#, "$&$1$$"),
    ]);
}

#[test]
fn what_is_no_tag_under_either_rule_is_reported_and_the_rest_still_read() {
    let table = [
        (
            "{{random.number(5)(6)}}",
            19,
            "expected `}}` after the argument, found `(6)`",
        ),
        (
            "{{random.number(5)x}}",
            19,
            "expected `}}` after the argument, found `x`",
        ),
        (
            "{{}}",
            3,
            "expected a function such as random.number, found `}}`",
        ),
        (
            "{{random.}}",
            10,
            "expected a name after the dot, found `}}`",
        ),
        (
            "{{random number}}",
            10,
            "expected `(` or `}}`, found `number`",
        ),
        (
            "{{random.number([1}}",
            16,
            "expected the `)` that ends this argument, found `([1`",
        ),
        ("{{locale}}", 1, "unknown variable or function locale"),
        (
            "{{Random.Number}}",
            1,
            "unknown function Random.Number, did you mean random.number?",
        ),
        (
            "{{number(5)}}",
            1,
            "unknown function number, did you mean random.number?",
        ),
        (
            "{{ first.name }}",
            1,
            "unknown function first.name, did you mean name.firstName?",
        ),
    ];
    for (template, column, problem) in table {
        let more = format!("{template} {{{{name.fistName}}}}");
        let errors = Template::compile(&more).expect_err(template);
        let found: Vec<_> = errors.iter().collect();
        assert_eq!(found.len(), 2, "{errors}");
        assert_eq!(found[0].column, column, "{errors}");
        assert_eq!(found[0].problem.to_string(), problem);
        let nearest = Some("name.firstName");
        assert!(
            matches!(&found[1].problem, Problem::UnknownFunction { nearest: n, .. } if *n == nearest),
            "{errors}"
        );
    }
}
