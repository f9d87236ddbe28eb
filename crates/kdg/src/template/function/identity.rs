//! Identifiers that take no argument.

use super::draw;
use crate::scene::Scene;

const ALPHA_NUMERIC: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// `random.uuid`: a version 4 UUID (RFC 9562), in lower case.
pub(super) fn uuid(scene: &mut Scene, out: &mut Vec<u8>) {
    let bits = (u128::from(scene.bits()) << 64) | u128::from(scene.bits());
    let versioned = bits & !(0xf << 76) | (0x4 << 76);
    let bytes = (versioned & !(0x3 << 62) | (0x2 << 62)).to_be_bytes();
    for (index, byte) in bytes.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        draw::hex(byte, out);
    }
}

/// `random.alphaNumeric`: one digit or lower-case letter.
pub(super) fn alpha_numeric(scene: &mut Scene, out: &mut Vec<u8>) {
    out.extend(scene.pick(ALPHA_NUMERIC));
}
