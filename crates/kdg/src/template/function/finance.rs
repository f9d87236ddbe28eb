//! Accounts and money.

use super::super::argument::{Argument, Misfit, Parameters};
use super::super::text::Text;
use super::super::value::{Value, number_text};
use super::number::quotient;
use super::{MOST_CHARACTERS, Operation, draw};
use crate::scene::Scene;

/// What an amount is drawn by.
pub(super) const PARAMETERS: &[&str] = &["min", "max", "dec", "symbol"];

pub(super) static ACCOUNTS: &[&str] = &[
    "Checking Account",
    "Savings Account",
    "Money Market Account",
    "Investment Account",
    "Home Loan Account",
    "Credit Card Account",
    "Auto Loan Account",
    "Personal Loan Account",
];
pub(super) static TRANSACTIONS: &[&str] = &["deposit", "withdrawal", "payment", "invoice"];

const DEFAULT_MAX: f64 = 1_000.0;
const DEFAULT_DECIMALS: u32 = 2;
const MOST_DECIMALS: u32 = 9;
/// Whole numbers up to here are exact in an f64, 2⁵³.
const MOST_UNITS: f64 = 9_007_199_254_740_992.0;

/// `finance.account`: so many digits.
pub(super) fn account(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let length = argument
        .parameters(&["length"])?
        .length("length", 8, MOST_CHARACTERS)?;
    Ok(Operation::new(move |scene, out| {
        draw::digits(length, scene, out);
    }))
}

/// `finance.mask`: so many digits, in parentheses and after dots only if told.
pub(super) fn mask(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    let parameters = argument.parameters(&["length", "parens", "dots"])?;
    // Here "0" in quotes is no length either.
    let length = match parameters.number("length")? {
        Some(length) if length != 0.0 => parameters.whole("length", length, MOST_CHARACTERS)?,
        _ => 4,
    };
    let (open, close) = if parameters.is_set("parens") {
        ("(", ")")
    } else {
        ("", "")
    };
    let dots = if parameters.is_set("dots") { "..." } else { "" };
    Ok(Operation::new(move |scene, out| {
        out.extend_from_slice(open.as_bytes());
        out.extend_from_slice(dots.as_bytes());
        draw::digits(length, scene, out);
        out.extend_from_slice(close.as_bytes());
    }))
}

/// `finance.amount`: an amount of money between two bounds.
pub(super) fn amount(argument: &Argument<'_>) -> Result<Operation, Misfit> {
    amount_of(&argument.parameters(PARAMETERS)?)
}

/// Whole amounts that print `.00`, as in the KDG, unless decimals are asked for
/// or the bounds of a range have some.
pub(super) fn amount_of(parameters: &Parameters<'_>) -> Result<Operation, Misfit> {
    let min = parameters.number("min")?.unwrap_or(0.0);
    // The KDG never sees a second argument, so that 0 can mean 0 here.
    let max = match parameters.given("max").map(|given| &given.value) {
        Some(Value::Number(max)) => Some(*max),
        _ => parameters.number("max")?,
    };
    let ranged = max.is_some_and(|max| max.fract() != 0.0 || min.fract() != 0.0);
    let max = max.unwrap_or(DEFAULT_MAX);
    if min > max {
        let max = number_text(max);
        let expected = format!("a min of {max} at most, because max is {max}");
        return Err(parameters.misfit("min", expected));
    }
    let asked = decimals(parameters)?;
    let decimals = asked.unwrap_or(DEFAULT_DECIMALS);
    let drawn = if asked.is_some() || ranged {
        decimals
    } else {
        0
    };
    let scale = f64::from(10_u32.pow(drawn));
    if min.abs().max(max.abs()) * scale > MOST_UNITS {
        let most = number_text((MOST_UNITS / scale).floor());
        return Err(parameters.misfit("max", format!("amounts of {most} at most")));
    }
    // Bounds divided by the smallest amount, whose inverse is exact.
    let first = quotient(min * scale, 1.0, f64::ceil);
    let last = quotient(max * scale, 1.0, f64::floor);
    if first > last {
        return Err(parameters.misfit("min", "a range that holds an amount"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole numbers of at most 2^53, and last is not below first"
    )]
    let (first, count) = (first as i64, (last - first) as u64 + 1);
    let symbol = Text::new(parameters.text("symbol").unwrap_or_default());
    let end = if drawn < decimals {
        format!(".{}", "0".repeat(decimals as usize))
    } else {
        String::new()
    };
    let end = Text::new(end);
    Ok(Operation::new(move |scene, out| {
        let drawn_units = first.saturating_add_unsigned(scene.below(count));
        symbol.write(out);
        if drawn_units < 0 {
            out.push(b'-');
        }
        draw::fixed(drawn_units.unsigned_abs(), drawn, out);
        end.write(out);
    }))
}

/// How many decimals are asked for; 0 is an answer here.
fn decimals(parameters: &Parameters<'_>) -> Result<Option<u32>, Misfit> {
    let Some(given) = parameters.given("dec") else {
        return Ok(None);
    };
    let asked = given.value.as_number();
    let asked = (0..=MOST_DECIMALS).find(|known| asked == Some(f64::from(*known)));
    asked.map(Some).ok_or_else(|| {
        parameters.misfit(
            "dec",
            format!("a whole number of 0 to {MOST_DECIMALS} as dec"),
        )
    })
}

/// `finance.bitcoinAddress`: 27 to 34 characters that look like one.
pub(super) fn bitcoin_address(scene: &mut Scene, out: &mut Vec<u8>) {
    const CHARACTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    draw::character(b"13", scene, out);
    for _ in 0..draw::count(26, 33, scene) {
        draw::character(CHARACTERS, scene, out);
    }
}
