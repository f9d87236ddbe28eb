//! The functions, one by one: what the vectors leave open.

use std::collections::BTreeSet;

use kdg::{Function, Scene, SeededEntropy, Template, functions};
use proptest::prelude::*;

use super::template::LEAP_DAY;

pub(crate) fn compiled(template: &str) -> Template {
    Template::compile(template).unwrap_or_else(|errors| panic!("{template}: {errors}"))
}

/// So many records of a template.
pub(crate) fn draws(template: &str, count: usize) -> Vec<String> {
    let mut scene = Scene::new(SeededEntropy::new(5), LEAP_DAY);
    draws_in(&mut scene, &compiled(template), count)
}

/// So many records of a template, one after the other in a scene.
pub(crate) fn draws_in(scene: &mut Scene, template: &Template, count: usize) -> Vec<String> {
    (0..count)
        .map(|_| {
            let mut record = Vec::new();
            template.render(scene, &mut record);
            String::from_utf8(record).unwrap()
        })
        .collect()
}

#[test]
fn all_functions_of_the_kdg_are_there_and_each_has_an_example_that_renders() {
    let known: BTreeSet<&str> = functions().map(Function::name).collect();
    let of_the_kdg: Vec<&str> = include_str!("../fixtures/functions.txt").lines().collect();
    assert_eq!(of_the_kdg.len(), 142);
    for name in of_the_kdg {
        assert!(known.contains(name), "{name}");
    }
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
