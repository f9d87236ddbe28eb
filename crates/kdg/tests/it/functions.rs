//! The functions, one by one: what the vectors leave open.

use std::collections::BTreeSet;

use kdg::{Scene, SeededEntropy, Template, functions};
use proptest::prelude::*;
use regex::Regex;

use super::template::LEAP_DAY;

fn compiled(template: &str) -> Template {
    Template::compile(template).unwrap_or_else(|errors| panic!("{template}: {errors}"))
}

/// So many records of a template.
fn draws(template: &str, count: usize) -> Vec<String> {
    let template = compiled(template);
    let mut scene = Scene::new(SeededEntropy::new(5), LEAP_DAY);
    (0..count)
        .map(|_| {
            let mut record = Vec::new();
            template.render(&mut scene, &mut record);
            String::from_utf8(record).unwrap()
        })
        .collect()
}

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
fn all_functions_of_the_kdg_are_there_and_each_has_an_example_that_renders() {
    // One more is the other spelling of date.now.
    assert_eq!(functions().len(), 142 + 1);
    for function in functions() {
        let called = function
            .example()
            .starts_with(&format!("{{{{{}", function.name()));
        assert!(called, "{}", function.example());
        assert!(!function.summary().is_empty() && !function.summary().ends_with('.'));
        for record in draws(function.example(), 20) {
            assert!(!record.is_empty(), "{}", function.example());
            assert!(!record.contains("{{"), "{record}");
        }
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
            "finance.amount(1, 2, 1.5)",
            "finance.amount expects a whole number of 0 to 10 as dec, found `1.5`",
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

#[test]
fn dates_lie_where_they_are_asked_for() {
    let on = |tag: &str, table: &[&str]| {
        for record in draws(&format!("{{{{{tag}}}}}"), 200) {
            assert!(
                table.iter().any(|start| record.starts_with(start)),
                "{tag}: {record}"
            );
            assert!(
                record.ends_with("GMT+0000 (Coordinated Universal Time)"),
                "{record}"
            );
        }
    };
    on(
        r#"date.between("2024-02-29", "2024-02-29T23:59:59Z")"#,
        &["Thu Feb 29 2024"],
    );
    on(
        "date.between({from: 0, to: 1})",
        &["Thu Jan 01 1970 00:00:00"],
    );
    on(
        "date.between('2024-02-28T12:00Z')",
        &["Wed Feb 28 2024", "Thu Feb 29 2024"],
    );
    on("date.recent(-1)", &["Thu Feb 29 2024", "Fri Mar 01 2024"]);
    on("date.recent", &["Wed Feb 28 2024", "Thu Feb 29 2024"]);
    on(
        "date.past(1e-9)",
        &["Thu Feb 29 2024 13:05:08", "Thu Feb 29 2024 13:05:09"],
    );
    on(
        "date.past(1e-9, '1999-12-31')",
        &["Thu Dec 30 1999 23:59:59"],
    );
    on(
        "date.future(0.00273, \"2024-01-01T00:00:00Z\")",
        &["Mon Jan 01 2024"],
    );
    let years: BTreeSet<String> = draws("{{date.future(3)}}", 500)
        .iter()
        .map(|record| record[11..15].to_owned())
        .collect();
    assert_eq!(
        years,
        ["2024", "2025", "2026", "2027"].map(str::to_owned).into()
    );
}

#[test]
fn a_date_is_printed_on_the_clock_of_the_scene() {
    let template = compiled("{{date.between('2024-02-29T08:05', '2024-02-29T08:05')}}");
    let mut scene = Scene::new(SeededEntropy::new(1), 0).with_offset(330);
    let mut record = Vec::new();
    template.render(&mut scene, &mut record);
    let expected = "Thu Feb 29 2024 08:05:00 GMT+0530 (GMT+05:30)";
    assert_eq!(String::from_utf8(record).unwrap(), expected);
}

#[test]
fn cards_are_json_with_the_keys_of_the_kdg() {
    let keys = |function: &str| -> BTreeSet<String> {
        let records = draws(&format!("{{{{helpers.{function}}}}}"), 300);
        let keys = records.iter().map(|record| {
            let value: serde_json::Value = serde_json::from_str(record).expect(record);
            let keys = value.as_object().expect(record).keys().cloned();
            keys.collect::<BTreeSet<String>>()
        });
        let mut distinct: BTreeSet<BTreeSet<String>> = keys.collect();
        assert_eq!(distinct.len(), 1, "{function}");
        distinct.pop_first().unwrap()
    };
    let set = |keys: &str| {
        keys.split(' ')
            .map(str::to_owned)
            .collect::<BTreeSet<String>>()
    };
    let person = "name username email address phone website company";
    assert_eq!(keys("userCard"), set(person));
    assert_eq!(keys("contextualCard"), set(&format!("{person} avatar dob")));
    assert_eq!(
        keys("createCard"),
        set(&format!("{person} posts accountHistory"))
    );
    assert_eq!(
        keys("createTransaction"),
        set("amount date business name type account")
    );
}

#[test]
fn a_shuffle_gives_every_order_as_often() {
    let records = draws("{{helpers.shuffle([1,2,3])}}", 6_000);
    for order in ["1,2,3", "1,3,2", "2,1,3", "2,3,1", "3,1,2", "3,2,1"] {
        let times = records.iter().filter(|record| *record == order).count();
        assert!((850..1_150).contains(&times), "{order}: {times}");
    }
    let many: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let record = draws(&format!("{{{{helpers.shuffle([{}])}}}}", many.join(",")), 1);
    let mut drawn: Vec<u32> = record[0].split(',').map(|n| n.parse().unwrap()).collect();
    assert!(!drawn.is_sorted());
    drawn.sort_unstable();
    assert_eq!(drawn, (0..100).collect::<Vec<u32>>());
}

#[test]
fn lists_have_the_length_that_they_have_in_the_kdg() {
    for (function, distinct) in [
        ("address.country", 244),
        ("address.countryCode", 249),
        ("address.state", 50),
        ("address.streetSuffix", 195),
        ("address.citySuffix", 18),
        ("commerce.color", 31),
        ("commerce.department", 22),
        ("commerce.product", 24),
        ("commerce.productAdjective", 17),
        ("commerce.productMaterial", 11),
        ("company.bsAdjective", 65),
        ("company.bsBuzz", 60),
        ("company.bsNoun", 44),
        ("company.catchPhraseAdjective", 100),
        ("company.catchPhraseDescriptor", 101),
        ("company.catchPhraseNoun", 104),
        ("finance.currencyCode", 169),
        ("finance.currencySymbol", 59),
        ("hacker.abbreviation", 29),
        ("hacker.adjective", 18),
        ("hacker.ingverb", 16),
        ("hacker.noun", 24),
        ("hacker.verb", 18),
        ("image.avatar", 1_266),
        ("internet.domainSuffix", 6),
        ("lorem.word", 182),
        ("name.firstName", 3_007),
        ("name.jobArea", 37),
        ("name.jobType", 25),
        ("name.lastName", 474),
        ("random.locale", 35),
        ("system.fileType", 12),
        ("system.mimeType", 1_860),
    ] {
        let seen: BTreeSet<String> = draws(&format!("{{{{{function}}}}}"), 60_000)
            .into_iter()
            .collect();
        assert_eq!(seen.len(), distinct, "{function}");
    }
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

    #[test]
    fn an_amount_stays_between_its_bounds(
        min in -1_000_i32..1_000,
        span in 0_i32..1_000,
        dec in 0_u32..=4,
        seed in any::<u64>(),
    ) {
        let max = min + span;
        let template = compiled(&format!("{{{{finance.amount({min}, {max}, {dec})}}}}"));
        let mut record = Vec::new();
        template.render(&mut Scene::new(SeededEntropy::new(seed), 0), &mut record);
        let text = String::from_utf8(record).unwrap();
        let amount: f64 = text.parse().unwrap();
        prop_assert!((f64::from(min)..=f64::from(max)).contains(&amount), "{}", text);
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        prop_assert_eq!(decimals, dec as usize);
    }

    #[test]
    fn a_nearby_point_lies_on_the_circle(
        latitude in -80.0..80.0_f64,
        longitude in -179.0..179.0_f64,
        radius in 1.0..500.0_f64,
        seed in any::<u64>(),
    ) {
        let template = compiled(&format!(
            "{{{{address.nearbyGPSCoordinate([{latitude}, {longitude}], {radius}, true)}}}}"
        ));
        let mut record = Vec::new();
        template.render(&mut Scene::new(SeededEntropy::new(seed), 0), &mut record);
        let text = String::from_utf8(record).unwrap();
        let (a, b) = text.split_once(',').unwrap();
        let [lat1, lon1] = [latitude, longitude].map(f64::to_radians);
        let [lat2, lon2] = [a, b].map(|degrees| degrees.parse::<f64>().unwrap().to_radians());
        let half = ((lat2 - lat1) / 2.0).sin().powi(2)
            + lat1.cos() * lat2.cos() * ((lon2 - lon1) / 2.0).sin().powi(2);
        let distance = 2.0 * 6_378.137 * half.sqrt().asin();
        // Four decimals of a degree are 11 metres.
        prop_assert!((distance - radius).abs() < 0.05, "{} km: {}", distance, text);
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
