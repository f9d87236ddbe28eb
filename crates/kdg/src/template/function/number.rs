//! `random.number`: a multiple of a precision between two bounds.

use crate::scene::Scene;

use super::super::argument::{Argument, Given, Misfit};
use super::super::value::{Located, Value, number_text};
use super::Operation;

const DEFAULT_MIN: f64 = 0.0;
const DEFAULT_MAX: f64 = 99_999.0;
const EXPECTED: &str =
    r#"a number such as 100 or an object such as {"min": 1, "max": 6, "precision": 1}"#;

/// Whole numbers up to here are exact in an f64, 2⁵³.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;
/// The highest power of ten that is exact in an f64.
const MOST_EXACT_POWER: i32 = 22;

/// Compiles `random.number`. The upper bound is inclusive unless it is negative,
/// as in the KDG; bounds that are swapped or hold no multiple between them are
/// errors here.
pub(super) fn number(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let bounds = bounds(argument)?;
    let steps = Steps::between(bounds.min, bounds.max, bounds.precision).ok_or_else(|| {
        let [min, max, precision] = [
            bounds.min.unwrap_or(DEFAULT_MIN),
            bounds.max,
            bounds.precision,
        ]
        .map(number_text);
        argument.misfit(format!(
            "a multiple of {precision} between {min} and {max}, and less than 1e308 of them"
        ))
    })?;
    Ok(match steps {
        Steps::Whole {
            first,
            count,
            step: 1,
        } => Operation::Whole { first, count },
        Steps::Whole { first, count, step } => Operation::new(move |scene, out| {
            let value = first + step * offset(scene, count);
            out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        }),
        Steps::Decimal {
            first,
            count,
            step,
            divisor,
        } => Operation::new(move |scene, out| {
            let numerator = first + step * offset(scene, count);
            // Dividing two exact numbers gives the f64 nearest to the decimal,
            // so that 0.35 prints as 0.35 and not as 0.35000000000000003.
            #[expect(clippy::cast_precision_loss, reason = "kept below 2^53 when compiled")]
            write_number(numerator as f64 / divisor, out);
        }),
        Steps::Rounded {
            low,
            high,
            precision,
        } => Operation::new(move |scene, out| {
            let (from, to) = (low / precision, high / precision);
            let drawn = precision * (scene.fraction() * (to - from) + from).round();
            write_number(drawn.clamp(low, high), out);
        }),
    })
}

struct Bounds {
    /// `None` if left out, which matters for a negative maximum.
    min: Option<f64>,
    max: f64,
    precision: f64,
}

fn bounds(argument: &Argument<'_>) -> Result<Bounds, Misfit> {
    let default = Bounds {
        min: None,
        max: DEFAULT_MAX,
        precision: 1.0,
    };
    let given = match argument.structured()? {
        Given::Nothing => return Ok(default),
        Given::Value(given) => given,
        Given::Raw(_) => return Err(argument.misfit(EXPECTED)),
    };
    match given.value {
        Value::Null | Value::Bool(false) | Value::List(_) => Ok(default),
        Value::Number(max) if max.is_finite() => Ok(Bounds { max, ..default }),
        Value::Object(_) => {
            let min = option(&given, "min")?;
            let max = option(&given, "max")?.unwrap_or(DEFAULT_MAX);
            if min.is_some_and(|min| min > max) {
                let max = number_text(max);
                let expected = format!("a \"min\" of {max} at most, because \"max\" is {max}");
                return Err(Misfit::at(
                    given.value.get("min").unwrap_or(&given),
                    expected,
                ));
            }
            let precision = option(&given, "precision")?.unwrap_or(1.0);
            if precision <= 0.0 {
                let place = given.value.get("precision").unwrap_or(&given);
                return Err(Misfit::at(place, "a \"precision\" above 0"));
            }
            Ok(Bounds {
                min,
                max,
                precision,
            })
        }
        _ => Err(argument.misfit(EXPECTED)),
    }
}

fn option(given: &Located, key: &str) -> Result<Option<f64>, Misfit> {
    match given.value.get(key) {
        None => Ok(None),
        Some(Located {
            value: Value::Number(number),
            ..
        }) if number.is_finite() => Ok(Some(*number)),
        Some(other) => Err(Misfit::at(other, format!("a number as \"{key}\""))),
    }
}

/// The numbers that can be drawn.
#[derive(Debug, PartialEq)]
enum Steps {
    /// `first + n * step` for n in `0..count`.
    Whole { first: i64, count: u64, step: i64 },
    /// The same, divided by a power of ten.
    Decimal {
        first: i64,
        count: u64,
        step: i64,
        divisor: f64,
    },
    /// Too large or too fine for exact steps.
    Rounded { low: f64, high: f64, precision: f64 },
}

