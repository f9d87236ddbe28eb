//! Mistakes that are understood → what to write instead.

use kdg::Template;

use super::check;

const CONDITION: &str = "a condition: a value, two of them compared as in `n > 3`, `not` and a \
                         value, `ref` and an entity, or `chance 0.5`";

#[test]
fn a_field_that_is_asked_for_before_or_outside_its_entity_says_where_that_stands() {
    check(&[
        (
            "{{d.id}}\n{{entity d of 1 {id: 1}}}",
            &[
                "1:1 d.id is not known here, move {{entity d …}} of line 2, column 1 before this \
                 tag",
            ],
        ),
        (
            "{{let a = d.id}}{{entity d of 1 {id: 1}}}",
            &[
                "1:11 d.id is not known here, move {{entity d …}} of line 1, column 17 before \
                 this tag",
            ],
        ),
        (
            "{{#if chance 0.5}}{{entity d of 1 {id: 1}}}{{/if}}{{d.id}}",
            &[
                "1:51 d.id is not known here, move {{entity d …}} of line 1, column 19 out of its \
                 block, or write {{ref d.id}} for one that is alive",
            ],
        ),
        (
            "{{entity d of 1 {a: 1, b: d.c}}}",
            &["1:27 unknown field d.c, did you mean d.a?"],
        ),
    ]);
}

#[test]
fn an_entity_without_steps_or_without_a_field_says_so() {
    let no_steps = "d has no steps, write them behind its fields, as in {{entity d of 10 {…} : \
                    first -> last}}";
    check(&[
        (
            "{{entity d of 1 {id: 1}}}{{d.step}}",
            &[&format!("1:26 {no_steps}")],
        ),
        (
            "{{entity d of 1 {id: 1}}}{{ref d.step}}",
            &[&format!("1:34 {no_steps}")],
        ),
        (
            "{{entity d of 1 {id: 1}}}{{d.elsewhere}}",
            &["1:26 unknown field d.elsewhere"],
        ),
    ]);
}

#[test]
fn a_name_that_was_never_set_says_how_to_set_it() {
    check(&[
        (
            "{{let a = b}}",
            &[
                "1:11 unknown variable or function b, set it before with {{let b = …}}, or write \
                 \"b\" for that text",
            ],
        ),
        (
            "{{qqq}}",
            &["1:1 unknown variable or function qqq, set it before with {{let qqq = …}}"],
        ),
        (
            r#"{{let a = "{{qqq}}"}}"#,
            &["1:12 unknown variable or function qqq, set it before with {{let qqq = …}}"],
        ),
    ]);
    assert!(Template::compile("{{let b = 1}}{{let a = b}}{{a}}").is_ok());
}

#[test]
fn a_tag_in_quotes_that_gives_no_text_belongs_before() {
    let expected = "expected a function or a variable, since a text in quotes holds nothing else, \
                    so write this tag before the one that holds it";
    check(&[
        (
            r#"{{let a = "{{let b = 1}}"}}"#,
            &[&format!("1:14 {expected}, found `let`")],
        ),
        (
            r#"{{let a = "{{#if x}}y{{/if}}"}}"#,
            &[&format!("1:14 {expected}, found `#if`")],
        ),
    ]);
}

#[test]
fn what_a_condition_may_be_is_told_where_it_is_missing() {
    check(&[
        (
            "{{#if not}}{{/if}}",
            &[&format!("1:7 expected {CONDITION}, found `not` alone")],
        ),
        (
            "{{#if chance}}{{/if}}",
            &[&format!("1:7 expected {CONDITION}, found `chance` alone")],
        ),
        (
            "{{#if}}{{/if}}",
            &[&format!("1:6 expected {CONDITION}, found `}}}}`")],
        ),
        (
            "{{#if 1 > .5}}{{/if}}",
            &["1:11 expected a digit before the point, found `.5`"],
        ),
    ]);
    // A variable may be called so.
    assert!(Template::compile("{{let not = 1}}{{#if not}}a{{/if}}").is_ok());
}

#[test]
fn a_chance_needs_no_digit_before_its_point() {
    for (short, long) in [("0.5", ".5"), ("0.125", ".125")] {
        let rendered = |chance: &str| {
            let template = format!("{{{{#if chance {chance}}}}}a{{{{else}}}}b{{{{/if}}}}");
            let template = Template::compile(&template).unwrap();
            let mut scene = kdg::Scene::new(kdg::SeededEntropy::new(1), 0);
            let mut out = Vec::new();
            for _ in 0..64 {
                template.render(&mut scene, &mut out);
            }
            out
        };
        assert_eq!(rendered(short), rendered(long));
        assert!(rendered(short).contains(&b'a') && rendered(short).contains(&b'b'));
    }
}
