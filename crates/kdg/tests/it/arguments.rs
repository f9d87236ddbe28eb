//! What the functions make of their arguments, where the vectors leave it open.

use kdg::{Scene, SeededEntropy, Template, functions};
use proptest::prelude::*;
use regex::Regex;

use super::functions::draws;
use super::template::LEAP_DAY;

#[track_caller]
fn check(table: &[(&str, &str)]) {
    for (tag, regex) in table {
        let regex = Regex::new(&format!("^(?:{regex})$")).unwrap();
        for record in draws(&format!("{{{{{tag}}}}}"), 300) {
            assert!(regex.is_match(&record), "{tag}: {record}");
        }
    }
}

#[track_caller]
fn check_refused(table: &[(&str, &str)]) {
    for (tag, problem) in table {
        let errors = Template::compile(&format!("{{{{{tag}}}}}")).expect_err(tag);
        let errors: Vec<String> = errors.iter().map(|e| e.problem.to_string()).collect();
        assert_eq!(errors, [*problem]);
    }
}

#[test]
fn several_arguments_stand_between_commas_or_in_one_object() {
    check(&[
        ("finance.amount(5, 5, 2)", r"5\.00"),
        ("finance.amount(1, 2, 1, '$')", r"\$(?:1\.[0-9]|2\.0)"),
        ("finance.amount(-3, -2, 0)", "-[23]"),
        (
            r#"finance.amount({"min": 2, max: 3, "symbol": "€"})"#,
            r"€[23]\.00",
        ),
        ("finance.amount(0.25, 0.5)", r"0\.(?:2[5-9]|[34][0-9]|50)"),
        ("finance.mask(3, true)", r"\([0-9]{3}\)"),
        ("finance.mask(3, false, true)", r"\.\.\.[0-9]{3}"),
        ("finance.mask(null, true, true)", r"\(\.\.\.[0-9]{4}\)"),
        ("commerce.price(-2, -1, 2)", r"-[12]\.[0-9]{2}"),
        ("commerce.price(-2)", "0"),
        ("image.cats(10, 20)", "http://lorempixel.com/10/20/cats"),
        (
            "image.image(10, 20, true)",
            r"http://lorempixel\.com/10/20/[a-z]+\?[0-9]{1,5}",
        ),
        (
            r#"image.imageUrl(10, 20, "sports", true)"#,
            r"http://lorempixel\.com/10/20/sports\?[0-9]{1,5}",
        ),
        ("internet.password(7, true, null, 'sluice_')", "sluice_"),
        (
            "internet.password(9, true, null, 'ab')",
            "ab(?:[aeiou][^aeiou]){3}[aeiou]",
        ),
        ("internet.password(3, false, null, 'ab')", "ab[0-9A-Za-z_]"),
        (
            r#"internet.email("Ada", "O'Hara", "sluice.test")"#,
            r"Ada(?:[._]OHara)?(?:[0-9]{1,2})?@sluice\.test",
        ),
        (
            r#"internet.userName({"lastName": "Ng"})"#,
            r"[A-Za-z]+(?:[._]Ng)?(?:[0-9]{1,2})?",
        ),
        (
            "internet.color(0, 255, 255)",
            "#(?:[0-7][0-9a-f]|80)(?:7f|[89a-f][0-9a-f]){2}",
        ),
        (
            "internet.color(1000)",
            "#[2][0-9a-f]{2}[0-9a-f]{4}|#1f[4-9a-f][0-9a-f]{4}",
        ),
        (
            "lorem.sentences(2, ' | ')",
            r"[A-Z][a-z ]+\. \| [A-Z][a-z ]+\.",
        ),
        (
            "lorem.paragraphs(2, \"--\")",
            r"[A-Z][A-Za-z .]+\.--[A-Z][A-Za-z .]+\.",
        ),
        (
            r#"name.findName("Ada", "Ng")"#,
            r"(?:[A-Z][a-z]+\.? )?Ada Ng(?: [A-Za-z.]+)?",
        ),
        (r#"random.objectElement({"a":1,"b":2}, "key")"#, "[ab]"),
        (
            "address.nearbyGPSCoordinate([0, 179.99], 100, true)",
            r"-?0\.[0-9]{4},-?1[78][0-9]\.[0-9]{4}",
        ),
    ]);
}

#[test]
fn what_only_looks_like_several_arguments_is_text() {
    check(&[
        ("helpers.slugify(1, 2)", "1-2"),
        ("helpers.mustache(1, 2)", "1, 2"),
        ("helpers.shuffle(a, b)", "a, b"),
        ("phone.phoneNumber(#, #)", "[0-9], [0-9]"),
        ("address.zipCode(1, 2)", "1, 2"),
        ("date.utc(YYYY, M)", "2024, 2"),
        (
            "internet.userName(Ada, Ng)",
            "Ada,Ng(?:[._][A-Za-z]+)?(?:[0-9]{1,2})?",
        ),
        ("system.commonFileName(A, B)", r"[a-z0-9_&'()./]+\.a__b"),
    ]);
}

#[test]
fn javascript_decides_what_a_number_and_what_missing_is() {
    check(&[
        ("finance.account(null)", "[0-9]{8}"),
        ("finance.account(false)", "[0-9]{8}"),
        ("finance.account(\"3\")", "[0-9]{3}"),
        ("finance.account(007)", "[0-9]{7}"),
        ("finance.account(true)", "[0-9]"),
        ("finance.account(-1)", ""),
        ("finance.mask(\"0\")", "[0-9]{4}"),
        ("system.fileExt([])", "[a-z0-9_-]+"),
        ("system.commonFileName(true)", "[a-z0-9_&'()./]+\\.true"),
        (
            "address.nearbyGPSCoordinate({other: 1})",
            r"-?[0-9]{1,2}\.[0-9]{4},-?[0-9]{1,3}\.[0-9]{4}",
        ),
        (
            "address.nearbyGPSCoordinate(5)",
            r"-?[0-9]{1,2}\.[0-9]{4},-?[0-9]{1,3}\.[0-9]{4}",
        ),
        ("finance.mask(2.5)", "[0-9]{3}"),
        ("internet.password(-1)", ""),
        ("lorem.words(\"2\")", "[a-z]+ [a-z]+"),
        ("lorem.words(0)", ""),
        ("lorem.sentence(0)", r"\."),
        ("lorem.sentence(null)", r"\."),
        ("lorem.sentences(0)", ""),
        ("lorem.lines(1)", r"[A-Z][a-z ]+\."),
        ("random.words(null)", ""),
        ("lorem.paragraph(0)", r"(?:[A-Z][a-z ]+\. ?){0,3}"),
        ("lorem.paragraph(\"1\")", r"(?:[A-Z][a-z ]+\. ?){10,13}"),
        ("helpers.mustache(0)", "0"),
        ("helpers.mustache(null)", "null"),
        ("helpers.mustache([1,[null,2]])", "1,,2"),
        ("helpers.shuffle(null)", "[abc],[abc],[abc]"),
        ("helpers.shuffle([])", ""),
        ("helpers.shuffle(5)", "5"),
        ("random.objectElement", "bar|car"),
        ("random.objectElement(0)", "bar|car"),
        ("random.objectElement(abc)", "[abc]"),
        (r#"random.objectElement({"a":1,"a":2})"#, "2"),
        ("address.city(null)", "[A-Z].*"),
        (
            "address.streetAddress(0)",
            "[0-9]{3,5} [A-Z][^ ]+ [A-Z][a-z]+",
        ),
        ("address.zipCode(null)", ""),
        (
            "phone.phoneNumberFormat(\"1\")",
            r"\([0-9]{3}\) [0-9]{3}-[0-9]{4}",
        ),
        ("phone.phoneNumberFormat(1.5)", ""),
        (
            "phone.phoneNumberFormat(null)",
            "[0-9]{3}-[0-9]{3}-[0-9]{4}",
        ),
        ("image.cats(0)", "http://lorempixel.com/640/480/cats"),
        ("date.month(true)", "[A-Z][a-z]{2,8}"),
        ("date.month({abbr: 1})", "[A-Z][a-z]{2}"),
        ("date.weekday({abbr: 0})", "[A-Z][a-z]+day"),
    ]);
}

#[test]
fn counts_that_no_record_holds_are_refused() {
    check_refused(&[
        (
            "lorem.words(1e9)",
            "lorem.words expects at most 524288 items, found `1e9`",
        ),
        (
            "lorem.paragraphs(1e9)",
            "lorem.paragraphs expects at most 58254 items, found `1e9`",
        ),
        (
            "lorem.paragraph(\"99999\")",
            "lorem.paragraph expects at most 174762 items, found `\"99999\"`",
        ),
        (
            "lorem.lines(1e300)",
            "lorem.lines expects at most 174762 items, found `1e300`",
        ),
        (
            "random.words(1e6)",
            "random.words expects at most 131072 items, found `1e6`",
        ),
        (
            "finance.account(2e6)",
            "finance.account expects at most 1048576 items, found `2e6`",
        ),
        (
            "internet.password(2e6, true)",
            "internet.password expects at most 1048576 items, found `2e6, true`",
        ),
    ]);
}

#[test]
fn arguments_that_do_not_suit_are_refused_with_what_would() {
    check_refused(&[
        (
            "finance.amount(2000)",
            "finance.amount expects a min of 1000 at most, because max is 1000, found `2000`",
        ),
        (
            "finance.amount(9, 1)",
            "finance.amount expects a min of 1 at most, because max is 1, found `9, 1`",
        ),
        (
            "finance.amount(1, 2, 3, 4, 5)",
            "finance.amount expects at most 4 arguments (min, max, dec, symbol), found `5`",
        ),
        (
            r#"finance.amount({"mim": 1})"#,
            "finance.amount expects one of min, max, dec, symbol as a key, found `mim`",
        ),
        (
            "finance.amount(1, 2, 1.5)",
            "finance.amount expects a whole number of 0 to 9 as dec, found `1.5`",
        ),
        (
            "finance.amount([1])",
            "finance.amount expects a number as min, found `[1]`",
        ),
        (
            "finance.amount(0, 1e16)",
            "finance.amount expects amounts of 9007199254740992 at most, found `10000000000000000`",
        ),
        (
            "company.companyName(3)",
            "company.companyName expects a whole number of 0 to 2, found `3`",
        ),
        (
            "internet.color(-1)",
            "internet.color expects red of 0 to 255, found `-1`",
        ),
        (
            "internet.password(9, false, 'x')",
            "internet.password expects null as pattern, found `\"x\"`",
        ),
        (
            "address.nearbyGPSCoordinate({coordinate: [1]})",
            "address.nearbyGPSCoordinate expects \"coordinate\" as [latitude, longitude], such as [52.4, 4.9], found `1`",
        ),
        (
            "date.past(1e6)",
            "date.past expects years up to 273972, found `1e6`",
        ),
        (
            "date.between(2024-02-30, 2024-03-01)",
            "date.between expects a date such as 2024-02-29 or 2024-02-29T13:05:09Z, found `2024-02-30, 2024-03-01`",
        ),
        (
            "date.between('2024-02-02', '2024-02-01')",
            "date.between expects a date after the first, found `\"2024-02-01\"`",
        ),
        (
            "random.objectElement(5)",
            "random.objectElement expects an object such as {\"a\": 1, \"b\": 2}, found `5`",
        ),
    ]);
}

proptest! {
    #[test]
    fn any_argument_renders_or_is_refused(
        index in 0..functions().len(),
        argument in any_argument(),
    ) {
        let function = functions().nth(index).unwrap();
        let template = format!("{{{{{}({argument})}}}}", function.name());
        if let Ok(template) = Template::compile(&template) {
            let mut record = Vec::new();
            template.render(&mut Scene::new(SeededEntropy::new(1), LEAP_DAY), &mut record);
            prop_assert!(String::from_utf8(record).is_ok());
        }
    }
}

fn any_argument() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[ -~äö😀]{0,5}",
        "-?[0-9]{1,4}(?:\\.[0-9]{1,3})?(?:e[0-9])?",
        "\"[a-z0-9 #?é']{0,6}\"",
        Just("true".to_owned()),
        Just("null".to_owned()),
        Just("[1,2]".to_owned()),
        Just("{\"min\":1,\"max\":3}".to_owned()),
        Just("2024-02-29T01:02:03Z".to_owned()),
    ];
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.join(", "))
}