impl Steps {
    /// `None` if no multiple of `precision` lies between the bounds.
    fn between(min: Option<f64>, max: f64, precision: f64) -> Option<Self> {
        let low = min.unwrap_or(DEFAULT_MIN);
        let (low, high, first, last) = if low > max {
            // Only a negative maximum without a minimum: from there up to 0,
            // which is left out.
            (max, low, quotient(max, precision, f64::ceil), -1.0)
        } else {
            let exclusive = max < 0.0 && low < max;
            let last = if exclusive {
                quotient(max, precision, f64::ceil) - 1.0
            } else {
                quotient(max, precision, f64::floor)
            };
            (low, max, quotient(low, precision, f64::ceil), last)
        };
        if first > last {
            return None;
        }
        let (mantissa, power) = decimal(precision)?;
        let step = if power > 0 {
            mantissa * power_of_ten(power)?
        } else {
            mantissa
        };
        // Beyond these the draw is no number, or always the same one.
        if !(high / precision - low / precision).is_finite() {
            return None;
        }
        let largest = step * first.abs().max(last.abs()).max(1.0);
        if largest > MOST_EXACT || -power > MOST_EXACT_POWER {
            return Some(Self::Rounded {
                low,
                high,
                precision,
            });
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole numbers of at most 2^53, and last is not below first"
        )]
        let (first, count, step) = (
            (first * step) as i64,
            (last - first) as u64 + 1,
            step as i64,
        );
        Some(if power < 0 {
            Self::Decimal {
                first,
                count,
                step,
                divisor: power_of_ten(-power)?,
            }
        } else {
            Self::Whole { first, count, step }
        })
    }
}

/// `bound / precision` as a whole number; the noise of the division does not
/// count as a remainder (0.3 holds three times 0.1).
pub(super) fn quotient(bound: f64, precision: f64, rounding: fn(f64) -> f64) -> f64 {
    const NOISE: f64 = 1e-9;
    let exact = bound / precision;
    let nearest = exact.round();
    if (exact - nearest).abs() <= NOISE * nearest.abs().max(1.0) {
        nearest
    } else {
        rounding(exact)
    }
}

/// A positive number as a whole number times a power of ten.
fn decimal(number: f64) -> Option<(f64, i32)> {
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e')?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mantissa = format!("{whole}{fraction}").parse().ok()?;
    let power: i32 = exponent.parse().ok()?;
    Some((mantissa, power - i32::try_from(fraction.len()).ok()?))
}

/// Parsed, because the result of `powi` may depend on the platform.
fn power_of_ten(power: i32) -> Option<f64> {
    format!("1e{power}").parse().ok()
}

fn offset(scene: &mut Scene, count: u64) -> i64 {
    i64::try_from(scene.below(count)).unwrap_or(i64::MAX)
}

fn write_number(number: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(ryu_js::Buffer::new().format(number).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_that_are_multiples_belong_to_the_range_in_spite_of_binary_noise() {
        let steps = Steps::between(Some(0.1), 0.3, 0.1);
        let tenths = Steps::Decimal {
            first: 1,
            count: 3,
            step: 1,
            divisor: 10.0,
        };
        assert_eq!(steps, Some(tenths));
    }

    #[test]
    fn a_precision_above_one_gives_whole_multiples() {
        let steps = Steps::between(None, 105.0, 10.0);
        assert_eq!(
            steps,
            Some(Steps::Whole {
                first: 0,
                count: 11,
                step: 10
            })
        );
    }

    #[test]
    fn fractional_bounds_are_never_left() {
        let steps = Steps::between(Some(0.5), 2.5, 1.0);
        assert_eq!(
            steps,
            Some(Steps::Whole {
                first: 1,
                count: 2,
                step: 1
            })
        );
        assert_eq!(Steps::between(Some(0.2), 0.8, 1.0), None);
    }

    #[test]
    fn a_negative_maximum_is_left_out_and_a_lone_one_counts_up_to_minus_one() {
        let below = Steps::between(Some(-10.0), -5.0, 1.0);
        assert_eq!(
            below,
            Some(Steps::Whole {
                first: -10,
                count: 5,
                step: 1
            })
        );
        let lone = Steps::between(None, -5.0, 1.0);
        assert_eq!(
            lone,
            Some(Steps::Whole {
                first: -5,
                count: 5,
                step: 1
            })
        );
        let single = Steps::between(Some(-5.0), -5.0, 1.0);
        assert_eq!(
            single,
            Some(Steps::Whole {
                first: -5,
                count: 1,
                step: 1
            })
        );
    }

    #[test]
    fn numbers_beyond_exact_steps_are_rounded() {
        let steps = Steps::between(None, 1e21, 1.0);
        assert_eq!(
            steps,
            Some(Steps::Rounded {
                low: 0.0,
                high: 1e21,
                precision: 1.0
            })
        );
    }
}
