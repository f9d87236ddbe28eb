//! What functions append to a record piece by piece.

use crate::scene::Scene;

const HEX: &[u8; 16] = b"0123456789abcdef";
const CAPITALS: &[u8; 26] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// One of `words`, each equally likely.
pub(super) fn word(words: &[&str], scene: &mut Scene, out: &mut Vec<u8>) {
    if let Some(word) = scene.pick(words) {
        out.extend_from_slice(word.as_bytes());
    }
}

/// One word of each list, with spaces between them.
pub(super) fn words(lists: &[&[&str]], scene: &mut Scene, out: &mut Vec<u8>) {
    for (index, list) in lists.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        word(list, scene, out);
    }
}

/// A whole number of `from..=to`.
pub(super) fn whole(from: u32, to: u32, scene: &mut Scene, out: &mut Vec<u8>) {
    let number = i64::from(count(from, to, scene));
    self::number(number, out);
}

/// A whole number. Those of one or two digits are most of them, and take no
/// detour.
#[inline]
pub(in crate::template) fn number(number: impl Into<i64>, out: &mut Vec<u8>) {
    let number = number.into();
    match u8::try_from(number) {
        Ok(digit @ 0..10) => out.push(b'0' + digit),
        Ok(pair @ 10..100) => out.extend_from_slice(&pair_of(pair)),
        _ => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
    }
}

/// The two digits of a number below 100.
#[inline]
pub(in crate::template) fn pair_of(number: u8) -> [u8; 2] {
    [b'0' + number / 10, b'0' + number % 10]
}

/// Version numbers of 0 to 9 with `separator` between them.
pub(super) fn revision(parts: u32, separator: u8, scene: &mut Scene, out: &mut Vec<u8>) {
    for index in 0..parts {
        if index > 0 {
            out.push(separator);
        }
        digit(scene, out);
    }
}

/// How many of something there are: `from..=to`, each equally likely.
pub(super) fn count(from: u32, to: u32, scene: &mut Scene) -> u32 {
    let drawn = scene.below(u64::from(to.saturating_sub(from)) + 1);
    from + u32::try_from(drawn).unwrap_or(0)
}

/// One of 0 to 9.
pub(super) fn digit(scene: &mut Scene, out: &mut Vec<u8>) {
    out.push(drawn_digit(scene));
}

#[inline]
fn drawn_digit(scene: &mut Scene) -> u8 {
    // Below ten, so that it is one digit.
    b'0' + u8::try_from(scene.below(10)).unwrap_or(0)
}

/// So many digits, the first of which may be 0.
pub(super) fn digits(count: u32, scene: &mut Scene, out: &mut Vec<u8>) {
    for _ in 0..count {
        digit(scene, out);
    }
}

/// One of these bytes, all of them ASCII.
pub(super) fn character(characters: &[u8], scene: &mut Scene, out: &mut Vec<u8>) {
    out.extend(scene.pick(characters));
}

/// A number below 256 as two hexadecimal digits.
#[inline]
pub(super) fn hex(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 0xf].map(|digit| HEX[usize::from(digit)])
}

/// A number of units of which 10^`decimals` are one, in full.
pub(super) fn fixed(units: u64, decimals: u32, out: &mut Vec<u8>) {
    let mut buffer = itoa::Buffer::new();
    if decimals == 0 {
        return out.extend_from_slice(buffer.format(units).as_bytes());
    }
    let one = 10_u64.saturating_pow(decimals);
    out.extend_from_slice(buffer.format(units / one).as_bytes());
    out.push(b'.');
    let digits = buffer.format(units % one).as_bytes();
    let zeros = (decimals as usize).saturating_sub(digits.len());
    out.extend(std::iter::repeat_n(b'0', zeros));
    out.extend_from_slice(digits);
}

/// True half of the time.
pub(super) fn coin(scene: &mut Scene) -> bool {
    scene.below(2) == 0
}

/// `pattern` with a digit for every `#`.
pub(super) fn numbered(pattern: &str, scene: &mut Scene, out: &mut Vec<u8>) {
    // A byte for a byte, so that room is made once.
    out.extend(pattern.bytes().map(|byte| match byte {
        b'#' => drawn_digit(scene),
        _ => byte,
    }));
}

/// `pattern` with a digit for every `#` and a capital for every `?`.
pub(super) fn lettered(pattern: &str, scene: &mut Scene, out: &mut Vec<u8>) {
    for byte in pattern.bytes() {
        match byte {
            b'#' => digit(scene, out),
            b'?' => character(CAPITALS, scene, out),
            _ => out.push(byte),
        }
    }
}

/// Rewrites what was appended since `start`: every byte becomes another one or
/// is dropped. Bytes beyond ASCII must all be kept or all be dropped.
pub(super) fn rewrite(out: &mut Vec<u8>, start: usize, change: impl Fn(u8) -> Option<u8>) {
    let changed = |byte: &u8| change(*byte) != Some(*byte);
    let Some(first) = out.iter().skip(start).position(changed) else {
        return;
    };
    let first = start + first;
    let mut kept = first;
    for index in first..out.len() {
        if let Some(byte) = change(out[index]) {
            out[kept] = byte;
            kept += 1;
        }
    }
    out.truncate(kept);
}

/// Spaces become dashes; beyond them only `A-Z a-z 0-9 _ . -` are kept.
pub(super) fn slug(byte: u8) -> Option<u8> {
    match byte {
        b' ' => Some(b'-'),
        b'_' | b'.' | b'-' => Some(byte),
        _ => byte.is_ascii_alphanumeric().then_some(byte),
    }
}
