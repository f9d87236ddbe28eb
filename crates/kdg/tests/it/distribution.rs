//! Distributions: what is drawn follows the law that the function is named for.
//!
//! Seeds are fixed, so a test that passes always passes; each passes at the
//! 1 % level that its critical value belongs to.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp
)]

use std::collections::BTreeMap;

use kdg::{Scene, SeededEntropy, Template};

use super::template::{LEAP_DAY, render};

const DRAWS: usize = 20_000;

#[track_caller]
fn draws(template: &str) -> Vec<f64> {
    let template = Template::compile(template).unwrap_or_else(|errors| panic!("{errors}"));
    let mut scene = Scene::new(SeededEntropy::new(11), LEAP_DAY);
    let mut out = Vec::new();
    (0..DRAWS)
        .map(|_| {
            out.clear();
            template.render(&mut scene, &mut out);
            std::str::from_utf8(&out).unwrap().parse().unwrap()
        })
        .collect()
}

/// Kolmogorov and Smirnov: the greatest distance between the draws and the law,
/// at the level of 1 %.
#[track_caller]
fn follows(template: &str, law: impl Fn(f64) -> f64) {
    let mut draws = draws(template);
    draws.sort_by(f64::total_cmp);
    let count = DRAWS as f64;
    let mut distance: f64 = 0.0;
    for (index, draw) in draws.iter().enumerate() {
        let expected = law(*draw);
        let below = index as f64 / count;
        distance = distance
            .max(expected - below)
            .max(below + 1.0 / count - expected);
    }
    assert!(distance * count.sqrt() < 1.628, "{template}: {distance}");
}

/// Chi square over values whose expected count is at least 10, the rest as one,
/// at the level of 1 % by the approximation of Wilson and Hilferty.
#[track_caller]
fn is_made_of(template: &str, values: std::ops::Range<u32>, likelihood: impl Fn(f64) -> f64) {
    let mut seen: BTreeMap<u64, f64> = BTreeMap::new();
    for draw in draws(template) {
        assert!(draw >= 0.0 && draw.fract() == 0.0, "{template}: {draw}");
        *seen.entry(draw as u64).or_default() += 1.0;
    }
    let count = DRAWS as f64;
    let (mut sum, mut cells) = (0.0, 0.0);
    let (mut rest_seen, mut rest_expected) = (count, count);
    for value in values {
        let expected = likelihood(f64::from(value)) * count;
        if expected >= 10.0 {
            let seen = seen.get(&u64::from(value)).copied().unwrap_or(0.0);
            sum += (seen - expected).powi(2) / expected;
            cells += 1.0;
            rest_seen -= seen;
            rest_expected -= expected;
        }
    }
    if rest_expected > 1.0 {
        sum += (rest_seen - rest_expected).powi(2) / rest_expected;
        cells += 1.0;
    }
    let freedom: f64 = cells - 1.0;
    let spread = 2.0 / (9.0 * freedom);
    let critical = freedom * (1.0 - spread + 2.326 * spread.sqrt()).powi(3);
    assert!(sum < critical, "{template}: {sum} of at most {critical}");
}

/// The normal law by the series of its density, exact enough within 8.
fn normal(x: f64) -> f64 {
    libm::erfc(-x / std::f64::consts::SQRT_2) / 2.0
}

#[test]
fn uniform_numbers_are_uniform() {
    follows("{{random.float}}", |x| x);
    follows(r#"{{random.float({"min": -5, "max": 15})}}"#, |x| {
        (x + 5.0) / 20.0
    });
    follows(
        r#"{{random.decimal({"min": 1, "max": 2, "decimals": 9})}}"#,
        |x| x - 1.0,
    );
    is_made_of(
        r#"{{random.float({"max": 4, "decimals": 0})}}"#,
        0..5,
        |x| {
            if x == 0.0 || x == 4.0 { 0.125 } else { 0.25 }
        },
    );
}

#[test]
fn normal_numbers_are_normal_also_between_bounds() {
    follows("{{random.normal}}", normal);
    follows(r#"{{random.normal({"mean": 20, "deviation": 5})}}"#, |x| {
        normal((x - 20.0) / 5.0)
    });
    let (low, high) = (normal(-1.0), normal(2.0));
    follows(r#"{{random.normal({"min": -1, "max": 2})}}"#, |x| {
        (normal(x) - low) / (high - low)
    });
}

