//! What a condition says about text.

use std::cmp::Ordering;

use super::markup::Comparison;

/// Whether `left` compares with `right` as told: as numbers if both are some,
/// as text otherwise.
pub(super) fn holds(left: &[u8], comparison: Comparison, right: &[u8]) -> bool {
    let numbers = number(left).zip(number(right));
    let order = match numbers {
        Some((left, right)) => left.partial_cmp(&right).unwrap_or(Ordering::Equal),
        None => left.cmp(right),
    };
    match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::Unequal => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    }
}

/// Everything is something but nothing, `false` and `0`.
pub(super) fn is_something(value: &[u8]) -> bool {
    !matches!(value, b"" | b"false" | b"0")
}

/// A whole number without a sign.
pub(super) fn whole(value: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(value).ok()?;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

fn number(value: &[u8]) -> Option<f64> {
    // Rust also reads `inf` and `nan`, which are words.
    let starts = matches!(value.first(), Some(b'-' | b'0'..=b'9'));
    let text = std::str::from_utf8(value).ok().filter(|_| starts)?;
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
