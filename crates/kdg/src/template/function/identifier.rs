//! Identifiers and addresses that the KDG does not know.

use std::io::Write;
use std::net::Ipv6Addr;

use crate::scene::Scene;

/// Without I, L, O and U.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 26 digits of 5 bits hold 130, of which a ULID uses 128.
const DIGITS: u32 = 26;

/// `random.ulid`: the time on the clock in 48 bits and 80 random ones, so that
/// later records sort behind earlier ones.
pub(super) fn ulid(scene: &mut Scene, out: &mut Vec<u8>) {
    let time = u128::try_from(scene.now_ms()).unwrap_or(0) & 0xffff_ffff_ffff;
    let random = (u128::from(scene.bits()) << 16) | u128::from(scene.bits() >> 48);
    let bits = (time << 80) | random;
    for digit in (0..DIGITS).rev() {
        let value = (bits >> (digit * 5)) & 0x1f;
        let value = usize::try_from(value).unwrap_or(0);
        out.push(CROCKFORD[value]);
    }
}

/// `internet.ipv6`: 128 random bits, printed as RFC 5952 asks for.
pub(super) fn ipv6(scene: &mut Scene, out: &mut Vec<u8>) {
    let bits = (u128::from(scene.bits()) << 64) | u128::from(scene.bits());
    // Writing to memory cannot fail.
    let _ = write!(out, "{}", Ipv6Addr::from_bits(bits));
}
