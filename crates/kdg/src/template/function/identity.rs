//! Identifiers and addresses that take no argument.

use crate::scene::Scene;

const HEX: &[u8; 16] = b"0123456789abcdef";
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
        out.push(HEX[usize::from(byte >> 4)]);
        out.push(HEX[usize::from(byte & 0xf)]);
    }
}

/// `random.alphaNumeric`: one digit or lower-case letter.
pub(super) fn alpha_numeric(scene: &mut Scene, out: &mut Vec<u8>) {
    out.extend(scene.pick(ALPHA_NUMERIC));
}

/// `internet.ip`: four numbers of 0 to 255, whether or not they are routable.
pub(super) fn ip(scene: &mut Scene, out: &mut Vec<u8>) {
    let mut digits = itoa::Buffer::new();
    let octets = scene.bits().to_be_bytes();
    for (index, octet) in octets.into_iter().take(4).enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        out.extend_from_slice(digits.format(octet).as_bytes());
    }
}
