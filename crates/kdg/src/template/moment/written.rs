//! A date as people write it → milliseconds since the epoch.

use super::calendar::{DAY_MS, days_of};

/// A point in time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::template) enum Written {
    /// Milliseconds since the epoch.
    Universal(i64),
    /// The same, on a clock whose zone is not known yet.
    Local(i64),
}

/// Reads ISO 8601: a year, month or day, and perhaps a time of day. As in
/// JavaScript a date alone is in UTC and a time without a zone is local.
pub(in crate::template) fn written(text: &str) -> Option<Written> {
    let mut rest = text.trim();
    let year = digits(&mut rest, 4)?;
    let month = after('-', &mut rest, 2)?.unwrap_or(1);
    let of_month = after('-', &mut rest, 2)?.unwrap_or(1);
    let midnight = days_of(year, month, of_month)? * DAY_MS;
    if rest.is_empty() {
        return Some(Written::Universal(midnight));
    }
    rest = rest.strip_prefix(['T', 't', ' '])?;
    let hour = digits(&mut rest, 2).filter(|hour| *hour < 24)?;
    let minute = after(':', &mut rest, 2)?.filter(|minute| *minute < 60)?;
    let second = after(':', &mut rest, 2)?.unwrap_or(0);
    if second > 59 {
        return None;
    }
    let millisecond = fraction(&mut rest)?;
    let local = midnight + ((hour * 60 + minute) * 60 + second) * 1_000 + millisecond;
    match rest {
        "" => Some(Written::Local(local)),
        "Z" | "z" => Some(Written::Universal(local)),
        _ => Some(Written::Universal(local - offset(rest)? * 60_000)),
    }
}

/// Minutes ahead of UTC.
fn offset(text: &str) -> Option<i64> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let mut rest = text.strip_prefix(['+', '-'])?;
    let hours = digits(&mut rest, 2)?;
    rest = rest.strip_prefix(':').unwrap_or(rest);
    let minutes = digits(&mut rest, 2)?;
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// Milliseconds; decimals beyond them are dropped.
fn fraction(rest: &mut &str) -> Option<i64> {
    let Some(after) = rest.strip_prefix('.') else {
        return Some(0);
    };
    let length = after.bytes().take_while(u8::is_ascii_digit).count();
    *rest = &after[length..];
    let thousandths = format!("{:0<3}", after.get(..length.min(3))?);
    (length > 0).then(|| thousandths.parse().ok())?
}

/// The number behind `separator`: nothing if the text ends or goes on otherwise,
/// and `None` if no number follows.
#[expect(clippy::option_option, reason = "missing and malformed differ")]
fn after(separator: char, rest: &mut &str, length: usize) -> Option<Option<i64>> {
    match rest.strip_prefix(separator) {
        None => Some(None),
        Some(number) => {
            *rest = number;
            digits(rest, length).map(Some)
        }
    }
}

fn digits(rest: &mut &str, length: usize) -> Option<i64> {
    let (number, after) = rest.split_at_checked(length)?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    *rest = after;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::write_iso;
    use super::*;

    #[test]
    fn a_date_alone_is_in_utc_and_a_time_without_a_zone_is_local() {
        let table = [
            ("1970", Some(Written::Universal(0))),
            ("1970-01", Some(Written::Universal(0))),
            ("1970-01-02", Some(Written::Universal(86_400_000))),
            (
                "2024-02-29T13:05:09.007Z",
                Some(Written::Universal(1_709_211_909_007)),
            ),
            (
                "2024-02-29T08:05:09.0079-05:00",
                Some(Written::Universal(1_709_211_909_007)),
            ),
            (
                "2024-02-29 18:35:09.007+0530",
                Some(Written::Universal(1_709_211_909_007)),
            ),
            ("1970-01-01T00:01", Some(Written::Local(60_000))),
            ("1970-01-01T00:01:01.5", Some(Written::Local(61_500))),
        ];
        for (text, expected) in table {
            assert_eq!(written(text), expected, "{text}");
        }
    }

    #[test]
    fn what_no_calendar_has_is_no_date() {
        for text in [
            "",
            "x",
            "20",
            "2023-02-29",
            "2024-13-01",
            "2024-01-00",
            "2024-1-1",
            "2024-01-01T",
            "2024-01-01T24:00",
            "2024-01-01T12",
            "2024-01-01T12:60",
            "2024-01-01T12:00:60",
            "2024-01-01T12:00:00.",
            "2024-01-01T12:00X",
            "2024-01-01T12:00+1",
            "2024-01-01x",
            "ü024",
        ] {
            assert_eq!(written(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_date_that_is_printed_is_read_back(
            ms in -62_167_219_200_000_i64..253_402_300_800_000,
        ) {
            let mut printed = Vec::new();
            write_iso(ms, &mut printed);
            let text = String::from_utf8_lossy(&printed);
            prop_assert_eq!(written(&text), Some(Written::Universal(ms)), "{}", text);
        }
    }
}
