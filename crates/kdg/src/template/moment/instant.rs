//! A time as ISO 8601 writes it → milliseconds since the epoch.

use super::calendar::days_of;

/// A day, maybe with a time of day, a fraction of a second and an offset; in
/// UTC without one. `None` if it is anything else.
pub(in super::super) fn parse_time(text: &str) -> Option<i64> {
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let mut parts = day.split('-');
    let year = number(parts.next()?, 4)?;
    let month = number(parts.next()?, 2)?;
    let day = number(parts.next()?, 2)?;
    if parts.next().is_some() {
        return None;
    }
    let midnight = days_of(year, month, day)? * 86_400_000;
    Some(midnight + time.map_or(Some(0), time_of_day)?)
}

fn time_of_day(text: &str) -> Option<i64> {
    let (time, offset) = if let Some(time) = text.strip_suffix(['Z', 'z']) {
        (time, 0)
    } else if let Some(at) = text.rfind(['+', '-']) {
        let (time, offset) = text.split_at(at);
        let (hours, minutes) = offset.get(1..)?.split_once(':')?;
        let minutes = number(hours, 2)? * 60 + number(minutes, 2)?;
        let sign = if offset.starts_with('-') { -1 } else { 1 };
        (time, sign * minutes)
    } else {
        (text, 0)
    };
    let (time, milliseconds) = match time.split_once('.') {
        Some((time, fraction)) => (time, number(&format!("{fraction:0<3}"), 3)?),
        None => (time, 0),
    };
    let mut parts = time.split(':');
    let hour = number(parts.next()?, 2)?;
    let minute = number(parts.next()?, 2)?;
    let second = parts.next().map_or(Some(0), |second| number(second, 2))?;
    if parts.next().is_some() || hour > 24 || minute > 59 || second > 59 {
        return None;
    }
    Some(((hour * 60 + minute - offset) * 60 + second) * 1_000 + milliseconds)
}

fn number(digits: &str, length: usize) -> Option<i64> {
    let plain = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}
