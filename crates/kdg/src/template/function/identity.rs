//! Identifiers that take no argument.

use super::draw;
use crate::scene::Scene;

const ALPHA_NUMERIC: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Where the bytes of a UUID stand in its text.
const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// `random.uuid`: a version 4 UUID (RFC 9562), in lower case.
pub(super) fn uuid(scene: &mut Scene, out: &mut Vec<u8>) {
    let bits = (u128::from(scene.bits()) << 64) | u128::from(scene.bits());
    let versioned = bits & !(0xf << 76) | (0x4 << 76);
    let bytes = (versioned & !(0x3 << 62) | (0x2 << 62)).to_be_bytes();
    let mut text = [b'-'; 36];
    for (byte, place) in bytes.into_iter().zip(PLACES) {
        text[place..place + 2].copy_from_slice(&draw::hex(byte));
    }
    out.extend_from_slice(&text);
}

/// `random.alphaNumeric`: one digit or lower-case letter.
pub(super) fn alpha_numeric(scene: &mut Scene, out: &mut Vec<u8>) {
    out.extend(scene.pick(ALPHA_NUMERIC));
}
