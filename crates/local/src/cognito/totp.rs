//! The second factor: six digits that change every half minute.
//!
//! RFC 6238 with what authenticator apps assume: HMAC-SHA-1, 30 seconds, six digits.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;

use super::error::ApiError;
use super::random;

/// How long a code is shown, in seconds (RFC 6238, section 5.2).
const STEP_SECONDS: u64 = 30;

/// How many steps the clock of a phone may be off (RFC 6238, section 5.2: one is recommended).
const DRIFT_STEPS: u64 = 1;

const DIGITS: usize = 6;

/// Bytes of a secret (RFC 4226, section 4: 160 bits are recommended).
const SECRET_BYTES: usize = 20;

/// What an authenticator app and the pool both know.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Vec<u8>);

impl TotpSecret {
    /// The secret that an app shows as this Base32 text; `None` when it is none.
    pub fn of_text(text: &str) -> Option<Self> {
        let bytes = BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes());
        bytes.ok().filter(|bytes| !bytes.is_empty()).map(Self)
    }

    pub(crate) fn new() -> Result<Self, ApiError> {
        Ok(Self(random::bytes::<SECRET_BYTES>()?.to_vec()))
    }

    /// As a person types it into an app.
    pub(crate) fn text(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The step whose code this is, if it is one of about now.
    pub(crate) fn step_of(&self, code: &str, now_ms: u64) -> Option<u64> {
        let now = now_ms / 1000 / STEP_SECONDS;
        let mut steps = now.saturating_sub(DRIFT_STEPS)..=now + DRIFT_STEPS;
        steps.find(|step| self.code(*step).as_bytes().ct_eq(code.as_bytes()).into())
    }

    /// The code of a time, in milliseconds since the Unix epoch.
    pub fn code_at(&self, now_ms: u64) -> String {
        self.code(now_ms / 1000 / STEP_SECONDS)
    }

    /// RFC 4226, section 5.3.
    fn code(&self, step: u64) -> String {
        // HMAC takes a key of any length, so the fallback is never met.
        let mut mac = <Hmac<Sha1>>::new_from_slice(&self.0)
            .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha1>>::default()));
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest[19] & 0xf);
        let taken = digest[offset..offset + 4]
            .iter()
            .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        let number = (taken & 0x7fff_ffff) % 10_u32.pow(u32::try_from(DIGITS).unwrap_or_default());
        format!("{number:0DIGITS$}")
    }
}

// The secret stays out of logs.
impl fmt::Debug for TotpSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TotpSecret").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the rows of SHA-1, of whose eight digits apps show the last six.
    const PUBLISHED: [(u64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    fn secret() -> TotpSecret {
        TotpSecret(b"12345678901234567890".to_vec())
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in PUBLISHED {
            assert_eq!(secret().code_at(seconds * 1000), code, "at {seconds}");
        }
    }

    #[test]
    fn a_code_holds_one_step_before_and_after_its_own() {
        let at = 1_000_000_000_000;
        let code = secret().code_at(at);
        let step = at / 30_000;
        for (now_ms, expected) in [
            (at - 60_000, None),
            (at - 30_000, Some(step)),
            (at, Some(step)),
            (at + 30_000, Some(step)),
            (at + 60_000, None),
        ] {
            assert_eq!(secret().step_of(&code, now_ms), expected, "at {now_ms}");
        }
        assert_eq!(secret().step_of("", at), None);
    }

    #[test]
    fn a_secret_is_read_as_it_is_shown() {
        let secret = TotpSecret::new().unwrap();
        assert_eq!(TotpSecret::of_text(&secret.text()), Some(secret.clone()));
        assert_eq!(
            TotpSecret::of_text(&secret.text().to_lowercase()),
            Some(secret)
        );
        assert_eq!(TotpSecret::of_text("1"), None);
        assert_eq!(TotpSecret::of_text(""), None);
    }
}
