//! Numbers with a fraction, and how they are printed.

use crate::scene::Scene;

use super::super::argument::{Argument, Misfit};
use super::Operation;
use super::number::quotient;
use super::options::Options;

const KNOWN: &[&str] = &["min", "max", "decimals"];
const EXAMPLE: &str = r#"an object such as {"min": 0, "max": 1, "decimals": 3}"#;

/// Whole numbers below this are exact in an f64, 2⁵³.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

const POWERS: [f64; 13] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
];

/// `random.float`: any number from `min` to `max`, 0 and 1 unless told, rounded
/// to `decimals` if there are any, and printed without trailing zeros.
pub(super) fn float(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let options = Options::read(argument, KNOWN, EXAMPLE)?;
    let (low, high) = limits(&options, 1.0)?;
    let decimals = options.decimals()?;
    Ok(Operation::new(move |scene, out| {
        write(uniform(scene, low, high), decimals, out);
    }))
}

/// `random.decimal`: any number from `min` to `max` with exactly so many
/// `decimals`, 2 unless told, as prices are printed.
pub(super) fn decimal(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let options = Options::read(argument, KNOWN, EXAMPLE)?;
    let (low, high) = limits(&options, 100.0)?;
    let decimals = options.decimals()?.unwrap_or(2);
    let scale = power_of_ten(decimals);
    // Divided by 1 for the sake of the noise: 1.1 * 100 is a little more than 110.
    let first = quotient(low * scale, 1.0, f64::ceil);
    let last = quotient(high * scale, 1.0, f64::floor);
    options.require("max", first <= last, || {
        format!("a number with {decimals} decimals between {low} and {high}")
    })?;
    let exact = first.abs() < MOST_EXACT && last.abs() < MOST_EXACT;
    options.require("max", exact, || {
        format!("a range whose numbers have at most 15 digits with {decimals} decimals")
    })?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole numbers below 2^53, and last is not below first"
    )]
    let (first, count) = (first as i64, (last - first) as u64 + 1);
    Ok(Operation::new(move |scene, out| {
        let drawn = i64::try_from(scene.below(count)).unwrap_or(i64::MAX);
        write_fixed(first.saturating_add(drawn), decimals, out);
    }))
}

fn limits(options: &Options, span: f64) -> Result<(f64, f64), Misfit> {
    let (low, high) = options.bounds()?;
    let low = low.unwrap_or_else(|| high.map_or(0.0, |high| high.min(0.0)));
    let high = high.unwrap_or(low + span);
    options.require("max", (high - low).is_finite(), || {
        "bounds that are less far apart".to_owned()
    })?;
    Ok((low, high))
}

pub(super) fn uniform(scene: &mut Scene, low: f64, high: f64) -> f64 {
    // Rounding may carry the sum beyond the bound.
    (low + scene.fraction() * (high - low)).min(high)
}

/// Prints a number as JavaScript does, rounded to `decimals` if told.
pub(super) fn write(number: f64, decimals: Option<u8>, out: &mut Vec<u8>) {
    let rounded = decimals.map_or(number, |decimals| {
        let scale = power_of_ten(decimals);
        let scaled = (number * scale).round();
        // Dividing two exact numbers gives the f64 nearest to the decimal; what
        // is larger has no decimals left.
        if scaled.abs() < MOST_EXACT {
            scaled / scale
        } else {
            number
        }
    });
    // Minus zero prints as zero.
    out.extend_from_slice(ryu_js::Buffer::new().format(rounded + 0.0).as_bytes());
}

fn write_fixed(number: i64, decimals: u8, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number.unsigned_abs());
    let decimals = usize::from(decimals);
    let whole = digits.len().saturating_sub(decimals);
    let (before, after) = digits.split_at(whole);
    out.extend_from_slice(if before.is_empty() { "0" } else { before }.as_bytes());
    if decimals > 0 {
        out.push(b'.');
        out.extend(std::iter::repeat_n(b'0', decimals - after.len()));
        out.extend_from_slice(after.as_bytes());
    }
}

fn power_of_ten(decimals: u8) -> f64 {
    POWERS.get(usize::from(decimals)).copied().unwrap_or(1.0)
}