#[test]
fn exponential_numbers_are_exponential() {
    follows("{{random.exponential}}", |x| 1.0 - (-x).exp());
    follows(r#"{{random.exponential({"mean": 250})}}"#, |x| {
        1.0 - (-x / 250.0).exp()
    });
    let reach = 1.0 - (-2.0_f64).exp();
    follows(r#"{{random.exponential({"max": 2})}}"#, |x| {
        (1.0 - (-x).exp()) / reach
    });
}

#[test]
fn counted_events_follow_poisson() {
    for mean in [0.3, 1.0, 7.5, 29.9, 30.0, 200.0, 5_000.0] {
        let template = format!(r#"{{{{random.poisson({{"mean": {mean}}})}}}}"#);
        is_made_of(&template, 0..6_000, |events| {
            (events * f64::ln(mean) - mean - libm::lgamma(events + 1.0)).exp()
        });
    }
}

#[test]
fn ranks_follow_zipf() {
    for (ranks, exponent) in [
        (100, 1.0),
        (10, 0.5),
        (1_000, 1.2),
        (50, 2.5),
        (1, 1.0),
        (2, 1.0),
    ] {
        let weights = (1..=ranks).map(|rank| f64::from(rank).powf(-exponent));
        let total: f64 = weights.sum();
        let template = format!(r#"{{{{random.zipf({{"n": {ranks}, "exponent": {exponent}}})}}}}"#);
        if ranks == 1 {
            assert_eq!(render(&template), "1");
        } else {
            is_made_of(&template, 1..ranks + 1, |rank| rank.powf(-exponent) / total);
        }
    }
}

#[test]
fn times_are_uniform_within_their_range() {
    follows(
        r#"{{date.range({"from": "2024-01-01", "to": "2024-01-11T00:00:00Z", "format": "x"})}}"#,
        |ms| (ms - 1_704_067_200_000.0) / 864_000_000.0,
    );
    follows(
        r#"{{date.range({"from": "now-2h", "format": "x"})}}"#,
        |ms| (ms - (LEAP_DAY as f64 - 7_200_000.0)) / 7_200_000.0,
    );
}

#[test]
fn the_bounds_of_a_range_of_times_are_read_as_written() {
    for (from, expected) in [
        (r#""2024-02-29""#, "2024-02-29T00:00:00.000"),
        (r#""2024-02-29T13:05""#, "2024-02-29T13:05:00.000"),
        (r#""2024-02-29T13:05:09.5Z""#, "2024-02-29T13:05:09.500"),
        (r#""2024-02-29 13:05:09+02:00""#, "2024-02-29T11:05:09.000"),
        (r#""1969-12-31T19:00-05:00""#, "1970-01-01T00:00:00.000"),
        ("1709211909007", "2024-02-29T13:05:09.007"),
        (r#""now""#, "2024-02-29T13:05:09.007"),
        (r#""now+1d""#, "2024-03-01T13:05:09.007"),
    ] {
        let format = "YYYY-MM-DDTHH:mm:ss.SSS";
        let template = format!(
            r#"{{{{date.range({{"from": {from}, "to": {from}, "format": "{format}"}})}}}}"#
        );
        assert_eq!(render(&template), expected, "{from}");
    }
}

#[test]
fn decimals_are_printed_as_told() {
    let decimal = |argument: &str| render(&format!("{{{{random.decimal({argument})}}}}"));
    assert_eq!(decimal(r#"{"min": 5, "max": 5}"#), "5.00");
    assert_eq!(decimal(r#"{"min": -0.05, "max": -0.05}"#), "-0.05");
    assert_eq!(decimal(r#"{"min": 7, "max": 7, "decimals": 0}"#), "7");
    let float = render(r#"{{random.float({"min": 0.35, "max": 0.35, "decimals": 2})}}"#);
    assert_eq!(float, "0.35");
}

#[test]
fn identifiers_have_the_form_that_their_standards_ask_for() {
    let ulid = render("{{random.ulid}}");
    assert_eq!(ulid.len(), 26);
    // The time alone decides on the first ten characters.
    assert!(ulid.starts_with("01HQTFFYWF"), "{ulid}");
    let address = render("{{internet.ipv6}}");
    address.parse::<std::net::Ipv6Addr>().expect(&address);
}
