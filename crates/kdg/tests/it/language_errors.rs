//! Variables, blocks and entities that are wrong → every reason, with its place.

mod remedy;

use kdg::{Problem, Scene, SeededEntropy, Template};
use proptest::prelude::*;

use super::template::LEAP_DAY;

/// Line, column and reason of each error.
#[track_caller]
fn check(table: &[(&str, &[&str])]) {
    for (template, expected) in table {
        let errors = Template::compile(template).expect_err(template);
        let found: Vec<String> = errors
            .iter()
            .map(|error| format!("{}:{} {}", error.line, error.column, error.problem))
            .collect();
        assert_eq!(found, *expected, "{template}");
    }
}

#[test]
fn a_block_that_is_not_closed_names_both_places() {
    check(&[
        (
            "{{#repeat 3}}a\n b",
            &["1:1 {{#repeat}} is not closed, write {{/repeat}} before line 2, column 3"],
        ),
        (
            "x{{#if 1 == 1}}\n{{#repeat 3}}{{/if}}",
            &["2:14 {{#repeat}} of line 2, column 1 is still open, write {{/repeat}} first"],
        ),
        (
            "{{#if 1 == 1}}{{#repeat 2}}{{else}}{{/repeat}}{{/if}}",
            &[
                "1:28 {{#repeat}} of line 1, column 15 is still open, write {{/repeat}} first",
                "1:36 no {{#repeat}} is open that this could belong to",
            ],
        ),
    ]);
}

#[test]
fn what_belongs_to_no_block_is_reported() {
    check(&[
        (
            "{{/if}}",
            &["1:1 no {{#if}} is open that this could belong to"],
        ),
        (
            "{{else}}",
            &["1:1 no {{#if}} is open that this could belong to"],
        ),
        (
            "{{@index}}",
            &["1:3 no {{#repeat}} is open that this could belong to"],
        ),
        (
            "{{#if 1 == 1}}{{else}}{{else if 1 == 1}}{{/if}}",
            &["1:23 {{else}} of line 1, column 15 was the last branch, write {{/if}}"],
        ),
    ]);
}

#[test]
fn the_name_that_was_probably_meant_is_suggested() {
    check(&[
        (
            "{{let status = 1}}{{statsu}}",
            &["1:19 unknown variable statsu, did you mean status?"],
        ),
        (
            "{{entity session of 1 {id: 1}}}{{sesion.id}} {{session.ip}}",
            &[
                "1:32 unknown field sesion.id, did you mean session.id?",
                "1:46 unknown field session.ip, did you mean session.id?",
            ],
        ),
        (
            "{{entity session of 1 {id: 1}}}{{ref session.di}}",
            &["1:46 unknown field session.di, did you mean session.id?"],
        ),
        (
            "{{#repat 3}}x{{/repat}}",
            &[
                "1:3 unknown block #repat, did you mean #repeat?",
                "1:16 unknown block /repat, did you mean /repeat?",
            ],
        ),
        (
            "{{lett x = 1}}",
            &["1:3 unknown keyword lett, did you mean let?"],
        ),
        (
            "{{de.name.fistName}}",
            &["1:1 unknown function de.name.fistName, did you mean de.name.firstName?"],
        ),
        (
            "{{let x = random.numbr(5)}}",
            &["1:11 unknown function random.numbr, did you mean random.number?"],
        ),
        (
            r#"{{let x = "a{{random.bolean}}"}}"#,
            &["1:13 unknown function random.bolean, did you mean random.boolean?"],
        ),
    ]);
}

#[test]
fn what_other_languages_write_is_recognised() {
    check(&[
        (
            "{{#each 3}}{{/each}}",
            &[
                "1:3 unknown block #each, did you mean #repeat?",
                "1:14 unknown block /each, did you mean /repeat?",
            ],
        ),
        (
            "{{set x = 1}}",
            &["1:3 unknown keyword set, did you mean let?"],
        ),
        (
            "{{#if 1 == 1}}{{elif 2 == 2}}{{/if}}",
            &["1:17 unknown keyword elif, did you mean else if?"],
        ),
    ]);
}

