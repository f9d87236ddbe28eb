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
fn draws(template: &str, count: usize) -> Vec<f64> {
    let template = Template::compile(template).unwrap_or_else(|errors| panic!("{errors}"));
    let mut scene = Scene::new(SeededEntropy::new(11), LEAP_DAY);
    let mut out = Vec::new();
    (0..count)
        .map(|_| {
            out.clear();
            template.render(&mut scene, &mut out);
            std::str::from_utf8(&out).unwrap().parse().unwrap()
        })
        .collect()
}

#[track_caller]
fn follows(template: &str, law: impl Fn(f64) -> f64) {
    fits(template, draws(template, DRAWS), law);
}

/// Kolmogorov and Smirnov: the greatest distance between the draws and the law,
/// at the level of 1 %.
#[track_caller]
fn fits(template: &str, mut draws: Vec<f64>, law: impl Fn(f64) -> f64) {
    draws.sort_by(f64::total_cmp);
    let count = draws.len() as f64;
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

#[track_caller]
fn is_made_of(template: &str, values: std::ops::Range<u32>, likelihood: impl Fn(f64) -> f64) {
    counts_fit(template, &draws(template, DRAWS), values, likelihood);
}

/// Chi square over values whose expected count is at least 10, the rest as one,
/// at the level of 1 % by the approximation of Wilson and Hilferty.
#[track_caller]
fn counts_fit(
    template: &str,
    draws: &[f64],
    values: std::ops::Range<u32>,
    likelihood: impl Fn(f64) -> f64,
) {
    let mut seen: BTreeMap<u64, f64> = BTreeMap::new();
    for draw in draws {
        assert!(*draw >= 0.0 && draw.fract() == 0.0, "{template}: {draw}");
        *seen.entry(*draw as u64).or_default() += 1.0;
    }
    let count = draws.len() as f64;
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
    } else {
        // As good as none is expected.
        assert!(rest_seen < 10.0, "{template}: {rest_seen} beyond");
    }
    let freedom: f64 = cells - 1.0;
    let spread = 2.0 / (9.0 * freedom);
    let deviations = ((sum / freedom).cbrt() - (1.0 - spread)) / spread.sqrt();
    let p = 1.0 - normal(deviations);
    assert!(p > 0.01, "{template}: chi square {sum}, p {p}");
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
fn uniform_numbers_are_uniform_at_odd_bounds() {
    follows(
        r#"{{random.float({"min": -3e-300, "max": 1e-300})}}"#,
        |x| (x + 3e-300) / 4e-300,
    );
    follows(r#"{{random.float({"min": -8e307, "max": 8e307})}}"#, |x| {
        x / 1.6e308 + 0.5
    });
    follows(r#"{{random.number({"max": 1e300})}}"#, |x| x / 1e300);
    for (template, low, unit, values) in [
        ("{{random.number(6)}}", 0.0, 1.0, 7),
        (r#"{{random.number({"min": -3, "max": 3})}}"#, -3.0, 1.0, 7),
        // The KDG never gives a negative maximum itself.
        ("{{random.number(-4)}}", -4.0, 1.0, 4),
        (
            r#"{{random.number({"min": 0.1, "max": 0.7, "precision": 0.1})}}"#,
            0.1,
            0.1,
            7,
        ),
        (
            r#"{{random.number({"min": 9007199254740981, "max": 9007199254740991})}}"#,
            9_007_199_254_740_981.0,
            1.0,
            11,
        ),
        (
            r#"{{random.decimal({"min": 1.1, "max": 1.3})}}"#,
            1.1,
            0.01,
            21,
        ),
        (
            r#"{{random.decimal({"min": -0.5, "max": 0.5, "decimals": 1})}}"#,
            -0.5,
            0.1,
            11,
        ),
    ] {
        let draws = draws(template, DRAWS).into_iter();
        let draws: Vec<f64> = draws.map(|x| ((x - low) / unit).round()).collect();
        counts_fit(template, &draws, 0..values, |_| 1.0 / f64::from(values));
    }
}

#[test]
fn a_walk_takes_even_steps_and_visits_every_level_as_often() {
    let free = draws(r#"{{random.walk({"step": 0.25})}}"#, DRAWS);
    let steps = free.windows(2).map(|levels| levels[1] - levels[0]);
    fits("steps", steps.collect(), |x| (x + 0.25) / 0.5);
    for (low, high, step) in [(-1.0, 1.0, 2.0), (5.0, 8.0, 2.5)] {
        let template = format!(
            r#"{{{{random.walk({{"start": {low}, "min": {low}, "max": {high}, "step": {step}}})}}}}"#
        );
        // Levels that far apart know nothing of one another.
        let levels = draws(&template, 50 * 2_000).into_iter().skip(49);
        let levels: Vec<f64> = levels.step_by(50).collect();
        fits(&template, levels, |x| (x - low) / (high - low));
    }
}

#[test]
fn weights_from_one_to_a_millionth_are_kept_over_a_million_draws() {
    let weights = [
        1.0, 0.000_001, 0.3, 0.01, 0.000_1, 0.05, 0.000_03, 0.7, 0.001,
    ];
    let total: f64 = weights.iter().sum();
    let template = format!(
        r#"{{{{random.weightedArrayElement({{"weights": {weights:?}, "data": [0, 1, 2, 3, 4, 5, 6, 7, 8]}})}}}}"#
    );
    let draws = draws(&template, 1_000_000);
    counts_fit(&template, &draws, 0..9, |n| weights[n as usize] / total);
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
fn normal_numbers_are_normal_where_few_are_expected() {
    for (low, high) in [
        (3.0, f64::INFINITY),
        (6.0, f64::INFINITY),
        (f64::NEG_INFINITY, -4.5),
        (-5.5, -5.0),
        (5.9, 5.95),
        (-0.001, 0.002),
        (-0.000_1, 9.0),
        (4.0, 9.0),
    ] {
        let bound = |name: &str, bound: f64| {
            if bound.is_finite() {
                format!(r#", "{name}": {}"#, 20.0 + bound / 2.0)
            } else {
                String::new()
            }
        };
        let template = format!(
            r#"{{{{random.normal({{"mean": 20, "deviation": 0.5{}{}}})}}}}"#,
            bound("min", low),
            bound("max", high),
        );
        // Behind 0 a part of the law is taken from its other end, where it is exact.
        let law = |x: f64| {
            if low >= 0.0 {
                (normal(-low) - normal(-x)) / (normal(-low) - normal(-high))
            } else {
                (normal(x) - normal(low)) / (normal(high) - normal(low))
            }
        };
        follows(&template, |x| law((x - 20.0) * 2.0));
    }
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
    for (mean, low, high) in [
        (1.0, 3.0, f64::INFINITY),
        (1.0, 9.0, 9.01),
        (0.001, 0.009, 0.02),
        (1.0, 0.0, 1e-9),
        (250.0, -5.0, 0.5),
    ] {
        let max = if f64::is_finite(high) {
            format!(r#", "max": {high}"#)
        } else {
            String::new()
        };
        let template =
            format!(r#"{{{{random.exponential({{"mean": {mean}, "min": {low}{max}}})}}}}"#);
        let low = f64::max(low, 0.0);
        follows(&template, |x| {
            ((low - x) / mean).exp_m1() / ((low - high) / mean).exp_m1()
        });
    }
}

#[test]
fn counted_events_follow_poisson() {
    for mean in [0.001, 0.3, 1.0, 7.5, 29.999_999, 30.0, 200.0, 5_000.0] {
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
        (3, 8.0),
        (40, 0.001),
        (1_000_000, 1.0),
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
