//! A template that is wrong → every reason, with its place.

use kdg::{Problem, Scene, SeededEntropy, Template, TemplateErrors};
use proptest::prelude::*;

use super::template::LEAP_DAY;

#[track_caller]
fn errors(template: &str) -> TemplateErrors {
    Template::compile(template).expect_err(template)
}

#[test]
fn every_error_is_reported_with_its_place() {
    let errors = errors("{\n  \"a\": {{random.numbr(5)}},\n  \"ü\": {{random.number(5, 10)}}\n}");
    let places: Vec<(usize, usize)> = errors.iter().map(|e| (e.line, e.column)).collect();
    assert_eq!(places, [(2, 8), (3, 24)]);
    assert_eq!(
        errors.to_string(),
        "line 2, column 8: {{random.numbr(5)}}: unknown function random.numbr, \
         did you mean random.number?\n\
         line 3, column 24: {{random.number(5, 10)}}: random.number expects a number such as 100 \
         or an object such as {\"min\": 1, \"max\": 6, \"precision\": 1}, found `5, 10`"
    );
}

#[test]
fn an_error_points_into_the_argument() {
    let column = |template: &str| {
        let errors = errors(template);
        let error = errors.iter().next().unwrap();
        assert!(matches!(error.problem, Problem::Argument { .. }), "{error}");
        (error.line, error.column)
    };
    assert_eq!(
        column("{{random.number(\r\n{\r\n \"min\": \"1\"})}}"),
        (3, 9)
    );
    assert_eq!(column("{{random.number({min: 1; max: 2})}}"), (1, 24));
    assert_eq!(column("{{ random.number ({\"precision\": 0}) }}"), (1, 33));
    assert_eq!(
        column("{{random.weightedArrayElement({weights:[1,1],data:[1]})}}"),
        (1, 43)
    );
}

#[test]
fn arguments_that_cannot_work_are_refused_before_the_first_record() {
    for tag in [
        "random.number(\"5\")",
        "random.number(true)",
        "random.number(007)",
        "random.number({\"min\":10,\"max\":5})",
        "random.number({\"min\":100000})",
        "random.number({\"min\":0,\"max\":-5})",
        "random.number({\"min\":0.2,\"max\":0.8})",
        "random.number({\"max\":null})",
        "random.number({\"precision\":-1})",
        "random.number({\"min\":1",
        "random.arrayElement([])",
        "random.arrayElement(5)",
        "random.arrayElement({\"a\":1})",
        "random.arrayElement(a, b)",
        "random.weightedArrayElement(abc)",
        "random.weightedArrayElement({\"data\":[\"a\"]})",
        "random.weightedArrayElement({\"weights\":[\"1\"],\"data\":[\"a\"]})",
        "random.weightedArrayElement({\"weights\":[0.5,0.5],\"data\":[\"a\"]})",
        "random.weightedArrayElement({\"weights\":[0],\"data\":[\"a\"]})",
        "random.weightedArrayElement({\"weights\":[-1,2],\"data\":[\"a\",\"b\"]})",
        "lorem.words(many)",
        "lorem.words(1e9)",
        "date.now(true)",
        "date.now([1])",
    ] {
        let close = if tag.ends_with(')') { "" } else { ")" };
        errors(&format!("{{{{{tag}{close}}}}}"));
    }
    let deep = "[".repeat(100_000);
    errors(&format!("{{{{random.arrayElement({deep})}}}}"));
}

#[test]
fn an_empty_template_is_refused() {
    for template in ["", " \n\t ", "\u{feff}"] {
        let errors = errors(template);
        assert_eq!(errors.iter().next().unwrap().problem, Problem::Empty);
    }
}

proptest! {
    #[test]
    fn any_text_compiles_or_is_reported_within_it(template in any_template()) {
        match Template::compile(&template) {
            Ok(compiled) => {
                let mut record = Vec::new();
                compiled.render(&mut Scene::new(SeededEntropy::new(1), LEAP_DAY), &mut record);
                prop_assert!(String::from_utf8(record).is_ok());
            }
            Err(errors) => {
                let lines: Vec<&str> = template.split('\n').collect();
                for error in &errors {
                    prop_assert!(error.line <= lines.len() + template.matches('\r').count());
                    prop_assert!(error.column >= 1);
                }
            }
        }
    }
}

fn any_template() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "\\PC{0,6}",
        "[ {}()\\[\\]\"',.:\\\\\r\n]{0,6}",
        Just("{{random.number(".to_owned()),
        Just("{{date.now(".to_owned()),
        Just("{{ random . arrayElement ([1, ".to_owned()),
        Just("{{random.weightedArrayElement({\"weights\":[1".to_owned()),
        Just("{{random.uuid}}".to_owned()),
        Just(")}}".to_owned()),
        Just("]}".to_owned()),
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}