#[test]
fn a_mistake_in_a_declaration_is_not_blamed_on_every_use() {
    check(&[
        (
            "{{let id = random.bolean}}{{id}} {{#repeat 2}}{{id}}{{/repeat}}",
            &["1:12 unknown function random.bolean, did you mean random.boolean?"],
        ),
        (
            "{{entity s of {id: 1}}}{{s.id}}{{s.step}}",
            &["1:15 expected a whole number, found `{id:`"],
        ),
    ]);
}

#[test]
fn what_was_expected_is_said_where_it_was() {
    check(&[
        (
            "{{let}}",
            &["1:6 expected the name of a variable, found `}}`"],
        ),
        (
            "{{ref}}",
            &["1:6 expected the name of an entity, found `}}`"],
        ),
        (
            "{{let 5 = x}}",
            &["1:7 expected the name of a variable, found `5`"],
        ),
        (
            "{{let x 5}}",
            &["1:9 expected `=` after the name of the variable, found `5`"],
        ),
        (
            "{{let x = }}",
            &["1:11 expected a function, a variable, a text in quotes or a number, found `}}`"],
        ),
        ("{{let x = 5 6}}", &["1:13 expected `}}`, found `6`"]),
        (
            "{{let else = 5}}",
            &["1:7 else cannot be the name of a variable, it is a word of the language"],
        ),
        (
            r#"{{let x = "\q"}}"#,
            &["1:13 expected an escape that JSON knows, found `q\"`"],
        ),
        (
            "{{#repeat 5..3}}{{/repeat}}",
            &["1:14 expected a number that is not below the first, found `3`"],
        ),
        (
            "{{#if chance 1.5}}{{/if}}",
            &["1:14 expected a chance of 0 to 1, found `1.5`"],
        ),
        (
            "{{#if 1 = 1}}{{/if}}",
            &["1:9 expected `==`, `!=`, `<`, `<=`, `>`, `>=` or `}}`, found `=`"],
        ),
        (
            "{{#repeat 1}}{{@indx}}{{/repeat}}",
            &["1:16 expected @index, @number or @count, found `@indx`"],
        ),
        (
            "{{entity x of 0 {}}}",
            &["1:15 expected at least one entity, found `0`"],
        ),
        (
            "{{entity x of 1 {} : a 0..1}}",
            &["1:22 expected a first step of at least one record, found `0`"],
        ),
        (
            "{{entity random of 1 {step: 1, a: 1, a: 2}}}{{entity random of 1 {}}}",
            &[
                "1:10 random cannot be the name of an entity, functions are called so",
                "1:23 step cannot be the name of a field, every entity has it already",
                "1:38 a cannot be the name of a field, it is declared before",
                "1:54 random cannot be the name of an entity, it is declared before",
                "1:54 random cannot be the name of an entity, functions are called so",
            ],
        ),
    ]);
}

#[test]
fn an_argument_of_a_distribution_is_checked() {
    let found = |tag: &str| {
        let errors = Template::compile(&format!("{{{{{tag}}}}}")).expect_err(tag);
        errors.iter().next().unwrap().problem.to_string()
    };
    assert_eq!(
        found(r#"random.normal({"maen": 5})"#),
        "random.normal expects \"mean\" where it says `maen`, found `5`"
    );
    for tag in [
        "random.normal(5)",
        r#"random.normal({"deviation": 0})"#,
        r#"random.normal({"min": 100})"#,
        r#"random.normal({"min": 1, "max": 0})"#,
        r#"random.normal({"decimals": 1.5})"#,
        r#"random.exponential({"mean": -1})"#,
        r#"random.exponential({"max": 0})"#,
        r#"random.poisson({"mean": 1e10})"#,
        r#"random.zipf({"n": 0.5})"#,
        r#"random.zipf({"n": 10, "exponent": 0})"#,
        r#"random.float({"min": 2, "max": 1})"#,
        r#"random.float({"min": -1e308, "max": 1e308})"#,
        r#"random.decimal({"min": 0.001, "max": 0.002})"#,
        r#"random.decimal({"max": 1e15})"#,
        r#"random.walk({"start": 5, "max": 1})"#,
        r#"random.walk({"step": 0})"#,
        r#"sequence.next({"start": 1.5})"#,
        r#"sequence.next({"name": 5})"#,
        r#"date.range({"from": "2024-02-30"})"#,
        r#"date.range({"from": "yesterday"})"#,
        r#"date.range({"from": "now", "to": "now-1d"})"#,
    ] {
        assert!(found(tag).contains("expects"), "{tag}");
    }
}

#[test]
fn limits_are_checked_before_the_first_record() {
    let nested = format!("{}x{}", "{{#repeat 1}}".repeat(9), "{{/repeat}}".repeat(9));
    let variables: Vec<String> = (0..300).map(|n| format!("{{{{let v{n} = 1}}}}")).collect();
    let variables = variables.concat();
    for (template, what) in [
        (nested.as_str(), "at most 8 are allowed"),
        (variables.as_str(), "at most 256 are allowed"),
        (
            "{{#repeat 100001}}{{/repeat}}",
            "at most 100000 are allowed",
        ),
        (
            "{{#repeat 2000}}{{#repeat 1..2000}}{{/repeat}}{{/repeat}}",
            "at most 1000000 are allowed",
        ),
        ("{{entity e of 100001 {}}}", "at most 100000 are allowed"),
        (
            "{{entity e of 60000 {}}}{{entity f of 60000 {}}}",
            "at most 100000 are allowed",
        ),
        (
            "{{entity e of 1 {}: a 9999999}}",
            "at most 1000000 are allowed",
        ),
    ] {
        let errors = Template::compile(template).expect_err(what);
        let blamed = errors.iter().filter(|e| e.problem != Problem::Unread);
        assert_eq!(blamed.count(), 1, "{errors}");
        assert!(errors.to_string().contains(what), "{errors}");
    }
}

proptest! {
    #[test]
    fn any_text_of_the_language_compiles_and_renders_or_is_reported(
        template in any_template(),
        seed: u64,
    ) {
        match Template::compile(&template) {
            Ok(compiled) => {
                let mut scene = Scene::new(SeededEntropy::new(seed), LEAP_DAY);
                for number in 0..5 {
                    let mut record = Vec::new();
                    scene.begin_record(number);
                    compiled.render(&mut scene, &mut record);
                    prop_assert!(String::from_utf8(record).is_ok());
                }
            }
            Err(errors) => {
                let places: Vec<(usize, usize)> =
                    errors.iter().map(|error| (error.line, error.column)).collect();
                prop_assert!(places.is_sorted(), "{:?}", places);
                prop_assert!(!errors.to_string().is_empty());
            }
        }
    }
}

fn any_template() -> impl Strategy<Value = String> {
    let tag = prop::sample::select(vec![
        "{{let x = random.uuid}}",
        "{{let y = \"a{{x}}\"}}",
        "{{let y = \"{{",
        "{{x}}",
        "{{y}}",
        "{{#repeat 2}}",
        "{{#repeat 0..3 ','}}",
        "{{#repeat x}}",
        "{{/repeat}}",
        "{{#if x == 3}}",
        "{{#if chance 0.5}}",
        "{{#if ref e}}",
        "{{#if not y}}",
        "{{else if @index > 0}}",
        "{{else}}",
        "{{/if}}",
        "{{@index}}",
        "{{@count}}",
        "{{entity e of 2 {id: sequence.next, x: x} : a -> b 0..2}}",
        "{{entity e of 2 {",
        "{{e.id}}",
        "{{e.step}}",
        "{{ref e}}",
        "{{ref e.id}}",
        "{{random.walk}}",
        "{{de.name.firstName}}",
    ]);
    let part = prop_oneof![
        6 => tag.prop_map(str::to_owned),
        1 => "[ {}()\\[\\]\"',.:#/@=<>\\\\\r\nü0-9a-e-]{0,6}",
        1 => Just("{{".to_owned()),
        1 => Just("}}".to_owned()),
    ];
    prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat())
}
